#include "base/config/reader.hpp"

#include "base/config/describe.hpp"
#include "base/config/hocon_parse.hpp"
#include "base/config/option_names.hpp"
#include "base/config/topic_pattern.hpp"
#include "base/topic_name.hpp"

#include <fmt/format.h>
#include <hocon/config_list.hpp>

#include <algorithm>
#include <concepts>
#include <optional>
#include <utility>

namespace rookery {

namespace {

using value_type = hocon::config_value::type;

/// A value for a message: short, in one line, in quotes.
std::string quote(std::string_view text) {
  constexpr std::size_t length_max = 60;
  std::string quoted{text.substr(0, length_max)};
  std::replace_if(
      quoted.begin(), quoted.end(),
      [](char c) { return static_cast<unsigned char>(c) < ' '; }, ' ');
  return fmt::format("'{}{}'", quoted, text.size() > length_max ? "..." : "");
}

/// Logins of URLs are nobody's who reads the message.
std::string without_logins(std::string text) {
  constexpr std::string_view scheme_end = "://";
  for (auto at = text.find(scheme_end); at != std::string::npos;
       at = text.find(scheme_end, at)) {
    at += scheme_end.size();
    const auto end = std::min(text.find_first_of(" '\"", at), text.size());
    const auto login = text.substr(at, end - at).rfind('@');
    if (login != std::string::npos)
      text.replace(at, login, "...");
  }
  return text;
}

/// For values whose line says only where they come from.
std::string from_environment(const hocon::shared_value& value) {
  constexpr std::string_view prefix = "env var ";
  const std::string_view origin = value->origin()->description();
  if (!origin.starts_with(prefix))
    return {};
  return fmt::format(
      " (environment variable {})", origin.substr(prefix.size()));
}

std::string_view type_of(const hocon::shared_value& value) {
  switch (value->value_type()) {
  case value_type::OBJECT:
    return "a section";
  case value_type::LIST:
    return "a list";
  default:
    return "a value";
  }
}

std::optional<std::string> scalar_text(const hocon::shared_value& value) {
  switch (value->value_type()) {
  case value_type::STRING:
  case value_type::NUMBER:
  case value_type::BOOLEAN:
    return value->transform_to_string();
  default:
    return std::nullopt;
  }
}

/// The elements of a list of scalars, with a blank between them.
std::optional<std::string> list_text(const hocon::shared_value& value) {
  const auto list = std::dynamic_pointer_cast<const hocon::config_list>(value);
  if (!list)
    return scalar_text(value);
  std::string all;
  for (const auto& element : *list) {
    const auto text = scalar_text(element);
    if (!text)
      return std::nullopt;
    all.append(all.empty() ? "" : " ").append(*text);
  }
  return all;
}

bool is_class_name(std::string_view name) {
  return valid_topic_name(name) && name.find('.') == std::string_view::npos;
}

/// The visitor of `describe` that fills the fields.
class option_reader {
public:
  explicit option_reader(const value_places& places)
      : places_(places) {}

  config_reading run(const hocon::shared_object& root) {
    scope_.object = root;
    scope_.members = members_of(root).value();
    scope_.known.emplace(vars_section);
    describe(*this, result_.value);
    report_unknown_keys();
    return std::move(result_);
  }

  template <class Field, class Form>
  void option(
      std::string_view key, Field& field, const Form& form, std::string_view) {
    const auto value = find(key);
    if (!value)
      return;
    const auto path = path_of(key);
    result_.written[path] = places_.of(path, value);
    constexpr bool may_be_list =
        std::same_as<Form, option::rights> || std::same_as<Form, option::texts>;
    const auto text = may_be_list ? list_text(value) : scalar_text(value);
    if (!text)
      return fail(
          path, value,
          fmt::format(
              "expected {}, not {}", option::allowed(form), type_of(value)));
    const auto problem = option::read(form, *text, field);
    if (!problem)
      return;
    const auto shown =
        option::is_secret(form) ? "the secret" : quote(without_logins(*text));
    fail(
        path, value,
        shown + " " + without_logins(*problem) + from_environment(value));
  }

  template <class Section>
  void section(std::string_view key, Section& section, std::string_view) {
    if (const auto value = find(key))
      within(key, value, [&] { describe(*this, section); });
  }

  void topic_classes(
      std::string_view key, std::vector<topic_class>& classes,
      std::string_view) {
    const auto value = find(key);
    if (!value)
      return;
    within(key, value, [&] {
      const auto members = scope_.members;
      for (const auto& [name, member] : members)
        if (const auto present = find(name))
          classes.push_back(read_class(name, present));
    });
    put_in_order(classes);
  }

private:
  /// The object that is being read.
  struct scope {
    hocon::shared_object object;
    hocon_members members;
    std::string prefix; // of the paths of its members: "http."
    std::set<std::string, std::less<>> known; // keys that were looked for
  };

  std::string path_of(std::string_view key) const {
    return scope_.prefix + std::string{key};
  }

  void fail(
      const std::string& path, const hocon::shared_value& value,
      std::string message) {
    result_.errors.push_back(
        {places_.of(path, value), path, std::move(message)});
    result_.failed.insert(path);
  }

  /// None if the key is absent, its value is null, which takes a value back
  /// that another file set, or a substitution failed that is reported already.
  hocon::shared_value find(std::string_view key) {
    scope_.known.emplace(key);
    auto value =
        scope_.object->attempt_peek_with_partial_resolve(std::string{key});
    if (!value)
      return nullptr;
    const bool is_resolved =
        value->get_resolve_status() == hocon::resolve_status::RESOLVED;
    if (!is_resolved && !members_of(value)) {
      result_.failed.insert(path_of(key));
      return nullptr;
    }
    return value->value_type() == value_type::CONFIG_NULL ? nullptr : value;
  }

  /// Reads the members of `value` with `body`, and reports what it leaves.
  template <class Body>
  void
  within(std::string_view key, const hocon::shared_value& value, Body body) {
    const auto path = path_of(key);
    const auto object =
        std::dynamic_pointer_cast<const hocon::config_object>(value);
    const auto members = members_of(value);
    if (!object || !members)
      return fail(
          path, value,
          fmt::format("expected a section {{ ... }}, not {}", type_of(value)));
    auto outer = std::exchange(scope_, scope{object, *members, path + ".", {}});
    body();
    report_unknown_keys();
    scope_ = std::move(outer);
  }

  topic_class
  read_class(const std::string& name, const hocon::shared_value& value) {
    topic_class one;
    one.name = name;
    const auto path = path_of(name);
    if (!is_class_name(name))
      fail(path, value, "names are made of letters, digits, '_' and '-'");
    within(name, value, [&] {
      describe(*this, one);
      const auto match = path_of("match");
      if (!result_.written.contains(match) && !result_.failed.contains(match))
        fail(path, value, "has no match, so no topic is of this class");
    });
    return one;
  }

  int line_of_match(const topic_class& one) const {
    const auto found = result_.written.find("topics." + one.name + ".match");
    return found == result_.written.end() ? 0 : found->second.line;
  }

  /// In the order of the file. On one line, where no order can be seen, the
  /// narrower of two patterns comes first; if neither is, it matters and is an
  /// error.
  void put_in_order(std::vector<topic_class>& classes) {
    std::sort(
        classes.begin(), classes.end(),
        [this](const topic_class& a, const topic_class& b) {
          return std::pair{line_of_match(a), a.name}
                 < std::pair{line_of_match(b), b.name};
        });
    for (std::size_t i = 1; i < classes.size(); ++i) {
      const int line = line_of_match(classes[i]);
      for (auto at = i; line > 0 && at > 0; --at) {
        auto& before = classes[at - 1];
        auto& one = classes[at];
        if (line_of_match(before) != line)
          break;
        if (covers(before.match, one.match))
          std::swap(before, one);
        else if (
            overlap(before.match, one.match)
            && !covers(one.match, before.match))
          hides_order(line, one.name, before.name);
      }
    }
  }

  void hides_order(int line, const std::string& one, const std::string& other) {
    result_.errors.push_back(
        {{line, ""},
         "topics." + one,
         fmt::format(
             "stands on one line with {}, which hides their order", other)});
  }

  void report_unknown_keys() {
    for (const auto& [key, value] : scope_.members) {
      if (scope_.known.contains(key))
        continue;
      const auto path = path_of(key);
      const auto meant = nearest(path, candidates(path));
      fail(
          path, value,
          "unknown key"
              + (meant.empty() ? "" : "; did you mean " + meant + "?"));
    }
  }

  /// Keys that may have been meant by an unknown one.
  std::vector<std::string> candidates(std::string_view path) const {
    constexpr std::string_view topics = "topics.";
    if (!path.starts_with(topics))
      return key_paths();
    const auto name_end = path.find('.', topics.size());
    std::vector<std::string> all;
    for (const auto& option : topic_option_paths())
      all.push_back(
          std::string{path.substr(0, name_end)}.append(".").append(option));
    return all;
  }

  const value_places& places_;
  config_reading result_;
  scope scope_;
};

} // namespace

config_reading
read_options(const hocon::shared_object& root, const value_places& places) {
  return option_reader{places}.run(root);
}

} // namespace rookery
