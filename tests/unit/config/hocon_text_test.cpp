#include "base/config/hocon_text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rookery {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

/// "2: a quote is not closed"
std::vector<std::string>
errors_of(std::string_view text, const hocon_limits& limits = {}) {
  std::vector<std::string> lines;
  for (const auto& [line, what] : scan_hocon(text, limits).errors)
    lines.push_back(std::to_string(line) + ": " + what);
  return lines;
}

TEST(hocon_text, has_nothing_against_hocon) {
  EXPECT_THAT(errors_of(""), IsEmpty());
  EXPECT_THAT(
      errors_of("a { b = [1, { c : \"}]\" }], # }}]\n } // ]"), IsEmpty());
  EXPECT_THAT(
      errors_of("a = \"\"\"{[\n\"quoted\" \\ \"\"\"\"\nb = 1"), IsEmpty());
  EXPECT_THAT(errors_of("a = ${b.c}${?\"d e\".f} \t\r\n"), IsEmpty());
  EXPECT_THAT(errors_of(R"(a = "\"\\\/\b\f\n\r\tA")"), IsEmpty());
  EXPECT_THAT(errors_of("a = \"\"\nb = http://x"), IsEmpty());
}

TEST(hocon_text, pairs_brackets) {
  EXPECT_THAT(
      errors_of("a {\nb [\n"),
      ElementsAre("1: '{' is never closed", "2: '[' is never closed"));
  EXPECT_THAT(errors_of("a = 1\n}"), ElementsAre("2: '}' closes nothing"));
  EXPECT_THAT(
      errors_of("a {\n b = 1\n]"),
      ElementsAre("3: ']' stands where '}' should close line 1"));
}

TEST(hocon_text, closes_quotes) {
  EXPECT_THAT(
      errors_of("a = 1\nb = \"x\nc = 2"),
      ElementsAre("2: a quote is not closed"));
  EXPECT_THAT(errors_of("a = \"x"), ElementsAre("1: a quote is not closed"));
  EXPECT_THAT(
      errors_of("a = \"\"\"x\n\"\"\nb = 1\n"),
      ElementsAre("1: \"\"\" is not closed"));
}

TEST(hocon_text, knows_all_escapes) {
  EXPECT_THAT(
      errors_of(R"(a = "\x")"),
      ElementsAre("1: a backslash is followed by none of \"\\/bfnrtu"));
  for (const auto* escape :
       {R"(a = "\u12")", R"(a = "\u12g4")", R"(a = "\ud83d")", R"(a = "\u")"})
    EXPECT_THAT(
        errors_of(escape),
        ElementsAre("1: \\u is not followed by the four hex digits of a "
                    "character"))
        << escape;
}

TEST(hocon_text, knows_substitutions) {
  for (const auto* text :
       {"a = $5", "a = ${b", "a = ${b\n}", "a = ${b${c}}", "a = ${b[0]}",
        "a = $"})
    EXPECT_THAT(
        errors_of(text),
        testing::Contains("1: a substitution is written ${path} or ${?path}"))
        << text;
  const auto scanned = scan_hocon("a = ${b}\nc = x${?D} # ${e}\n\"${f}\" = 1");
  ASSERT_EQ(scanned.substitutions.size(), 2u);
  EXPECT_EQ(scanned.substitutions[0].text, "b");
  EXPECT_EQ(scanned.substitutions[1].text, "?D");
  EXPECT_EQ(scanned.substitutions[1].line, 2);
}

TEST(hocon_text, is_utf8_without_control_characters) {
  EXPECT_THAT(errors_of("# z\xc3\xbcrich \xf0\x9f\x98\x80\n"), IsEmpty());
  for (const auto* bytes :
       {"\xff", "\xc3", "\xc0\xaf", "\xe0\x80\x80", "\xed\xa0\x80",
        "\xf4\x90\x80\x80", "\xf0\x9f\x98"})
    EXPECT_THAT(
        errors_of(std::string{"a = 1\n# "} + bytes),
        ElementsAre("2: this is not UTF-8"));
  EXPECT_THAT(
      errors_of(std::string("a = 1\0", 6)),
      ElementsAre("1: there is a control character"));
  EXPECT_THAT(
      errors_of("a\n\x7f"), ElementsAre("2: there is a control character"));
}

TEST(hocon_text, escapes_what_the_library_takes_for_control_characters) {
  const auto scanned =
      scan_hocon("\xef\xbb\xbf\"\xc3\xbc\" = \"\xe2\x82\xac\" \xc3\xbc");
  EXPECT_EQ(scanned.text, "\"\\u00fc\" = \"\\u20ac\" \xc3\xbc");
  EXPECT_THAT(scanned.errors, IsEmpty());
  EXPECT_THAT(
      errors_of("a = \"\xf0\x9f\x98\x80\""),
      ElementsAre("1: quotes cannot hold characters beyond U+FFFF, but "
                  "\"\"\" can"));
  EXPECT_THAT(errors_of("a = \"\"\"\xf0\x9f\x98\x80\"\"\""), IsEmpty());
}

TEST(hocon_text, finds_includes) {
  const std::string text =
      "include \"a\"\nx { include file( \"b.conf\" ), y = 1 }\n"
      "# include \"no\"\ninclude # comment\n  \"c\"\n";
  const auto scanned = scan_hocon(text);
  EXPECT_THAT(scanned.errors, IsEmpty());
  ASSERT_EQ(scanned.includes.size(), 3u);
  EXPECT_EQ(scanned.includes[0].name, "a");
  EXPECT_EQ(scanned.includes[0].line, 1);
  EXPECT_EQ(
      text.substr(
          scanned.includes[0].begin,
          scanned.includes[0].end - scanned.includes[0].begin),
      "include \"a\"");
  EXPECT_EQ(scanned.includes[1].name, "b.conf");
  EXPECT_EQ(
      text.substr(
          scanned.includes[1].begin,
          scanned.includes[1].end - scanned.includes[1].begin),
      "include file( \"b.conf\" ),");
  EXPECT_EQ(scanned.includes[2].name, "c");
  EXPECT_EQ(scanned.includes[2].line, 5);
}

TEST(hocon_text, tells_includes_from_values_and_keys) {
  for (const auto* text :
       {"a = include \"x\"", "a =\n include \"x\"", "[include \"x\"]",
        "includes \"x\"", "\"include\" \"x\"", "a {} include \"x\"",
        "include = \"x\"", "include { x = 1 }", "a include \"x\""})
    EXPECT_THAT(scan_hocon(text).includes, IsEmpty()) << text;
}

TEST(hocon_text, includes_nothing_but_files) {
  for (const auto* text :
       {"include url(\"x\")", "include classpath(\"x\")",
        "include required(file(\"x\"))", "include x", "include file(x)"})
    EXPECT_THAT(
        errors_of(text),
        testing::Contains("1: only files can be included: include "
                          "\"other.conf\""))
        << text;
  EXPECT_THAT(errors_of("include \"\"\"x\"\"\""), testing::SizeIs(1));
  EXPECT_THAT(
      errors_of("include file(\"x\""),
      ElementsAre("1: a ')' is missing behind the name of the file"));
}

TEST(hocon_text, finds_the_brackets_around_the_whole) {
  const auto brackets = [](std::string_view text) {
    return scan_hocon(text).root_brackets;
  };
  EXPECT_EQ(brackets("{ a = 1 }"), std::pair(std::size_t{0}, std::size_t{8}));
  EXPECT_EQ(
      brackets("# x\n{}\n# y"), std::pair(std::size_t{4}, std::size_t{5}));
  EXPECT_EQ(brackets("a { b = 1 }"), std::nullopt);
  EXPECT_EQ(brackets("{ a = 1 } { b = 1 }"), std::nullopt);
  EXPECT_EQ(brackets("{ a = 1 }, b = 1"), std::nullopt);
  EXPECT_EQ(brackets(""), std::nullopt);
}

TEST(hocon_text, knows_what_would_close_it) {
  EXPECT_EQ(scan_hocon("a { b = [").closers, "]}");
  EXPECT_EQ(scan_hocon("a { b = \"\"\"x").closers, "\"\"\"}");
  EXPECT_EQ(scan_hocon("a { b = 1 }").closers, "");
}

TEST(hocon_text, has_no_keys_that_crash_the_library) {
  for (const auto* text :
       {"a..b = 1", ".a = 1", "a. = 1", "a. {}", ". : 1", "a.\n", "a.",
        "5. = 1", "x { a..b = 1 }", "x = 1, a..b = 1", "[{ .a = 1 }]",
        "a. += 1", "a = [1]\n.b = 1", "a.\"\".. = 1", "include \"x\", .a = 1"})
    EXPECT_THAT(
        errors_of(text), testing::Contains(testing::HasSubstr(
                             "a key begins or ends with a dot")))
        << text;
  for (const auto* text :
       {"a.b = 1", "a = ..", "a = [.., .]", "a =\n.b", "\"\".\"\" = 1",
        "a.\".\" = 1", "a = { b = . }", "a : .x"})
    EXPECT_THAT(errors_of(text), IsEmpty()) << text;
}

TEST(hocon_text, has_limits) {
  const hocon_limits small{
      .text_bytes = 40,
      .line_bytes = 30,
      .nesting = 2,
      .dots_in_line = 3,
      .substitutions = 2,
      .keys = 3};
  EXPECT_THAT(errors_of(std::string(40, '\n'), small), IsEmpty());
  EXPECT_THAT(
      errors_of(std::string(41, '\n'), small),
      ElementsAre("1: the text is larger than 40 bytes"));
  EXPECT_THAT(
      errors_of("a = 1\n#" + std::string(30, 'x'), small),
      ElementsAre("2: more than 30 bytes in a line"));
  EXPECT_THAT(errors_of("a = [[1]]", small), IsEmpty());
  EXPECT_THAT(
      errors_of("a = [[[1]]]", small),
      ElementsAre("1: more than 2 brackets are open"));
  EXPECT_THAT(errors_of("a.b.c.d = 1\na.b.c.d = 1", small), IsEmpty());
  EXPECT_THAT(
      errors_of("a.b.c.d.e = 1", small),
      ElementsAre("1: more than 3 dots in a line"));
  EXPECT_THAT(errors_of("a = ${b}\nc += 1", small), IsEmpty());
  EXPECT_THAT(
      errors_of("a = ${b}\nc += 1\nc += 2", small),
      ElementsAre("3: more than 2 substitutions"));
  EXPECT_THAT(errors_of("a { b = 1, c = 2 }", small), IsEmpty());
  EXPECT_THAT(
      errors_of("a { b = 1, c = 2 }\nd=1", small),
      ElementsAre("2: more than 3 keys"));
}

} // namespace
} // namespace rookery
