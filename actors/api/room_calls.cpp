#include "actors/api/room_calls.hpp"

#include "actors/api/answers.hpp"
#include "actors/api/fields.hpp"
#include "base/topic_name.hpp"

namespace rookery {

namespace {

using namespace api_fields;

/// Refuses a topic that is none, or that is no room.
std::optional<http_response>
judge_room(const std::string& topic, const node_context& node) {
  if (!valid_topic_name(topic))
    return error_answer(400, "topic: a topic's name", "topic");
  const auto* rules = node.class_of(topic);
  if (!rules)
    return error_answer(
        404, "topic: no class of topics matches " + topic, "topic");
  if (rules->kind == topic_kind::topic)
    return error_answer(400, "topic: " + topic + " is no room", "topic");
  return std::nullopt;
}

/// Fills `call` with all fields, each by `put_it`; `topic` is a part of it.
template <class Call, class Put>
answer_or_call read_fields(
    const http_request& request, const node_context& node,
    std::initializer_list<std::string_view> known, Call& call,
    std::string& topic, Put put_it) {
  const auto fields = fields_of(request.target(), known);
  if (!fields)
    return refused(fields.error());
  for (const auto& field : *fields)
    if (field.name == "topic")
      topic = field.value;
    else if (const std::optional<bad_field> wrong = put_it(field))
      return refused(*wrong);
  if (auto no_room = judge_room(topic, node))
    return *std::move(no_room);
  return api_call{std::move(call)};
}

read_result_of<uint64_t> offset_of(const query_field& field) {
  const auto number = number_in(field.value, 10);
  if (!number)
    return bad(field.name, "an offset");
  return *number;
}

} // namespace

answer_or_call
read_presence(const http_request& request, const node_context& node) {
  presence_call call;
  auto& wanted = call.request;
  wanted.limit = page_default;
  return read_fields(
      request, node, {"topic", "limit", "after"}, call, wanted.topic,
      [&](const query_field& field) -> std::optional<bad_field> {
        if (field.name == "limit")
          return put(limit_of(field), wanted.limit);
        wanted.after = field.value;
        return std::nullopt;
      });
}

answer_or_call
read_history(const http_request& request, const node_context& node) {
  history_call call;
  auto& wanted = call.request;
  bool has_epoch = false, has_offset = false;
  position since;
  auto read = read_fields(
      request, node,
      {"topic", "since_epoch", "since_offset", "limit", "reverse"}, call,
      wanted.topic, [&](const query_field& field) -> std::optional<bad_field> {
        if (field.name == "limit")
          return put(limit_of(field), wanted.limit);
        if (field.name == "reverse")
          return put(truth_of(field), wanted.reverse);
        if (field.name == "since_offset") {
          has_offset = true;
          return put(offset_of(field), since.offset);
        }
        has_epoch = true;
        since.epoch = field.value;
        return std::nullopt;
      });
  auto* made = std::get_if<api_call>(&read);
  if (!made || (!has_epoch && !has_offset))
    return read;
  if (!has_epoch || !has_offset)
    return error_answer(
        400, "since_epoch: goes with since_offset", "since_epoch");
  std::get<history_call>(*made).request.since = std::move(since);
  return read;
}

answer_or_call
read_room_state(const http_request& request, const node_context& node) {
  room_state_call call;
  return read_fields(
      request, node, {"topic", "node"}, call, call.topic,
      [&](const query_field& field) {
        return put(name_of_node(field, node), call.node);
      });
}

} // namespace rookery
