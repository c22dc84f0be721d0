#pragma once

#include "actors/api/call.hpp"

#include <caf/error.hpp>

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace rookery {

/// The state of an API actor: one request, from its order to its answer, about
/// this node alone. All that it asks for together must be there in the time of
/// the order, or the answer is 504.
struct api_state {
  using pointer = api_actor::stateful_pointer<api_state>;
  static inline const char* name = "api";

  explicit api_state(pointer actor)
      : self(actor) {}
  ~api_state();

  pointer self;
  const node_context* node = nullptr;

  void begin(const api_order& order);
  void on_answer(const answer& said);
  void on_time();

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

  // -- rankings, and the survey of the metrics: one thread after the other
  void serve(const slowest_call& call);
  void serve(const busiest_call& call);
  void serve(const metrics_call& call);
  void scan_deepest();
  void on_deepest(connection_page& page);
  void scan_busiest();
  void on_busiest(topic_page& page);
  void on_loads(topic_page& page);
  void scan_survey();
  void on_surveyed(survey_page& page);
  bool at_end(const std::optional<uint64_t>& next);

  void on_shown(connection_page& page);
  void on_closed_list(recently_closed& closed);
  void on_registry_counts(registry_counts& counts);
  void on_state_counts(state_counts& counts);

  // -- rooms: the answer comes as it would to a client
  void serve(const presence_call& call);
  void serve(const history_call& call);
  void serve(const room_state_call& call);
  void serve(const nodes_call& call);
  void ask_topic(const std::string& topic, topic_order order);

  void disconnect_user();
  void on_victims(user_page& page);
  void on_disconnected(uint64_t& closed);

  api_call call_;
  http_responder respond_; // empty: answered
  api_pass inside_;
  std::string topic_; // that was asked
  steady_time deadline_;
  std::size_t answers_missing_ = 0; // of threads that were asked together
  // Of a list, or of the connections of a user that are closed:
  std::optional<scan_cursor> at_; // none: at the end
  std::vector<connection_details> found_;
  uint32_t visits_ = 0;
  uint64_t disconnected_ = 0;
  std::vector<topic_load> busiest_; // of one thread
  std::map<std::string, topic_load> loads_;
  connection_survey survey_;
  state_counts states_;
  registry_counts known_;
};

/// Asks within the time that is left.
template <class Answer, class Handle, class... What>
void api_state::ask(
    const Handle& whom, void (api_state::*then)(Answer&), const What&... what) {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(
      deadline_ - self->clock().now());
  if (left.count() <= 0)
    return fail(caf::make_error(caf::sec::request_timeout));
  self->request(whom, left, what...)
      .then(
          [=, this](Answer& found) { (this->*then)(found); },
          [this](const caf::error& why) { fail(why); });
}

/// The order for an API actor; none: the node stops, and `respond` was told so.
/// It is called once, on any thread. Thread: any.
std::optional<api_order> order_of(
    const node_context& node, api_call call, http_responder respond,
    std::chrono::milliseconds within);

/// Has this node carry out a call, whatever others have to do with it, as
/// `order_of` says. Thread: one of the system's (others must not spawn: they
/// would keep its logger, for whose end the system waits).
void carry_out_here(
    caf::actor_system& system, const node_context& node, api_call call,
    http_responder respond, std::chrono::milliseconds within);

/// Carries out the one order that it is sent.
api_actor::behavior_type api(api_state::pointer self, const node_context* node);

} // namespace rookery
