#pragma once

#include "base/protocol/messages.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace rookery {

/// The JSON document that the merge patch `patch` (RFC 7396) makes of the JSON
/// `document`, an empty one standing for null; written anew, so without blanks.
/// None: one of them is no JSON, or has a number from 1.8e308 on.
///
/// Nests no deeper than the deeper of both. Time and memory of a small multiple
/// of their bytes, for objects of thousands of fields of their product.
/// Thread: any.
[[nodiscard]] std::optional<std::string>
merge_patch(std::string_view document, const payload& patch);

} // namespace rookery
