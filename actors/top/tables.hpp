#pragma once

#include "base/error.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// What `rookery top` shows: two tables, as text. Pure.

namespace rookery {

/// A connection as GET /slowest tells of it.
struct slow_line {
  std::string connection;
  std::string user;
  std::string address;
  std::chrono::milliseconds age{0};
  uint64_t messages = 0; // of the outbox, as are the bytes
  uint64_t bytes = 0;
  bool blocked = false;
  uint64_t lag = 0;
  uint64_t messages_in = 0;
  uint64_t events_out = 0;
  double rate = 0; // events out per second, since the look before
};

/// A topic as GET /busiest tells of it.
struct busy_line {
  std::string topic;
  double rate = 0;
  uint64_t subscribers = 0;
};

struct top_tables {
  std::vector<slow_line> slowest;
  std::vector<busy_line> busiest;
};

/// What the slowest are sorted by: the most first, users by name.
enum class top_order : uint8_t { depth, bytes, rate, age, user };

/// "depth"; none: no such order.
std::optional<top_order> top_order_of(std::string_view word);
std::string_view name(top_order order);

/// From the bodies of the two answers.
[[nodiscard]] result<top_tables>
read_tables(std::string_view slowest, std::string_view busiest);

/// Fills in the rates of those that were there in the look before.
void add_rates(
    top_tables& now, const top_tables& before,
    std::chrono::duration<double> between);

void sort(top_tables& tables, top_order by);

/// How much room there is; 0: without limit.
struct top_size {
  std::size_t width = 0;
  std::size_t height = 0;
};

/// Lines of a screen or of a file. Whatever clients call themselves, no byte of
/// it controls a terminal.
std::vector<std::string> render(
    const top_tables& tables, top_order by, std::string_view title,
    const top_size& size);

} // namespace rookery
