#pragma once

#include "base/error.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace rookery {

/// What an answer of the internal HTTP API has of a list, to be put together
/// with those of others.
struct json_page {
  std::string items; // as JSON, with commas between
  std::size_t size = 0;
  std::string next; // empty: it is the last
};

/// The page `{"<list>":[..],"next":".."}`. Refuses (`bad_request`) what has no
/// such list.
[[nodiscard]] result<json_page>
read_json_page(std::string_view text, const char* list);

} // namespace rookery
