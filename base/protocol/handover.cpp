#include "base/protocol/handover.hpp"

#include "base/protocol/packed_fields.hpp"
#include "base/protocol/packed_message.hpp"

namespace rookery {

namespace {

constexpr uint64_t layout_version = 1;

using reader = packed_fields_reader;

tl::unexpected<failure> unreadable() {
  return refuse(errc::internal, "it is no part of a room");
}

template <class... Ts>
std::string packed(const Ts&... fields) {
  std::string out;
  packed_fields_writer to{out};
  to.array(1 + sizeof...(fields));
  to.put(layout_version);
  (to.put(fields), ...);
  return out;
}

/// What is behind the fields.
template <class... Ts>
result<std::string_view> unpack(std::string_view bytes, Ts&... fields) {
  const auto opened = open_packed(bytes);
  if (!opened)
    return tl::make_unexpected(opened.error());
  reader in{opened->array.get()};
  uint64_t version = 0;
  if (!in.fields(version, fields...) || version != layout_version)
    return unreadable();
  return opened->rest;
}

/// Calls `read` with each item of the next field, which is an array.
template <class Read>
bool read_list(reader& in, Read read) {
  const auto* list = in.next();
  if (!list || list->type != msgpack::type::ARRAY)
    return false;
  for (uint32_t i = 0; i < list->via.array.size; ++i)
    if (!read(reader{list->via.array.ptr[i]}))
      return false;
  return true;
}

} // namespace

void encode(const room_handover& all, std::string& out) {
  std::string bytes;
  encode(all.image, bytes);
  packed_fields_writer to{out};
  to.array(7);
  to.put(layout_version);
  to.put(std::string_view{all.epoch});
  to.put(all.at);
  to.put(std::string_view{bytes});
  to.put(all.floor);
  to.array(all.told.size());
  for (const auto& one : all.told) {
    bytes.clear();
    encode(one.entry, bytes);
    to.array(3);
    to.put(one.offset);
    to.put(one.stamp);
    to.put(std::string_view{bytes});
  }
  to.array(all.keys.size());
  for (const auto& one : all.keys) {
    to.array(4);
    to.put(std::string_view{one.user});
    to.put(std::string_view{one.key});
    to.put(one.offset);
    to.put(one.stamp);
  }
}

result<room_handover> decode_handover(std::string_view bytes) {
  const auto opened = open_nested(bytes);
  if (!opened)
    return tl::make_unexpected(opened.error());
  reader in{opened->get()};
  room_handover all;
  uint64_t version = 0;
  std::string image;
  if (!in.fields(version, all.epoch, all.at, image, all.floor)
      || version != layout_version)
    return unreadable();
  auto restored = decode_image(image);
  if (!restored)
    return tl::make_unexpected(restored.error());
  all.image = *std::move(restored);
  const bool told = read_list(in, [&](reader of) {
    room_handover::kept_entry one;
    std::string body;
    if (!of.fields(one.offset, one.stamp, body))
      return false;
    auto entry = decode_entry(body);
    if (!entry
        || one.offset
               <= (all.told.empty() ? all.floor : all.told.back().offset))
      return false;
    one.entry = *std::move(entry);
    all.told.push_back(std::move(one));
    return true;
  });
  const bool keys =
      told && read_list(in, [&](reader of) {
        auto& one = all.keys.emplace_back();
        return of.fields(one.user, one.key, one.offset, one.stamp);
      });
  const auto last = all.told.empty() ? all.floor : all.told.back().offset;
  if (!keys || last > all.at)
    return unreadable();
  return all;
}

std::string encode(const handover_offer& offer) {
  return packed(offer.life, std::string_view{offer.epoch}, offer.at);
}

std::string encode(const handover_request& request) {
  return packed(
      std::string_view{request.topic}, std::string_view{request.epoch},
      request.at, request.part);
}

result<handover_offer> decode_offer(std::string_view bytes) {
  handover_offer offer;
  return unpack(bytes, offer.life, offer.epoch, offer.at)
      .map([&](std::string_view) { return std::move(offer); });
}

result<handover_request> decode_handover_request(std::string_view bytes) {
  handover_request request;
  return unpack(bytes, request.topic, request.epoch, request.at, request.part)
      .map([&](std::string_view) { return std::move(request); });
}

std::string encode(const handover_part& part) {
  return packed(part.at, part.parts).append(part.bytes);
}

result<handover_part> decode_part(std::string_view bytes) {
  handover_part part;
  return unpack(bytes, part.at, part.parts).map([&](std::string_view rest) {
    part.bytes = rest;
    return part;
  });
}

} // namespace rookery
