#include "actors/runtime/io_clock.hpp"

#include <type_traits>

namespace rookery {

static_assert(
    std::is_same_v<caf::actor_clock::clock_type, event_loop::clock>,
    "CAF's deadlines go to the loop without conversion");

template <class Change>
void io_clock::locked(Change&& change) {
  const std::lock_guard guard{mutex_};
  change();
  arm();
}

void io_clock::attach(event_loop& loop) {
  const std::lock_guard guard{mutex_};
  loop_ = &loop;
}

void io_clock::detach() {
  const std::lock_guard guard{mutex_};
  loop_ = nullptr;
  schedule_.clear();
  actor_lookup_.clear();
}

void io_clock::arm() {
  if (!loop_ || schedule_.empty())
    return;
  const auto due = schedule_.begin()->first;
  if (armed_ && armed_for_ <= due)
    return; // fires early enough
  armed_ = true;
  armed_for_ = due;
  const auto generation = ++generation_;
  loop_->post([this, due, generation] {
    const std::lock_guard guard{mutex_};
    if (loop_ && generation == generation_)
      loop_->call_at(due, [this, generation] { fire(generation); });
  });
}

void io_clock::fire(uint64_t generation) {
  const std::lock_guard guard{mutex_};
  if (!loop_ || generation != generation_)
    return;
  armed_ = false;
  trigger_expired_timeouts();
  arm();
}

void io_clock::set_ordinary_timeout(
    time_point due, caf::abstract_actor* self, caf::atom_value type,
    uint64_t id) {
  locked([&] { super::set_ordinary_timeout(due, self, type, id); });
}

void io_clock::set_multi_timeout(
    time_point due, caf::abstract_actor* self, caf::atom_value type,
    uint64_t id) {
  locked([&] { super::set_multi_timeout(due, self, type, id); });
}

void io_clock::set_request_timeout(
    time_point due, caf::abstract_actor* self, caf::message_id id) {
  locked([&] { super::set_request_timeout(due, self, id); });
}

void io_clock::cancel_ordinary_timeout(
    caf::abstract_actor* self, caf::atom_value type) {
  locked([&] { super::cancel_ordinary_timeout(self, type); });
}

void io_clock::cancel_request_timeout(
    caf::abstract_actor* self, caf::message_id id) {
  locked([&] { super::cancel_request_timeout(self, id); });
}

void io_clock::cancel_timeouts(caf::abstract_actor* self) {
  locked([&] { super::cancel_timeouts(self); });
}

void io_clock::schedule_message(
    time_point due, caf::strong_actor_ptr receiver,
    caf::mailbox_element_ptr content) {
  locked([&] {
    super::schedule_message(due, std::move(receiver), std::move(content));
  });
}

void io_clock::schedule_message(
    time_point due, caf::group target, caf::strong_actor_ptr sender,
    caf::message content) {
  locked([&] {
    super::schedule_message(
        due, std::move(target), std::move(sender), std::move(content));
  });
}

void io_clock::cancel_all() {
  locked([&] { super::cancel_all(); });
}

} // namespace rookery
