#include "tests/unit/config/loading.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rookery {
namespace {

using testing::ElementsAre;

TEST(substitutions, take_other_values) {
  const auto all = load_good(R"(
    vars { port = 70, host = "127.0.0" }
    http { port = ${vars.port}, internal-port = ${vars.port}0
           address = ${vars.host}.1 }
    websocket.message-bytes-max = ${connection.send-buffer-bytes}
    connection.send-buffer-bytes = 32 KiB
  )");
  EXPECT_EQ(all.http.port, 70);
  EXPECT_EQ(all.http.internal_port, 700);
  EXPECT_EQ(all.http.address, "127.0.0.1");
  EXPECT_EQ(all.websocket.message_bytes_max, 32768u);
}

TEST(substitutions, take_values_of_included_files_and_give_theirs) {
  const scratch_folder folder;
  folder.write(
      "inc.conf", "vars.port = 71\nhttp.internal-port = ${vars.internal}");
  const auto path = folder.write(
      "main.conf", "include \"inc.conf\"\nhttp.port = ${vars.port}\n"
                   "vars.internal = 72\n");
  const auto all = load_config_file(path);
  ASSERT_TRUE(all);
  EXPECT_EQ(all->http.port, 71);
  EXPECT_EQ(all->http.internal_port, 72);
}

TEST(substitutions, take_the_environment) {
  const scoped_variable port{"TEST_PORT", "73"};
  const auto all = load_good(R"(
    http { port = 8000
           port = ${?TEST_PORT}
           internal-port = 9000
           internal-port = ${?TEST_NO_PORT}
           backlog = ${TEST_PORT} })");
  EXPECT_EQ(all.http.port, 73);
  EXPECT_EQ(all.http.internal_port, 9000);
  EXPECT_EQ(all.http.backlog, 73u);
}

TEST(substitutions, may_take_the_value_before) {
  EXPECT_EQ(
      load_good("http.port = 7\nhttp.port = ${http.port}1").http.port, 71);
}

TEST(substitutions, that_lead_nowhere_are_errors) {
  EXPECT_THAT(
      errors_in("http.port = ${vars.nope}\n"
                "http.backlog = ${?vars.nope}\n"
                "\n"
                "node.name = a${TEST_NO_NAME}b\n"
                "log.level = loud\n"
                "topics.a = ${vars.nope} { match = a }\n"),
      ElementsAre(
          "x.conf:1: http.port: ${vars.nope} is neither in the files nor in "
          "the environment",
          "x.conf:4: node.name: ${TEST_NO_NAME} is neither in the files nor in "
          "the environment",
          "x.conf:5: log.level: 'loud' is none of trace | debug | info | warn "
          "| error | off",
          "x.conf:6: topics.a: ${vars.nope} is neither in the files nor in the "
          "environment"));
}

TEST(substitutions, in_a_circle_are_errors) {
  for (const auto* text :
       {"vars.a = ${vars.b}\nvars.b = ${vars.a}",
        "vars { a { x = ${vars.b} }\n b { y = ${vars.a.x} } }",
        "vars.a = ${vars.b}\nvars.b = ${vars.c}\nvars.c = x${vars.a}"}) {
    const auto errors = errors_in(text);
    ASSERT_EQ(errors.size(), 1u) << text;
    EXPECT_THAT(errors[0], testing::HasSubstr("leads back to this value"));
    EXPECT_THAT(errors[0], testing::MatchesRegex("x.conf:[123]: vars.*"));
  }
}

TEST(substitutions, of_a_value_by_itself_are_errors) {
  const auto errors = errors_in("log.level = info\nhttp.port = ${http.port}");
  ASSERT_EQ(errors.size(), 1u);
  EXPECT_THAT(errors[0], testing::StartsWith("x.conf:2: http.port: "));
}

TEST(substitutions, must_not_multiply) {
  std::string text = "vars.a0 = xxxxxxxxxx\n";
  for (int i = 1; i < 15; ++i) {
    const auto before = "${vars.a" + std::to_string(i - 1) + "}";
    text += "vars.a" + std::to_string(i) + " = " + before + before + "\n";
  }
  const auto errors = errors_in(text);
  ASSERT_EQ(errors.size(), 1u);
  EXPECT_THAT(
      errors[0],
      testing::HasSubstr("too many values are substituted into each other"));
}

TEST(substitutions, must_not_make_long_chains) {
  std::string text = "vars.a0 = x\n";
  for (int i = 1; i < 100; ++i)
    text += "vars.a" + std::to_string(i) + " = ${vars.a" + std::to_string(i - 1)
            + "}\n";
  const auto errors = errors_in(text);
  ASSERT_EQ(errors.size(), 1u);
  EXPECT_THAT(
      errors[0], testing::HasSubstr("more than 16 substitutions in a chain"));
}

TEST(overrides, replace_what_the_file_says) {
  const scoped_variable port{"ROOKERY__HTTP__PORT", "74"};
  const scoped_variable ping{"ROOKERY__WEBSOCKET__PING_INTERVAL", "30 s"};
  const scoped_variable level{"ROOKERY__WEBSOCKET__COMPRESSION__LEVEL", "9"};
  const auto all = load_good("http.port = 8000\nhttp.backlog = ${http.port}");
  EXPECT_EQ(all.http.port, 74);
  EXPECT_EQ(all.http.backlog, 74u);
  EXPECT_EQ(all.websocket.ping_interval, std::chrono::seconds{30});
  EXPECT_EQ(all.websocket.compression.level, 9);
}

TEST(overrides, take_any_characters) {
  const scoped_variable key{
      "ROOKERY__TLS__KEY", "/a \"b\" ${c} \\ # z\xc3\xbc"};
  EXPECT_EQ(load_good("").tls.key, "/a \"b\" ${c} \\ # z\xc3\xbc");
}

TEST(overrides, say_where_they_come_from_when_they_are_wrong) {
  const scoped_variable port{"ROOKERY__HTTP__PORT", "x"};
  const scoped_variable secret{"ROOKERY__SESSION__TOKEN__HMAC_SECRET", "abc"};
  EXPECT_THAT(
      errors_in("http.port = 8000\nfoo = 1"),
      ElementsAre(
          "environment variable ROOKERY__HTTP__PORT: http.port: 'x' is not a "
          "whole number (0..65535)",
          "environment variable ROOKERY__SESSION__TOKEN__HMAC_SECRET: "
          "session.token.hmac-secret: the secret is shorter than 32 bytes",
          "x.conf:2: foo: unknown key"));
}

TEST(overrides, must_name_an_option) {
  const scoped_variable port{"ROOKERY__HTTP__PROT", "1"};
  const scoped_variable other{"ROOKERY_PORT", "tcp://10.0.0.1:8000"};
  EXPECT_THAT(
      errors_in(""),
      ElementsAre("environment variable ROOKERY__HTTP__PROT: overrides no "
                  "option; did you mean ROOKERY__HTTP__PORT?"));
}

} // namespace
} // namespace rookery
