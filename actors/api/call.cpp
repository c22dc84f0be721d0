#include "actors/api/call.hpp"

#include "actors/api/answers.hpp"
#include "actors/api/fields.hpp"
#include "actors/api/room_calls.hpp"
#include "base/hex.hpp"
#include "base/protocol/json_object.hpp"

#include <algorithm>

namespace rookery {

namespace {

using namespace api_fields;

tl::unexpected<bad_field> bad_cursor(const query_field& field) {
  return bad(field.name, "not the `next` of a page");
}

/// Where a list begins. What follows the life of another node is for that one
/// to judge.
std::optional<bad_field> read_cursor(
    const query_field& field, const node_context& node, list_call& call) {
  std::string_view text = field.value;
  if (node.in_cluster()) {
    const auto dot = text.find('.');
    const auto life = number_in(text.substr(0, dot), 16);
    if (dot == std::string_view::npos || !life)
      return bad_cursor(field).value();
    call.life = *life;
    text.remove_prefix(dot + 1);
    if (text.empty())
      return std::nullopt;
  }
  const auto cursor = cursor_of(text);
  const bool is_here = !node.in_cluster() || call.life == node.life;
  if (!cursor || (is_here && cursor->thread >= node.fanouts.size()))
    return bad_cursor(field).value();
  if (is_here)
    call.from = *cursor;
  return std::nullopt;
}

std::optional<bad_field> put_list_field(
    const query_field& field, const node_context& node, list_call& call) {
  if (field.name == "node")
    return put(name_of_node(field, node), call.node);
  if (field.name == "slow")
    return put(truth_of(field), call.wanted.slow);
  if (field.name == "limit")
    return put(limit_of(field), call.limit);
  if (field.name == "after")
    return read_cursor(field, node, call);
  (field.name == "user" ? call.user : call.wanted.topic) = field.value;
  return std::nullopt;
}

read_result_of<api_call>
read_list(const http_request& request, const node_context& node) {
  const auto fields = fields_of(
      request.target(), {"user", "topic", "node", "slow", "limit", "after"});
  if (!fields)
    return tl::make_unexpected(fields.error());
  list_call call;
  call.limit = page_default;
  for (const auto& field : *fields)
    if (auto wrong = put_list_field(field, node, call))
      return tl::make_unexpected(*std::move(wrong));
  return call;
}

/// A call about one node whose one other field, if it has one, is how much of
/// the answer is wanted.
template <class Call>
read_result_of<api_call> read_limited(
    const http_request& request, const node_context& node, Call call,
    uint32_t most = page_max) {
  constexpr bool limited = requires {
    call.limit;
  };
  const auto fields = limited ? fields_of(request.target(), {"limit", "node"})
                              : fields_of(request.target(), {"node"});
  if (!fields)
    return tl::make_unexpected(fields.error());
  for (const auto& field : *fields) {
    std::optional<bad_field> wrong;
    if (field.name == "node")
      wrong = put(name_of_node(field, node), call.node);
    else if constexpr (limited)
      wrong = put(limit_of(field, most), call.limit);
    if (wrong)
      return tl::make_unexpected(*std::move(wrong));
  }
  return call;
}

// -- POST ---------------------------------------------------------------------

/// Of those that applications may choose (RFC 6455, section 7.4.2) the half
/// that the protocol uses.
read_result_of<close_code> code_of(const json_field& field) {
  const auto* number = std::get_if<uint64_t>(&field.value);
  if (!number || *number < 4000 || *number > 4999)
    return bad(field.name, "4000 to 4999");
  return static_cast<close_code>(*number);
}

read_result_of<api_call>
read_disconnect(const http_request& request, const node_context& node) {
  const auto fields = read_json_object(request.body());
  if (!fields)
    return tl::make_unexpected(
        bad_field{"", "not a JSON object: " + fields.error().message});
  disconnect_call call;
  int named = 0;
  for (const auto& field : *fields) {
    const auto* text = std::get_if<std::string>(&field.value);
    if (field.name == "user") {
      if (!text || text->empty())
        return bad(field.name, "a user's id");
      call.whom = *text;
      ++named;
    } else if (field.name == "connection") {
      const auto id = text ? connection_id_of(*text) : std::nullopt;
      if (!id)
        return bad(field.name, "a connection's id");
      call.whom = *id;
      ++named;
    } else if (field.name == "node") {
      auto name = text && !text->empty()
                      ? name_of_node({field.name, *text}, node)
                      : read_result_of<std::string>{
                          bad(field.name, "the name of a node")};
      if (!name)
        return tl::make_unexpected(name.error());
      call.node = *std::move(name);
    } else if (field.name == "code") {
      const auto code = code_of(field);
      if (!code)
        return tl::make_unexpected(code.error());
      call.code = *code;
    } else {
      return bad(field.name, "no such field");
    }
  }
  if (named != 1)
    return bad("user", "either this or `connection`");
  return call;
}

// -- both ---------------------------------------------------------------------

constexpr std::string_view connections = "/connections";
constexpr std::string_view disconnect = "/disconnect";

http_response wrong_method(std::string_view allowed) {
  auto answer = error_answer(405, std::string{allowed} + " only");
  answer.headers.emplace_back("Allow", allowed);
  return answer;
}

answer_or_call
read_connections(const http_request& request, const node_context& node) {
  auto rest = request.path().substr(connections.size());
  if (rest.empty())
    return told(read_list(request, node));
  rest.remove_prefix(1); // the slash
  if (rest == "closed")
    return told(read_limited(request, node, closed_call{page_default, {}}));
  if (rest == "counts")
    return told(read_limited(request, node, count_call{}));
  const auto id = connection_id_of(rest);
  if (!id)
    return error_answer(404, "not found");
  return told(read_limited(request, node, show_call{*id, {}}));
}

// -- all that is read -------------------------------------------------------

answer_or_call
read_slowest(const http_request& request, const node_context& node) {
  return told(read_limited(
      request, node, slowest_call{ranking_default, {}}, ranking_max));
}

answer_or_call
read_busiest(const http_request& request, const node_context& node) {
  return told(read_limited(
      request, node, busiest_call{ranking_default, {}}, ranking_max));
}

answer_or_call read_nodes(const http_request& request, const node_context&) {
  const auto none = fields_of(request.target(), {});
  return told(none.map([](const auto&) -> api_call { return nodes_call{}; }));
}

struct readable {
  std::string_view path;
  answer_or_call (*read)(const http_request&, const node_context&);
};
constexpr readable readables[]{
    {"/slowest", read_slowest}, {"/busiest", read_busiest},
    {"/nodes", read_nodes},     {"/presence", read_presence},
    {"/history", read_history}, {"/rooms/state", read_room_state},
};

} // namespace

std::string to_text(const scan_cursor& cursor) {
  auto text = hex(cursor.thread);
  if (cursor.from)
    text.append("-").append(hex(*cursor.from));
  return text;
}

std::optional<scan_cursor> cursor_of(std::string_view text) {
  const auto dash = std::min(text.find('-'), text.size());
  const auto thread = number_in(text.substr(0, dash), 16);
  if (!thread || *thread > 0xffff)
    return std::nullopt;
  scan_cursor cursor{static_cast<uint16_t>(*thread), {}};
  if (dash == text.size())
    return cursor;
  cursor.from = number_in(text.substr(dash + 1), 16);
  return cursor.from ? std::optional{cursor} : std::nullopt;
}

std::string cursor_text(node_life life, const std::optional<scan_cursor>& at) {
  return hex(life) + "." + (at ? to_text(*at) : std::string{});
}

std::string_view node_of(const api_call& call) {
  return std::visit(
      [](const auto& one) -> std::string_view {
        if constexpr (requires { one.node; })
          return one.node;
        else
          return {};
      },
      call);
}

bool is_api_path(std::string_view path) {
  return path == disconnect || path == connections
         || (path.starts_with(connections) && path[connections.size()] == '/')
         || std::any_of(
             std::begin(readables), std::end(readables),
             [&](const readable& one) { return one.path == path; });
}

answer_or_call
read_call(const http_request& request, const node_context& node) {
  const auto method = request.method();
  const auto path = request.path();
  if (path != disconnect) {
    if (method != "GET" && method != "HEAD")
      return wrong_method("GET, HEAD");
    for (const auto& one : readables)
      if (one.path == path)
        return one.read(request, node);
    return read_connections(request, node);
  }
  if (method != "POST")
    return wrong_method("POST");
  // A page in the operator's browser may send it here without being asked.
  if (!request.header("Origin").empty())
    return error_answer(403, "not from a web page");
  return told(read_disconnect(request, node));
}

} // namespace rookery
