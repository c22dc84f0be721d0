#include "base/config/substitutions.hpp"

#include "base/config/hocon_parse.hpp"

#include <fmt/format.h>
#include <hocon/config_render_options.hpp>
#include <hocon/path.hpp>

#include <algorithm>
#include <cstdlib>
#include <string_view>

namespace rookery {

namespace {

constexpr std::size_t values_max = 512;
constexpr std::size_t chain_max = 16;
constexpr std::size_t replacements_max = 4096;

bool is_open(const hocon::shared_value& value) {
  return value->get_resolve_status() == hocon::resolve_status::UNRESOLVED;
}

/// The paths in "${a.b}\"text\"${?C}", which is how the library writes a value
/// that it has not resolved.
std::vector<std::string> references_in(std::string_view rendered) {
  std::vector<std::string> found;
  bool in_quotes = false;
  for (std::size_t i = 0; i < rendered.size(); ++i) {
    if (rendered[i] == '"')
      in_quotes = !in_quotes;
    else if (in_quotes && rendered[i] == '\\')
      ++i;
    if (in_quotes || !rendered.substr(i).starts_with("${"))
      continue;
    const auto start = i + 2;
    for (bool quoted = false; i < rendered.size(); ++i) {
      if (rendered[i] == '"')
        quoted = !quoted;
      if (rendered[i] == '}' && !quoted)
        break;
    }
    found.emplace_back(rendered.substr(start, i - start));
  }
  return found;
}

std::string join(const std::string& parent, const std::string& key) {
  auto name = hocon::path::new_key(key).render();
  return parent.empty() ? name : parent + "." + name;
}

/// The line of a value that begins on line `first`, if it takes one of its
/// pieces from a substitution: of `port = 8000` and then `port = ${?PORT}` it
/// is the second.
int line_of(
    int first, const std::vector<std::string>& references,
    const std::vector<line_note>& written) {
  for (const auto& [line, path] : written)
    if (line >= first && !references.empty() && path == references.front())
      return line;
  return first;
}

void collect(
    const std::string& path, const hocon::shared_value& value,
    const std::vector<line_note>& written, std::vector<open_value>& found) {
  if (!is_open(value))
    return;
  if (const auto inside = members_of(value)) {
    for (const auto& [key, member] : *inside)
      collect(join(path, key), member, written, found);
    return;
  }
  auto references =
      references_in(value->render(hocon::config_render_options::concise()));
  const int line = line_of(value->origin()->line_number(), references, written);
  found.push_back({path, std::move(references), {line, ""}});
}

std::string_view without_mark(std::string_view reference) {
  if (reference.starts_with('?'))
    reference.remove_prefix(1);
  return reference;
}

/// Whether there may be a value at a path; open values may hold anything.
bool may_exist(const hocon::shared_object& root, hocon::path path) {
  if (path.length() == 1 && std::getenv(path.first()->c_str()))
    return true;
  for (auto object = root; object; path = path.remainder()) {
    const auto value = object->attempt_peek_with_partial_resolve(*path.first());
    if (!value)
      return false;
    if (path.remainder().empty())
      return true;
    object = std::dynamic_pointer_cast<const hocon::config_object>(value);
    if (is_open(value) && !members_of(value))
      return true;
  }
  return false;
}

/// Whether `path` is `top` or below it: "a.b" is below "a".
bool is_within(std::string_view path, std::string_view top) {
  return path.starts_with(top)
         && (path.size() == top.size() || path[top.size()] == '.');
}

/// Walks along the references, each value once.
class chain_check {
public:
  explicit chain_check(const std::vector<open_value>& values)
      : values_(values)
      , states_(values.size()) {}

  findings run() {
    std::size_t total = 0;
    for (std::size_t i = 0; i < values_.size() && errors_.empty(); ++i) {
      total += visit(i, 0);
      if (total > replacements_max)
        report(i, "too many values are substituted into each other");
    }
    return std::move(errors_);
  }

private:
  struct state {
    bool is_open = false;
    std::size_t replacements = 0; // of this value and all it is made of
  };

  void report(std::size_t i, std::string message) {
    if (errors_.empty())
      errors_.push_back({values_[i].at, values_[i].path, std::move(message)});
  }

  std::size_t visit(std::size_t i, std::size_t depth) {
    if (states_[i].replacements > 0)
      return states_[i].replacements;
    if (depth > chain_max) {
      report(
          i, fmt::format("more than {} substitutions in a chain", chain_max));
      return 1;
    }
    states_[i].is_open = true;
    std::size_t count = 1;
    for (const auto& reference : values_[i].references)
      count += follow(i, without_mark(reference), depth);
    states_[i] = {false, std::min(count, replacements_max + 1)};
    return states_[i].replacements;
  }

  /// The replacements in all that `target` stands for.
  std::size_t
  follow(std::size_t from, std::string_view target, std::size_t depth) {
    std::size_t count = 1;
    for (std::size_t i = 0; i < values_.size() && errors_.empty(); ++i) {
      const auto& path = values_[i].path;
      if (i == from || !(is_within(path, target) || is_within(target, path)))
        continue; // what refers to itself means the value that it had before
      if (states_[i].is_open)
        report(from, fmt::format("${{{}}} leads back to this value", target));
      else
        count += visit(i, depth + 1);
    }
    return count;
  }

  const std::vector<open_value>& values_;
  std::vector<state> states_;
  findings errors_;
};

} // namespace

findings find_dangling(
    const hocon::shared_object& root, const std::vector<open_value>& values) {
  findings errors;
  for (const auto& value : values)
    for (const auto& reference : value.references)
      if (!reference.starts_with('?')
          && !may_exist(root, hocon::path::new_path(reference)))
        errors.push_back(
            {value.at, value.path,
             fmt::format(
                 "${{{}}} is neither in the files nor in the environment",
                 reference)});
  return errors;
}

std::vector<open_value> find_open_values(
    const hocon::shared_object& root, const std::vector<line_note>& written) {
  std::vector<open_value> found;
  collect("", root, written, found);
  return found;
}

findings check_chains(const std::vector<open_value>& values) {
  if (values.size() > values_max)
    return {{{}, "", fmt::format("more than {} substitutions", values_max)}};
  return chain_check{values}.run();
}

} // namespace rookery
