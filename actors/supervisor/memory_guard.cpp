#include "actors/supervisor/memory_guard.hpp"

#include "actors/supervisor/supervisor.hpp"
#include "actors/supervisor/verdict.hpp"
#include "base/log.hpp"

#include <algorithm>
#include <chrono>

namespace rookery {

namespace {

using namespace std::chrono_literals;

/// The next look comes before publishers at this pace could fill what is free:
/// soon for a small budget, seldom for a node with nothing to do.
constexpr uint64_t fill_bytes_per_ms = 160'000;
constexpr uint64_t look_ms_min = 100;
constexpr uint64_t look_ms_max = 1'000;
/// Of one page of the search for laggards; what it costs a thread.
constexpr uint32_t found_max = 256;
constexpr uint32_t visits_max = 4096;
/// An outbox that is filled less than this part is not what fills the node.
constexpr std::size_t shallow_part = 16;
/// Laggards that are closed hold so many times what is too much: at first, and
/// at most.
constexpr uint64_t factor_first = 2;
constexpr uint64_t factor_max = 1024;

std::string memory_verdict(const link_traffic& traffic) {
  slow_report report;
  report.why = slow_report::cause::memory;
  report.traffic = traffic;
  return laggard_verdict(report, {}).value();
}

} // namespace

memory_guard::memory_guard(supervisor_state& owner)
    : owner_(owner)
    , pressure_(owner.node->settings.memory.budget) {
  look_again(owner_.node->memory_in_use().total());
}

void memory_guard::look_again(uint64_t used) {
  const auto budget = pressure_.budget();
  const auto free = used < budget ? budget - used : 0;
  const std::chrono::milliseconds pause{
      std::clamp(free / fill_bytes_per_ms, look_ms_min, look_ms_max)};
  owner_.self->delayed_send(owner_.self, pause, memory_atom_v);
}

void memory_guard::look() {
  if (owner_.stopping)
    return;
  const auto use = owner_.node->memory_in_use();
  const auto level_before = pressure_.level();
  const auto share_before = share();
  const auto level = pressure_.look(use.total(), use.of(memory_kind::rings));
  if (level != level_before) {
    report(level_before, use);
    owner_.node->pressure = level;
    if (owner_.node->door)
      owner_.node->door->shut(owner_.node->overloaded());
  }
  if (share() != share_before)
    tell_rooms();
  too_much_ = pressure_.too_much(use.total());
  if (level != memory_level::shed)
    factor_ = factor_first;
  else if (!searching_)
    begin_search();
  look_again(use.total());
}

void memory_guard::report(memory_level before, const memory_use& use) const {
  const auto level = pressure_.level();
  log::write(
      level > before ? log::level::warn : log::level::info, "memory.pressure",
      {{"level", name(level)},
       {"before", name(before)},
       {"used", use.total()},
       {"budget", pressure_.budget()},
       {"frames", use.of(memory_kind::frames)},
       {"outboxes", use.of(memory_kind::outboxes)},
       {"rings", use.of(memory_kind::rings)}});
}

/// A room that starts later is given its share at its start.
void memory_guard::tell_rooms() const {
  for (const auto& [topic_name, one] : owner_.topics)
    if (one.memory && one.handle)
      owner_.self->send(one.handle, shrink_order{share()});
}

// -- closing the worst laggards -----------------------------------------------

void memory_guard::begin_search() {
  searching_ = true;
  thread_ = 0;
  from_.reset();
  worst_.clear();
  search();
}

void memory_guard::search() {
  scan_order order;
  order.wanted.slow = true;
  order.from = from_;
  order.found_max = found_max;
  order.visits_max = visits_max;
  owner_.self
      ->request(
          owner_.node->fanouts[thread_],
          owner_.node->settings.supervisor.request_timeout, order)
      .then(
          [this](const connection_page& page) { on_page(page); },
          [this](const caf::error&) { searching_ = false; });
}

void memory_guard::on_page(const connection_page& page) {
  for (const auto& one : page.found)
    note(one);
  from_ = page.next;
  if (!from_ && ++thread_ == owner_.node->fanouts.size())
    return close_worst();
  search();
}

void memory_guard::note(const connection_details& one) {
  const auto& bounds = owner_.node->settings.connection;
  const auto& waits = one.traffic;
  const bool shallow =
      waits.outbox_bytes < bounds.outbox_bytes_max / shallow_part
      && waits.outbox_messages < bounds.outbox_messages_max / shallow_part;
  if (one.state != link_state::open || shallow)
    return;
  const laggard found{thread_, one.record->id, waits};
  const auto place = std::upper_bound(
      worst_.begin(), worst_.end(), found,
      [](const laggard& left, const laggard& right) {
        return left.traffic.outbox_bytes > right.traffic.outbox_bytes;
      });
  worst_.insert(place, found);
  if (worst_.size() > closed_max)
    worst_.pop_back();
}

void memory_guard::keep_those_needed() {
  const auto bytes_to_go = too_much_ * factor_;
  factor_ = std::min(factor_ * 2, factor_max);
  uint64_t bytes = 0;
  std::size_t needed = 0;
  while (needed < worst_.size() && bytes < bytes_to_go)
    bytes += worst_[needed++].traffic.outbox_bytes;
  worst_.resize(needed);
}

void memory_guard::close_worst() {
  searching_ = false;
  if (worst_.empty() || pressure_.level() != memory_level::shed)
    return;
  keep_those_needed();
  log::warn(
      "memory.shed",
      {{"connections", worst_.size()},
       {"deepest_outbox_bytes", worst_.front().traffic.outbox_bytes}});
  std::vector<cut_order> by_thread(owner_.node->fanouts.size());
  for (const auto& one : worst_)
    by_thread[one.thread].laggards.push_back(
        {one.id, memory_verdict(one.traffic)});
  for (std::size_t i = 0; i < by_thread.size(); ++i)
    if (!by_thread[i].laggards.empty())
      owner_.self->send(owner_.node->fanouts[i], std::move(by_thread[i]));
}

} // namespace rookery
