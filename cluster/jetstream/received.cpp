#include "cluster/jetstream/received.hpp"

#include "base/protocol/base64.hpp"
#include "base/protocol/json_object.hpp"

#include <algorithm>
#include <charconv>
#include <cstdlib>

namespace rookery {

namespace {

/// The last of the values: what the server adds stands behind what a publisher
/// may have forged.
std::string header(natsMsg* of, const char* name) {
  const char** values = nullptr;
  int count = 0;
  if (::natsMsgHeader_Values(of, name, &values, &count) != NATS_OK)
    return {};
  std::string last = count > 0 && values[count - 1] ? values[count - 1] : "";
  std::free(values);
  return last;
}

/// None: it has no such field, or one of another kind.
template <class T>
const T* field(const std::vector<json_field>& of, std::string_view name) {
  const auto at = std::find_if(
      of.begin(), of.end(), [&](const auto& one) { return one.name == name; });
  return at == of.end() ? nullptr : std::get_if<T>(&at->value);
}

/// Of headers as they are sent. The last, as above.
std::string message_id_in(std::string_view headers) {
  constexpr std::string_view name = "\r\nNats-Msg-Id:";
  const auto at = headers.rfind(name);
  if (at == std::string_view::npos)
    return {};
  auto value = headers.substr(at + name.size());
  value = value.substr(0, value.find('\r'));
  value.remove_prefix(std::min(value.find_first_not_of(' '), value.size()));
  return std::string{value};
}

} // namespace

std::string_view data_of(natsMsg* message) {
  return {
      ::natsMsg_GetData(message),
      static_cast<std::size_t>(::natsMsg_GetDataLength(message))};
}

jetstream_reply read_reply(natsMsg* message) {
  jetstream_reply reply;
  const auto status = header(message, "Status");
  if (status == "503") {
    reply.what = jetstream_reply::kind::nobody;
  } else if (!status.empty()) {
    reply.what = jetstream_reply::kind::not_found; // 404, 408
  } else {
    reply.what = jetstream_reply::kind::message;
    reply.data = data_of(message);
    reply.message_id = header(message, "Nats-Msg-Id");
    reply.subject = header(message, "Nats-Subject");
    reply.sequence = number_of(header(message, "Nats-Sequence"));
  }
  return reply;
}

jetstream_reply read_told(const std::string& json) {
  jetstream_reply reply;
  reply.what = jetstream_reply::kind::refused;
  const auto told = read_json_object(json, 2);
  if (!told)
    return reply;
  const auto* const error = field<uint64_t>(*told, "error.err_code");
  if (error && *error == JSNoMessageFoundErr)
    reply.what = jetstream_reply::kind::not_found;
  const auto* const sequence = field<uint64_t>(*told, "message.seq");
  const auto* const subject = field<std::string>(*told, "message.subject");
  if (error || !sequence || !subject)
    return reply;
  const auto bytes = [&](std::string_view name) {
    const auto* const text = field<std::string>(*told, name);
    return from_base64(text ? *text : "");
  };
  auto data = bytes("message.data");
  const auto headers = bytes("message.hdrs");
  if (!data || !headers)
    return reply;
  reply.what = jetstream_reply::kind::message;
  reply.sequence = *sequence;
  reply.subject = *subject;
  reply.message_id = message_id_in(*headers);
  reply.data = std::move(*data);
  return reply;
}

std::string get_subject(const std::string& stream, int64_t replicas) {
  const auto* const api =
      replicas > 1 ? "$JS.API.STREAM.MSG.GET." : "$JS.API.DIRECT.GET.";
  return api + stream;
}

jetstream_reply read_got(jetstream_reply reply, int64_t replicas) {
  return replicas > 1 && reply.ok() ? read_told(reply.data) : std::move(reply);
}

live_message read_live(natsMsg* message) {
  return {
      number_of(header(message, "Nats-Sequence")),
      number_of(header(message, "Nats-Last-Sequence")),
      header(message, "Nats-Msg-Id"), std::string{data_of(message)}};
}

uint64_t number_of(std::string_view text) noexcept {
  uint64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

} // namespace rookery
