#include "actors/connection/connection.hpp"

#include "base/check.hpp"
#include "base/hex.hpp"
#include "base/log.hpp"

#include <caf/send.hpp>

#include <algorithm>

namespace rookery {

connection::connection(
    caf::actor_config& config, io_unit* home, fanout& hub, client_facts facts)
    : slim_actor(config, home)
    , hub_(hub)
    , id_(hub.next_id())
    , facts_(std::make_unique<client_facts>(std::move(facts))) {}

connection::~connection() = default;

void connection::open(const link_maker& make) {
  place_ = hub_.add(actor_ref<connection>{this});
  link_ = make(*this);
  const auto facts = std::move(facts_);
  auto record = std::make_shared<connection_record>();
  record->id = id_;
  record->user = facts->user;
  record->connected_at = std::chrono::system_clock::now();
  record->opened_at = hub_.services().now();
  record->address = std::move(facts->address);
  record->user_agent = std::move(facts->user_agent);
  record->form = link_->form();
  record_ = std::move(record);
  if (record_->user)
    return become(record_->user);
  const auto timeout = hub_.node().settings.session.auth_timeout;
  must_act_by_ = hub_.services().now() + timeout;
  arm_timer();
}

subscriber connection::as_subscriber() const {
  return {id_, hub_.services().index, link_->form(), user_};
}

/// The user is known: tells the registry and the client.
void connection::become(user_ref user) {
  user_ = std::move(user);
  const auto& node = hub_.node();
  if (record_->user != user_) {
    auto known = std::make_shared<connection_record>(*record_);
    known->user = user_;
    record_ = std::move(known);
  }
  caf::anon_send(node.registry, connection_entry{record_, handle()});
  watch_expiry();
  log::debug(
      "connection.opened", {{"connection", to_text(id_)},
                            {"user", user_->user},
                            {"address", record_->address}});
  welcome_event welcome;
  welcome.connection = to_text(id_);
  welcome.session = "s-" + random_hex(12);
  welcome.user = user_->user;
  welcome.node = node.node_id;
  welcome.ping_interval_ms =
      static_cast<uint32_t>(node.settings.websocket.ping_interval.count());
  welcome.max_message_bytes = node.settings.websocket.message_bytes_max;
  welcome.server = server_version;
  send_event(welcome);
}

/// Arms the end of the token, and the grace after it.
void connection::watch_expiry() {
  must_act_by_ = steady_time::max();
  if (!user_->expires_at)
    return;
  const auto left = *user_->expires_at - std::chrono::system_clock::now()
                    + hub_.node().settings.session.expired_grace;
  const auto delay = std::chrono::duration_cast<std::chrono::milliseconds>(
      std::min<std::chrono::nanoseconds>(left, std::chrono::hours{24 * 365}));
  must_act_by_ = hub_.services().now() + delay;
  arm_timer();
}

// -- answers ------------------------------------------------------------------

void connection::refuse(uint32_t id, errc code, std::string message) {
  reply(id, error_reply{0, code, std::move(message)});
}

/// Notes an order whose answer will bring its credit back, at the latest when
/// its time is over.
uint32_t connection::expect_answer(
    uint32_t wire_id, const local_topic* topic, bool ends) {
  const auto timeout = hub_.node().settings.supervisor.request_timeout;
  if (++last_serial_ == 0)
    ++last_serial_; // 0 is nobody
  open_orders_.push_back(
      {last_serial_, wire_id, topic ? topic->number : 0,
       ends ? hub_.services().now() + timeout : steady_time::max()});
  if (open_orders_.size() == hub_.node().settings.connection.credit)
    pause_at_ = hub_.services().now() + patience_without_credit;
  // Or it is armed for something that is far away, as the end of a token.
  if (!armed() || armed_for_ > open_orders_.back().deadline
      || pause_at_ != steady_time::max())
    arm_timer();
  return last_serial_;
}

void connection::answered(uint32_t serial, const answer& reply_of_topic) {
  const auto order = std::find_if(
      open_orders_.begin(), open_orders_.end(),
      [&](const open_order& one) { return one.serial == serial; });
  if (order == open_orders_.end())
    return; // its time was over
  auto final_reply = reply_of_topic;
  if (!searches_.empty() && search_goes_on(serial, final_reply))
    return;
  const auto id = order->wire_id;
  open_orders_.erase(order);
  if (open_orders_.empty())
    std::vector<open_order>{}.swap(open_orders_);
  pause_at_ = steady_time::max();
  const auto credit = hub_.node().settings.connection.credit;
  if (flow_paused_ && open_orders_.size() <= credit / 2) {
    flow_paused_ = false;
    send_event(flow_resume_event{});
  }
  std::visit([&](const auto& one) { reply(id, one); }, final_reply.reply);
}

void connection::lose_orders(const local_topic& topic) {
  std::vector<uint32_t> lost;
  for (const auto& one : open_orders_)
    if (one.topic == topic.number)
      lost.push_back(one.serial);
  if (auto* one = subscribed_to(topic.name)) {
    one->leave_serial = 0;
    if (one->at == subscription::stage::leaving)
      one->at = subscription::stage::attached;
    else if (one->at == subscription::stage::asked)
      end(one);
  }
  const answer failed{error_reply{
      0, errc::internal, "topic " + topic.name + " failed; it starts anew"}};
  for (const auto serial : lost)
    answered(serial, failed);
}

// -- subscriptions ------------------------------------------------------------

subscription* connection::subscribed_to(std::string_view topic) {
  for (auto& one : subscriptions_)
    if (one.topic->name == topic)
      return &one;
  return nullptr;
}

/// Takes a subscription out of all lists.
void connection::end(subscription* one) {
  const auto gone = *one;
  *one = subscriptions_.back();
  subscriptions_.pop_back();
  if (gone.index != subscription::nowhere)
    hub_.stop_listening(*gone.topic, gone.index);
  hub_.unpin(*gone.topic);
}

bool connection::attached(local_topic& topic, uint32_t index) {
  auto* one = ended_ ? nullptr : subscribed_to(topic.name);
  if (!one || one->at != subscription::stage::asked)
    return false;
  one->index = index;
  one->at = subscription::stage::attached;
  if (const auto serial = std::exchange(one->leave_serial, 0); serial != 0) {
    one->at = subscription::stage::leaving;
    hub_.send(topic, unsubscribe_order{as_subscriber(), serial});
  }
  return true;
}

void connection::moved(local_topic& topic, uint32_t index) {
  auto* one = subscribed_to(topic.name);
  ROOKERY_CHECK(one, "a listener's connection has the subscription");
  one->index = index;
}

void connection::detached(local_topic& topic) {
  if (auto* one = subscribed_to(topic.name))
    end(one);
}

void connection::refused(
    local_topic& topic, uint32_t serial, const answer& why) {
  uint32_t leave_serial = 0;
  if (auto* one = subscribed_to(topic.name)) {
    leave_serial = one->leave_serial;
    end(one);
  }
  answered(serial, why);
  if (leave_serial != 0)
    answered(
        leave_serial,
        answer{error_reply{
            0, errc::not_subscribed, "the subscription was refused"}});
}

void connection::on(const direct_delivery& direct) {
  const auto& frame = direct.frames[link_->form()];
  if (link_->push(frame) == send_result::full)
    hub_.services().counters->dropped.add();
}

// -- time and the end ---------------------------------------------------------

/// For whatever is due first.
void connection::arm_timer() {
  auto& services = hub_.services();
  auto due = std::min(must_act_by_, pause_at_);
  for (const auto& one : open_orders_)
    due = std::min(due, one.deadline);
  if (slow_)
    due = std::min(due, slow_->look_at);
  if (!services.timers || due == steady_time::max())
    return;
  const auto now = services.now();
  armed_for_ = due;
  services.timers->arm(
      *this, now,
      std::chrono::ceil<std::chrono::milliseconds>(std::max(due, now) - now));
}

void connection::on_timer() noexcept {
  if (ended_)
    return;
  const auto now = hub_.services().now();
  if (now >= must_act_by_)
    return link_->close(
        user_ ? close_code::token_expired : close_code::auth_timeout);
  std::vector<uint32_t> late;
  for (const auto& one : open_orders_)
    if (one.deadline <= now)
      late.push_back(one.serial);
  for (const auto serial : late)
    answered(
        serial,
        answer{error_reply{0, errc::not_available, "no answer in time"}});
  look_at_credit(now);
  look_at_socket(now);
  arm_timer();
}

void connection::tell_to_go(
    std::chrono::milliseconds after, std::chrono::milliseconds window) {
  told_to_go_ = true;
  reconnect_event event;
  event.reason = rookery::name(close_code::drain);
  event.after_ms = static_cast<uint32_t>(after.count());
  event.window_ms = static_cast<uint32_t>(window.count());
  send_event(event);
}

void connection::on_closing(close_code code) {
  ended_ = true;
  forget_slowness();
  hub_.count_closing();
  const closed_connection ended{
      record_, code, std::chrono::system_clock::now(),
      std::chrono::duration_cast<std::chrono::milliseconds>(
          hub_.services().now() - record_->opened_at)};
  log_end(ended);
  caf::anon_send(hub_.node().registry, ended);
  // Who was told to go does not want to leave, however he goes.
  const auto reason =
      told_to_go_ && may_reconnect(code) ? close_code::drain : code;
  while (!subscriptions_.empty()) {
    auto& one = subscriptions_.back();
    // Of one that is asked for, the answer will find nobody, and is taken back.
    if (one.at == subscription::stage::attached)
      hub_.send(*one.topic, leave_order{as_subscriber(), reason});
    end(&one);
  }
  leave_lobbies(reason);
  open_orders_.clear();
}

void connection::on_closed() {
  const actor_ref<connection> keep{this};
  quit({});
  hub_.remove(place_);
}

void connection::on_exit() noexcept {
  // A handler that threw ends the actor while its client is connected; the hub
  // keeps the object until the socket is closed.
  if (link_)
    link_->close(close_code::server_error);
}

} // namespace rookery
