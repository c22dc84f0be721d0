#pragma once

#include "base/protocol/fields.hpp"

#include <string>
#include <string_view>

namespace rookery {

/// Fills `found` from one message. Empty: done. Otherwise why the message is
/// malformed, for the log.
[[nodiscard]] std::string
collect_json(std::string_view message, field_collector& found);
[[nodiscard]] std::string
collect_msgpack(std::string_view message, field_collector& found);

} // namespace rookery
