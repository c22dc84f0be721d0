#pragma once

#include "base/check.hpp"
#include "base/protocol/decode.hpp"
#include "base/protocol/encode.hpp"
#include "base/protocol/info_values.hpp"
#include "base/protocol/transcode.hpp"
#include "tests/unit/protocol/independent_codec.hpp"

#include <msgpack.hpp>

#include <cstddef>
#include <string>
#include <string_view>

// What holds for any bytes that claim to be a message of a client.

namespace rookery::test {

inline bool is_msgpack(std::string_view bytes) {
  try {
    std::size_t end = 0;
    msgpack::unpack(bytes.data(), bytes.size(), end);
    return end == bytes.size();
  } catch (const msgpack::unpack_error&) {
    return false;
  }
}

inline void check_well_formed(encoding as, std::string_view bytes) {
  if (as == encoding::json)
    ROOKERY_CHECK(is_json(bytes), "what is written as JSON is JSON");
  else
    ROOKERY_CHECK(is_msgpack(bytes), "what is written as MessagePack is that");
}

inline payload transcoded(const payload& data, encoding to) {
  payload other{to, {}};
  ROOKERY_CHECK(transcode(data, to, other.bytes), "a payload transcodes");
  check_well_formed(to, other.bytes);
  return other;
}

/// What came back from the other encoding may stand in a message again.
inline void check_decodes(const payload& data) {
  using namespace std::literals;
  const auto bytes =
      data.written_in == encoding::json
          ? R"({"event":"publish","topic":"t","data":)" + data.bytes + '}'
          : "\x83\xa5"
            "event\xa7publish\xa5topic\xa1t\xa4"
            "data"s
                + data.bytes;
  const auto message = decode(data.written_in, bytes);
  ROOKERY_CHECK(message, "a transcoded payload decodes");
  ROOKERY_CHECK(
      std::get<publish_request>(message->body).data == data,
      "data is kept as it is");
}

inline void check_payload(const payload& data) {
  const auto there =
      data.written_in == encoding::json ? encoding::msgpack : encoding::json;
  const auto once = transcoded(data, there);
  const auto twice = transcoded(once, data.written_in);
  check_decodes(once);
  check_decodes(twice);
  // The first trip may lose what the other encoding does not have.
  const auto json = data.written_in == encoding::json ? twice : once;
  const auto again =
      transcoded(transcoded(json, encoding::msgpack), encoding::json);
  ROOKERY_CHECK(json == again, "a second trip loses nothing");
}

inline void check_events(std::string topic, payload data, std::string user) {
  const message_event message{
      .topic = std::move(topic),
      .offset = 7,
      .data = std::move(data),
      .user = std::move(user),
      .at = 1767261600123};
  for (const auto as : {encoding::json, encoding::msgpack}) {
    std::string out;
    encode(as, message, out);
    check_well_formed(as, out);
  }
}

/// Values of a lobby, by which it is found.
inline void check_info(const std::optional<payload>& info) {
  if (!info)
    return;
  check_payload(*info);
  const auto values = values_of(info);
  ROOKERY_CHECK(has_values(values, values), "all has what it has");
  const auto json = as_json(*info);
  ROOKERY_CHECK(json, "an object is JSON");
  const auto again = values_of(payload{encoding::json, *json});
  ROOKERY_CHECK(values == again, "values do not depend on the encoding");
}

inline void check_lobby(const lobby_request& request) {
  for (const auto* data : {&request.patch, &request.setup.state})
    if (!data->bytes.empty())
      check_payload(*data);
  check_info(request.setup.info);
  lobby_entry entry;
  entry.user = request.user;
  entry.move = request.move;
  entry.patch = request.patch;
  entry.if_offset = request.if_offset;
  lobby_rules rules;
  rules.info = request.setup.info;
  entry.rules = std::make_shared<const lobby_rules>(rules);
  const lobby_changed_event event{
      request.topic, 7, std::make_shared<const lobby_entry>(entry)};
  for (const auto as : {encoding::json, encoding::msgpack}) {
    std::string out;
    encode(as, event, out);
    check_well_formed(as, out);
  }
}

inline void check_refusal(const decode_error& error) {
  ROOKERY_CHECK(!error.message.empty(), "a refusal says why");
  for (const auto as : {encoding::json, encoding::msgpack}) {
    std::string out;
    encode(as, error_reply{error.id, error.code, error.message}, out);
    check_well_formed(as, out);
  }
}

inline void check_codec(encoding as, const uint8_t* data, std::size_t size) {
  const std::string_view bytes{reinterpret_cast<const char*>(data), size};
  const auto other = as == encoding::json ? encoding::msgpack : encoding::json;
  std::string out;
  if (transcode({as, std::string{bytes}}, other, out))
    check_well_formed(other, out);

  const auto message = decode(as, bytes);
  if (!message)
    return check_refusal(message.error());
  if (const auto* publish = std::get_if<publish_request>(&message->body)) {
    check_payload(publish->data);
    check_events(publish->topic, publish->data, publish->key);
  }
  if (const auto* send = std::get_if<send_request>(&message->body)) {
    check_payload(send->data);
    check_events("t", send->data, send->user);
  }
  if (const auto* lobby = std::get_if<lobby_request>(&message->body))
    check_lobby(*lobby);
  if (const auto* list = std::get_if<lobby_list_request>(&message->body))
    check_info(list->filter.info);
  if (const auto* match = std::get_if<lobby_match_request>(&message->body))
    check_info(match->filter.info);
  if (const auto* send = std::get_if<lobby_send_request>(&message->body))
    check_payload(send->data);
}

} // namespace rookery::test
