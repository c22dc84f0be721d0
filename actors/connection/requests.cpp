#include "actors/connection/connection.hpp"
#include "base/log.hpp"
#include "net/auth/rights.hpp"

#include <caf/send.hpp>

// What a connection does with each message of its client.

namespace rookery {

void connection::on_message(std::string_view payload, bool binary) {
  const bool msgpack = is_msgpack(link_->form());
  if (binary != msgpack)
    return link_->close(close_code::unsupported_data);
  auto message = decode(msgpack ? encoding::msgpack : encoding::json, payload);
  if (!message) {
    const auto& error = message.error();
    if (error.malformed) {
      log::debug(
          "connection.malformed",
          {{"connection", to_text(id_)}, {"why", error.message}});
      return link_->close(close_code::malformed);
    }
    return refuse(error.id, error.code, error.message);
  }
  if (!user_ && !std::holds_alternative<auth_request>(message->body))
    return refuse(
        message->id, errc::unauthorized, "say `auth` with a token first");
  std::visit(
      [&](auto& request) { serve(message->id, request); }, message->body);
}

void connection::serve(uint32_t id, auth_request& request) {
  const auto& node = hub_.node();
  auto verified =
      node.tokens->verify(request.token, std::chrono::system_clock::now());
  if (!verified) {
    refuse(id, verified.error().code, verified.error().message);
    return link_->close(close_code::unauthorized);
  }
  auto user = std::make_shared<const identity>(*std::move(verified));
  if (!user_ || (user_->anonymous && subscriptions_.empty())) {
    reply(id, ok_reply{});
    return become(std::move(user));
  }
  if (user->user != user_->user)
    return refuse(
        id, errc::conflict, "token: the connection is " + user_->user + "'s");
  user_ = std::move(user);
  watch_expiry();
  reply(id, ok_reply{});
}

void connection::serve(uint32_t id, subscribe_request& request) {
  if (subscribed_to(request.topic))
    return refuse(
        id, errc::already_subscribed, "already subscribed to " + request.topic);
  if (!permitted(id, right::subscribe, request.topic))
    return;
  const auto most = hub_.node().settings.connection.subscriptions_max;
  if (subscriptions_.size() >= most)
    return refuse(
        id, errc::limit_exceeded,
        "a connection has at most " + std::to_string(most) + " subscriptions");
  auto& topic = hub_.topic(request.topic);
  hub_.pin(topic);
  subscription fresh;
  fresh.topic = &topic;
  subscriptions_.push_back(fresh);
  // However long it takes: who is told that it failed asks again, and is
  // subscribed already.
  const auto serial = expect_answer(id, &topic, false);
  hub_.send(
      topic, subscribe_order{as_subscriber(), serial, std::move(request)});
}

void connection::serve(uint32_t id, unsubscribe_request& request) {
  auto* one = subscribed_to(request.topic);
  if (!one || one->at == subscription::stage::leaving || one->leave_serial)
    return refuse(
        id, errc::not_subscribed, "not subscribed to " + request.topic);
  const auto serial = expect_answer(id, one->topic);
  if (one->at == subscription::stage::asked) {
    one->leave_serial = serial; // when the topic has answered
    return;
  }
  one->at = subscription::stage::leaving;
  hub_.send(*one->topic, unsubscribe_order{as_subscriber(), serial});
}

void connection::serve(uint32_t id, publish_request& request) {
  if (!permitted(id, right::publish, request.topic))
    return;
  hub_.services().counters->publishes.add();
  auto& topic = hub_.topic(request.topic);
  topic.publishes.count(hub_.services().now());
  if (topic.name.starts_with(play_prefix))
    request.tag = user_->user; // the latest of each player
  const auto serial = expect_answer(id, &topic);
  hub_.send(
      topic, publish_order{
                 {handle(), serial},
                 user_,
                 std::move(request.data),
                 std::move(request.key),
                 std::move(request.tag),
                 hub_.services().now()});
}

void connection::serve(uint32_t id, presence_request& request) {
  if (!permitted(id, right::presence, request.topic))
    return;
  auto& topic = hub_.topic(request.topic);
  const auto serial = expect_answer(id, &topic);
  hub_.send(topic, presence_order{{handle(), serial}, std::move(request)});
}

void connection::serve(uint32_t id, set_request& request) {
  if (!permitted(id, right::state, request.topic))
    return;
  auto& topic = hub_.topic(request.topic);
  const auto serial = expect_answer(id, &topic);
  hub_.send(
      topic, set_order{
                 {handle(), serial},
                 user_,
                 std::move(request),
                 hub_.services().now()});
}

void connection::serve(uint32_t id, history_request& request) {
  if (!permitted(id, right::history, request.topic))
    return;
  auto& topic = hub_.topic(request.topic);
  const auto serial = expect_answer(id, &topic);
  hub_.send(topic, history_order{{handle(), serial}, std::move(request)});
}

void connection::serve(uint32_t id, send_request& request) {
  const auto* rules = hub_.node().class_of("user." + request.user);
  if (const auto may = permit_send(request.user, *user_, rules); !may)
    return refuse(id, may.error().code, may.error().message);
  const auto serial = expect_answer(id, nullptr);
  caf::anon_send(
      hub_.node().registry, direct_order{
                                {handle(), serial},
                                user_,
                                std::move(request.user),
                                {},
                                std::move(request.data)});
}

void connection::serve(uint32_t id, ping_request&) {
  send_event(pong_event{});
  reply(id, ok_reply{});
}

/// Holds one subscription or all; what comes meanwhile is not queued, and
/// `flow.resume` has it replayed.
void connection::serve(uint32_t id, flow_request& request) {
  bool found = request.topic.empty();
  for (auto& one : subscriptions_) {
    if (!request.topic.empty() && one.topic->name != request.topic)
      continue;
    found = true;
    one.paused = request.pause;
    if (one.index == subscription::nowhere)
      continue; // when the topic has answered
    if (request.pause)
      hub_.pause(*one.topic, one.index);
    else
      hub_.resume(*one.topic, one.index);
  }
  if (!found)
    return refuse(
        id, errc::not_subscribed, "not subscribed to " + request.topic);
  if (request.pause)
    hub_.services().counters->flow_pauses_received.add();
  reply(id, ok_reply{});
}

/// The rules of a topic on which the user has a right; else it is refused here.
const topic_class*
connection::permitted(uint32_t id, right wanted, const std::string& topic) {
  const auto* rules = hub_.node().class_of(topic);
  if (!rules) {
    refuse(
        id, errc::unknown_topic, "topic: no class of topics matches " + topic);
    return nullptr;
  }
  if (rules->kind == topic_kind::listing || topic.starts_with(play_prefix))
    return permitted_own(id, wanted, topic, *rules);
  const auto* own = subscribed_to(topic);
  const auto is = own && own->at == subscription::stage::attached
                      ? membership::member
                      : membership::none;
  if (const auto may = permit(wanted, topic, *user_, *rules, is); !may) {
    refuse(id, may.error().code, may.error().message);
    return nullptr;
  }
  return rules;
}

} // namespace rookery
