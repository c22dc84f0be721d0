#include "actors/registry/registry.hpp"

#include "actors/node_context.hpp"
#include "actors/topic/audience.hpp"
#include "base/check.hpp"

#include <algorithm>

namespace rookery {

bool registry_state::enter(
    const connection_entry& entry, uint32_t per_user_max) {
  const auto id = entry.record->id;
  leave(id); // an anonymous user that said `auth`
  auto& ids = by_user[entry.record->user->user];
  if (per_user_max > 0 && ids.size() >= per_user_max)
    return false;
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
  if (ids.empty())
    by_user.erase(list);
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

/// Sends a direct message, encoded once for each form that a receiver wants.
void deliver(
    self_pointer self, const direct_order& order, const node_context& node) {
  const auto& state = self->state;
  sent_reply reply;
  if (const auto* ids = state.of(order.receiver)) {
    const direct_event event{order.sender->user, order.data};
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
    reply.connections = ids->size();
  }
  self->send(
      order.from.connection, answer_atom_v, order.from.serial,
      answer{std::move(reply)});
}

} // namespace

registry_actor::behavior_type
registry(self_pointer self, const node_context* node) {
  return {
      [=](const connection_entry& entry) { enter(self, entry, *node); },
      [=](const closed_connection& ended) {
        self->state.leave(ended.record->id);
        self->state.closed.push(ended);
        node->users = self->state.by_user.size();
      },
      [=](const direct_order& order) { deliver(self, order, *node); },
      [=](const find_order& order) { return self->state.find(order); },
      [=](closed_atom, uint32_t most) {
        return self->state.closed.newest(most);
      },
      [=](count_atom) { return self->state.counts(); },
  };
}

} // namespace rookery
