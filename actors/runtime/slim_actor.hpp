#pragma once

#include "actors/runtime/io_unit.hpp"
#include "base/log.hpp"

#include <caf/actor_config.hpp>
#include <caf/detail/sync_request_bouncer.hpp>
#include <caf/intrusive/lifo_inbox.hpp>
#include <caf/mailbox_element.hpp>
#include <caf/make_actor.hpp>
#include <caf/monitorable_actor.hpp>
#include <caf/resumable.hpp>
#include <caf/typed_actor.hpp>

#include <tuple>
#include <utility>

namespace rookery {

/// The part of a slim actor that needs no template: a full CAF actor (handle,
/// id, monitors, links, exit messages) in 0.2 KB instead of the 1.3 KB of an
/// event_based_actor, pinned to one I/O thread. There is one for every
/// connection.
///
/// Its mailbox is bounded by those who send: each message is the answer to one
/// of the connection's own requests (credit), an event of the rate-limited kind
/// (a direct message), or one exit. What topics deliver goes into the outbox
/// and never through here.
///
/// Thread: `enqueue` from any; all else on the home unit.
class slim_actor_base : public caf::monitorable_actor, public caf::resumable {
public:
  /// `home` null: runs where it is sent to (the deterministic tests).
  slim_actor_base(caf::actor_config& config, io_unit* home);
  ~slim_actor_base() override;

  using caf::abstract_actor::enqueue;
  void
  enqueue(caf::mailbox_element_ptr element, caf::execution_unit* unit) override;

  resume_result
  resume(caf::execution_unit* unit, std::size_t messages_max) override;
  void intrusive_ptr_add_ref_impl() override;
  void intrusive_ptr_release_impl() override;

  /// Ends the actor. Only from its own thread; others send an exit message.
  void quit(caf::error reason);
  void attach_to_system() { register_at_system(); }
  io_unit* home() const noexcept { return home_; }

protected:
  /// Handles one message; a throw ends this actor with `runtime_error`.
  virtual void on_message(caf::mailbox_element& element) = 0;
  /// The actor has ended, for whatever reason; once, on its own thread.
  virtual void on_exit() noexcept {}

private:
  struct inbox_policy {
    using mapped_type = caf::mailbox_element;
    using task_size_type = std::size_t;
    using deficit_type = std::size_t;
    using deleter_type = caf::detail::disposer;
    using unique_pointer = caf::mailbox_element_ptr;
  };
  bool cleanup(caf::error&& reason, caf::execution_unit* host) override;
  void handle(caf::mailbox_element& element, caf::execution_unit* unit);
  bool ended() const { return getf(is_cleaned_up_flag); }
  bool take_new_messages();
  caf::mailbox_element_ptr take_first();

  caf::intrusive::lifo_inbox<inbox_policy> inbox_;
  caf::mailbox_element* waiting_ = nullptr; // in order, taken from the inbox
  io_unit* home_;
};

/// An actor with the typed interface `Handle` whose messages are dispatched at
/// compile time: for `reacts_to<close_atom, close_code>` the class `Derived`
/// has `void on(close_atom, close_code)`; for `replies_to<...>::with<T>` it
/// returns a T. A missing overload does not compile.
template <class Derived, class Handle>
class slim_actor : public slim_actor_base {
public:
  using signatures = typename Handle::signatures;
  using behavior_type = typename Handle::behavior_type;
  using slim_actor_base::slim_actor_base;

  Handle handle() {
    return caf::actor_cast<Handle>(caf::strong_actor_ptr{this->ctrl()});
  }

protected:
  void on_message(caf::mailbox_element& element) final {
    if (!dispatch(element, signatures{}))
      log::warn("actor.unexpected_message", {{"actor", this->id()}});
  }

private:
  template <class... Signatures>
  bool dispatch(
      caf::mailbox_element& element, caf::detail::type_list<Signatures...>) {
    return (try_one(element, Signatures{}) || ...);
  }

  template <class... In, class... Out>
  bool try_one(
      caf::mailbox_element& element,
      caf::typed_mpi<
          caf::detail::type_list<In...>, caf::output_tuple<Out...>>) {
    auto& content = element.content();
    if (!content.template match_elements<In...>())
      return false;
    call<In...>(
        element, std::index_sequence_for<In...>{},
        caf::detail::type_list<Out...>{});
    return true;
  }

  template <class... In, std::size_t... I, class Out>
  void call(
      caf::mailbox_element& element, std::index_sequence<I...>,
      caf::detail::type_list<Out>) {
    auto& content = element.content();
    auto& self = static_cast<Derived&>(*this);
    if constexpr (
        std::is_same_v<Out, void> || std::is_same_v<Out, caf::unit_t>) {
      self.on(content.template get_as<In>(I)...);
    } else {
      auto answer = self.on(content.template get_as<In>(I)...);
      if (element.mid.is_request() && element.sender)
        element.sender->enqueue(
            caf::make_mailbox_element(
                this->ctrl(), element.mid.response_id(), {}, std::move(answer)),
            home());
    }
  }
  template <class... In, std::size_t... I>
  void call(
      caf::mailbox_element& element, std::index_sequence<I...>,
      caf::detail::type_list<>) {
    auto& content = element.content();
    static_cast<Derived&>(*this).on(content.template get_as<In>(I)...);
  }
};

/// A strong reference to an actor of this process whose class is known.
template <class T>
class actor_ref {
public:
  actor_ref() = default;
  explicit actor_ref(T* actor)
      : hold_(actor->ctrl())
      , actor_(actor) {}

  T* get() const noexcept { return actor_; }
  T* operator->() const noexcept { return actor_; }
  T& operator*() const noexcept { return *actor_; }

private:
  caf::strong_actor_ptr hold_;
  T* actor_ = nullptr;
};

/// Makes a slim actor and starts it; it lives while somebody refers to it.
template <class T, class... Ts>
actor_ref<T>
spawn_slim(caf::actor_system& system, io_unit* home, Ts&&... arguments) {
  caf::actor_config config{home};
  const auto made = caf::make_actor<T, caf::strong_actor_ptr>(
      system.next_actor_id(), system.node(), &system, config, home,
      std::forward<Ts>(arguments)...);
  auto* actor = static_cast<T*>(caf::actor_cast<caf::abstract_actor*>(made));
  actor->attach_to_system();
  return actor_ref<T>{actor};
}

} // namespace rookery
