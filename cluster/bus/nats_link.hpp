#pragma once

#include "cluster/bus/nats_options.hpp"
#include "cluster/bus/request_table.hpp"
#include "cluster/journal/call_queue.hpp"

#include <atomic>
#include <condition_variable>
#include <thread>
#include <unordered_map>

namespace rookery {

/// The connection of a NATS bus. The library's calls may wait for a socket, so
/// that one thread makes all of them, in the order in which they were given;
/// another one watches the deadlines of requests.
///
/// Thread: any for the calls, one for `open` and `stop`.
class nats_link : public std::enable_shared_from_this<nats_link> {
public:
  using clock = std::chrono::steady_clock;

  explicit nats_link(nats_bus_settings settings);
  ~nats_link();

  [[nodiscard]] result<void> open();
  /// Once, after `open` went well. Waits, not longer than `drain_timeout` and a
  /// write. Nothing is called back afterwards.
  void stop();

  [[nodiscard]] result<void> publish(bus_post post);
  [[nodiscard]] result<bus_subscription> subscribe(
      std::string subject, bus_handlers handlers,
      const bus_pending_bounds& most);
  void
  ask(bus_post post, std::chrono::milliseconds deadline,
      bus::answer_handler done, std::function<void()> nobody);
  bus_counts counts() const;

  /// What is counted on the library's threads, perhaps after the link's end.
  struct tally {
    std::atomic<uint64_t> in{0}, in_bytes{0}, dropped{0};
  };

private:
  struct call {
    enum class what : uint8_t { publish, subscribe, unsubscribe };
    what kind = what::publish;
    bus_post post;
    uint64_t id = 0; // of a subscription
  };
  struct listener {
    std::string subject;
    std::shared_ptr<bus_slot> slot;
    bus_pending_bounds most;
    // Of the sending thread, and of `stop` after its end.
    nats_ptr<natsSubscription> at;
  };
  /// What the library knows of a listener: its closure, which lives until the
  /// library says that the callback of the subscription has ended for good.
  struct hearing {
    std::shared_ptr<bus_slot> slot;
    std::shared_ptr<tally> counts;
    int64_t told = 0; // dropped; of the delivering thread
  };

  // Of the library's threads. `id` is what `closure` holds.
  static void on_message(
      natsConnection*, natsSubscription* sub, natsMsg* message, void* closure);
  static void on_ended(void* closure);
  static void on_connected(natsConnection*, void* id);
  static void on_disconnected(natsConnection* at, void* id);
  static void on_reconnected(natsConnection*, void* id);
  static void on_closed(natsConnection* at, void* id);
  static void
  on_error(natsConnection* at, natsSubscription* sub, natsStatus why, void* id);

  natsStatus connect(natsOptions* options);
  void set_state(bus_state to, bool again, const std::string& why);
  void tell_all(const bus_loss& loss);
  std::string last_error(natsConnection* at) const;

  std::optional<uint64_t> add_listener(listener made); // none: too many
  void forget(uint64_t id);
  void answered(const bus_message& message);

  // Of the sending thread.
  void run_sender();
  void act(call& one);
  void send(const bus_post& post);
  natsStatus send_now(const bus_post& post);
  void begin(uint64_t id);
  void end(uint64_t id);
  bool may_send() const;

  void run_timer();
  void drain();

  const nats_bus_settings settings_;
  const std::string servers_;
  const std::string inbox_; // with its last dot
  const uintptr_t number_;  // by which the library's callbacks find this
  nats_ptr<natsConnection> at_;
  call_queue<call> queue_;
  request_table requests_;
  const std::shared_ptr<tally> tally_ = std::make_shared<tally>();
  std::atomic<uint64_t> out_{0}, out_bytes_{0}, refused_{0}, unsent_{0},
      reconnects_{0};

  mutable std::mutex listeners_lock_;
  std::unordered_map<uint64_t, std::shared_ptr<listener>> listeners_;
  uint64_t next_ = 1;

  mutable std::mutex state_lock_;
  std::condition_variable state_changed_;
  bus_state state_ = bus_state::connecting;
  bool told_closed_ = false; // the last of the library's calls has ended
  bool stopping_ = false;
  clock::time_point stop_until_;

  // Held while `on_state` runs.
  std::recursive_mutex notice_lock_;
  bool mute_ = false;

  std::mutex timer_lock_;
  std::condition_variable timer_changed_;
  clock::time_point timer_wakes_;
  bool timer_over_ = false;

  // Of the sending thread.
  natsStatus last_refusal_ = NATS_OK;
  // Where the library did not promise to tell the end.
  std::vector<std::unique_ptr<hearing>> kept_;
  std::thread sender_, timer_;
};

} // namespace rookery
