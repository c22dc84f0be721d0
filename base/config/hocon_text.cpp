#include "base/config/hocon_text.hpp"

#include "base/config/characters.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <utility>

namespace rookery {

namespace {

/// What ends a word that stands without quotes.
bool ends_word(char c) {
  constexpr std::string_view marks = " \t\r\n$\"{}[]:=,+#`^?!@*&\\";
  return marks.find(c) != std::string_view::npos;
}

std::size_t rest_of_line(std::string_view text) {
  return std::min(text.find('\n'), text.size());
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

  /// What may come next.
  enum class position {
    before_field, // a key or `include`
    in_key,
    before_value, // newlines do not end it
    in_value,
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

  /// Behind a newline or comma.
  void end_field() {
    if (at_ == position::in_key)
      end_key_part();
    if (at_ < position::before_file)
      at_ = open_.empty() || open_.back().closer == '}'
                ? position::before_field
                : position::before_value;
  }

  void take_newline() {
    if (at_ != position::before_value)
      end_field();
    take(1);
    ++line_;
    dots_ = 0;
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
    switch (c) {
    case '"':
      return rest_.starts_with("\"\"\"") ? long_string() : string();
    case '{':
    case '[':
      return open();
    case '}':
    case ']':
      return close();
    case '$':
      return substitution();
    case ',':
      end_field();
      return take(1);
    case '+': // `a += b` is short for `a = ${?a} [b]`
      count_substitution();
      [[fallthrough]];
    case '=':
    case ':':
      end_field();
      at_ = position::before_value;
      return take(1);
    default:
      return word();
    }
  }

  /// What stands between two dots of a key. The library crashes if it is empty.
  void end_key_part() {
    if (key_part_is_empty_)
      note("a key begins or ends with a dot, or has two in a row");
    key_part_is_empty_ = true;
  }

  void begin_token() {
    if (at_ == position::before_field) {
      at_ = position::in_key;
      key_part_is_empty_ = true;
      if (++keys_ == limits_.keys + 1)
        note(fmt::format("more than {} keys", limits_.keys));
    } else if (at_ == position::before_value) {
      at_ = position::in_value;
    }
  }

  void word() {
    std::size_t size = 0;
    while (size < rest_.size() && !ends_word(rest_[size])
           && !rest_.substr(size).starts_with("//"))
      ++size;
    const auto text = rest_.substr(0, size);
    const bool may_be_include = at_ == position::before_field;
    begin_token();
    for (const char c : text)
      step_in_word(c);
    if (dots_ > limits_.dots_in_line) {
      note(fmt::format("more than {} dots in a line", limits_.dots_in_line));
      dots_ = 0;
    }
    if (may_be_include && text == "include") {
      include_begin_ = result_.text.size();
      at_ = position::before_file;
    } else if (at_ == position::before_file && text == "file(") {
      at_ = position::before_file_in_brackets;
    } else if (at_ >= position::before_file) {
      note("only files can be included: include \"other.conf\"");
      at_ = position::in_value;
    }
    take(std::max<std::size_t>(size, 1));
  }

  void step_in_word(char c) {
    dots_ += c == '.' ? 1 : 0;
    if (at_ != position::in_key)
      return;
    if (c == '.')
      end_key_part();
    else
      key_part_is_empty_ = false;
  }

  void open() {
    if (open_.size() == limits_.nesting)
      note(fmt::format("more than {} brackets are open", limits_.nesting));
    if (at_ == position::in_key)
      end_key_part();
    open_.push_back({rest_[0] == '{' ? '}' : ']', line_});
    at_ = position::in_value;
    end_field();
    take(1);
  }

  void close() {
    const char closer = rest_[0];
    take(1);
    end_field();
    at_ = position::in_value;
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
    at_ = position::in_value;
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
      rest_[0] == '"' ? string() : word();
    if (rest_.starts_with('}'))
      take(1);
  }

  void string() {
    begin_token();
    key_part_is_empty_ = false;
    take(1);
    const auto content = rest_;
    while (!rest_.empty() && rest_[0] != '"' && rest_[0] != '\n')
      rest_[0] == '\\' ? escape() : plain();
    if (!rest_.starts_with('"'))
      return note("a quote is not closed");
    const auto name = content.substr(0, content.size() - rest_.size());
    take(1);
    if (at_ >= position::before_file)
      finish_include(name);
  }

  void finish_include(std::string_view name) {
    const bool in_brackets = at_ == position::before_file_in_brackets;
    at_ = position::before_field;
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
        {line_, std::string{name}, include_begin_, result_.text.size()});
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

  void long_string() {
    if (at_ >= position::before_file)
      note("the name of a file is written with one quote: \"other.conf\"");
    begin_token();
    key_part_is_empty_ = false;
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
    end_field();
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
  std::size_t keys_ = 0;
  std::vector<bracket> open_;
  position at_ = position::before_field;
  bool key_part_is_empty_ = true;
  bool has_token_ = false;
  std::size_t include_begin_ = 0; // of the include at `before_file`
  std::optional<std::size_t> root_begin_;
};

} // namespace

scanned_text scan_hocon(std::string_view text, const hocon_limits& limits) {
  return scanner{text, limits}.run();
}

} // namespace rookery
