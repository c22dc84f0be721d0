#pragma once

#include <string>
#include <string_view>

namespace rookery {

/// 128 bits of an XXH3 in hexadecimal, for telling whether two nodes have the
/// same bytes; no protection from who wants to deceive. Thread: any.
[[nodiscard]] std::string fingerprint(std::string_view bytes);

} // namespace rookery
