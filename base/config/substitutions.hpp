#pragma once

#include "base/config/finding.hpp"
#include "base/config/hocon_text.hpp"

#include <hocon/config_object.hpp>

#include <string>
#include <vector>

namespace rookery {

/// A value made of substitutions: `${vars.room} { match = "chat.*" }`.
struct open_value {
  std::string path;                    // "topics.chat"
  std::vector<std::string> references; // "vars.room"; "?PORT" if optional
  place at;
};

/// All open values below `root`, in no particular order. `written` is where
/// substitutions stand in the text.
std::vector<open_value> find_open_values(
    const hocon::shared_object& root, const std::vector<line_note>& written);

/// Why cpp-hocon must not replace the substitutions, which it does without any
/// bound on its stack and memory:
///
/// - values that refer to each other in a circle;
/// - chains of references, or a result, that would be too large, such as
///   `b = ${a}${a}`, `c = ${b}${b}`, and so on.
findings check_chains(const std::vector<open_value>& values);

/// References that are not optional, to what is neither in the files nor the
/// name of an environment variable.
findings find_dangling(
    const hocon::shared_object& root, const std::vector<open_value>& values);

} // namespace rookery
