#include "actors/api/answers.hpp"

#include "actors/api/json_answer.hpp"

#include <cmath>

namespace rookery {

namespace {

std::string_view name(link_state state) {
  switch (state) {
  case link_state::connecting:
    return "connecting";
  case link_state::open:
    return "open";
  case link_state::closing:
    return "closing";
  case link_state::closed:
    return "closed";
  }
  return "closed";
}

int64_t ms_of(std::chrono::system_clock::time_point time) {
  using namespace std::chrono;
  return duration_cast<milliseconds>(time.time_since_epoch()).count();
}

void write_record(json_writer& out, const connection_record& record) {
  out.key("connection");
  out.text(to_text(record.id));
  out.key("user");
  if (record.user)
    out.text(record.user->user);
  else
    out.null();
  out.key("anonymous");
  out.boolean(record.user && record.user->anonymous);
  out.key("address");
  out.text(shown(record.address));
  out.key("user_agent");
  out.text(record.user_agent ? shown(*record.user_agent) : "");
  out.key("connected_at");
  out.integer(ms_of(record.connected_at));
  out.key("encoding");
  out.text(is_msgpack(record.form) ? "msgpack" : "json");
}

void write_details(
    json_writer& out, const connection_details& one, std::string_view node_id) {
  write_record(out, *one.record);
  out.key("state");
  out.text(name(one.state));
  out.key("node");
  out.text(node_id);
  out.key("topics");
  out.open_array(one.topics.size());
  for (const auto& topic : one.topics)
    out.text(topic);
  out.close_array();
  out.key("outbox");
  out.open_object(2);
  out.key("messages");
  out.integer(uint64_t{one.traffic.outbox_messages});
  out.key("bytes");
  out.integer(uint64_t{one.traffic.outbox_bytes});
  out.close_object();
  out.key("messages_in");
  out.integer(one.traffic.messages_in);
  out.key("events_out");
  out.integer(one.traffic.events_out);
}

void write_closed(json_writer& out, const closed_connection& one) {
  write_record(out, *one.record);
  out.key("code");
  out.integer(uint64_t{static_cast<uint16_t>(one.reason)});
  out.key("reason");
  out.text(rookery::name(one.reason));
  out.key("closed_at");
  out.integer(ms_of(one.closed_at));
  out.key("lasted_ms");
  out.integer(int64_t{one.lasted.count()});
}

} // namespace

http_response
error_answer(unsigned status, std::string_view error, std::string_view field) {
  json_answer out;
  out.key("error").text(shown(error));
  if (!field.empty())
    out.key("field").text(shown(field));
  return out.answer(status);
}

http_response list_answer(
    const std::vector<connection_details>& found, std::string_view next,
    std::string_view node_id) {
  json_answer out;
  auto& list = out.key("connections");
  list.open_array(found.size());
  for (const auto& one : found) {
    list.open_object(0);
    write_details(list, one, node_id);
    list.close_object();
  }
  list.close_array();
  if (!next.empty())
    out.key("next").text(next);
  return out.answer();
}

http_response
show_answer(const connection_details& one, std::string_view node_id) {
  json_answer out;
  write_details(out.raw(), one, node_id);
  return out.answer();
}

http_response closed_answer(const recently_closed& closed) {
  json_answer out;
  auto& list = out.key("closed");
  list.open_array(closed.all.size());
  for (const auto& one : closed.all) {
    list.open_object(0);
    write_closed(list, one);
    list.close_object();
  }
  list.close_array();
  return out.answer();
}

http_response
counts_answer(const state_counts& states, const registry_counts& known) {
  json_answer out;
  out.key("total").integer(states.connecting + states.open + states.closing);
  out.key("connecting").integer(states.connecting);
  out.key("open").integer(states.open);
  out.key("closing").integer(states.closing);
  out.key("users").integer(known.users);
  out.key("anonymous").integer(known.anonymous);
  return out.answer();
}

http_response slowest_answer(
    const std::vector<connection_details>& found, std::string_view node_id,
    steady_time now) {
  using std::chrono::duration_cast, std::chrono::milliseconds;
  json_answer out;
  auto& list = out.key("connections");
  list.open_array(found.size());
  for (const auto& one : found) {
    list.open_object(0);
    write_details(list, one, node_id);
    list.key("age_ms");
    list.integer(int64_t{
        duration_cast<milliseconds>(now - one.record->opened_at).count()});
    list.key("blocked");
    list.boolean(one.traffic.blocked);
    list.key("not_live");
    list.integer(uint64_t{one.not_live});
    list.key("lag");
    list.integer(one.lag);
    list.key("lag_ms");
    list.integer(int64_t{one.lag_time.count()});
    list.close_object();
  }
  list.close_array();
  return out.answer();
}

http_response busiest_answer(const std::vector<topic_load>& found) {
  json_answer out;
  auto& list = out.key("topics");
  list.open_array(found.size());
  for (const auto& one : found) {
    list.open_object(3);
    list.key("topic");
    list.text(one.name);
    list.key("publishes_per_second");
    list.number(std::round(one.publishes_per_second * 10) / 10);
    list.key("subscribers");
    list.integer(one.subscribers);
    list.close_object();
  }
  list.close_array();
  return out.answer();
}

http_response metrics_answer(
    const node_context& node, std::optional<connection_survey> survey) {
  node_numbers numbers;
  numbers.topics = node.topics;
  numbers.users = node.users;
  if (node.logs)
    numbers.journal = node.logs->counts();
  numbers.memory = node.memory_in_use();
  numbers.memory_budget = node.settings.memory.budget;
  numbers.memory_level = static_cast<uint64_t>(node.pressure.load());
  if (survey)
    survey->connecting = node.connecting(survey->open + survey->closing);
  numbers.survey = std::move(survey);
  if (node.in_cluster()) {
    auto totals = node.count_cluster();
    numbers.bus = totals.wires;
    numbers.cluster = totals.parts;
  }
  for (std::size_t i = 0; i < numbers.alerts.size(); ++i)
    numbers.alerts[i] = node.alerts[i];
  return {
      200,
      "text/plain; version=0.0.4; charset=utf-8",
      expose_metrics(node.counters, numbers),
      {}};
}

http_response disconnect_answer(uint64_t disconnected) {
  json_answer out;
  out.key("disconnected").integer(disconnected);
  return out.answer();
}

} // namespace rookery
