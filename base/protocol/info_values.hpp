#pragma once

#include "base/protocol/payload.hpp"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace rookery {

/// The fields of an object and the JSON of each value, by name, written in one
/// way: two that have the same text are equal.
using info_values = std::vector<std::pair<std::string, std::string>>;

/// Of what is no object: none. Thread: any.
[[nodiscard]] info_values values_of(const std::optional<payload>& info);

/// Whether `all` has each of `wanted`.
[[nodiscard]] bool
has_values(const info_values& all, const info_values& wanted);

/// The payload as JSON; none: it can not be written so.
[[nodiscard]] std::optional<std::string> as_json(const payload& data);

} // namespace rookery
