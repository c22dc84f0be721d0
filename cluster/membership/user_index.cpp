#include "cluster/membership/user_index.hpp"

#include "base/check.hpp"
#include "base/log.hpp"
#include "cluster/membership/callback_gate.hpp"
#include "cluster/membership/heartbeat.hpp"

#include <algorithm>
#include <mutex>

namespace rookery {

namespace {

using ms = std::chrono::milliseconds;

constexpr int ticks_per_repeat = 4;

} // namespace

/// Thread: any. `lock` guards all but the gate. It is not held while the peers
/// are called, which may call back within the call.
struct cluster_user_index::core : std::enable_shared_from_this<core> {
  core(
      bus& by, cluster_timer& time, cluster_peers& others,
      user_index_settings with, node_life first)
      : net(by)
      , timer(time)
      , peers(others)
      , settings(std::move(with))
      , subject("users." + settings.cluster)
      , life(first)
      , remote(settings.others) {}

  bus& net;
  cluster_timer& timer;
  cluster_peers& peers;
  const user_index_settings settings;
  const std::string subject;
  callback_gate gate;
  bus_subscription heard;

  mutable std::mutex lock;
  node_life life;
  uint64_t sequence = 0; // of the last message with changes
  own_users own;
  remote_users remote;
  ms last_flush{0}, last_post{0};
  ms wakes = ms::max(); // when the timer flushes, if it does
  user_index_counts totals;

  // Under `lock`.
  void note(own_users::effect what);
  void flush();
  void post(std::vector<bucket_change> changes);
  void flush_at(ms due);

  // Without it.
  void hear(std::string_view payload);
  void lost();
  void wake();
  void tick();
  void ask();
  void take(const remote_users::wanted_image& asked, result<std::string> said);
  void tell_image(const peer_reply& to);

  void later(ms delay, void (core::*what)()) {
    timer.after(delay, [weak = weak_from_this(), what] {
      const auto self = weak.lock();
      if (!self)
        return;
      if (const auto pass = self->gate.enter())
        (*self.*what)();
    });
  }
};

// -- what others are told -----------------------------------------------------

void cluster_user_index::core::note(own_users::effect what) {
  const auto now = timer.now();
  switch (what) {
  case own_users::effect::none:
    return;
  case own_users::effect::appears:
    if (now >= last_flush + settings.flush)
      flush();
    else
      flush_at(last_flush + settings.flush);
    return;
  case own_users::effect::vanishes:
    flush_at(now + settings.flush_vanished);
  }
}

void cluster_user_index::core::flush_at(ms due) {
  if (due >= wakes)
    return;
  wakes = due; // a later one that waits finds less to do
  later(std::max(due - timer.now(), ms{0}), &core::wake);
}

void cluster_user_index::core::wake() {
  const std::lock_guard guard{lock};
  if (timer.now() < wakes)
    return;
  wakes = ms::max();
  flush();
}

void cluster_user_index::core::flush() {
  last_flush = timer.now();
  while (own.has_changes())
    if (auto changes = own.take_changes(settings.changes_max); !changes.empty())
      post(std::move(changes));
}

void cluster_user_index::core::post(std::vector<bucket_change> changes) {
  if (!changes.empty())
    ++sequence;
  last_post = timer.now();
  ++totals.posts_out;
  totals.changes_out += changes.size();
  // One that the bus does not take is missed by all, as a gap.
  static_cast<void>(net.publish(
      {subject,
       encode(user_post{life, sequence, std::move(changes)}),
       {},
       {}}));
}

void cluster_user_index::core::tell_image(const peer_reply& to) {
  std::string image;
  {
    const std::lock_guard guard{lock};
    image = encode_image(life, sequence, own.told());
  }
  to.ok(image);
}

// -- what others tell ---------------------------------------------------------

void cluster_user_index::core::hear(std::string_view payload) {
  const auto came = decode_user_post(payload);
  bool gap = false;
  {
    const std::lock_guard guard{lock};
    if (!came) {
      ++totals.posts_refused;
      return;
    }
    if (came->life == life)
      return;
    ++totals.posts_in;
    gap = remote.heard(*came) == remote_users::heard_as::gap;
    totals.gaps += gap ? 1 : 0;
  }
  if (gap)
    ask();
}

void cluster_user_index::core::lost() {
  {
    const std::lock_guard guard{lock};
    remote.lose_all();
  }
  ask();
}

void cluster_user_index::core::tick() {
  // What is published now will never come here.
  const bool cut_off = net.counts().state != bus_state::connected;
  {
    const std::lock_guard guard{lock};
    if (cut_off)
      remote.lose_all();
    else if (timer.now() >= last_post + settings.repeat)
      post({});
  }
  if (!cut_off)
    ask();
  later(settings.repeat / ticks_per_repeat, &core::tick);
}

void cluster_user_index::core::ask() {
  std::vector<remote_users::wanted_image> wanted;
  {
    const std::lock_guard guard{lock};
    wanted = remote.to_ask(timer.now());
  }
  for (const auto& one : wanted)
    peers.call(
        one.life, peer_kind::users_image, {}, settings.ask_deadline,
        [weak = weak_from_this(), one](result<std::string> said) {
          const auto self = weak.lock();
          if (!self)
            return;
          if (const auto pass = self->gate.enter())
            self->take(one, std::move(said));
        });
}

void cluster_user_index::core::take(
    const remote_users::wanted_image& asked, result<std::string> said) {
  auto image = said ? decode_user_image(*said)
                    : result<user_image>{tl::make_unexpected(said.error())};
  // It began another life between the question and the answer.
  if (image && image->life != asked.life)
    image = refuse(errc::conflict, "the image is of another life");
  {
    const std::lock_guard guard{lock};
    if (!image) {
      remote.failed(asked);
      ++totals.resync_failures;
    } else if (remote.answered(asked, std::move(*image))) {
      ++totals.resyncs;
    }
  }
  if (!image)
    log::debug(
        "cluster.no_image",
        {{"life", asked.life}, {"why", image.error().message}});
  ask(); // others may wait for their turn
}

// -- the index ----------------------------------------------------------------

cluster_user_index::cluster_user_index(
    bus& over, cluster_timer& timer, cluster_peers& peers,
    user_index_settings settings, node_life life)
    : core_(
        std::make_shared<core>(over, timer, peers, std::move(settings), life)) {
  ROOKERY_CHECK(
      valid_cluster_name(core_->settings.cluster),
      "the name of a cluster is checked with the configuration");
}

cluster_user_index::~cluster_user_index() {
  core_->heard.end();
  core_->peers.answer(peer_kind::users_image, {});
  core_->gate.close();
}

result<void> cluster_user_index::start() {
  const auto weak = std::weak_ptr{core_};
  core_->peers.answer(
      peer_kind::users_image, [weak](const peer_call&, const peer_reply& to) {
        if (const auto self = weak.lock())
          self->tell_image(to);
      });
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

void cluster_user_index::begin_life(node_life life) {
  const std::lock_guard guard{core_->lock};
  core_->life = life;
  core_->sequence = 0;
}

void cluster_user_index::members_changed(const cluster_view& view) {
  std::vector<node_life> others;
  others.reserve(view.nodes.size());
  for (const auto& one : view.nodes)
    if (one.life != view.self)
      others.push_back(one.life);
  {
    const std::lock_guard guard{core_->lock};
    core_->remote.set_nodes(others);
  }
  core_->ask();
}

void cluster_user_index::add(std::string_view user) {
  const std::lock_guard guard{core_->lock};
  core_->note(core_->own.add(user));
}

void cluster_user_index::remove(std::string_view user) {
  const std::lock_guard guard{core_->lock};
  core_->note(core_->own.remove(user));
}

std::vector<node_life>
cluster_user_index::nodes_for(std::string_view user) const {
  const auto bucket = user_bucket(user);
  const std::lock_guard guard{core_->lock};
  return core_->remote.may_have(bucket);
}

user_index_counts cluster_user_index::counts() const {
  const std::lock_guard guard{core_->lock};
  auto counts = core_->totals;
  counts.users = core_->own.size();
  counts.unknown = core_->remote.unknown();
  return counts;
}

} // namespace rookery
