#include "cluster/membership/peer_wire.hpp"

#include "base/protocol/packed_fields.hpp"
#include "base/protocol/packed_message.hpp"

#include <limits>

namespace rookery {

namespace {

constexpr uint32_t peer_version = 1;
constexpr uint64_t went_well = 0;

std::string unknown_version(const char* of, uint64_t version) {
  return of + (" of version " + std::to_string(version))
         + ", and this node knows " + std::to_string(peer_version);
}

std::string
answer_of(uint64_t code, std::string_view text, std::string_view body) {
  constexpr std::size_t around = 16;
  std::string out;
  out.reserve(around + text.size() + body.size());
  packed_fields_writer to{out};
  to.array(3);
  to.put(peer_version);
  to.put(code);
  to.put(text);
  out += body;
  return out;
}

} // namespace

std::string encode(const peer_call& call) {
  constexpr std::size_t around = 32;
  std::string out;
  out.reserve(around + call.from.size() + call.body.size());
  packed_fields_writer to{out};
  to.array(4);
  to.put(peer_version);
  to.put(static_cast<uint32_t>(call.kind));
  to.put(std::string_view{call.from});
  to.put(call.life);
  out += call.body;
  return out;
}

result<peer_call> decode_call(std::string_view bytes) {
  const auto opened = open_packed(bytes);
  if (!opened)
    return refuse(errc::bad_request, "it is no call");
  packed_fields_reader in{opened->array.get()};
  uint64_t version = 0, kind = 0;
  if (!in.fields(version))
    return refuse(errc::bad_request, "it is no call");
  if (version != peer_version)
    return refuse(errc::bad_request, unknown_version("a call", version));
  peer_call call;
  if (!in.fields(kind, call.from, call.life)
      || kind > std::numeric_limits<uint32_t>::max())
    return refuse(
        errc::bad_request, "a field of the call is not what it should be");
  call.kind = static_cast<peer_kind>(kind);
  call.body = opened->rest;
  return call;
}

std::string encode_answer(std::string_view body) {
  return answer_of(went_well, {}, body);
}

std::string encode_answer(const failure& why) {
  return answer_of(static_cast<uint64_t>(why.code), why.message, {});
}

result<std::string> decode_answer(std::string_view bytes) {
  const auto opened = open_packed(bytes);
  if (!opened)
    return refuse(errc::internal, "it is no answer");
  packed_fields_reader in{opened->array.get()};
  uint64_t version = 0, code = 0;
  if (!in.fields(version))
    return refuse(errc::internal, "it is no answer");
  if (version != peer_version)
    return refuse(errc::internal, unknown_version("an answer", version));
  std::string text;
  if (!in.fields(code, text))
    return refuse(
        errc::internal, "a field of the answer is not what it should be");
  if (code == went_well)
    return std::string{opened->rest};
  const auto known = code <= std::numeric_limits<uint16_t>::max()
                         ? static_cast<errc>(code)
                         : errc::internal;
  // A code of a later version has no name here.
  const bool named = name(known) != name(errc::internal);
  return refuse(named ? known : errc::internal, std::move(text));
}

} // namespace rookery
