#include "tests/unit/config/loading.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sys/stat.h>

namespace rookery {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

config load_good_file(const std::string& path) {
  const auto result = load_config_file(path);
  EXPECT_THAT(errors_in_file(path), IsEmpty());
  return result.value_or(config{});
}

TEST(load_file, that_is_missing_is_an_error) {
  const scratch_folder folder;
  const auto path = folder.at("none.conf");
  EXPECT_THAT(
      errors_in_file(path), ElementsAre(path + ": there is no file " + path));
}

TEST(load_file, must_be_a_regular_file) {
  const scratch_folder folder;
  const auto fifo = folder.at("fifo");
  ASSERT_EQ(mkfifo(fifo.c_str(), 0600), 0);
  EXPECT_THAT(
      errors_in_file(fifo),
      ElementsAre(fifo + ": " + fifo + " is not a regular file"));
  EXPECT_THAT(errors_in_file("/dev/zero"), testing::SizeIs(1));
}

TEST(load_file, must_not_be_large) {
  const scratch_folder folder;
  const auto path = folder.write("big.conf", std::string(300 * 1024, '\n'));
  EXPECT_THAT(
      errors_in_file(path),
      ElementsAre(path + ":1: the text is larger than 262144 bytes"));
}

TEST(load_file, includes_others_relative_to_itself) {
  const scratch_folder folder;
  folder.write("parts/http.conf", "http.port = 81\ninclude \"more/log.conf\"");
  folder.write("parts/more/log.conf", "log.level = warn");
  folder.write("absolute.conf", "node.threads = 3");
  const auto path = folder.write(
      "main.conf", "include \"parts/http.conf\"\n"
                   "include file(\""
                       + folder.at("absolute.conf") + "\")\n");
  const auto all = load_good_file(path);
  EXPECT_EQ(all.http.port, 81);
  EXPECT_EQ(all.log.level, log_level::warn);
  EXPECT_EQ(all.node.threads, 3u);
}

TEST(load_file, includes_names_without_their_ending) {
  const scratch_folder folder;
  folder.write("base.conf", "http.port = 82");
  EXPECT_EQ(
      load_good_file(folder.write("main.conf", "include \"base\"")).http.port,
      82);
  folder.write("base", "http.port = 83");
  EXPECT_EQ(load_good_file(folder.at("main.conf")).http.port, 83);
}

TEST(load_file, may_put_includes_anywhere_that_a_key_may_be) {
  const scratch_folder folder;
  folder.write("port.conf", "{ port = 84 }");
  folder.write("empty.conf", "");
  const auto path = folder.write(
      "main.conf",
      "http { include \"empty.conf\", include \"port.conf\", demo = yes }\n"
      "vars { include \"port.conf\" }, log { level = error }");
  const auto all = load_good_file(path);
  EXPECT_EQ(all.http.port, 84);
  EXPECT_TRUE(all.http.demo);
  EXPECT_EQ(all.log.level, log_level::error);
}

TEST(load_file, and_its_includes_override_each_other_in_reading_order) {
  const scratch_folder folder;
  folder.write("base.conf", "http { port = 1, backlog = 2, demo = yes }");
  const auto all = load_good_file(folder.write(
      "main.conf", "http.port = 7\ninclude \"base.conf\"\nhttp.backlog = 8\n"));
  EXPECT_EQ(all.http.port, 1);
  EXPECT_EQ(all.http.backlog, 8u);
  EXPECT_TRUE(all.http.demo);
}

TEST(load_file, that_includes_a_missing_one_names_it) {
  const scratch_folder folder;
  const auto path = folder.write(
      "main.conf",
      "http.port = x\n\ninclude \"none.conf\"\nfoo { include \"nix\" }\n");
  EXPECT_THAT(
      errors_in_file(path),
      testing::UnorderedElementsAre(
          path + ":3: there is no file " + folder.at("none.conf"),
          path + ":4: there is no file " + folder.at("nix"),
          path + ":1: http.port: 'x' is not a whole number (0..65535)",
          path + ":4: foo: unknown key"));
}

TEST(load_file, never_includes_itself) {
  const scratch_folder folder;
  const auto a = folder.write("a.conf", "http.port = 1\ninclude \"b.conf\"");
  const auto b = folder.write("b.conf", "include \"./a.conf\"");
  EXPECT_THAT(
      errors_in_file(a), ElementsAre(b + ":1: " + a + " includes itself"));
}

TEST(load_file, includes_a_bounded_number_of_files) {
  const scratch_folder folder;
  folder.write("leaf.conf", "");
  std::string many;
  for (int i = 0; i < 64; ++i)
    many += "include \"leaf.conf\"\n";
  const auto path = folder.write("main.conf", many);
  EXPECT_THAT(
      errors_in_file(path), ElementsAre(path + ":64: more than 64 files"));
}

TEST(load_file, has_limits_for_the_whole_with_its_includes) {
  const scratch_folder folder;
  folder.write("deep.conf", "a { b { c { d {} } } }");
  std::string text = "vars {";
  for (int i = 0; i < 29; ++i)
    text += " a {\n";
  text += "include \"deep.conf\"\n" + std::string(30, '}');
  const auto path = folder.write("main.conf", text);
  EXPECT_THAT(
      errors_in_file(path),
      ElementsAre(
          folder.at("deep.conf") + ":1: more than 32 brackets are open"));
}

TEST(load_file, says_in_which_file_and_line_an_error_is) {
  const scratch_folder folder;
  const auto inner =
      folder.write("inner.conf", "# one\nport = abc\n\nprot = 1\n");
  const auto outer = folder.write(
      "outer.conf",
      "http {\n  include \"inner.conf\"\n  demo = x\n}\nfoo = 1\n");
  EXPECT_THAT(
      errors_in_file(outer),
      ElementsAre(
          inner + ":2: http.port: 'abc' is not a whole number (0..65535)",
          inner + ":4: http.prot: unknown key; did you mean http.port?",
          outer + ":3: http.demo: 'x' is neither true nor false",
          outer + ":5: foo: unknown key"));
}

TEST(load_file, lists_the_syntax_errors_of_all_files) {
  const scratch_folder folder;
  const auto a = folder.write("a.conf", "x = 1\ny = = 2\n");
  const auto b = folder.write("b.conf", "{\n  x = \"1\n}\n");
  const auto c = folder.write("c.conf", "x = 1\n");
  const auto main = folder.write(
      "main.conf",
      "include \"a.conf\"\ninclude \"b.conf\"\ninclude \"c.conf\"\n");
  EXPECT_THAT(
      errors_in_file(main),
      ElementsAre(
          testing::StartsWith(a + ":2: "), b + ":2: a quote is not closed"));
}

TEST(load_file, keeps_lines_right_behind_a_text_of_several_lines) {
  EXPECT_THAT(
      errors_in("vars.text = \"\"\"one\ntwo\n\"\"\"\n"
                "http {\n  port = x\n}\nfoo {\n  bar { baz = 1 }\n}\n"),
      ElementsAre(
          "x.conf:5: http.port: 'x' is not a whole number (0..65535)",
          "x.conf:8: foo: unknown key"));
}

TEST(load_file, gives_the_line_where_a_merged_value_is_set) {
  const scratch_folder folder;
  const scoped_variable port{"TEST_PORT", "many"};
  folder.write("base.conf", "http.port = 80\n");
  const auto path = folder.write(
      "main.conf", "include \"base.conf\"\n\nhttp { port = ${?TEST_PORT} }\n");
  EXPECT_THAT(
      errors_in_file(path),
      ElementsAre(
          path
          + ":3: http.port: 'many' is not a whole number (0..65535) "
            "(environment variable TEST_PORT)"));
}

} // namespace
} // namespace rookery
