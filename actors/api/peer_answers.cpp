#include "actors/api/peer_answers.hpp"

#include "actors/api/answers.hpp"
#include "actors/api/api.hpp"
#include "cluster/membership/call_bodies.hpp"
#include "cluster/membership/peers.hpp"

#include <caf/actor_system.hpp>
#include <caf/send.hpp>

namespace rookery {

namespace {

/// Servers of NATS take a megabyte, unless they are told otherwise.
constexpr std::size_t answer_bytes_max = 1'000'000;

/// A request of the internal API that another node passes on.
struct passed_request final : http_request {
  explicit passed_request(const api_question& from)
      : question(from) {}

  std::string_view method() const override { return question.method; }
  std::string_view target() const override { return question.target; }
  std::string_view header(std::string_view) const override { return {}; }
  std::string_view body() const override { return question.body; }
  const std::string& remote_address() const override { return address; }

  const api_question& question;
  const std::string address;
};

void tell(const peer_reply& to, http_response answer) {
  if (answer.body.size() > answer_bytes_max)
    answer = error_answer(
        503, "too long for the way between nodes: ask for less with `limit`");
  to.ok(encode(
      api_said{answer.status, answer.content_type, std::move(answer.body)}));
}

/// Thread: one of the bus.
void answer_api(
    const peer_call& call, const peer_reply& reply,
    const supervisor_actor& supervisor, const node_context& node) {
  const auto question = decode_api_question(call.body);
  if (!question)
    return reply.refuse(question.error().code, question.error().message);
  const passed_request request{*question};
  if (!is_api_path(request.path()))
    return tell(reply, error_answer(404, "not found"));
  auto read = read_call(request, node);
  if (auto* refused = std::get_if<http_response>(&read))
    return tell(reply, std::move(*refused));
  auto& made = std::get<api_call>(read);
  // It is not passed on again, whoever is meant.
  if (const auto name = node_of(made); !name.empty() && name != node.node_id)
    return tell(reply, error_answer(400, "this is " + node.node_id, "node"));
  if (auto order = order_of(
          node, std::move(made),
          [reply](http_response answer) { tell(reply, std::move(answer)); },
          question->within))
    caf::anon_send(supervisor, *std::move(order));
}

/// Thread: one of the bus.
void answer_direct(
    const peer_call& call, const peer_reply& reply, caf::actor_system& system,
    const registry_actor& registry) {
  auto decoded = decode_direct_call(call.body);
  if (!decoded)
    return reply.refuse(decoded.error().code, decoded.error().message);
  const auto due = system.clock().now() + decoded->within;
  caf::anon_send(registry, remote_direct{*std::move(decoded), due, reply});
}

} // namespace

void answer_peers(const node_context& node) {
  // Copies: the context lets go of its actors while others may still call.
  const auto registry = node.registry;
  const auto supervisor = node.supervisor;
  auto& system = caf::actor_cast<caf::abstract_actor*>(registry)->home_system();
  node.peers->answer(
      peer_kind::api,
      [supervisor, &node](const peer_call& call, const peer_reply& reply) {
        answer_api(call, reply, supervisor, node);
      });
  node.peers->answer(
      peer_kind::direct,
      [&system, registry](const peer_call& call, const peer_reply& reply) {
        answer_direct(call, reply, system, registry);
      });
}

} // namespace rookery
