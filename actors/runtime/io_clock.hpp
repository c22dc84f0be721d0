#pragma once

#include "net/io/event_loop.hpp"

#include <caf/detail/simple_actor_clock.hpp>

#include <cstdint>
#include <mutex>

namespace rookery {

/// CAF's clock on a timer of an I/O thread: time-outs of requests and delayed
/// messages need no thread of their own. One entry costs about 3 us, so
/// connections use their loop's timer wheel instead.
///
/// Thread: any. Recursive, because a message that is due may set a time-out.
class io_clock final : public caf::detail::simple_actor_clock {
public:
  using super = caf::detail::simple_actor_clock;

  void attach(event_loop& loop);
  /// Forgets the loop and all that is scheduled.
  void detach();

  void set_ordinary_timeout(
      time_point due, caf::abstract_actor* self, caf::atom_value type,
      uint64_t id) override;
  void set_multi_timeout(
      time_point due, caf::abstract_actor* self, caf::atom_value type,
      uint64_t id) override;
  void set_request_timeout(
      time_point due, caf::abstract_actor* self, caf::message_id id) override;
  void cancel_ordinary_timeout(
      caf::abstract_actor* self, caf::atom_value type) override;
  void cancel_request_timeout(
      caf::abstract_actor* self, caf::message_id id) override;
  void cancel_timeouts(caf::abstract_actor* self) override;
  void schedule_message(
      time_point due, caf::strong_actor_ptr receiver,
      caf::mailbox_element_ptr content) override;
  void schedule_message(
      time_point due, caf::group target, caf::strong_actor_ptr sender,
      caf::message content) override;
  void cancel_all() override;

private:
  template <class Change>
  void locked(Change&& change);
  void arm(); // mutex_ held
  void fire(uint64_t generation);

  std::recursive_mutex mutex_;
  event_loop* loop_ = nullptr;
  time_point armed_for_;
  bool armed_ = false;
  uint64_t generation_ = 0; // of the timer that counts
};

} // namespace rookery
