#include "base/protocol/decode.hpp"

#include "base/protocol/field_reader.hpp"
#include "base/topic_name.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <limits>
#include <optional>
#include <utility>

namespace rookery {

namespace {

constexpr std::array client_events{
    client_event{
        "publish",
        [](field_reader& in) -> message_body {
          return publish_request{
              .topic = in.topic(),
              .data = in.any(field::data),
              .key = in.label(field::key),
              .tag = in.label(field::tag)};
        }},
    client_event{
        "subscribe",
        [](field_reader& in) -> message_body {
          return subscribe_request{
              .topic = in.topic(),
              .since = in.since(),
              .snapshot = in.flag(field::snapshot),
              .must_recover = in.flag(field::must_recover)};
        }},
    client_event{
        "unsubscribe",
        [](field_reader& in) -> message_body {
          return unsubscribe_request{in.topic()};
        }},
    client_event{
        "send",
        [](field_reader& in) -> message_body {
          return send_request{
              .user = in.filled_text(field::user), .data = in.any(field::data)};
        }},
    client_event{
        "presence",
        [](field_reader& in) -> message_body {
          return presence_request{
              .topic = in.topic(),
              .limit = in.limit(presence_request{}.limit),
              .after = in.optional_text(field::after)};
        }},
    client_event{
        "history",
        [](field_reader& in) -> message_body {
          return history_request{
              .topic = in.topic(),
              .since = in.since(),
              .limit = in.limit(history_request{}.limit),
              .reverse = in.flag(field::reverse)};
        }},
    client_event{
        "room.set",
        [](field_reader& in) -> message_body {
          return set_request{
              .topic = in.topic(),
              .patch = in.object(field::patch),
              .if_offset = in.offset(field::if_offset),
              .key = in.label(field::key)};
        }},
    client_event{
        "ping", [](field_reader&) -> message_body { return ping_request{}; }},
    client_event{
        "flow.pause",
        [](field_reader& in) -> message_body {
          return flow_request{.pause = true, .topic = in.optional_topic()};
        }},
    client_event{
        "flow.resume",
        [](field_reader& in) -> message_body {
          return flow_request{.pause = false, .topic = in.optional_topic()};
        }},
    client_event{
        "auth",
        [](field_reader& in) -> message_body {
          return auth_request{in.text(field::token)};
        }},
};

/// A client's own word, made fit for logs and answers.
std::string shown(std::string_view word) {
  constexpr std::size_t shown_bytes_max = 32;
  std::string safe{word.substr(0, shown_bytes_max)};
  const auto printable = [](char c) { return c > ' ' && c <= '~' && c != '"'; };
  std::replace_if(safe.begin(), safe.end(), std::not_fn(printable), '?');
  return word.size() > shown_bytes_max ? safe + "..." : safe;
}

tl::expected<client_message, decode_error> read_message(field_reader& in) {
  const auto id = in.id();
  const auto refused = [id](errc code, std::string message) {
    return tl::make_unexpected(
        decode_error{.id = id, .code = code, .message = std::move(message)});
  };
  const auto event = in.text(field::event);
  if (!in.problem().empty())
    return refused(errc::bad_request, in.problem());

  const auto* known = std::find_if(
      client_events.begin(), client_events.end(),
      [&](const client_event& each) { return each.name == event; });
  if (known == client_events.end())
    known = find_lobby_event(event);
  if (!known)
    return refused(errc::unknown_event, "no event \"" + shown(event) + '"');

  tl::expected<client_message, decode_error> message{
      client_message{id, known->read(in)}};
  if (!in.problem().empty())
    return refused(errc::bad_request, in.problem());
  return message;
}

} // namespace

tl::expected<client_message, decode_error>
decode(encoding written_in, std::string_view bytes) {
  field_collector found;
  auto problem = written_in == encoding::json ? collect_json(bytes, found)
                                              : collect_msgpack(bytes, found);
  if (!problem.empty())
    return tl::make_unexpected(
        decode_error{.malformed = true, .message = std::move(problem)});
  field_reader in{found, written_in, bytes};
  return read_message(in);
}

} // namespace rookery
