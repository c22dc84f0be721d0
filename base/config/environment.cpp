#include "base/config/environment.hpp"

#include "base/config/hocon_parse.hpp"
#include "base/config/hocon_text.hpp"
#include "base/config/option_names.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <unistd.h>
#include <vector>

namespace rookery {

namespace {

struct override_value {
  std::string path;
  std::string source;
  std::string text;
};

std::string suggestion(std::string_view name) {
  std::vector<std::string> known;
  for (const auto& path : option_paths())
    known.push_back(environment_name(path));
  const auto meant = nearest(name, known);
  return meant.empty() ? std::string{} : "; did you mean " + meant + "?";
}

std::vector<override_value> find_overrides(findings& errors) {
  std::vector<override_value> found;
  const auto& paths = option_paths();
  for (char** entry = environ; entry && *entry; ++entry) {
    const std::string_view variable{*entry};
    if (!variable.starts_with(environment_prefix))
      continue;
    const std::string name{variable.substr(0, variable.find('='))};
    const auto source = "environment variable " + name;
    const auto path = std::find_if(
        paths.begin(), paths.end(), [&](const std::string& candidate) {
          return environment_name(candidate) == name;
        });
    if (path == paths.end())
      errors.push_back(
          {{0, source}, "", "overrides no option" + suggestion(name)});
    else
      found.push_back(
          {*path, source,
           std::string{
               variable.substr(std::min(name.size() + 1, variable.size()))}});
  }
  return found;
}

/// `http.port = """8080"""`: such quotes keep every character.
hocon::shared_object
parse_override(const override_value& one, findings& errors) {
  const auto scanned =
      scan_hocon(fmt::format("{} = \"\"\"{}\"\"\"", one.path, one.text));
  if (scanned.errors.empty())
    return parse_hocon(scanned.text, one.source);
  errors.push_back({{0, one.source}, one.path, scanned.errors.front().text});
  return nullptr;
}

} // namespace

hocon::shared_object
override_from_environment(hocon::shared_object root, findings& errors) {
  for (const auto& one : find_overrides(errors))
    if (const auto object = parse_override(one, errors))
      root = std::dynamic_pointer_cast<const hocon::config_object>(
          object->with_fallback(root));
  return root;
}

} // namespace rookery
