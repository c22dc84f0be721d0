#include "actors/connection/connection.hpp"
#include "base/log.hpp"

#include <algorithm>

// What a thread tells about its connections: to who asks, and to the log.

namespace rookery {

uint64_t lag_of(const listener_entry& listener, const local_topic& topic) {
  return listener.at == listener_entry::pace::live
             ? 0
             : std::max(topic.told, listener.told) - listener.told;
}

std::chrono::milliseconds
lag_time_of(const listener_entry& listener, steady_time now) {
  using std::chrono::duration_cast, std::chrono::milliseconds;
  return listener.at == listener_entry::pace::live
             ? milliseconds{0}
             : duration_cast<milliseconds>(now - listener.not_live_since);
}

bool connection::matches(const connection_filter& wanted) const {
  if (wanted.slow && !link_->traffic().blocked)
    return false;
  return wanted.topic.empty()
         || std::any_of(
             subscriptions_.begin(), subscriptions_.end(),
             [&](const auto& one) { return one.topic->name == wanted.topic; });
}

connection_details connection::inspect() const {
  connection_details details;
  details.record = record_;
  details.state = link_->state();
  details.traffic = link_->traffic();
  details.topics.reserve(subscriptions_.size());
  for (const auto& one : subscriptions_) {
    details.topics.push_back(one.topic->name);
    if (one.index == subscription::nowhere)
      continue;
    const auto& listener = one.topic->listeners[one.index];
    if (listener.at == listener_entry::pace::live)
      continue;
    ++details.not_live;
    details.lag = std::max(details.lag, lag_of(listener, *one.topic));
    details.lag_time = std::max(
        details.lag_time, lag_time_of(listener, hub_.services().now()));
  }
  return details;
}

/// Clients that are too slow or too fast are shown to who does not look for
/// single connections, too.
void connection::log_end(const closed_connection& ended) const {
  const bool remarkable =
      ended.reason == close_code::laggard || ended.reason == close_code::flood;
  const auto level = remarkable ? log::level::info : log::level::debug;
  if (!log::enabled(level))
    return;
  const auto traffic = link_->traffic();
  log::write(
      level, "connection.closed",
      {{"connection", to_text(id_)},
       {"user", user_ ? std::string_view{user_->user} : std::string_view{}},
       {"address", record_->address},
       {"reason", rookery::name(ended.reason)},
       {"code", static_cast<uint16_t>(ended.reason)},
       {"lasted_ms", ended.lasted.count()},
       {"messages_in", traffic.messages_in},
       {"events_out", traffic.events_out}});
}

namespace {

/// Fills a page until it is long enough, or has cost enough.
class page_maker {
public:
  page_maker(
      const connection_filter& wanted, std::size_t found_max,
      std::size_t visits_max)
      : wanted_(wanted)
      , found_max_(found_max)
      , visits_max_(visits_max) {}

  bool full() const {
    return page.found.size() >= found_max_ || page.visits >= visits_max_;
  }
  void visit(const connection& one) {
    ++page.visits;
    if (!one.matches(wanted_))
      return;
    page.found.push_back(one.inspect());
    page.visits += static_cast<uint32_t>(page.found.back().topics.size());
  }

  /// A map of connections by id, from a place on.
  template <class Map>
  void visit_all(const Map& all, std::optional<uint64_t> from) {
    uint64_t last = from.value_or(0);
    auto at = all.upper_bound(last);
    for (; at != all.end() && !full(); ++at) {
      visit(*at->second);
      last = at->first;
    }
    if (at != all.end())
      page.next = last;
  }

  connection_page page;

private:
  const connection_filter& wanted_;
  std::size_t found_max_;
  std::size_t visits_max_;
};

} // namespace

state_counts fanout::on(count_atom) {
  state_counts counts;
  counts.open = connections_.size() - closing_;
  counts.closing = closing_;
  return counts;
}

connection_page fanout::on(const scan_order& order) {
  page_maker maker{order.wanted, order.found_max, order.visits_max};
  if (order.wanted.topic.empty() && order.wanted.slow) {
    maker.visit_all(slow_, order.from);
  } else if (order.wanted.topic.empty()) {
    maker.visit_all(connections_, order.from);
  } else if (const auto* topic = find_topic(order.wanted.topic)) {
    const auto& list = topic->listeners;
    auto left = std::min<uint64_t>(order.from.value_or(~0ull), list.size());
    while (left > 0 && !maker.full())
      maker.visit(*list[--left].owner);
    if (left > 0)
      maker.page.next = left;
  }
  return std::move(maker.page);
}

connection_page fanout::on(const inspect_order& order) {
  page_maker maker{order.wanted, order.ids.size(), ~std::size_t{0}};
  for (const auto id : order.ids)
    if (const auto* one = find(id))
      maker.visit(*one);
  return std::move(maker.page);
}

void fanout::on(const cut_order& order) {
  for (const auto& laggard : order.laggards)
    if (auto* one = find(laggard.id))
      one->on(cut_atom_v, laggard.reason);
}

uint64_t fanout::on(const close_order& order) {
  uint64_t closed = 0;
  for (const auto id : order.ids) {
    auto* one = find(id);
    if (!one || one->link().state() != link_state::open)
      continue;
    one->close(order.code);
    ++closed;
  }
  return closed;
}

} // namespace rookery
