#include "base/config/load.hpp"

#include "base/config/environment.hpp"
#include "base/config/hocon_parse.hpp"
#include "base/config/hocon_source.hpp"
#include "base/config/hocon_text.hpp"
#include "base/config/reader.hpp"
#include "base/config/rules.hpp"
#include "base/config/substitutions.hpp"
#include "base/config/value_places.hpp"

#include <hocon/config.hpp>
#include <hocon/config_exception.hpp>
#include <hocon/config_resolve_options.hpp>

#include <algorithm>
#include <iterator>
#include <utility>

namespace rookery {

namespace {

/// The name of the whole text in cpp-hocon's origins.
constexpr std::string_view text_name = "configuration";

void append(findings& all, findings more) {
  std::move(more.begin(), more.end(), std::back_inserter(all));
}

/// The library names the substitution in its message, but no line.
finding blame(std::string message, const std::vector<open_value>& values) {
  for (const auto& value : values)
    for (const auto& reference : value.references)
      if (message.find("${" + reference + "}") != std::string::npos)
        return {value.at, value.path, std::move(message)};
  return {{}, "", std::move(message)};
}

/// Replaces all substitutions but those that lead nowhere; they stay.
hocon::shared_object resolve(
    const hocon::shared_object& root, const std::vector<open_value>& values,
    findings& errors) {
  constexpr bool use_environment = true;
  constexpr bool may_leave_open = true;
  try {
    const hocon::config_resolve_options options{
        use_environment, may_leave_open};
    return root->to_config()->resolve(options)->root();
  } catch (const hocon::config_exception& e) {
    errors.push_back(blame(e.what(), values));
    return nullptr;
  }
}

/// Of the contradictions, those between values that are right by themselves.
findings place_contradictions(const config_reading& result) {
  findings placed;
  for (const auto& [keys, message] : contradictions(result.value)) {
    const auto is_wrong = [&](const std::string& key) {
      return result.failed.contains(key);
    };
    const auto is_written = [&](const std::string& key) {
      return result.written.contains(key);
    };
    if (std::any_of(keys.begin(), keys.end(), is_wrong))
      continue;
    const auto key = std::find_if(keys.begin(), keys.end(), is_written);
    if (key == keys.end())
      placed.push_back({{}, keys.front(), message});
    else
      placed.push_back({result.written.find(*key)->second, *key, message});
  }
  return placed;
}

struct checked_config {
  config value;
  findings errors;
};

checked_config check(const std::string& text) {
  auto root = parse_hocon(text, std::string{text_name});
  findings errors;
  root = override_from_environment(std::move(root), errors);
  const auto values = find_open_values(root, scan_hocon(text).substitutions);
  append(errors, find_dangling(root, values));
  auto chains = check_chains(values);
  const bool is_safe = chains.empty();
  append(errors, std::move(chains));
  const auto resolved = is_safe ? resolve(root, values, errors) : nullptr;
  if (!resolved)
    return {{}, std::move(errors)};
  auto result =
      read_options(resolved, value_places{resolved, text_name, values});
  append(errors, std::move(result.errors));
  append(errors, place_contradictions(result));
  return {std::move(result.value), std::move(errors)};
}

/// Adds `found`, in reading order, with the lines of the files.
void append(
    config_errors& errors, findings found, const hocon_source& source,
    const std::string& name) {
  std::stable_sort(
      found.begin(), found.end(), [](const finding& a, const finding& b) {
        return std::pair{a.at.line, a.key} < std::pair{b.at.line, b.key};
      });
  for (auto& [at, key, message] : found) {
    file_line where{at.elsewhere.empty() ? name : at.elsewhere, 0};
    if (at.line > 0)
      where = source.lines.at(static_cast<std::size_t>(at.line - 1));
    errors.push_back(
        {where.file, where.line, std::move(key), std::move(message)});
  }
}

loaded<config> finish(hocon_source source, const std::string& name) {
  auto errors = std::move(source.errors);
  if (!source.is_incomplete) {
    auto [value, found] = check(source.text);
    append(errors, std::move(found), source, name);
    if (errors.empty())
      return std::move(value);
  }
  return tl::make_unexpected(std::move(errors));
}

/// cpp-hocon throws, not always an std::exception; memory may be short.
template <class Read>
loaded<config> load(const std::string& name, Read read) noexcept {
  std::string message = "this cannot be read as HOCON";
  try {
    return finish(read(), name);
  } catch (const std::exception& e) {
    message = e.what();
  } catch (...) {
  }
  return tl::make_unexpected(config_errors{{name, 0, "", std::move(message)}});
}

} // namespace

loaded<config> load_config_file(const std::string& path) noexcept {
  return load(path, [&] { return read_source_file(path); });
}

loaded<config> load_config_text(
    std::string_view text, const std::string& origin_name) noexcept {
  return load(origin_name, [&] { return read_source_text(text, origin_name); });
}

} // namespace rookery
