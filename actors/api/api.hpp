#pragma once

#include "actors/api/call.hpp"

#include <caf/error.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

namespace rookery {

/// The state of an API actor: one request, from its order to its answer. All
/// that it asks for together must be there within supervisor.request-timeout,
/// or the answer is 504.
struct api_state {
  using pointer = api_actor::stateful_pointer<api_state>;
  static inline const char* name = "api";

  explicit api_state(pointer actor)
      : self(actor) {}
  ~api_state();

  pointer self;
  const node_context* node = nullptr;

  void begin(const api_order& order);

private:
  using ids_by_thread = std::map<std::size_t, std::vector<connection_id>>;

  template <class Answer, class Handle, class... What>
  void
  ask(const Handle& whom, void (api_state::*then)(Answer&),
      const What&... what);
  void finish(http_response answer);
  void fail(const caf::error& why);
  bool thread_exists(connection_id id) const;
  static ids_by_thread split(const std::vector<connection_id>& ids);

  void serve(const list_call& call);
  void serve(const show_call& call);
  void serve(const closed_call& call);
  void serve(const count_call& call);
  void serve(const disconnect_call& call);

  // -- list of one user: the registry knows whom to ask for
  void list_user();
  void on_listed_user(user_page& page);
  void on_inspected(connection_page& page);
  // -- list of all, or of a topic: one thread after the other
  void scan();
  void on_scanned(connection_page& page);
  bool page_is_full() const;
  void finish_list();

  void on_shown(connection_page& page);
  void on_closed_list(recently_closed& closed);
  void on_registry_counts(registry_counts& counts);
  void on_state_counts(state_counts& counts);

  void disconnect_user();
  void on_victims(user_page& page);
  void on_disconnected(uint64_t& closed);

  api_call call_;
  http_responder respond_; // empty: answered
  steady_time deadline_;
  std::size_t answers_missing_ = 0; // of threads that were asked together
  // Of a list, or of the connections of a user that are closed:
  std::optional<scan_cursor> at_; // none: at the end
  std::vector<connection_details> found_;
  uint32_t visits_ = 0;
  uint64_t disconnected_ = 0;
  state_counts states_;
  registry_counts known_;
};

/// Carries out the one order that it is sent.
api_actor::behavior_type api(api_state::pointer self, const node_context* node);

} // namespace rookery
