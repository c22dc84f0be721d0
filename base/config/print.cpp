#include "base/config/print.hpp"

#include "base/config/describe.hpp"

#include <string_view>

namespace rookery {

namespace {

constexpr std::size_t columns = 80;

/// The visitor of `describe` that writes a file of defaults.
class printer {
public:
  explicit printer(std::string start)
      : start_(std::move(start)) {}

  template <class Field, class Form>
  void option(
      std::string_view key, Field& field, const Form& form,
      std::string_view reason) {
    blank_line();
    comment(reason);
    comment("Allowed: " + option::allowed(form));
    line(std::string{key} + " = " + option::write(form, field));
  }

  template <class Section>
  void
  section(std::string_view key, Section& section, std::string_view reason) {
    within(key, reason, [&] { describe(*this, section); });
  }

  void topic_classes(
      std::string_view key, std::vector<topic_class>&,
      std::string_view reason) {
    within(key, reason, [&] {
      // A class that everybody had would be in everybody's way, so the
      // defaults of one are shown as a comment.
      topic_class example;
      example.match = "chat.*";
      printer inside{start_ + "# "};
      inside.within("chat", "", [&] { describe(inside, example); });
      comment("For example, with the defaults of all but `match`:");
      text_ += inside.text_;
    });
  }

  std::string take() { return std::move(text_); }

private:
  template <class Body>
  void within(std::string_view key, std::string_view reason, Body body) {
    blank_line();
    comment(reason);
    line(std::string{key} + " {");
    is_first_ = true;
    const auto outer = start_;
    start_ += "  ";
    body();
    start_ = outer;
    line("}");
    is_first_ = false;
  }

  /// Between two options or sections, but not behind a bracket.
  void blank_line() {
    if (!is_first_)
      line("");
    is_first_ = false;
  }

  void line(std::string_view content) {
    auto whole = start_ + std::string{content};
    whole.resize(whole.find_last_not_of(' ') + 1);
    text_.append(whole).append("\n");
  }

  /// As many lines as the words need.
  void comment(std::string_view words) {
    const auto room = columns - start_.size() - 2;
    while (!words.empty()) {
      auto size = words.size();
      if (size > room)
        size = words.rfind(' ', room);
      line("# " + std::string{words.substr(0, size)});
      words.remove_prefix(std::min(size + 1, words.size()));
    }
  }

  std::string start_; // of each line
  std::string text_;
  bool is_first_ = true;
};

constexpr std::string_view head =
    R"(# Every key of Rookery with its default, as `rookery default-config` prints it.
# A configuration needs only the keys that differ. Above each key stand the
# reason for its default, and what it may be.
#
# This is HOCON. Sizes are bytes or have a unit (64 KiB), durations are
# milliseconds or have one (250ms, 25s, 1m, 1h). There is also:
#   include "other.conf"     another file, relative to this one
#   port = ${?PORT}          an environment variable, if it is set
#   vars { limit = 64 KiB }  values of your own, for ${vars.limit}
# And without any change of a file, ROOKERY__HTTP__INTERNAL_PORT=9001 overrides
# http.internal-port: '.' becomes two underscores, '-' one.

)";

} // namespace

std::string default_config() {
  printer all{""};
  config defaults;
  describe(all, defaults);
  return std::string{head} + all.take();
}

} // namespace rookery
