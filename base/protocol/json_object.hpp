#pragma once

#include "base/error.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace rookery {

/// What a field of an object holds, as far as anybody here wants it: a text, an
/// integer of 0 .. 2^64-1, a truth. Nothing: null, any other number, an array
/// or an object.
using json_value = std::variant<std::monostate, bool, uint64_t, std::string>;

struct json_field {
  std::string name;
  json_value value;
};

/// The fields of the one JSON object (RFC 8259) that `text` must be, as they
/// stand there; what arrays in it hold is skipped, and what objects hold that
/// are deeper than `levels`. A field of an object in it is `name.field`.
/// Refuses what is no object, is malformed, or has a field twice. Total, and
/// without recursion; takes memory of a small multiple of the text.
///
/// Thread: any.
[[nodiscard]] result<std::vector<json_field>>
read_json_object(std::string_view text, std::size_t levels = 1);

} // namespace rookery
