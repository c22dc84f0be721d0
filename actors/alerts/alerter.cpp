#include "actors/alerts/alerter.hpp"

#include "base/log.hpp"
#include "base/protocol/json_writer.hpp"

#include <algorithm>

namespace rookery {

namespace {

/// Of fewer connections a share says nothing.
constexpr uint64_t share_of_min = 10;

uint32_t percent(uint64_t part, uint64_t of) {
  return of == 0 ? 0 : static_cast<uint32_t>(part * 100 / of);
}

std::string_view word(alert_change change) {
  return change == alert_change::raised ? "raised" : "cleared";
}

std::string as_json(const alert_notice& notice) {
  const auto& level = notice.level;
  std::string text;
  json_writer out{text};
  out.open_object(0);
  out.key("alert");
  out.text(word(notice.change));
  out.key("scope");
  out.text(name(level.scope));
  out.key(name(level.scope));
  out.text(level.subject);
  if (level.scope == alert_scope::connection) {
    out.key("user");
    out.text(level.user);
    out.key("address");
    out.text(level.address);
  }
  out.key("percent");
  out.integer(uint64_t{level.percent});
  out.close_object();
  return text;
}

void write_log(const alert_notice& notice) {
  const auto& level = notice.level;
  const bool raised = notice.change == alert_change::raised;
  const auto event = raised ? "alert.raised" : "alert.cleared";
  const auto how = raised ? log::level::warn : log::level::info;
  if (level.scope == alert_scope::connection)
    log::write(
        how, event,
        {{"scope", name(level.scope)},
         {"connection", level.subject},
         {"user", level.user},
         {"address", level.address},
         {"percent", level.percent}});
  else
    log::write(
        how, event,
        {{"scope", name(level.scope)},
         {name(level.scope), level.subject},
         {"percent", level.percent}});
}

} // namespace

void alerter_state::start(const node_context& context) {
  node = &context;
  const auto& alerts = node->settings.alerts;
  board_.emplace(alert_board::rules{
      alert_rule{alerts.outbox_percent, alerts.after},
      alert_rule{alerts.topic_percent, alerts.after},
      alert_rule{alerts.node_percent, alerts.after}});
  identity self_named;
  self_named.user = "$sys";
  speaker_ = std::make_shared<const identity>(std::move(self_named));
  self->delayed_send(self, alerts.check_interval, tick_atom_v);
}

/// Asks within a deadline; without an answer the look is given up.
template <class Page, class Order>
void alerter_state::ask(
    std::size_t thread, void (alerter_state::*then)(Page&),
    const Order& order) {
  waiting_ = true;
  self->request(
          node->fanouts[thread], node->settings.supervisor.request_timeout,
          order)
      .then(
          [=, this](Page& page) {
            waiting_ = false;
            if (looking_)
              (this->*then)(page);
          },
          [this](const caf::error&) { waiting_ = looking_ = false; });
}

void alerter_state::on_tick() {
  self->delayed_send(self, node->settings.alerts.check_interval, tick_atom_v);
  pages_left_ = pages_per_check * node->fanouts.size();
  if (waiting_)
    return;
  if (!looking_) {
    looking_ = true;
    thread_ = 0;
    from_.reset();
    levels_.clear();
    crowded_ = 0;
    crowded_of_.clear();
    subscribers_of_.clear();
  }
  scan();
}

// -- connections --------------------------------------------------------------

void alerter_state::scan() {
  if (pages_left_ == 0)
    return; // the next check goes on
  --pages_left_;
  scan_order order;
  order.wanted.slow = true;
  order.from = from_;
  order.found_max = visits_per_page;
  order.visits_max = visits_per_page;
  ask(thread_, &alerter_state::on_scanned, order);
}

void alerter_state::on_scanned(connection_page& page) {
  for (const auto& one : page.found)
    note(one);
  from_ = page.next;
  if (!page.next && ++thread_ == node->fanouts.size())
    return look_up_topics();
  scan();
}

uint32_t alerter_state::depth_of(const link_traffic& traffic) const {
  const auto& bounds = node->settings.connection;
  return std::max(
      percent(traffic.outbox_messages, bounds.outbox_messages_max),
      percent(traffic.outbox_bytes, bounds.outbox_bytes_max));
}

void alerter_state::note(const connection_details& one) {
  const auto depth = depth_of(one.traffic);
  const auto& record = *one.record;
  if (levels_.size() < alert_board::followed_max)
    levels_.push_back(
        {alert_scope::connection, to_text(record.id), depth,
         record.user ? record.user->user : "", record.address});
  if (depth < node->settings.alerts.outbox_percent)
    return;
  ++crowded_;
  for (const auto& topic : one.topics)
    if (crowded_of_.size() < topics_max || crowded_of_.count(topic) > 0)
      ++crowded_of_[topic];
}

// -- topics and the node ------------------------------------------------------

void alerter_state::look_up_topics() {
  if (crowded_of_.empty())
    return finish();
  load_order order;
  for (const auto& [topic, crowded] : crowded_of_)
    order.topics.push_back(topic);
  answers_missing_ = node->fanouts.size();
  for (std::size_t i = 0; i < node->fanouts.size(); ++i)
    ask(i, &alerter_state::on_loads, order);
}

void alerter_state::on_loads(topic_page& page) {
  for (const auto& one : page.found)
    subscribers_of_[one.name] += one.subscribers;
  if (--answers_missing_ == 0)
    finish();
  else
    waiting_ = true;
}

void alerter_state::finish() {
  looking_ = false;
  for (const auto& [topic, crowded] : crowded_of_)
    if (const auto all = subscribers_of_[topic]; all >= share_of_min)
      levels_.push_back(
          {alert_scope::topic, topic, percent(crowded, all), "", ""});
  judge_node();
  for (const auto& notice : board_->observe(self->clock().now(), levels_))
    tell(notice);
  for (const auto scope : alert_scopes)
    node->alerts[static_cast<std::size_t>(scope)] = board_->raised(scope);
}

void alerter_state::judge_node() {
  uint64_t open = 0;
  for (const auto* thread : node->counters)
    open += thread->open.value();
  if (open >= share_of_min)
    levels_.push_back(
        {alert_scope::node, node->node_id, percent(crowded_, open), "", ""});
}

void alerter_state::tell(const alert_notice& notice) {
  write_log(notice);
  publish_order order;
  order.user = speaker_;
  order.data = {encoding::json, as_json(notice)};
  order.arrived = self->clock().now();
  self->send(node->supervisor, std::string{alerts_topic}, std::move(order));
}

alerter_actor::behavior_type
alerter(alerter_state::pointer self, const node_context* node) {
  self->state.start(*node);
  return {[=](tick_atom) { self->state.on_tick(); }};
}

} // namespace rookery
