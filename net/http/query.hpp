#pragma once

#include "base/error.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace rookery {

struct query_field {
  std::string name;
  std::string value;
};

/// The fields of a request target's query, in their order, decoded as
/// application/x-www-form-urlencoded: "/a?user=x%20y&slow=1" has two. Refuses a
/// `%` without two digits (RFC 3986, section 2.1). Thread: any.
[[nodiscard]] result<std::vector<query_field>>
read_query(std::string_view target);

} // namespace rookery
