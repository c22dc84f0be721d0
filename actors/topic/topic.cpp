#include "actors/topic/topic.hpp"

#include "base/log.hpp"
#include "base/protocol/envelope.hpp"

#include <caf/send.hpp>

namespace rookery {

namespace {

/// Thread: one of the bus.
void take_remote(
    const bus_message& message, uint64_t own_life, remote_inflow& inflow,
    remote_losses& lost, const topic_actor& to) {
  auto opened = open_envelope(message.payload);
  if (!opened)
    return lost.note(remote_losses::cause::unreadable, message.subject);
  if (opened->header.incarnation == own_life)
    return; // subscribers here have it
  const auto size = opened->payload.size();
  if (inflow.messages >= remote_inflow::messages_max
      || inflow.bytes + size > remote_inflow::bytes_max)
    return lost.note(remote_losses::cause::full, message.subject);
  ++inflow.messages;
  inflow.bytes += size;
  auto& header = opened->header;
  caf::anon_send(
      to, remote_message{
              std::move(header.user),
              {header.written_in, std::string{opened->payload}},
              header.at,
              std::move(header.tag)});
}

} // namespace

void topic_state::on_subscribe(const subscribe_order& order) {
  if (!core->has_room())
    return core->attach(order, core->full());
  if (order.request.since && order.request.must_recover)
    return core->attach(order, core->position_lost());
  core->listeners().add(order.who);
  watch_others();
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

void topic_state::on_unsubscribe(const unsubscribe_order& order) {
  core->listeners().remove(order.who);
  core->detach(order);
  watch_others();
}

void topic_state::on_leave(const leave_order& order) {
  core->listeners().remove(order.who);
  watch_others();
}

void topic_state::on_restart(const local_subscribers& found) {
  for (const auto& one : found.all)
    core->listeners().add(one);
  watch_others();
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
  tell_others(order, event.at);
  core->answer_to(order.from, published_reply{});
}

// -- other nodes --------------------------------------------------------------

std::string topic_state::subject() const {
  return "pub." + core->node().settings.cluster.name + "." + core->name();
}

/// Of topics of the node's own each node has one.
void topic_state::watch_others() {
  const auto& wires = core->node().wires;
  const bool wanted = wires && !core->listeners().empty()
                      && !core->name().starts_with(system_prefix);
  if (wanted == std::exchange(listening_, wanted))
    return;
  if (!wanted) {
    others_ = {};
    return;
  }
  bus_handlers handlers;
  handlers.message = [inflow = inflow_, &node = core->node(),
                      to = caf::actor_cast<topic_actor>(core->handle())](
                         const bus_message& message) {
    take_remote(message, node.life, *inflow, node.lost, to);
  };
  handlers.lost = [&lost = core->node().lost,
                   from = subject()](const bus_loss& loss) {
    lost.note(remote_losses::cause::bus, from, loss.messages);
  };
  auto taken = wires->subscribe(
      subject(), std::move(handlers),
      {remote_inflow::messages_max, remote_inflow::bytes_max});
  if (taken)
    others_ = *std::move(taken);
  else
    log::error(
        "topic.not_joined",
        {{"topic", core->name()}, {"why", taken.error().message}});
}

void topic_state::tell_others(const publish_order& order, int64_t at) {
  const auto& wires = core->node().wires;
  if (!wires || core->name().starts_with(system_prefix))
    return;
  envelope header;
  header.node = core->node().node_id;
  header.incarnation = core->node().life;
  header.topic = core->name();
  header.user = order.user->user;
  header.written_in = order.data.written_in;
  header.at = at;
  header.tag = order.tag;
  bus_post post;
  post.subject = subject();
  encode(header, order.data.bytes, post.payload);
  // Who is not told has no connection to NATS; delivery here goes on.
  static_cast<void>(wires->publish(std::move(post)));
}

void topic_state::on_remote(const remote_message& message) {
  --inflow_->messages;
  inflow_->bytes -= message.data.bytes.size();
  message_event event;
  event.topic = core->name();
  event.data = message.data;
  event.user = message.user;
  event.at = message.at;
  core->deliver(event, 0, core->now(), message.tag);
}

/// `why` goes on behind the topic's name.
void topic_state::refuse(const asker& from, errc code, std::string_view why) {
  core->answer_to(
      from, error_reply{0, code, "topic: " + core->name() + std::string{why}});
}

topic_actor::behavior_type
topic(topic_state::pointer self, topic_ref identity, const node_context* node) {
  auto& state = self->state;
  state.core.emplace(self, std::move(identity), *node);
  return {
      [=](const subscribe_order& order) { self->state.on_subscribe(order); },
      [=](const unsubscribe_order& order) {
        self->state.on_unsubscribe(order);
      },
      [=](const leave_order& order) { self->state.on_leave(order); },
      [=](const publish_order& order) { self->state.on_publish(order); },
      [=](const remote_message& message) { self->state.on_remote(message); },
      [=](const taken_order& taken) { self->state.on_taken(taken); },
      [=](const presence_order& order) {
        self->state.refuse(
            order.from, errc::bad_request, " is no room and has no members");
      },
      [=](const history_order& order) {
        self->state.refuse(
            order.from, errc::not_available, " keeps no history");
      },
      [=](const room_state_order& order) {
        self->state.refuse(
            order.from, errc::bad_request, " is no room and has no state");
      },
      [=](const replay_order& order) { // paused, perhaps: nothing is kept
        self->state.core->replay(order, {});
      },
      [=](const set_order& order) {
        self->state.refuse(
            order.from, errc::bad_request, " is no room and has no state");
      },
      [](const lobby_order&) {}, // connections know what is no lobby
      [](const claim_notice&) {},
      [](const found_log&) {}, // there is no log
      [](const appended_notice&) {},
      [](const found_entries&) {},
      [](const news_notice&) {},
      [](const offer_order&) {},
      [](const part_order&) {}, // the reply that is let go refuses
      [](const peer_notice&) {},
      [](const gone_order&) {}, // nobody is a member
      [=](const local_subscribers& found) { self->state.on_restart(found); },
      [=](const shrink_order&) {}, // nothing is kept
      [=](hold_atom) {},
      [=](tick_atom) { self->state.core->on_tick(); },
      [=](retire_atom) { return self->state.core->retire(); },
  };
}

} // namespace rookery
