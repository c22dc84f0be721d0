#include "actors/registry/registry.hpp"

#include "actors/node_context.hpp"
#include "actors/topic/audience.hpp"

#include <algorithm>

namespace rookery {

void registry_state::enter(const connection_entry& entry) {
  const auto id = entry.record->id;
  const auto& user = entry.record->user->user;
  auto [place, fresh] = by_id.try_emplace(id, entry);
  if (!fresh) { // an anonymous user that said `auth`
    forget_user(place->second.record->user->user, id);
    place->second = entry;
  }
  by_user[user].push_back(id);
}

void registry_state::leave(connection_id id) {
  const auto found = by_id.find(id);
  if (found == by_id.end())
    return;
  forget_user(found->second.record->user->user, id);
  by_id.erase(found);
}

void registry_state::forget_user(const std::string& user, connection_id id) {
  const auto found = by_user.find(user);
  if (found == by_user.end())
    return;
  auto& ids = found->second;
  ids.erase(std::remove(ids.begin(), ids.end(), id), ids.end());
  if (ids.empty())
    by_user.erase(found);
}

user_connections registry_state::of(const std::string& user) const {
  user_connections all;
  if (const auto found = by_user.find(user); found != by_user.end())
    for (const auto id : found->second)
      all.all.push_back(by_id.at(id));
  return all;
}

user_connections registry_state::of(connection_id id) const {
  user_connections all;
  if (const auto found = by_id.find(id); found != by_id.end())
    all.all.push_back(found->second);
  return all;
}

namespace {

/// Encodes a direct message once for each form that a receiver wants.
direct_delivery deliver_once(
    const direct_order& order, const user_connections& receivers,
    const compression_config& compression) {
  const direct_event event{order.sender->user, order.data};
  direct_delivery made;
  for (const auto& one : receivers.all) {
    auto& frame = made.frames[one.record->form];
    if (!frame)
      frame = frame_encoder::of_this_thread().make(
          event, one.record->form, compression);
  }
  return made;
}

} // namespace

registry_actor::behavior_type registry(
    registry_actor::stateful_pointer<registry_state> self,
    const node_context* node) {
  return {
      [=](const connection_entry& entry) {
        self->state.enter(entry);
        node->users = self->state.by_user.size();
      },
      [=](forget_atom, uint64_t id, close_code) {
        self->state.leave(id);
        node->users = self->state.by_user.size();
      },
      [=](const direct_order& order) {
        const auto receivers = self->state.of(order.receiver);
        const auto delivery = deliver_once(
            order, receivers, node->settings.websocket.compression);
        for (const auto& one : receivers.all)
          self->send(one.handle, delivery);
        sent_reply reply;
        reply.connections = receivers.all.size();
        self->send(
            order.from.connection, answer_atom_v, order.from.serial,
            answer{std::move(reply)});
      },
      [=](find_atom, const std::string& user) { return self->state.of(user); },
      [=](find_atom, uint64_t id) { return self->state.of(id); },
      [=](count_atom) {
        return registry_counts{
            self->state.by_id.size(), self->state.by_user.size()};
      },
  };
}

} // namespace rookery
