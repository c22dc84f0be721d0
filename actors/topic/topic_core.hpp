#pragma once

#include "actors/node_context.hpp"
#include "actors/topic/audience.hpp"
#include "base/log.hpp"

#include <deque>
#include <exception>
#include <optional>
#include <string>
#include <vector>

namespace rookery {

/// What a plain topic and a room have in common: who listens, how events and
/// answers go out, and whether anybody uses it.
///
/// `Self` is the actor's typed pointer. Thread: the actor's.
template <class Self>
class topic_core {
public:
  topic_core(Self self, topic_ref identity, const node_context& node)
      : self_(self)
      , identity_(std::move(identity))
      , node_(node)
      , audience_(node.fanouts.size()) {
    self_->set_exception_handler(
        [name = identity_->name](std::exception_ptr& thrown) -> caf::error {
          try {
            std::rethrow_exception(thrown);
          } catch (const std::exception& error) {
            log::error(
                "topic.threw", {{"topic", name}, {"error", error.what()}});
          } catch (...) {
            log::error("topic.threw", {{"topic", name}});
          }
          return caf::sec::runtime_error;
        });
    watch_for_idleness();
  }

  const std::string& name() const noexcept { return identity_->name; }
  const topic_class& rules() const noexcept { return identity_->rules; }
  const topic_ref& identity() const noexcept { return identity_; }
  const node_context& node() const noexcept { return node_; }
  Self handle() const noexcept { return self_; }
  audience& listeners() noexcept { return audience_; }
  steady_time now() const { return self_->clock().now(); }

  bool blocks_senders() const noexcept {
    return policy_of(rules()) == overflow_policy::block_sender;
  }

  /// Sends `event` to every thread that has listeners.
  template <class Event>
  void deliver(const Event& event, uint64_t offset, uint64_t told = 0) {
    if (audience_.empty())
      return;
    deliver_order order;
    order.offset = offset;
    order.told = told;
    send_to_threads(event, std::move(order));
  }
  /// The same, of what was published.
  template <class Event>
  void deliver(
      const Event& event, uint64_t offset, steady_time arrived,
      const std::string& tag, uint64_t told = 0) {
    if (audience_.empty())
      return;
    deliver_order order;
    order.offset = offset;
    order.told = told;
    order.arrived = arrived;
    order.tag = tag;
    if (!blocks_senders()) {
      send_to_threads(event, std::move(order));
      return;
    }
    order.delivery = ++last_delivery_;
    takers_missing_ = send_to_threads(event, std::move(order));
  }
  /// The same, of no event of a room's log.
  template <class Event>
  void deliver_passing(const Event& event) {
    if (audience_.empty())
      return;
    deliver_order order;
    order.passing = true;
    send_to_threads(event, std::move(order));
  }

  /// With block-sender: keeps the publish until all subscribers have taken the
  /// one before, or while that is `on_its_way` to them; its publisher has no
  /// credit for it meanwhile, which bounds what waits here. False: serve it
  /// now.
  bool must_wait(const publish_order& order, bool on_its_way = false) {
    const bool waits = takers_missing_ > 0 || on_its_way;
    if (waits)
      waiting_.push_back(order);
    return waits;
  }
  /// True: what waits may be served.
  bool on_taken(const taken_order& taken) {
    if (taken.delivery != last_delivery_ || takers_missing_ == 0)
      return false;
    return --takers_missing_ == 0;
  }
  /// The next publish that may be served now.
  std::optional<publish_order> next_waiting() {
    while (takers_missing_ == 0 && !waiting_.empty()) {
      auto next = std::move(waiting_.front());
      waiting_.pop_front();
      if (!is_late(next.arrived, now()))
        return next;
    }
    return std::nullopt;
  }
  /// Who waits for the answer has been told that it failed.
  bool is_late(steady_time arrived, steady_time at) const {
    return arrived + node_.settings.supervisor.request_timeout <= at;
  }

  /// Notes how long a publish took from its socket to here.
  void time_publish(steady_time arrived) const {
    if (auto* counters = counters_of_this_thread())
      counters->publish_to_log.observe(now() - arrived);
  }

  template <class Reply>
  void answer_to(const asker& to, Reply reply) {
    if (to.serial != 0)
      self_->send(to.actor, answer_atom_v, to.serial, answer{std::move(reply)});
  }

  /// Answers a subscribe through the subscriber's thread, so that every later
  /// event comes after it.
  template <class Reply>
  void attach(
      const subscribe_order& order, Reply reply,
      std::vector<std::string> then = {}, const log_place& newest = {},
      const log_place& after = {}) {
    self_->send(
        node_.fanouts[order.who.thread],
        attach_order{
            identity_, order.who, order.serial, answer{std::move(reply)},
            std::move(then), newest, after});
  }
  void replay(const replay_order& order, replay_chunk chunk) {
    chunk.topic = identity_;
    chunk.connection = order.who.connection;
    chunk.after = order.after;
    self_->send(node_.fanouts[order.who.thread], std::move(chunk));
  }

  void detach(const unsubscribe_order& order) {
    unsubscribed_reply reply;
    reply.topic = name();
    self_->send(
        node_.fanouts[order.who.thread],
        detach_order{
            identity_, order.who.connection, order.serial,
            answer{std::move(reply)}});
  }

  /// True when the topic can take one more subscriber.
  bool has_room() const noexcept {
    return audience_.size() < rules().subscribers_max;
  }
  error_reply full() const {
    return {
        0, errc::limit_exceeded,
        "topic " + name() + " has all the subscribers it may have"};
  }
  error_reply position_lost() const {
    return {
        0, errc::position_lost,
        "since: " + name() + " can not go on from that position"};
  }

  /// Sends `reminder` to this actor at `due` or soon after.
  template <class Atom>
  void at(steady_time due, Atom reminder) {
    using std::chrono::ceil, std::chrono::milliseconds;
    self_->delayed_send(
        self_, std::max(ceil<milliseconds>(due - now()), milliseconds{0}),
        reminder);
  }

  void used() noexcept { used_ = true; }

  void on_tick() {
    if (!audience_.empty() || used_) {
      watch_for_idleness();
      return;
    }
    self_->send(node_.supervisor, idle_atom_v, name());
    watch_for_idleness(); // the supervisor may find that it is in use
  }

  /// Answers the supervisor's question; ends the actor when nobody uses it.
  bool retire() {
    if (!audience_.empty() || used_ || !waiting_.empty())
      return false;
    self_->quit();
    return true;
  }

private:
  /// Returns to how many.
  template <class Event>
  std::size_t send_to_threads(const Event& event, deliver_order order) {
    order.topic = identity_;
    order.frames = audience_.encode(
        event, identity_->number, node_.settings.websocket.compression);
    order.ordered = self_->clock().now();
    std::size_t threads = 0;
    for (std::size_t i = 0; i < audience_.threads(); ++i)
      if (audience_.on_thread(i)) {
        self_->send(node_.fanouts[i], order);
        ++threads;
      }
    if (auto* counters = counters_of_this_thread())
      counters->deliveries_waiting.add(threads);
    return threads;
  }

  void watch_for_idleness() {
    used_ = false;
    self_->delayed_send(self_, rules().idle_timeout, tick_atom_v);
  }

  Self self_;
  topic_ref identity_;
  const node_context& node_;
  audience audience_;
  bool used_ = false; // since the last tick
  // With block-sender: threads that have not taken the last delivery, and what
  // waits for them.
  uint64_t last_delivery_ = 0;
  std::size_t takers_missing_ = 0;
  std::deque<publish_order> waiting_;
};

} // namespace rookery
