#include "actors/api/relay.hpp"

#include "actors/api/answers.hpp"
#include "actors/api/json_answer.hpp"
#include "base/protocol/json_object.hpp"
#include "base/protocol/json_page.hpp"
#include "cluster/membership/peers.hpp"

#include <caf/send.hpp>

#include <algorithm>

namespace rookery {

namespace {

constexpr unsigned ok = 200;

/// What another node's answer comes to.
node_said said_by_peer(std::size_t place, const result<std::string>& body) {
  const auto read = body.and_then(
      [](const std::string& bytes) { return decode_api_said(bytes); });
  if (!read)
    return {place, 0, {}, read.error().message};
  return {place, read->status, read->body, {}};
}

/// Names those who did not answer; nothing where all did.
void add_unreachable(
    json_answer& to, const std::vector<std::string_view>& names) {
  if (names.empty())
    return;
  auto& list = to.key("unreachable");
  list.open_array(names.size());
  for (const auto one : names)
    list.text(shown(one));
  list.close_array();
}

} // namespace

relay_state::~relay_state() {
  if (order_.respond)
    order_.respond(error_answer(500, "internal error"));
}

void relay_state::begin(const relay_order& order) {
  order_ = order;
  missing_ = order_.plan.nodes.size();
  said_.resize(missing_);
  order_.question.within =
      remote_share(node->settings.supervisor.request_timeout);
  for (std::size_t i = 0; i < said_.size(); ++i)
    if (order_.plan.nodes[i].life == node->life)
      ask_here(i);
    else
      ask_there(i);
  if (missing_ == 0) // a list that went on behind the last node
    std::exchange(order_.respond, nullptr)(answer()), self->quit();
}

void relay_state::ask_here(std::size_t place) {
  carry_out_here(
      self->system(), *node, order_.call,
      [to = relay_actor{self}, place](http_response got) {
        caf::anon_send(to, node_said{place, got.status, got.body, {}});
      },
      order_.question.within);
}

void relay_state::ask_there(std::size_t place) {
  node->peers->call(
      order_.plan.nodes[place].life, peer_kind::api, encode(order_.question),
      node->settings.supervisor.request_timeout,
      [to = relay_actor{self}, place](const result<std::string>& body) {
        caf::anon_send(to, said_by_peer(place, body));
      });
}

void relay_state::on_said(const node_said& one) {
  said_[one.place] = one;
  if (--missing_ > 0)
    return;
  std::exchange(order_.respond, nullptr)(answer());
  self->quit();
}

http_response relay_state::answer() const {
  if (!node_of(order_.call).empty())
    return only_answer();
  if (const auto* list = std::get_if<list_call>(&order_.call))
    return list_of_all(*list);
  return disconnected_by_all();
}

/// Of the one node that was named: as it is.
http_response relay_state::only_answer() const {
  const auto& said = said_.front();
  if (said.status != 0)
    return json_answer::of(said.status, said.body);
  const auto& asked = order_.plan.nodes.front().name;
  json_answer out;
  out.key("error").text(
      shown("node " + asked + " does not answer: " + said.why));
  add_unreachable(out, {asked});
  return out.answer(504);
}

/// Page after page as long as they fit into one; the first always does.
http_response relay_state::list_of_all(const list_call& call) const {
  std::string items = "[";
  std::string next;
  std::size_t size = 0;
  std::vector<std::string_view> unreachable;
  for (const auto& one : said_) {
    const auto& asked = order_.plan.nodes[one.place];
    auto page = read_json_page(one.body, "connections");
    if (one.status != ok || !page) {
      unreachable.push_back(asked.name);
      continue;
    }
    if (size > 0 && size + page->size > call.limit) {
      next = cursor_text(asked.life, {});
      break;
    }
    items.append(size > 0 && page->size > 0 ? "," : "").append(page->items);
    size += page->size;
    next = std::move(page->next);
    if (!next.empty())
      break;
  }
  if (next.empty() && order_.plan.then)
    next = cursor_text(order_.plan.then->life, {});
  json_answer out;
  out.key("connections");
  out.follow(items + "]");
  if (!next.empty())
    out.key("next").text(next);
  add_unreachable(out, unreachable);
  return out.answer();
}

http_response relay_state::disconnected_by_all() const {
  uint64_t disconnected = 0;
  std::vector<std::string_view> unreachable;
  for (const auto& one : said_) {
    const auto fields = read_json_object(one.body);
    if (one.status != ok || !fields) {
      unreachable.push_back(order_.plan.nodes[one.place].name);
      continue;
    }
    for (const auto& field : *fields)
      if (const auto* number = std::get_if<uint64_t>(&field.value);
          number && field.name == "disconnected")
        disconnected += *number;
  }
  json_answer out;
  out.key("disconnected").integer(disconnected);
  add_unreachable(out, unreachable);
  return out.answer();
}

relay_actor::behavior_type
relay(relay_state::pointer self, const node_context* node) {
  self->state.node = node;
  return {
      [=](const relay_order& order) { self->state.begin(order); },
      [=](const node_said& one) { self->state.on_said(one); },
  };
}

void carry_out(
    caf::actor_system& system, const node_context& node, api_call call,
    api_question question, http_responder respond) {
  auto plan = plan_of(call, node);
  if (auto* refused = std::get_if<http_response>(&plan))
    return respond(std::move(*refused));
  auto& made = std::get<call_plan>(plan);
  if (made.here_alone)
    return carry_out_here(
        system, node, std::move(call), std::move(respond),
        node.settings.supervisor.request_timeout);
  auto inside = std::make_shared<callback_gate::pass>(node.api_calls.enter());
  if (!*inside)
    return respond(error_answer(503, "the node is stopping"));
  caf::anon_send(
      system.spawn(relay, &node),
      relay_order{
          std::move(call), std::move(question), std::move(made),
          std::move(respond), std::move(inside)});
}

} // namespace rookery
