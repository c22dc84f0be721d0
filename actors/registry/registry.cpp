#include "actors/registry/registry.hpp"

#include "actors/node_context.hpp"
#include "actors/topic/audience.hpp"
#include "base/check.hpp"
#include "cluster/membership/user_index.hpp"

#include <caf/send.hpp>

#include <algorithm>

namespace rookery {

bool registry_state::enter(
    const connection_entry& entry, uint32_t per_user_max) {
  const auto id = entry.record->id;
  leave(id); // an anonymous user that said `auth`
  auto& ids = by_user[entry.record->user->user];
  if (per_user_max > 0 && ids.size() >= per_user_max)
    return false;
  if (cluster && ids.empty())
    cluster->add(entry.record->user->user);
  by_id.emplace(id, known_connection{entry, static_cast<uint32_t>(ids.size())});
  ids.push_back(id);
  anonymous += entry.record->user->anonymous ? 1 : 0;
  return true;
}

void registry_state::leave(connection_id id) {
  const auto found = by_id.find(id);
  if (found == by_id.end())
    return;
  const auto& [entry, index] = found->second;
  const auto list = by_user.find(entry.record->user->user);
  ROOKERY_CHECK(
      list != by_user.end() && list->second.at(index) == id,
      "a connection stands in its user's list");
  auto& ids = list->second;
  if (index + 1 != ids.size()) { // the last one takes its place
    ids[index] = ids.back();
    by_id.at(ids[index]).index = index;
  }
  ids.pop_back();
  if (ids.empty()) {
    if (cluster)
      cluster->remove(list->first);
    by_user.erase(list);
  }
  anonymous -= entry.record->user->anonymous ? 1 : 0;
  by_id.erase(found);
}

const std::vector<connection_id>*
registry_state::of(const std::string& user) const {
  const auto found = by_user.find(user);
  return found == by_user.end() ? nullptr : &found->second;
}

user_page registry_state::find(const find_order& order) const {
  user_page page;
  const auto* ids = of(order.user);
  if (!ids)
    return page;
  auto left = std::min<uint64_t>(order.from.value_or(~0ull), ids->size());
  while (left > 0 && page.ids.size() < order.found_max)
    page.ids.push_back((*ids)[--left]);
  if (left > 0)
    page.next = left;
  return page;
}

namespace {

using self_pointer = registry_actor::stateful_pointer<registry_state>;

void enter(
    self_pointer self, const connection_entry& entry,
    const node_context& node) {
  const auto most = node.settings.limits.connections_per_user;
  if (!self->state.enter(entry, most))
    self->send(entry.handle, close_atom_v, close_code::connection_limit);
  node.users = self->state.by_user.size();
}

/// Sends a direct message to those that are here, encoded once for each form
/// that a receiver wants. Returns how many they are.
uint64_t deliver_here(
    self_pointer self, const std::string& receiver, const direct_event& event,
    const node_context& node) {
  const auto& state = self->state;
  const auto* ids = state.of(receiver);
  if (!ids)
    return 0;
  direct_delivery made;
  for (const auto id : *ids) {
    const auto form = state[id].record->form;
    auto& frame = made.frames[form];
    if (!frame)
      frame = frame_encoder::of_this_thread().make(
          event, form, node.settings.websocket.compression);
  }
  for (const auto id : *ids)
    self->send(state[id].handle, made);
  return ids->size();
}

void answer_sender(
    const asker& to, uint64_t here, const std::vector<peer_answer>& others) {
  sent_reply reply;
  reply.connections = here;
  bool unknown = false;
  for (const auto& one : others) {
    const auto reached = one.body.and_then(
        [](const std::string& body) { return decode_reached(body); });
    reply.connections += reached.value_or(0);
    unknown = unknown || !reached;
  }
  // Nobody is known to have got it, and somebody may be where no answer came
  // from: not the same as a user who is nowhere.
  answer made{reply};
  if (reply.connections == 0 && unknown)
    made.reply = error_reply{
        0, errc::not_available, "user: a node that may know does not answer"};
  caf::anon_send(to.actor, answer_atom_v, to.serial, std::move(made));
}

void deliver(
    self_pointer self, const direct_order& order, const node_context& node) {
  const auto here = deliver_here(
      self, order.receiver, {order.sender->user, order.topic, order.data},
      node);
  const auto others = node.user_index
                          ? node.user_index->nodes_for(order.receiver)
                          : std::vector<node_life>{};
  if (others.empty())
    return answer_sender(order.from, here, {});
  direct_call call;
  call.from = order.sender->user;
  call.to = order.receiver;
  call.topic = order.topic;
  call.within = remote_share(node.settings.supervisor.request_timeout);
  call.data = order.data;
  node.peers->call_all(
      others, peer_kind::direct, encode(call), call.within,
      [to = order.from, here](const std::vector<peer_answer>& answers) {
        answer_sender(to, here, answers);
      });
}

void deliver_remote(
    self_pointer self, const remote_direct& order, const node_context& node) {
  if (order.due <= self->clock().now())
    return order.reply->refuse(errc::not_available, "it came too late");
  const auto& call = order.call;
  order.reply->ok(encode_reached(
      deliver_here(self, call.to, {call.from, call.topic, call.data}, node)));
}

} // namespace

registry_actor::behavior_type
registry(self_pointer self, const node_context* node) {
  self->state.cluster = node->user_index;
  return {
      [=](const connection_entry& entry) { enter(self, entry, *node); },
      [=](const closed_connection& ended) {
        self->state.leave(ended.record->id);
        self->state.closed.push(ended);
        node->users = self->state.by_user.size();
      },
      [=](const direct_order& order) { deliver(self, order, *node); },
      [=](const remote_direct& order) { deliver_remote(self, order, *node); },
      [=](const find_order& order) { return self->state.find(order); },
      [=](closed_atom, uint32_t most) {
        return self->state.closed.newest(most);
      },
      [=](count_atom) { return self->state.counts(); },
  };
}

} // namespace rookery
