#include "cluster/membership/call_bodies.hpp"

#include "base/protocol/packed_fields.hpp"
#include "base/protocol/packed_message.hpp"

#include <algorithm>
#include <tuple>

namespace rookery {

namespace {

using std::chrono::milliseconds;

constexpr std::size_t around = 32; // bytes of numbers and lengths
constexpr uint64_t within_max = 3'600'000;

uint64_t number_of(milliseconds time) {
  return static_cast<uint64_t>(std::max<int64_t>(time.count(), 0));
}
milliseconds time_of(uint64_t ms) {
  return milliseconds{static_cast<int64_t>(std::min(ms, within_max))};
}

/// The fields of the array, those that a later version added, and what stands
/// behind it.
template <class... Fields, class... More>
result<std::string_view> read_more(
    std::string_view bytes, std::tuple<Fields&...> fields, More&... more) {
  const auto opened = open_packed(bytes);
  if (!opened)
    return refuse(errc::bad_request, "it is no MessagePack");
  packed_fields_reader in{opened->array.get()};
  const bool fits =
      std::apply([&](auto&... all) { return in.fields(all...); }, fields);
  if (!fits || !in.more_fields(more...))
    return refuse(errc::bad_request, "a field is not what it should be");
  return opened->rest;
}

template <class... Fields>
result<std::string_view> read(std::string_view bytes, Fields&... fields) {
  return read_more(bytes, std::tie(fields...));
}

} // namespace

std::string encode(const direct_call& call) {
  std::string out;
  out.reserve(
      around + call.from.size() + call.to.size() + call.data.bytes.size());
  packed_fields_writer to{out};
  to.array(5);
  to.put(std::string_view{call.from});
  to.put(std::string_view{call.to});
  to.put(number_of(call.within));
  to.put(static_cast<uint32_t>(call.data.written_in));
  to.put(std::string_view{call.topic});
  out += call.data.bytes;
  return out;
}

result<direct_call> decode_direct_call(std::string_view bytes) {
  direct_call call;
  uint64_t within = 0, written_in = 0;
  const auto rest = read_more(
      bytes, std::tie(call.from, call.to, within, written_in), call.topic);
  if (!rest)
    return tl::make_unexpected(rest.error());
  if (written_in >= encodings)
    return refuse(errc::bad_request, "an unknown encoding");
  call.within = time_of(within);
  call.data = {static_cast<encoding>(written_in), std::string{*rest}};
  return call;
}

std::string encode_reached(uint64_t connections) {
  std::string out;
  packed_fields_writer to{out};
  to.array(1);
  to.put(connections);
  return out;
}

result<uint64_t> decode_reached(std::string_view bytes) {
  uint64_t connections = 0;
  return read(bytes, connections).map([&](std::string_view) {
    return connections;
  });
}

std::string encode(const api_question& question) {
  std::string out;
  out.reserve(around + question.target.size() + question.body.size());
  packed_fields_writer to{out};
  to.array(3);
  to.put(std::string_view{question.method});
  to.put(std::string_view{question.target});
  to.put(number_of(question.within));
  out += question.body;
  return out;
}

result<api_question> decode_api_question(std::string_view bytes) {
  api_question question;
  uint64_t within = 0;
  const auto rest = read(bytes, question.method, question.target, within);
  if (!rest)
    return tl::make_unexpected(rest.error());
  question.within = time_of(within);
  question.body = *rest;
  return question;
}

std::string encode(const api_said& said) {
  std::string out;
  out.reserve(around + said.content_type.size() + said.body.size());
  packed_fields_writer to{out};
  to.array(2);
  to.put(said.status);
  to.put(std::string_view{said.content_type});
  out += said.body;
  return out;
}

result<api_said> decode_api_said(std::string_view bytes) {
  constexpr uint64_t status_min = 200, status_max = 599;
  api_said said;
  uint64_t status = 0;
  const auto rest = read(bytes, status, said.content_type);
  if (!rest)
    return tl::make_unexpected(rest.error());
  if (status < status_min || status > status_max)
    return refuse(errc::bad_request, "no status of HTTP");
  said.status = static_cast<uint32_t>(status);
  said.body = *rest;
  return said;
}

} // namespace rookery
