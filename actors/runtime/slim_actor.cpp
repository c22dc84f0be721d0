#include "actors/runtime/slim_actor.hpp"

#include <caf/actor_system.hpp>
#include <caf/scheduler/abstract_coordinator.hpp>

#include <exception>

namespace rookery {

slim_actor_base::slim_actor_base(caf::actor_config& config, io_unit* home)
    : caf::monitorable_actor(config)
    , home_(home) {
  inbox_.try_block(); // no message yet: the first one wakes it
}

slim_actor_base::~slim_actor_base() {
  while (waiting_)
    take_first();
}

void slim_actor_base::enqueue(
    caf::mailbox_element_ptr element, caf::execution_unit* unit) {
  const auto id = element->mid;
  const auto sender = element->sender;
  switch (inbox_.push_front(std::move(element))) {
  case caf::intrusive::inbox_result::unblocked_reader:
    caf::intrusive_ptr_add_ref(ctrl());
    if (home_)
      home_->exec_later(this);
    else if (unit)
      unit->exec_later(this);
    else
      home_system().scheduler().enqueue(this);
    break;
  case caf::intrusive::inbox_result::queue_closed:
    if (id.is_request())
      caf::detail::sync_request_bouncer{fail_state()}(sender, id);
    break;
  case caf::intrusive::inbox_result::success:
    break;
  }
}

/// Takes the inbox over into `waiting_`, in the order of arrival. False when
/// nothing was there: the actor sleeps.
bool slim_actor_base::take_new_messages() {
  for (;;) {
    auto* newest = inbox_.take_head();
    if (newest) {
      while (newest) {
        auto* older = static_cast<caf::mailbox_element*>(newest->next);
        newest->next = waiting_;
        waiting_ = newest;
        newest = older;
      }
      return true;
    }
    if (inbox_.try_block())
      return false;
  }
}

caf::mailbox_element_ptr slim_actor_base::take_first() {
  caf::mailbox_element_ptr first{waiting_};
  waiting_ = static_cast<caf::mailbox_element*>(waiting_->next);
  first->next = nullptr;
  return first;
}

slim_actor_base::resume_result
slim_actor_base::resume(caf::execution_unit* unit, std::size_t messages_max) {
  for (std::size_t handled = 0; !ended(); ++handled) {
    if (!waiting_ && !take_new_messages())
      return awaiting_message;
    if (handled == messages_max)
      return resume_later;
    handle(*take_first(), unit);
  }
  const caf::detail::sync_request_bouncer bounce{fail_state()};
  while (waiting_)
    bounce(*take_first());
  auto bounce_owned = [&](caf::mailbox_element* element) {
    const caf::mailbox_element_ptr owned{element};
    bounce(*owned);
  };
  inbox_.close(bounce_owned);
  return done;
}

void slim_actor_base::handle(
    caf::mailbox_element& element, caf::execution_unit* unit) {
  try {
    if (!handle_system_message(element, unit, false))
      on_message(element);
  } catch (const std::exception& error) {
    log::error("actor.threw", {{"actor", id()}, {"error", error.what()}});
    quit(caf::make_error(caf::sec::runtime_error));
  } catch (...) {
    log::error("actor.threw", {{"actor", id()}});
    quit(caf::make_error(caf::sec::runtime_error));
  }
}

void slim_actor_base::quit(caf::error reason) {
  cleanup(std::move(reason), home_);
}

bool slim_actor_base::cleanup(caf::error&& reason, caf::execution_unit* host) {
  if (!caf::monitorable_actor::cleanup(std::move(reason), host))
    return false;
  unregister_from_system();
  on_exit();
  return true;
}

void slim_actor_base::intrusive_ptr_add_ref_impl() {
  caf::intrusive_ptr_add_ref(ctrl());
}

void slim_actor_base::intrusive_ptr_release_impl() {
  caf::intrusive_ptr_release(ctrl());
}

} // namespace rookery
