#pragma once

#include <string>

namespace rookery {

/// All options with their defaults, what they may be and why they are so, as a
/// HOCON text. Loading it gives `config{}`. It is configs/reference.conf.
std::string default_config();

} // namespace rookery
