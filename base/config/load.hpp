#pragma once

#include "base/config/config.hpp"
#include "base/config/config_error.hpp"

#include <tl/expected.hpp>

#include <string>
#include <string_view>

// A configuration is HOCON: a text with the keys that configs/reference.conf
// shows, each of which may be absent. Of HOCON there is also
//
// - include "other.conf", relative to the including file; where no file has the
//   name, ".conf" is added. A missing file is an error.
// - ${path} and ${?path}, of other values, of values in the section `vars`,
//   which is there for this and holds nothing else, and of environment
//   variables: `port = ${?PORT}` behind `port = 8000` makes PORT optional.
// - null, which takes back what another file has set.
//
// Without any change of a file, the environment variable ROOKERY__HTTP__PORT
// overrides http.port, and so for all options outside of `topics`: '.' becomes
// two underscores, '-' one.
//
// Topic classes are in the order in which one reads their `match`, if each file
// is read in the place of its first `include`. A class that an including file
// changes or completes keeps its place, unless its `match` is set anew.

namespace rookery {

/// All that is wrong, in the order in which one reads the files. Never empty.
template <class T>
using loaded = tl::expected<T, config_errors>;

/// Thread: any, while nobody changes the environment. Nothing throws.
[[nodiscard]] loaded<config> load_config_file(const std::string& path) noexcept;

/// `origin_name` stands for the file in errors, and its folder is where
/// included files are looked for.
[[nodiscard]] loaded<config> load_config_text(
    std::string_view text, const std::string& origin_name) noexcept;

} // namespace rookery
