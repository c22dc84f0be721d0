#pragma once

#include "actors/api/api.hpp"
#include "actors/api/plan.hpp"
#include "cluster/membership/call_bodies.hpp"

#include <caf/actor_system.hpp>

#include <string>
#include <vector>

namespace rookery {

/// A request that concerns other nodes, with who waits for its answer.
struct relay_order {
  api_call call;
  api_question question; // the same as it goes to other nodes
  call_plan plan;
  http_responder respond;
  api_pass inside;
};

/// What the node at this place of the plan answered.
struct node_said {
  std::size_t place = 0;
  unsigned status = 0; // 0: nothing, in time
  std::string body;
  std::string why; // of a status of 0
};

/// The state of a RELAY actor. It keeps no time itself: who is asked answers,
/// or is told to have failed, in time.
struct relay_state {
  using pointer = relay_actor::stateful_pointer<relay_state>;
  static inline const char* name = "relay";

  explicit relay_state(pointer actor)
      : self(actor) {}
  ~relay_state();

  pointer self;
  const node_context* node = nullptr;

  void begin(const relay_order& order);
  void on_said(const node_said& one);

private:
  void ask_here(std::size_t place);
  void ask_there(std::size_t place);
  http_response answer() const;
  http_response only_answer() const;
  http_response list_of_all(const list_call& call) const;
  http_response disconnected_by_all() const;

  relay_order order_;
  std::vector<node_said> said_; // by place
  std::size_t missing_ = 0;
};

/// Carries out the one order that it is sent.
relay_actor::behavior_type
relay(relay_state::pointer self, const node_context* node);

/// Has a call of this node's listener carried out where it belongs; `question`
/// is what other nodes are asked then. `respond` is called once, on any thread.
/// Thread: one of the system's.
void carry_out(
    caf::actor_system& system, const node_context& node, api_call call,
    api_question question, http_responder respond);

} // namespace rookery
