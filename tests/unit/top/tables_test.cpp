#include "actors/top/tables.hpp"

#include <gmock/gmock.h>

namespace rookery {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

slow_line line(std::string connection, std::string user = "ann") {
  slow_line made;
  made.connection = std::move(connection);
  made.user = std::move(user);
  return made;
}

std::vector<std::string> order(top_tables tables, top_order by) {
  sort(tables, by);
  std::vector<std::string> found;
  for (const auto& one : tables.slowest)
    found.push_back(one.connection);
  return found;
}

std::string shown(const top_tables& tables, const top_size& size = {}) {
  std::string text;
  for (const auto& one : render(tables, top_order::depth, "title", size))
    text += one + '\n';
  return text;
}

TEST(tables, are_read_from_the_answers) {
  const auto tables = read_tables(
      R"({"connections":[{"connection":"c-0-1","user":null,"address":"::1",
          "topics":["a","b"],"outbox":{"messages":7,"bytes":700},
          "messages_in":1,"events_out":9,"age_ms":1500,"blocked":true,
          "not_live":1,"lag":4}]})",
      R"({"topics":[{"topic":"chat.a","publishes_per_second":2.5,
          "subscribers":3}]})");
  ASSERT_TRUE(tables);
  ASSERT_EQ(tables->slowest.size(), 1u);
  const auto& slow = tables->slowest.front();
  EXPECT_EQ(slow.connection, "c-0-1");
  EXPECT_EQ(slow.user, "");
  EXPECT_EQ(slow.address, "::1");
  EXPECT_EQ(slow.age, 1500ms);
  EXPECT_EQ(slow.messages, 7u);
  EXPECT_EQ(slow.bytes, 700u);
  EXPECT_TRUE(slow.blocked);
  EXPECT_EQ(slow.lag, 4u);
  EXPECT_EQ(slow.messages_in, 1u);
  EXPECT_EQ(slow.events_out, 9u);
  ASSERT_EQ(tables->busiest.size(), 1u);
  EXPECT_EQ(tables->busiest.front().topic, "chat.a");
  EXPECT_EQ(tables->busiest.front().rate, 2.5);
  EXPECT_EQ(tables->busiest.front().subscribers, 3u);
}

TEST(tables, are_not_read_from_something_else) {
  EXPECT_FALSE(read_tables("", R"({"topics":[]})"));
  EXPECT_FALSE(read_tables("[]", R"({"topics":[]})"));
  EXPECT_FALSE(read_tables(R"({"connections":[]})", R"({"topics":[5]})"));
  EXPECT_FALSE(read_tables(R"({"connections":{}})", R"({"topics":[]})"));
}

TEST(tables, are_sorted_by_any_column) {
  auto a = line("a", "zoe");
  a.messages = 1;
  a.bytes = 500;
  a.age = 20s;
  auto b = line("b", "bob");
  b.messages = 3;
  b.bytes = 100;
  b.rate = 9;
  auto c = line("c", "ann");
  c.messages = 2;
  c.age = 60s;
  c.rate = 1;
  const top_tables tables{{a, b, c}, {}};
  EXPECT_THAT(order(tables, top_order::depth), ElementsAre("b", "c", "a"));
  EXPECT_THAT(order(tables, top_order::bytes), ElementsAre("a", "b", "c"));
  EXPECT_THAT(order(tables, top_order::rate), ElementsAre("b", "c", "a"));
  EXPECT_THAT(order(tables, top_order::age), ElementsAre("c", "a", "b"));
  EXPECT_THAT(order(tables, top_order::user), ElementsAre("c", "b", "a"));
  for (const auto* word : {"depth", "bytes", "rate", "age", "user"})
    EXPECT_EQ(name(top_order_of(word).value()), word);
  EXPECT_FALSE(top_order_of("colour"));
}

TEST(tables, have_rates_of_who_was_there_before) {
  auto then = line("a");
  then.events_out = 100;
  auto now = line("a");
  now.events_out = 150;
  auto fresh = line("b");
  fresh.events_out = 1000;
  top_tables tables{{now, fresh}, {}};
  add_rates(tables, {{then}, {}}, 2s);
  EXPECT_EQ(tables.slowest[0].rate, 25.0);
  EXPECT_EQ(tables.slowest[1].rate, 0.0);
}

TEST(tables, are_shown_with_units_that_fit) {
  auto one = line("c-0-1f", "ann");
  one.address = "192.0.2.1";
  one.age = 3h + 5min;
  one.messages = 4096;
  one.bytes = 1536 * 1024;
  one.lag = 12'345;
  one.events_out = 7'000'000;
  one.rate = 12.34;
  one.blocked = true;
  const auto text = shown({{one}, {{"chat.a", 1234, 56}}});
  EXPECT_THAT(
      text,
      HasSubstr("c-0-1f       ann              192.0.2.1         3h05m   4096"
                "   1.5M  12.3k      0   7.0M   12.3 blocked\n"));
  EXPECT_THAT(text, HasSubstr("1234"));
  EXPECT_THAT(text, HasSubstr(" 56\n"));
}

TEST(tables, let_no_client_control_the_terminal) {
  const auto text = shown(
      {{line(
           "c-1", "a\x1b[2J\x7f\n\xc2\x9b"
                  "31m\xc3\xa9")},
       {}});
  EXPECT_THAT(text, HasSubstr("a?[2J???31m\xc3\xa9 "));
  EXPECT_THAT(text, Not(HasSubstr("\x1b")));
}

TEST(tables, keep_to_the_size_of_the_screen) {
  top_tables tables;
  for (int i = 0; i < 50; ++i) {
    tables.slowest.push_back(
        line("c-" + std::to_string(i), "\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9"));
    tables.busiest.push_back({"t-" + std::to_string(i), 0, 0});
  }
  for (const std::size_t width : {1, 12, 13, 20, 40, 80, 200})
    for (const std::size_t height : {1, 5, 7, 8, 24, 60}) {
      const auto lines =
          render(tables, top_order::depth, "title", {width, height});
      EXPECT_LE(lines.size(), height);
      for (const auto& one : lines) {
        std::size_t characters = 0;
        for (const char c : one)
          characters += (static_cast<unsigned char>(c) & 0xc0) != 0x80;
        EXPECT_LE(characters, width);
      }
    }
}

TEST(tables, share_the_screen) {
  top_tables tables;
  for (int i = 0; i < 50; ++i) {
    tables.slowest.push_back(line("c-" + std::to_string(i)));
    tables.busiest.push_back({"t-" + std::to_string(i), 0, 0});
  }
  const auto both = shown(tables, {100, 27});
  EXPECT_THAT(both, HasSubstr("\nc-9 "));
  EXPECT_THAT(both, Not(HasSubstr("\nc-10 ")));
  EXPECT_THAT(both, HasSubstr("\nt-9 "));
  tables.slowest.resize(2);
  EXPECT_THAT(shown(tables, {100, 27}), HasSubstr("\nt-17 "));
}

} // namespace
} // namespace rookery
