#include "base/config/hocon_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

namespace rookery {

namespace {

struct character {
  char32_t code = 0;
  std::size_t size = 0;
};

/// The first character of `text`, which is not empty; its size is 0 if the
/// bytes are no UTF-8 (RFC 3629).
character first_character(std::string_view text) {
  const auto lead = static_cast<uint8_t>(text[0]);
  if (lead < 0x80)
    return {lead, 1};
  const std::size_t size = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || text.size() < size)
    return {};
  char32_t code = lead & (0xffu >> (size + 1));
  for (std::size_t i = 1; i < size; ++i) {
    const auto next = static_cast<uint8_t>(text[i]);
    if ((next & 0xc0) != 0x80)
      return {};
    code = (code << 6) | (next & 0x3f);
  }
  constexpr std::array<char32_t, 5> least{0, 0, 0x80, 0x800, 0x10000};
  const bool is_surrogate = code >= 0xd800 && code <= 0xdfff;
  if (code < least[size] || code > 0x10ffff || is_surrogate)
    return {};
  return {code, size};
}

bool is_blank(char32_t c) {
  return c == ' ' || c == '\t' || c == '\r';
}

bool is_control(char32_t c) {
  return (c < 0x20 && !is_blank(c) && c != '\n') || c == 0x7f;
}

/// What ends a word that stands without quotes.
bool ends_word(char c) {
  constexpr std::string_view marks = " \t\r\n$\"{}[]:=,+#`^?!@*&\\";
  return marks.find(c) != std::string_view::npos;
}

std::size_t rest_of_line(std::string_view text) {
  return std::min(text.find('\n'), text.size());
}

/// Whether `digits` begins with the four of a \u escape that is a character of
/// its own, not half of a surrogate pair.
bool is_unicode_escape(std::string_view digits) {
  unsigned code = 0;
  if (digits.size() < 4)
    return false;
  for (const char c : digits.substr(0, 4)) {
    constexpr std::string_view hex = "0123456789abcdef";
    const auto digit = hex.find(c >= 'A' && c <= 'F' ? c + ('a' - 'A') : c);
    if (digit == std::string_view::npos)
      return false;
    code = code * 16 + static_cast<unsigned>(digit);
  }
  return code < 0xd800 || code > 0xdfff;
}

class scanner {
public:
  scanner(std::string_view text, const hocon_limits& limits)
      : rest_(text)
      , limits_(limits) {
    if (rest_.starts_with("\xef\xbb\xbf")) // byte order mark
      rest_.remove_prefix(3);
  }

  scanned_text run() {
    if (rest_.size() > limits_.text_bytes) {
      note(fmt::format("the text is larger than {} bytes", limits_.text_bytes));
      return std::move(result_);
    }
    check_characters();
    while (!rest_.empty())
      step();
    note_open_brackets();
    std::stable_sort(
        result_.errors.begin(), result_.errors.end(),
        [](const line_note& a, const line_note& b) { return a.line < b.line; });
    return std::move(result_);
  }

private:
  struct bracket {
    char closer;
    int line;
  };

  /// What may come next, as far as `include` needs to know it.
  enum class position {
    before_field, // a key or `include`
    within_field, // a newline or comma ends it
    before_value, // newlines do not end it
    before_file,
    before_file_in_brackets,
  };

  void note(std::string what) {
    result_.errors.push_back({line_, std::move(what)});
  }

  /// Moves `count` bytes to the result.
  void take(std::size_t count) {
    result_.text.append(rest_.substr(0, count));
    rest_.remove_prefix(count);
  }

  void take_newline() {
    take(1);
    ++line_;
    dots_ = 0;
    if (at_ == position::within_field)
      at_ = position::before_field;
  }

  /// All lines are short, and UTF-8 without control characters.
  void check_characters() {
    for (auto left = rest_; !left.empty(); ++line_) {
      auto line = left.substr(0, rest_of_line(left));
      left.remove_prefix(std::min(line.size() + 1, left.size()));
      if (line.size() > limits_.line_bytes)
        note(fmt::format("more than {} bytes in a line", limits_.line_bytes));
      while (!line.empty()) {
        const auto [code, size] = first_character(line);
        if (size == 0 || is_control(code)) {
          note(
              size == 0 ? "this is not UTF-8" : "there is a control character");
          break;
        }
        line.remove_prefix(size);
      }
    }
    line_ = 1;
  }

  void step() {
    const char c = rest_[0];
    if (c == '\n')
      return take_newline();
    if (is_blank(c))
      return take(1);
    if (c == '#' || rest_.starts_with("//"))
      return take(rest_of_line(rest_));
    if (!std::exchange(has_token_, true) && c == '{')
      root_begin_ = result_.text.size();
    result_.root_brackets.reset(); // there is something behind them
    const auto was = std::exchange(at_, position::within_field);
    switch (c) {
    case '"':
      return rest_.starts_with("\"\"\"") ? long_string(was) : string(was);
    case '{':
    case '[':
      return open();
    case '}':
    case ']':
      return close();
    case '$':
      return substitution();
    case ',':
      at_ = position::before_field;
      return take(1);
    case '=':
    case ':':
      at_ = position::before_value;
      return take(1);
    case '+': // `a += b` is short for `a = ${?a} [b]`
      count_substitution();
      return take(1);
    default:
      return word(was);
    }
  }

  void word(position was) {
    std::size_t size = 0;
    for (; size < rest_.size() && !ends_word(rest_[size]); ++size) {
      if (rest_.substr(size).starts_with("//"))
        break;
      dots_ += rest_[size] == '.' ? 1 : 0;
    }
    if (dots_ > limits_.dots_in_line) {
      note(fmt::format("more than {} dots in a line", limits_.dots_in_line));
      dots_ = 0;
    }
    const auto text = rest_.substr(0, size);
    const bool in_object = open_.empty() || open_.back().closer == '}';
    if (was == position::before_field && in_object && text == "include") {
      include_begin_ = result_.text.size();
      at_ = position::before_file;
    } else if (was == position::before_file && text == "file(") {
      at_ = position::before_file_in_brackets;
    } else if (was >= position::before_file) {
      note("only files can be included: include \"other.conf\"");
    }
    take(std::max<std::size_t>(size, 1));
  }

  void open() {
    if (open_.size() == limits_.nesting)
      note(fmt::format("more than {} brackets are open", limits_.nesting));
    open_.push_back({rest_[0] == '{' ? '}' : ']', line_});
    at_ = position::before_field;
    take(1);
  }

  void close() {
    const char closer = rest_[0];
    take(1);
    if (open_.empty())
      return note(fmt::format("'{}' closes nothing", closer));
    const auto expected = open_.back();
    open_.pop_back();
    if (expected.closer != closer)
      note(fmt::format(
          "'{}' stands where '{}' should close line {}", closer,
          expected.closer, expected.line));
    if (open_.empty() && root_begin_)
      result_.root_brackets = {*root_begin_, result_.text.size() - 1};
    if (open_.empty())
      root_begin_.reset();
  }

  void count_substitution() {
    if (++substitutions_ == limits_.substitutions + 1)
      note(fmt::format("more than {} substitutions", limits_.substitutions));
  }

  /// `${path}` or `${?path}`; the library would recurse into nested ones.
  void substitution() {
    count_substitution();
    const auto line = rest_.substr(0, rest_of_line(rest_));
    const auto size = line.find('}');
    const auto inside = line.substr(0, size);
    if (size == std::string_view::npos || !inside.starts_with("${")
        || inside.find_first_of("{[]$#\\", 2) != std::string_view::npos) {
      note("a substitution is written ${path} or ${?path}");
      return take(std::min(inside.size() + 1, line.size()));
    }
    result_.substitutions.push_back({line_, std::string{inside.substr(2)}});
    take(2);
    while (!rest_.empty() && rest_[0] != '}' && rest_[0] != '\n')
      rest_[0] == '"' ? string(at_) : word(at_);
    if (rest_.starts_with('}'))
      take(1);
  }

  void string(position was) {
    take(1);
    const auto content = rest_;
    while (!rest_.empty() && rest_[0] != '"' && rest_[0] != '\n')
      rest_[0] == '\\' ? escape() : plain();
    if (!rest_.starts_with('"'))
      return note("a quote is not closed");
    const auto name = content.substr(0, content.size() - rest_.size());
    take(1);
    if (was >= position::before_file)
      finish_include(name, was == position::before_file_in_brackets);
  }

  void finish_include(std::string_view name, bool in_brackets) {
    const auto line = line_;
    if (in_brackets) {
      take_blanks();
      if (!rest_.starts_with(')'))
        return note("a ')' is missing behind the name of the file");
      take(1);
    }
    take_blanks();
    if (rest_.starts_with(','))
      take(1);
    result_.includes.push_back(
        {line, std::string{name}, include_begin_, result_.text.size()});
    at_ = position::before_field;
  }

  void take_blanks() {
    take(std::min(rest_.find_first_not_of(" \t\r"), rest_.size()));
  }

  /// One character of a string that is no escape.
  void plain() {
    const auto [code, size] = first_character(rest_);
    if (size < 2)
      return take(1);
    if (code > 0xffff)
      note("quotes cannot hold characters beyond U+FFFF, but \"\"\" can");
    result_.text += fmt::format("\\u{:04x}", static_cast<uint32_t>(code));
    rest_.remove_prefix(size);
  }

  void escape() {
    constexpr std::string_view known = "\"\\/bfnrtu";
    if (rest_.size() < 2 || known.find(rest_[1]) == std::string_view::npos) {
      note(fmt::format("a backslash is followed by none of {}", known));
      return take(1);
    }
    if (rest_[1] == 'u' && !is_unicode_escape(rest_.substr(2)))
      note("\\u is not followed by the four hex digits of a character");
    take(2);
  }

  void long_string(position was) {
    if (was >= position::before_file)
      note("the name of a file is written in single quotes: \"other.conf\"");
    const auto end = rest_.find("\"\"\"", 3);
    if (end == std::string_view::npos) {
      note("\"\"\" is not closed");
      result_.closers = "\"\"\"";
      return take(rest_.size());
    }
    const auto content = rest_.substr(0, end);
    line_ += static_cast<int>(std::count(content.begin(), content.end(), '\n'));
    take(end + 3);
    while (rest_.starts_with('"')) // further quotes belong to the content
      take(1);
  }

  void note_open_brackets() {
    for (; !open_.empty(); open_.pop_back()) {
      line_ = open_.back().line;
      const char closer = open_.back().closer;
      result_.closers += closer;
      note(fmt::format("'{}' is never closed", closer == '}' ? '{' : '['));
    }
  }

  std::string_view rest_;
  const hocon_limits& limits_;
  scanned_text result_;
  int line_ = 1;
  std::size_t dots_ = 0; // in this line
  std::size_t substitutions_ = 0;
  std::vector<bracket> open_;
  position at_ = position::before_field;
  bool has_token_ = false;
  std::size_t include_begin_ = 0; // of the include at `before_file`
  std::optional<std::size_t> root_begin_;
};

} // namespace

scanned_text scan_hocon(std::string_view text, const hocon_limits& limits) {
  return scanner{text, limits}.run();
}

} // namespace rookery
