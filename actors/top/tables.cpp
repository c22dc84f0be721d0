#include "actors/top/tables.hpp"

#include "actors/top/cells.hpp"
#include "base/protocol/json_rows.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <unordered_map>
#include <utility>

namespace rookery {

namespace {

using namespace cells;

constexpr std::array<std::pair<std::string_view, top_order>, 5> orders{
    {{"depth", top_order::depth},
     {"bytes", top_order::bytes},
     {"rate", top_order::rate},
     {"age", top_order::age},
     {"user", top_order::user}}};

slow_line slow_line_of(const json_row& row) {
  slow_line line;
  line.connection = row.text("connection");
  line.user = row.text("user");
  line.address = row.text("address");
  line.age = std::chrono::milliseconds{count(row, "age_ms")};
  line.messages = count(row, "outbox.messages");
  line.bytes = count(row, "outbox.bytes");
  line.blocked = row.truth("blocked");
  line.lag = count(row, "lag");
  line.messages_in = count(row, "messages_in");
  line.events_out = count(row, "events_out");
  return line;
}

constexpr std::size_t user_width = 16;
constexpr std::size_t address_width = 15;
constexpr std::size_t topic_width = 40;

std::string slow_head(std::size_t width) {
  return line_of(
      {{"CONNECTION", 12, false},
       {"USER", user_width, false},
       {"ADDRESS", address_width, false},
       {"AGE", 7},
       {"DEPTH", 6},
       {"BYTES", 6},
       {"LAG", 6},
       {"IN", 6},
       {"OUT", 6},
       {"OUT/S", 6},
       {"STATE", 7, false}},
      width);
}

std::string slow_text(const slow_line& one, std::size_t width) {
  const auto as_double = [](uint64_t n) { return static_cast<double>(n); };
  return line_of(
      {{one.connection, 12, false},
       {one.user, user_width, false},
       {one.address, address_width, false},
       {age(one.age), 7},
       {number(as_double(one.messages)), 6},
       {size(as_double(one.bytes)), 6},
       {number(as_double(one.lag)), 6},
       {number(as_double(one.messages_in)), 6},
       {number(as_double(one.events_out)), 6},
       {rate(one.rate), 6},
       {one.blocked ? "blocked" : "", 7, false}},
      width);
}

std::string busy_text(
    std::string_view topic, std::string_view per_second,
    std::string_view subscribers, std::size_t width) {
  return line_of(
      {{std::string{topic}, topic_width, false},
       {std::string{per_second}, 8},
       {std::string{subscribers}, 11}},
      width);
}

} // namespace

std::optional<top_order> top_order_of(std::string_view word) {
  for (const auto& [known, order] : orders)
    if (known == word)
      return order;
  return std::nullopt;
}

std::string_view name(top_order order) {
  return orders[static_cast<std::size_t>(order)].first;
}

result<top_tables>
read_tables(std::string_view slowest, std::string_view busiest) {
  const auto slow = read_json_rows(slowest, "connections");
  if (!slow)
    return tl::make_unexpected(slow.error());
  const auto busy = read_json_rows(busiest, "topics");
  if (!busy)
    return tl::make_unexpected(busy.error());
  top_tables tables;
  for (const auto& row : *slow)
    tables.slowest.push_back(slow_line_of(row));
  for (const auto& row : *busy)
    tables.busiest.push_back(
        {row.text("topic"), row.number("publishes_per_second"),
         count(row, "subscribers")});
  return tables;
}

void add_rates(
    top_tables& now, const top_tables& before,
    std::chrono::duration<double> between) {
  if (between.count() <= 0)
    return;
  std::unordered_map<std::string_view, uint64_t> then;
  for (const auto& one : before.slowest)
    then.emplace(one.connection, one.events_out);
  for (auto& one : now.slowest) {
    const auto found = then.find(one.connection);
    if (found != then.end() && one.events_out >= found->second)
      one.rate =
          static_cast<double>(one.events_out - found->second) / between.count();
  }
}

void sort(top_tables& tables, top_order by) {
  const auto before = [by](const slow_line& a, const slow_line& b) {
    switch (by) {
    case top_order::depth:
      return a.messages > b.messages;
    case top_order::bytes:
      return a.bytes > b.bytes;
    case top_order::rate:
      return a.rate > b.rate;
    case top_order::age:
      return a.age > b.age;
    case top_order::user:
      return a.user < b.user;
    }
    return false;
  };
  std::stable_sort(tables.slowest.begin(), tables.slowest.end(), before);
}

std::vector<std::string> render(
    const top_tables& tables, top_order by, std::string_view title,
    const top_size& size) {
  const auto width = size.width;
  std::vector<std::string> lines;
  const auto plain = [&](std::string_view text) {
    lines.push_back(line_of(
        {{std::string{text}, width == 0 ? text.size() : width, false}}, width));
  };
  plain(title);
  lines.emplace_back();
  // Of a screen each table has half; what one does not need the other gets.
  constexpr std::size_t heads = 7;
  const auto room = size.height > heads ? size.height - heads : 0;
  auto slow = tables.slowest.size();
  auto busy = tables.busiest.size();
  if (size.height > 0) {
    busy = std::min(busy, room - std::min(room, std::min(slow, room / 2)));
    slow = std::min(slow, room - busy);
  }
  plain("slowest connections, by " + std::string{name(by)});
  lines.push_back(slow_head(width));
  for (std::size_t i = 0; i < slow; ++i)
    lines.push_back(slow_text(tables.slowest[i], width));
  lines.emplace_back();
  plain("busiest topics");
  lines.push_back(busy_text("TOPIC", "PUB/S", "SUBSCRIBERS", width));
  for (std::size_t i = 0; i < busy; ++i) {
    const auto& one = tables.busiest[i];
    lines.push_back(busy_text(
        one.topic, rate(one.rate), std::to_string(one.subscribers), width));
  }
  if (size.height > 0 && lines.size() > size.height)
    lines.resize(size.height);
  return lines;
}

} // namespace rookery
