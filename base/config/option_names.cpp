#include "base/config/option_names.hpp"

#include "base/config/describe.hpp"

#include <algorithm>
#include <numeric>

namespace rookery {

namespace {

class path_collector {
public:
  std::vector<std::string> paths;
  std::vector<std::string> sections;

  template <class Field, class Form>
  void option(std::string_view key, Field&, const Form&, std::string_view) {
    paths.push_back(prefix_ + std::string{key});
  }

  template <class Section>
  void section(std::string_view key, Section& section, std::string_view) {
    const auto outer = prefix_;
    sections.push_back(prefix_ + std::string{key});
    prefix_.append(key).append(".");
    describe(*this, section);
    prefix_ = outer;
  }

  void topic_classes(
      std::string_view key, std::vector<topic_class>&, std::string_view) {
    sections.emplace_back(key);
  }

private:
  std::string prefix_;
};

template <class Section>
path_collector collect() {
  path_collector collector;
  Section section;
  describe(collector, section);
  return collector;
}

std::vector<std::string> collect_keys() {
  auto all = collect<config>();
  all.sections.emplace_back(vars_section);
  all.sections.insert(all.sections.end(), all.paths.begin(), all.paths.end());
  return std::move(all.sections);
}

/// How many characters to insert, drop or replace to get from `a` to `b`.
std::size_t typing_mistakes(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    auto diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const auto replaced = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, row[j + 1] + 1});
    }
  }
  return row.back();
}

std::string_view last_part(std::string_view path) {
  return path.substr(path.rfind('.') + 1); // npos + 1 is 0
}

} // namespace

const std::vector<std::string>& option_paths() {
  static const auto paths = collect<config>().paths;
  return paths;
}

const std::vector<std::string>& topic_option_paths() {
  static const auto paths = collect<topic_class>().paths;
  return paths;
}

const std::vector<std::string>& key_paths() {
  static const auto paths = collect_keys();
  return paths;
}

std::string environment_name(std::string_view option_path) {
  std::string name{environment_prefix};
  for (const char c : option_path) {
    if (c == '.')
      name += "__";
    else
      name += c == '-'                 ? '_'
              : (c >= 'a' && c <= 'z') ? static_cast<char>(c - 'a' + 'A')
                                       : c;
  }
  return name;
}

std::string
nearest(std::string_view mistyped, const std::vector<std::string>& candidates) {
  constexpr std::size_t length_max = 64; // longer ones are no typing mistakes
  if (mistyped.size() > length_max)
    return {};
  std::string best;
  auto least = std::min<std::size_t>(4, mistyped.size() / 3 + 1);
  for (const auto& candidate : candidates) {
    const auto mistakes = typing_mistakes(mistyped, candidate);
    if (mistakes < least) {
      least = mistakes;
      best = candidate;
    }
  }
  for (const auto& candidate : candidates)
    if (best.empty() && last_part(candidate) == last_part(mistyped))
      best = candidate;
  return best;
}

} // namespace rookery
