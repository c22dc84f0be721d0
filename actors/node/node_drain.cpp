#include "actors/node/node_drain.hpp"

#include "base/log.hpp"

#include <caf/send.hpp>

namespace rookery {

namespace {

using std::chrono::milliseconds;

/// How often it is looked whether somebody is left. Who asked for the drain has
/// the answer by then.
constexpr milliseconds between_looks{100};

/// After the limit, for receipts that clients who leave last wait for.
constexpr milliseconds last_receipts{1'500};

} // namespace

node_drain::node_drain(node_context& context, std::function<void()> announce)
    : context_(context)
    , announce_(std::move(announce)) {}

uint64_t node_drain::connections() const {
  uint64_t sum = 0;
  for (const auto* thread : context_.counters)
    sum += thread->open.value();
  return sum;
}

std::optional<drain_plan> node_drain::plan() const {
  const std::lock_guard lock{guard_};
  return plan_;
}

other_nodes node_drain::others() const {
  return context_.view ? others_up(*context_.view()) : other_nodes{};
}

result<drain_plan> node_drain::start(std::optional<uint64_t> rate) {
  const std::lock_guard lock{guard_};
  if (plan_)
    return *plan_;
  const auto found = others();
  if (found.count == 0)
    return refuse(
        errc::conflict, "no other node of cluster "
                            + context_.settings.cluster.name + " is up");
  plan_ = begin(rate.value_or(context_.settings.drain.rate), found.accepts);
  return *plan_;
}

/// Nobody is let in before anybody is counted, and others know before the first
/// client comes to them.
drain_plan node_drain::begin(uint64_t rate, uint64_t accepts) {
  const auto& settings = context_.settings.drain;
  context_.draining = true;
  announce_();
  begun_ = std::chrono::steady_clock::now();
  const auto plan = plan_drain(connections(), rate, accepts, settings);
  context_.departure_hold = plan.window + settings.hold;
  log::info(
      "drain.started", {{"connections", plan.connections},
                        {"window_ms", plan.window.count()},
                        {"rate", plan.rate},
                        {"accepts_of_others", accepts}});
  for (const auto& thread : context_.fanouts)
    caf::anon_send(thread, depart_order{begun_, plan.window, settings.limit});
  return plan;
}

void node_drain::wait(const std::function<bool(milliseconds)>& stop) const {
  const auto end = begun_ + context_.settings.drain.limit + last_receipts;
  while (!stop(between_looks) && connections() > 0)
    if (std::chrono::steady_clock::now() >= end) {
      log::warn("drain.limit_over", {{"connections", connections()}});
      return;
    }
  log::info("drain.ended", {{"connections", connections()}});
}

} // namespace rookery
