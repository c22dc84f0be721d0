#include "base/config/topic_pattern.hpp"

namespace rookery {

namespace {

/// A name of one part.
bool is_plain_part(std::string_view part) noexcept {
  return valid_topic_name(part) && part.find('.') == std::string_view::npos;
}

/// Hands out the parts of a name or pattern from left to right. There is always
/// at least one; it is empty if the text is.
class parts {
public:
  explicit parts(std::string_view text) noexcept
      : rest_(text) {}

  bool done() const noexcept { return done_; }

  std::string_view next() noexcept {
    const auto dot = rest_.find('.');
    const auto part = rest_.substr(0, dot);
    done_ = dot == std::string_view::npos;
    rest_.remove_prefix(done_ ? rest_.size() : dot + 1);
    return part;
  }

private:
  std::string_view rest_;
  bool done_ = false;
};

std::optional<std::string> part_error(std::string_view part, bool is_last) {
  if (part.empty())
    return "a part is empty";
  if (part == ">")
    return is_last ? std::nullopt
                   : std::optional<std::string>{"'>' must be the last part"};
  if (part == "*" || is_plain_part(part))
    return std::nullopt;
  if (part.find_first_of("*>") != std::string_view::npos)
    return "'*' and '>' must be whole parts";
  return "parts are made of letters, digits, '_' and '-'";
}

} // namespace

std::optional<std::string> pattern_error(std::string_view pattern) {
  if (pattern.empty())
    return "the pattern is empty";
  if (pattern.size() > topic_name_bytes_max)
    return "the pattern is longer than 255 bytes";
  if (is_system_topic(pattern))
    pattern.remove_prefix(1);
  for (parts left{pattern}; !left.done();) {
    const auto part = left.next();
    if (auto error = part_error(part, left.done()))
      return error;
  }
  return std::nullopt;
}

bool matches(std::string_view pattern, std::string_view name) noexcept {
  // A name is a pattern that stands for itself alone.
  return covers(pattern, name);
}

bool covers(std::string_view wide, std::string_view narrow) noexcept {
  if (is_system_topic(wide) != is_system_topic(narrow))
    return false;
  parts outer{wide};
  parts inner{narrow};
  while (!outer.done() && !inner.done()) {
    const auto out = outer.next();
    if (out == ">")
      return true;
    const auto in = inner.next();
    if (in == ">" || (out != "*" && out != in))
      return false;
  }
  return outer.done() && inner.done();
}

bool overlap(std::string_view a, std::string_view b) noexcept {
  if (is_system_topic(a) != is_system_topic(b))
    return false;
  parts left{a};
  parts right{b};
  while (!left.done() && !right.done()) {
    const auto one = left.next();
    const auto other = right.next();
    if (one == ">" || other == ">")
      return true;
    if (one != "*" && other != "*" && one != other)
      return false;
  }
  return left.done() && right.done();
}

} // namespace rookery
