#include "cluster/membership/membership.hpp"

#include "base/check.hpp"
#include "base/log.hpp"

#include <algorithm>
#include <mutex>
#include <random>

namespace rookery {

namespace {

using ms = std::chrono::milliseconds;

constexpr int ticks_per_beat = 4;

void log_event(const cluster_event& one) {
  using enum cluster_event::what;
  switch (one.kind) {
  case joined:
    log::info("cluster.joined", {{"node", one.name}, {"life", one.life}});
    return;
  case left:
    log::info("cluster.left", {{"node", one.name}, {"life", one.life}});
    return;
  case died:
    log::warn("cluster.died", {{"node", one.name}, {"life", one.life}});
    return;
  case changed:
    log::debug("cluster.changed", {{"node", one.name}, {"life", one.life}});
  }
}

void log_outcome(const member_outcome& out) {
  for (const auto& one : out.events)
    log_event(one);
  for (const auto& one : out.notices)
    log::warn(
        one.name_taken ? "cluster.name_taken_twice" : "cluster.gave_up",
        {{"life", one.life}, {"above", one.above}});
  if (!out.fenced)
    return;
  using enum cluster_fencing::cause;
  const auto why = out.fenced->why;
  log::error(
      "cluster.fenced",
      {{"why", why == given_up     ? "another node took this one for dead"
               : why == name_taken ? "a younger node has the same name"
                                   : "another node has the same life"},
       {"by", out.fenced->by},
       {"life", out.fenced->life}});
}

} // namespace

/// Thread: any. `notice_lock` is held while a handler runs and is taken first;
/// `lock` guards the rest and is never held then.
struct cluster_membership::core : std::enable_shared_from_this<core> {
  core(
      bus& by, cluster_timer& time, membership_settings with, node_life life,
      membership_handlers told)
      : net(by)
      , timer(time)
      , settings(std::move(with))
      , handlers(std::move(told))
      , subject("beat." + settings.cluster)
      , nobody("node." + settings.cluster + ".nobody")
      , tick_time(std::max(settings.table.heartbeat / ticks_per_beat, ms{1}))
      , table(settings.table, life, timer.now())
      , random(life) {
    remake_view();
  }

  bus& net;
  cluster_timer& timer;
  const membership_settings settings;
  const membership_handlers handlers;
  const std::string subject;
  const std::string nobody; // a subject that a node may publish to
  const ms tick_time;

  std::recursive_mutex notice_lock;
  bool over = false;
  bus_subscription heard;

  mutable std::mutex lock;
  member_table table;
  std::shared_ptr<const cluster_view> view;
  std::mt19937_64 random;
  uint64_t refused = 0;
  ms last_beat{0};
  ms next_beat{0};
  bool connected = false;
  bool answering = false; // it waits in the timer
  bool stale = false;     // the view, in its facts
  bool untold = false;    // what this node changed itself

  // Under `lock`.
  void remake_view() {
    view = std::make_shared<const cluster_view>(table.view(timer.now()));
    stale = false;
  }
  void beat(bool asks) {
    const auto made = table.beat(asks);
    if (!made)
      return;
    last_beat = timer.now();
    // A bus that is full now is not in five heartbeats, or this node is dead.
    static_cast<void>(net.publish({subject, encode(*made), {}, {}}));
  }
  void probe() {
    net.probe(
        nobody, settings.table.failure_timeout, [weak = weak_from_this()] {
          if (const auto self = weak.lock()) {
            const std::lock_guard guard{self->lock};
            self->table.reached(self->timer.now());
          }
        });
  }
  void settle(const member_outcome& out);

  // These take both.
  void hear(std::string_view payload);
  void lost();
  void tick();
  void answer();
  void tell(const member_outcome& out, std::shared_ptr<const cluster_view> now);

  void wake(ms delay, void (core::*what)()) {
    timer.after(delay, [weak = weak_from_this(), what] {
      if (const auto self = weak.lock())
        (*self.*what)();
    });
  }
};

void cluster_membership::core::settle(const member_outcome& out) {
  for (const auto& one : out.notices)
    static_cast<void>(net.publish({subject, encode(one), {}, {}}));
  if (out.answer && !answering) {
    answering = true;
    const auto spread = static_cast<uint64_t>(settings.answer_spread.count());
    const ms jitter{static_cast<int64_t>(random() % (spread + 1))};
    // However many ask, there are few answers per heartbeat.
    const auto due = std::max(last_beat + tick_time, timer.now() + jitter);
    wake(due - timer.now(), &core::answer);
  }
  if (!out.events.empty() || out.fenced)
    remake_view();
}

void cluster_membership::core::hear(std::string_view payload) {
  const auto word = decode_word(payload);
  const std::lock_guard notice{notice_lock};
  if (over)
    return;
  member_outcome out;
  std::shared_ptr<const cluster_view> now;
  {
    const std::lock_guard guard{lock};
    if (!word) {
      ++refused;
      return;
    }
    out = table.heard(*word, timer.now());
    stale = true;
    settle(out);
    now = view;
  }
  tell(out, std::move(now));
}

void cluster_membership::core::lost() {
  const std::lock_guard notice{notice_lock};
  if (over)
    return;
  const std::lock_guard guard{lock};
  table.refresh(timer.now());
  beat(true);
}

void cluster_membership::core::answer() {
  const std::lock_guard notice{notice_lock};
  if (over) // the bus may be gone
    return;
  const std::lock_guard guard{lock};
  answering = false;
  beat(false);
}

void cluster_membership::core::tick() {
  const std::lock_guard notice{notice_lock};
  if (over)
    return;
  const bool reachable = net.counts().state == bus_state::connected;
  member_outcome out;
  std::shared_ptr<const cluster_view> changed;
  bool mine = false;
  bool was_deaf = false, deaf = false, beats = false;
  {
    const std::lock_guard guard{lock};
    const auto now = timer.now();
    table.set_connected(reachable, now);
    was_deaf = table.deaf();
    out = table.tick(now);
    deaf = table.deaf() && !table.fenced();
    const bool fresh = reachable && !connected;
    connected = reachable;
    // Heartbeats that wait for a connection would only tell of the past.
    beats = fresh || (reachable && now >= next_beat);
    if (beats) {
      beat(fresh);
      // The timer is late at times, and never early.
      next_beat = now + settings.table.heartbeat - tick_time / 2;
    }
    settle(out);
    if (stale)
      remake_view();
    mine = std::exchange(untold, false);
    changed = view;
  }
  wake(tick_time, &core::tick);
  if (deaf && !was_deaf)
    log::warn("cluster.deaf", {{"why", "NATS does not answer"}});
  if (beats)
    probe();
  if (mine && out.events.empty() && handlers.on_change)
    handlers.on_change(changed, {});
  tell(out, std::move(changed));
}

void cluster_membership::core::tell(
    const member_outcome& out, std::shared_ptr<const cluster_view> now) {
  log_outcome(out);
  if ((!out.events.empty() || out.fenced) && handlers.on_change)
    handlers.on_change(now, out.events);
  if (out.fenced && handlers.on_fenced)
    handlers.on_fenced(*out.fenced);
}

// -- the membership -----------------------------------------------------------

cluster_membership::cluster_membership(
    bus& over, cluster_timer& timer, membership_settings settings,
    node_life life, membership_handlers handlers) {
  ROOKERY_CHECK(
      valid_cluster_name(settings.cluster),
      "the name of a cluster is checked with the configuration");
  core_ = std::make_shared<core>(
      over, timer, std::move(settings), life, std::move(handlers));
}

cluster_membership::~cluster_membership() {
  core_->heard.end();
  const std::lock_guard notice{core_->notice_lock};
  core_->over = true;
}

result<void> cluster_membership::start() {
  const auto weak = std::weak_ptr{core_};
  auto made = core_->net.subscribe(
      core_->subject, {[weak](const bus_message& message) {
                         if (const auto self = weak.lock())
                           self->hear(message.payload);
                       },
                       [weak](const bus_loss&) {
                         if (const auto self = weak.lock())
                           self->lost();
                       }});
  if (!made)
    return tl::make_unexpected(std::move(made.error()));
  core_->heard = std::move(*made);
  core_->tick();
  return {};
}

void cluster_membership::set_state(node_state to) {
  const std::lock_guard guard{core_->lock};
  auto& table = core_->table;
  if (table.state() == node_state::leaving || table.state() == to)
    return;
  table.set_state(to);
  core_->untold = true;
  core_->beat(false);
  core_->remake_view();
}

void cluster_membership::tell(node_facts facts) {
  const std::lock_guard guard{core_->lock};
  core_->table.tell(std::move(facts));
  core_->stale = true;
}

result<void> cluster_membership::begin_life(node_life life) {
  const std::lock_guard guard{core_->lock};
  if (auto begun = core_->table.begin_life(life, core_->timer.now()); !begun)
    return begun;
  core_->untold = true;
  core_->beat(true);
  core_->remake_view();
  return {};
}

std::shared_ptr<const cluster_view> cluster_membership::view() const {
  const std::lock_guard guard{core_->lock};
  return core_->view;
}

member_counts cluster_membership::counts() const {
  const std::lock_guard guard{core_->lock};
  auto counts = core_->table.counts();
  counts.beats_refused += core_->refused;
  return counts;
}

} // namespace rookery
