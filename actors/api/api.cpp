#include "actors/api/api.hpp"

#include "actors/api/answers.hpp"
#include "base/check.hpp"
#include "base/log.hpp"

#include <caf/send.hpp>

#include <algorithm>
#include <functional>

namespace rookery {

namespace {

/// What one page may cost a thread: connections looked at, topics named.
constexpr uint32_t visits_max = 10'000;
/// Connections of one user that are looked up, or closed, in one turn.
constexpr uint32_t user_page_max = 100;

/// Of the one order that it gives.
constexpr uint32_t answer_serial = 1;

constexpr std::size_t thread_of(connection_id id) {
  return id >> 48;
}

} // namespace

api_state::~api_state() {
  if (respond_)
    respond_(error_answer(500, "internal error"));
}

void api_state::begin(const api_order& order) {
  call_ = order.call;
  respond_ = order.respond;
  inside_ = order.inside;
  deadline_ = self->clock().now() + order.within;
  std::visit([this](const auto& call) { serve(call); }, call_);
}

void api_state::finish(http_response answer) {
  if (respond_)
    std::exchange(respond_, nullptr)(std::move(answer));
  self->quit();
}

void api_state::fail(const caf::error& why) {
  if (std::holds_alternative<metrics_call>(call_)) // better a part than none
    return finish(metrics_answer(*node, {}));
  if (why == caf::sec::request_timeout)
    return finish(error_answer(504, "no answer in time"));
  log::warn("api.failed", {{"why", self->system().render(why)}});
  finish(error_answer(503, "the node is stopping"));
}

bool api_state::thread_exists(connection_id id) const {
  return thread_of(id) < node->fanouts.size();
}

api_state::ids_by_thread
api_state::split(const std::vector<connection_id>& ids) {
  ids_by_thread by_thread;
  for (const auto id : ids)
    by_thread[thread_of(id)].push_back(id);
  return by_thread;
}

// -- lists --------------------------------------------------------------------

void api_state::serve(const list_call& call) {
  at_ = call.from;
  if (call.user.empty())
    scan();
  else
    list_user();
}

bool api_state::page_is_full() const {
  return found_.size() >= std::get<list_call>(call_).limit
         || visits_ >= visits_max;
}

void api_state::finish_list() {
  std::string next;
  if (at_)
    next = node->in_cluster() ? cursor_text(node->life, at_) : to_text(*at_);
  finish(list_answer(found_, next, node->node_id));
}

void api_state::scan() {
  const auto& call = std::get<list_call>(call_);
  scan_order order;
  order.wanted = call.wanted;
  order.from = at_->from;
  order.found_max = call.limit - static_cast<uint32_t>(found_.size());
  order.visits_max = visits_max - visits_;
  ask(node->fanouts[at_->thread], &api_state::on_scanned, order);
}

void api_state::on_scanned(connection_page& page) {
  std::move(page.found.begin(), page.found.end(), std::back_inserter(found_));
  visits_ += page.visits;
  at_->from = page.next;
  if (!page.next && ++at_->thread == node->fanouts.size())
    at_.reset();
  if (!at_ || page_is_full())
    return finish_list();
  scan();
}

void api_state::list_user() {
  const auto& call = std::get<list_call>(call_);
  const auto room = call.limit - static_cast<uint32_t>(found_.size());
  ask(node->registry, &api_state::on_listed_user,
      find_order{call.user, at_->from, std::min(room, user_page_max)});
}

void api_state::on_listed_user(user_page& page) {
  at_->from = page.next;
  if (!page.next)
    at_.reset();
  const auto by_thread = split(page.ids);
  answers_missing_ = by_thread.size();
  const auto& wanted = std::get<list_call>(call_).wanted;
  for (const auto& [thread, ids] : by_thread)
    ask(node->fanouts[thread], &api_state::on_inspected,
        inspect_order{ids, wanted});
  if (by_thread.empty())
    finish_list();
}

void api_state::on_inspected(connection_page& page) {
  std::move(page.found.begin(), page.found.end(), std::back_inserter(found_));
  visits_ += page.visits;
  if (--answers_missing_ > 0)
    return;
  if (!at_ || page_is_full())
    return finish_list();
  list_user();
}

// -- single answers -----------------------------------------------------------

void api_state::serve(const show_call& call) {
  if (!thread_exists(call.id))
    return finish(error_answer(404, "no such connection"));
  ask(node->fanouts[thread_of(call.id)], &api_state::on_shown,
      inspect_order{{call.id}, {}});
}

void api_state::on_shown(connection_page& page) {
  if (page.found.empty())
    return finish(error_answer(404, "no such connection"));
  finish(show_answer(page.found.front(), node->node_id));
}

void api_state::serve(const closed_call& call) {
  ask(node->registry, &api_state::on_closed_list, closed_atom_v, call.limit);
}

void api_state::on_closed_list(recently_closed& closed) {
  finish(closed_answer(closed));
}

void api_state::serve(const count_call&) {
  ask(node->registry, &api_state::on_registry_counts, count_atom_v);
}

void api_state::on_registry_counts(registry_counts& counts) {
  known_ = counts;
  answers_missing_ = node->fanouts.size();
  for (const auto& thread : node->fanouts)
    ask(thread, &api_state::on_state_counts, count_atom_v);
}

void api_state::on_state_counts(state_counts& counts) {
  states_.open += counts.open;
  states_.closing += counts.closing;
  if (--answers_missing_ > 0)
    return;
  states_.connecting = node->connecting(states_.open + states_.closing);
  finish(counts_answer(states_, known_));
}

// -- disconnect ---------------------------------------------------------------

void api_state::serve(const disconnect_call& call) {
  const auto* id = std::get_if<connection_id>(&call.whom);
  if (!id) {
    at_.emplace();
    return disconnect_user();
  }
  if (!thread_exists(*id))
    return finish(disconnect_answer(0));
  answers_missing_ = 1;
  ask(node->fanouts[thread_of(*id)], &api_state::on_disconnected,
      close_order{{*id}, call.code});
}

void api_state::disconnect_user() {
  const auto& call = std::get<disconnect_call>(call_);
  ask(node->registry, &api_state::on_victims,
      find_order{std::get<std::string>(call.whom), at_->from, user_page_max});
}

void api_state::on_victims(user_page& page) {
  at_->from = page.next;
  if (!page.next)
    at_.reset();
  const auto by_thread = split(page.ids);
  answers_missing_ = by_thread.size();
  const auto code = std::get<disconnect_call>(call_).code;
  for (const auto& [thread, ids] : by_thread)
    ask(node->fanouts[thread], &api_state::on_disconnected,
        close_order{ids, code});
  if (by_thread.empty())
    finish(disconnect_answer(disconnected_));
}

void api_state::on_disconnected(uint64_t& closed) {
  disconnected_ += closed;
  if (--answers_missing_ > 0)
    return;
  if (!at_)
    return finish(disconnect_answer(disconnected_));
  disconnect_user();
}

// -- rooms --------------------------------------------------------------------

/// Through a thread's fanout, which opens the topic if need be; any of them.
void api_state::ask_topic(const std::string& topic, topic_order order) {
  using std::chrono::ceil, std::chrono::milliseconds;
  topic_ = topic;
  const auto at = std::hash<std::string>{}(topic) % node->fanouts.size();
  self->send(node->fanouts[at], ask_order{topic, std::move(order)});
  self->delayed_send(
      self, ceil<milliseconds>(deadline_ - self->clock().now()), tick_atom_v);
}

void api_state::serve(const presence_call& call) {
  presence_order order;
  order.from = {api_actor{self}, answer_serial};
  order.request = call.request;
  ask_topic(call.request.topic, std::move(order));
}

void api_state::serve(const history_call& call) {
  history_order order;
  order.from = {api_actor{self}, answer_serial};
  order.request = call.request;
  ask_topic(call.request.topic, std::move(order));
}

void api_state::serve(const room_state_call& call) {
  room_state_order order;
  order.from = {api_actor{self}, answer_serial};
  ask_topic(call.topic, std::move(order));
}

void api_state::on_answer(const answer& said) {
  finish(topic_answer(topic_, said));
}

void api_state::on_time() {
  fail(caf::make_error(caf::sec::request_timeout));
}

void api_state::serve(const nodes_call&) {
  finish(nodes_answer(*node));
}

// -- the actor ----------------------------------------------------------------

std::optional<api_order> order_of(
    const node_context& node, api_call call, http_responder respond,
    std::chrono::milliseconds within) {
  auto inside = std::make_shared<callback_gate::pass>(node.api_calls.enter());
  if (!*inside) {
    respond(error_answer(503, "the node is stopping"));
    return std::nullopt;
  }
  return api_order{
      std::move(call), std::move(respond), within, std::move(inside)};
}

void carry_out_here(
    caf::actor_system& system, const node_context& node, api_call call,
    http_responder respond, std::chrono::milliseconds within) {
  if (auto order = order_of(node, std::move(call), std::move(respond), within))
    caf::anon_send(system.spawn(api, &node), *std::move(order));
}

api_actor::behavior_type
api(api_state::pointer self, const node_context* node) {
  self->state.node = node;
  return {
      [=](const api_order& order) { self->state.begin(order); },
      [=](answer_atom, uint32_t, const answer& said) {
        self->state.on_answer(said);
      },
      [=](tick_atom) { self->state.on_time(); },
  };
}

} // namespace rookery
