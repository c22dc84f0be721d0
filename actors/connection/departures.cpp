#include "actors/connection/departures.hpp"

#include "actors/connection/connection.hpp"
#include "actors/connection/fanout.hpp"
#include "base/check.hpp"

#include <algorithm>

// How a thread sends its clients away while the node drains: each is told when
// to go, and is closed some time after that if it has not gone by itself.

namespace rookery {

namespace {

using std::chrono::milliseconds;

/// Clients that are told, or closed, before other work of the thread gets its
/// turn.
constexpr uint32_t clients_per_turn = 200;
constexpr milliseconds between_turns{1};

/// A client that goes at its time has so long to open its next connection and
/// to leave this one.
constexpr milliseconds departure_grace{2'000};

/// So long a client that publishes is waited for until it has its receipts.
constexpr milliseconds receipt_patience{1'000};
constexpr milliseconds between_looks{50};

} // namespace

milliseconds departure_offset(
    uint64_t index, uint64_t clients, milliseconds window, uint16_t thread,
    std::size_t threads) {
  ROOKERY_CHECK(
      index < clients && thread < threads, "each has its place in the window");
  // No overflow: an hour, a million clients and a thousand threads are 4e15.
  const auto place = static_cast<int64_t>(index * threads + thread);
  return window * place / static_cast<int64_t>(clients * threads);
}

void fanout::on(const depart_order& order) {
  if (departures_)
    return;
  departures_ = std::make_unique<departures>();
  departures_->order = order;
  departures_->clients = connections_.size() - closing_;
  tell_departures();
}

/// Nobody has come in since the order: ids up to the last one are all there is.
void fanout::tell_departures() {
  auto& all = *departures_;
  const auto& order = all.order;
  const auto now = services_.now();
  auto next = connections_.upper_bound(all.last_told);
  for (uint32_t turn = 0; turn < clients_per_turn && next != connections_.end()
                          && all.told < all.clients;
       ++next, ++turn) {
    auto& one = *next->second;
    all.last_told = next->first;
    if (one.link().state() != link_state::open)
      continue;
    const auto offset = departure_offset(
        all.told++, all.clients, order.window, services_.index,
        node_.fanouts.size());
    const auto at = order.begun + std::min(offset, order.limit);
    one.tell_to_go(
        std::max(std::chrono::ceil<milliseconds>(at - now), milliseconds{0}),
        order.window);
    all.due.push_back(
        {all.last_told,
         std::min(at + departure_grace, order.begun + order.limit)});
  }
  if (next != connections_.end() && all.told < all.clients)
    services_.call_at(now + between_turns, [this] { tell_departures(); });
  if (!all.closing && !all.due.empty())
    close_departed_at(all.due.front().due);
}

void fanout::close_departed_at(steady_time due) {
  departures_->closing = true;
  services_.call_at(std::max(due, services_.now() + between_turns), [this] {
    close_departed();
  });
}

void fanout::close_departed() {
  auto& all = *departures_;
  all.closing = false;
  const auto now = services_.now();
  std::erase_if(all.late, [&](const departures::departure& one) {
    auto* waiting = find(one.id);
    if (waiting && waiting->waits_for_answers() && one.due > now)
      return false;
    if (waiting)
      waiting->close(close_code::drain);
    return true;
  });
  for (uint32_t turn = 0; turn < clients_per_turn && !all.due.empty()
                          && all.due.front().due <= now;
       ++turn) {
    const auto [id, due] = all.due.front();
    all.due.pop_front();
    auto* one = find(id);
    if (one && one->waits_for_answers())
      all.late.push_back({id, now + receipt_patience});
    else if (one)
      one->close(close_code::drain);
  }
  auto again = all.due.empty() ? steady_time::max() : all.due.front().due;
  if (!all.late.empty())
    again = std::min(again, now + between_looks);
  if (again != steady_time::max())
    close_departed_at(again);
}

} // namespace rookery
