#include "actors/topic/topic.hpp"

namespace rookery {

void topic_state::on_subscribe(const subscribe_order& order) {
  if (!core->has_room())
    return core->attach(order, core->full());
  if (order.request.since && order.request.must_recover)
    return core->attach(order, core->position_lost());
  core->listeners().add(order.who);
  subscribed_reply reply;
  reply.topic = core->name();
  reply.kind = "topic";
  if (order.request.since) {
    // There is no log to go on from; what was missed is gone.
    reply.mode = subscribe_mode::live;
    reply.recovered = false;
  }
  core->attach(order, std::move(reply));
}

void topic_state::on_publish(const publish_order& order) {
  core->used();
  if (!core->must_wait(order))
    serve(order);
}

void topic_state::on_taken(const taken_order& taken) {
  if (!core->on_taken(taken))
    return;
  while (const auto next = core->next_waiting())
    serve(*next);
}

void topic_state::serve(const publish_order& order) {
  core->time_publish(order.arrived);
  message_event event;
  event.topic = core->name();
  event.data = order.data;
  event.user = order.user->user;
  event.at = core->node().wall_clock_ms();
  core->deliver(event, 0, order.arrived, order.tag);
  core->answer_to(order.from, published_reply{});
}

topic_actor::behavior_type
topic(topic_state::pointer self, topic_ref identity, const node_context* node) {
  auto& state = self->state;
  state.core.emplace(self, std::move(identity), *node);
  return {
      [=](const subscribe_order& order) { self->state.on_subscribe(order); },
      [=](const unsubscribe_order& order) {
        self->state.core->listeners().remove(order.who);
        self->state.core->detach(order);
      },
      [=](const leave_order& order) {
        self->state.core->listeners().remove(order.who);
      },
      [=](const publish_order& order) { self->state.on_publish(order); },
      [=](const taken_order& taken) { self->state.on_taken(taken); },
      [=](const presence_order& order) {
        auto& core = *self->state.core;
        core.answer_to(
            order.from,
            error_reply{
                0, errc::bad_request,
                "topic: " + core.name() + " is no room and has no members"});
      },
      [=](const history_order& order) {
        auto& core = *self->state.core;
        core.answer_to(
            order.from, error_reply{
                            0, errc::not_available,
                            "topic: " + core.name() + " keeps no history"});
      },
      [=](const replay_order& order) { // paused, perhaps: nothing is kept
        self->state.core->replay(order, {});
      },
      [=](const set_order& order) {
        auto& core = *self->state.core;
        core.answer_to(
            order.from,
            error_reply{
                0, errc::bad_request,
                "topic: " + core.name() + " is no room and has no state"});
      },
      [](const found_log&) {}, // there is no log
      [](const appended_notice&) {},
      [](const found_entries&) {},
      [=](const local_subscribers& found) {
        for (const auto& one : found.all)
          self->state.core->listeners().add(one);
      },
      [=](const shrink_order&) {}, // nothing is kept
      [=](hold_atom) {},           // nobody is a member
      [=](tick_atom) { self->state.core->on_tick(); },
      [=](retire_atom) { return self->state.core->retire(); },
  };
}

} // namespace rookery
