#include "actors/api/call.hpp"

#include "actors/api/answers.hpp"
#include "base/hex.hpp"
#include "base/protocol/json_object.hpp"
#include "net/http/query.hpp"

#include <algorithm>
#include <charconv>

namespace rookery {

namespace {

/// Which field of a request is wrong, and why.
struct bad_field {
  std::string name;
  std::string why;
};
template <class T>
using read_result_of = tl::expected<T, bad_field>;

tl::unexpected<bad_field> bad(std::string_view name, std::string why) {
  return tl::make_unexpected(
      bad_field{std::string{name}, std::string{name} + ": " + why});
}

std::optional<uint64_t> number_in(std::string_view text, int base) {
  uint64_t number = 0;
  const auto* end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, number, base);
  if (read.ec != std::errc{} || read.ptr != end)
    return std::nullopt;
  return number;
}

// -- GET ----------------------------------------------------------------------

/// The query's fields; each may come once and must be one of `known`.
read_result_of<std::vector<query_field>> fields_of(
    std::string_view target, std::initializer_list<std::string_view> known) {
  auto fields = read_query(target);
  if (!fields)
    return tl::make_unexpected(bad_field{"", fields.error().message});
  for (auto one = fields->begin(); one != fields->end(); ++one) {
    if (std::find(known.begin(), known.end(), one->name) == known.end())
      return bad(one->name, "no such field");
    if (std::any_of(fields->begin(), one, [&](const query_field& earlier) {
          return earlier.name == one->name;
        }))
      return bad(one->name, "given twice");
    if (one->value.empty())
      return bad(one->name, "empty");
  }
  return *std::move(fields);
}

read_result_of<uint32_t>
limit_of(const query_field& field, uint32_t most = page_max) {
  const auto number = number_in(field.value, 10);
  if (!number || *number < 1 || *number > most)
    return bad(field.name, "1 to " + std::to_string(most));
  return static_cast<uint32_t>(*number);
}

read_result_of<bool> truth_of(const query_field& field) {
  if (field.value != "0" && field.value != "1")
    return bad(field.name, "0 or 1");
  return field.value == "1";
}

read_result_of<api_call>
read_list(const http_request& request, const node_context& node) {
  const auto fields = fields_of(
      request.target(), {"user", "topic", "node", "slow", "limit", "after"});
  if (!fields)
    return tl::make_unexpected(fields.error());
  list_call call;
  call.limit = page_default;
  for (const auto& field : *fields) {
    if (field.name == "user") {
      call.user = field.value;
    } else if (field.name == "topic") {
      call.wanted.topic = field.value;
    } else if (field.name == "node") {
      if (field.value != node.node_id)
        return bad(field.name, "this is " + node.node_id);
    } else if (field.name == "slow") {
      const auto slow = truth_of(field);
      if (!slow)
        return tl::make_unexpected(slow.error());
      call.wanted.slow = *slow;
    } else if (field.name == "limit") {
      const auto limit = limit_of(field);
      if (!limit)
        return tl::make_unexpected(limit.error());
      call.limit = *limit;
    } else {
      const auto cursor = cursor_of(field.value);
      if (!cursor || cursor->thread >= node.fanouts.size())
        return bad(field.name, "not the `next` of a page");
      call.from = *cursor;
    }
  }
  return call;
}

/// A call whose one field is how much of the answer is wanted.
template <class Call>
read_result_of<api_call>
read_limited(const http_request& request, uint32_t usual, uint32_t most) {
  const auto fields = fields_of(request.target(), {"limit"});
  if (!fields)
    return tl::make_unexpected(fields.error());
  if (fields->empty())
    return Call{usual};
  return limit_of(fields->front(), most).map([](uint32_t limit) -> api_call {
    return Call{limit};
  });
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

read_result_of<api_call> read_disconnect(const http_request& request) {
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
constexpr std::string_view slowest = "/slowest";
constexpr std::string_view busiest = "/busiest";

using answer_or_call = std::variant<api_call, http_response>;

answer_or_call told(read_result_of<api_call> read) {
  if (read)
    return *std::move(read);
  return error_answer(400, read.error().why, read.error().name);
}

http_response wrong_method(std::string_view allowed) {
  auto answer = error_answer(405, std::string{allowed} + " only");
  answer.headers.emplace_back("Allow", allowed);
  return answer;
}

answer_or_call read_get(const http_request& request, const node_context& node) {
  if (request.path() == slowest)
    return told(
        read_limited<slowest_call>(request, ranking_default, ranking_max));
  if (request.path() == busiest)
    return told(
        read_limited<busiest_call>(request, ranking_default, ranking_max));
  auto rest = request.path().substr(connections.size());
  if (rest.empty())
    return told(read_list(request, node));
  rest.remove_prefix(1); // the slash
  if (rest == "closed")
    return told(read_limited<closed_call>(request, page_default, page_max));
  if (rest != "counts" && !connection_id_of(rest))
    return error_answer(404, "not found");
  if (const auto none = fields_of(request.target(), {}); !none)
    return told(tl::make_unexpected(none.error()));
  if (rest == "counts")
    return api_call{count_call{}};
  return api_call{show_call{*connection_id_of(rest)}};
}

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

bool is_api_path(std::string_view path) {
  return path == disconnect || path == slowest || path == busiest
         || path == connections
         || (path.starts_with(connections) && path[connections.size()] == '/');
}

answer_or_call
read_call(const http_request& request, const node_context& node) {
  const auto method = request.method();
  if (request.path() != disconnect)
    return method == "GET" || method == "HEAD" ? read_get(request, node)
                                               : wrong_method("GET, HEAD");
  if (method != "POST")
    return wrong_method("POST");
  // A page in the operator's browser may send it here without being asked.
  if (!request.header("Origin").empty())
    return error_answer(403, "not from a web page");
  return told(read_disconnect(request));
}

} // namespace rookery
