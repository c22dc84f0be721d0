#include "base/protocol/lobby_entry.hpp"

#include "base/protocol/packed_fields.hpp"
#include "base/protocol/packed_message.hpp"

namespace rookery {

namespace {

constexpr uint64_t image_version = 1;

using writer = packed_fields_writer;
using reader = packed_fields_reader;

/// Writes what is no text and no payload as the reader takes it.
void put(writer& to, uint32_t value) {
  to.put(uint64_t{value});
}
void put(writer& to, const std::string& text) {
  to.put(std::string_view{text});
}
template <class T>
void put(writer& to, const T& value) {
  to.put(value);
}
template <class... Ts>
void put_array(writer& to, const Ts&... all) {
  to.array(sizeof...(all));
  (put(to, all), ...);
}

bool take(reader& in, uint32_t& value) {
  uint64_t wide = 0;
  in.take(wide);
  value = static_cast<uint32_t>(wide);
  return in.fits() && wide <= UINT32_MAX;
}
template <class T>
bool take(reader& in, T& value) {
  in.take(value);
  return in.fits();
}
/// One of an enumeration's first `count`.
template <class T>
bool take_word(reader& in, T& value, std::size_t count) {
  uint64_t number = 0;
  in.take(number);
  value = static_cast<T>(number);
  return in.fits() && number < count;
}
template <class... Ts>
bool take_all(reader& in, Ts&... all) {
  return (take(in, all) && ...);
}

/// Calls `read` with each item of the next field, which is an array.
template <class T, class Read>
bool take_list(reader& in, std::vector<T>& all, Read read) {
  const auto* list = in.next();
  if (!list || list->type != msgpack::type::ARRAY)
    return false;
  all.resize(list->via.array.size);
  for (uint32_t i = 0; i < list->via.array.size; ++i)
    if (!read(list->via.array.ptr[i], all[i]))
      return false;
  return true;
}

void put_rules(writer& to, const lobby_rules& r) {
  put_array(
      to, r.seats, r.players_min, r.auto_start, r.is_private, r.spectators,
      r.password, r.info, r.hold, r.empty_ttl, r.started_ttl);
}

bool take_rules(const msgpack::object& from, lobby_rules& r) {
  reader in{from};
  return take_all(
      in, r.seats, r.players_min, r.auto_start, r.is_private, r.spectators,
      r.password, r.info, r.hold, r.empty_ttl, r.started_ttl);
}

void put_lobby(writer& to, const listed_lobby& one) {
  put_array(
      to, one.topic, one.epoch, one.at, one.life,
      static_cast<uint64_t>(one.phase), one.seats, one.taken, one.locked,
      one.info);
}

bool take_lobby(const msgpack::object& from, listed_lobby& one) {
  reader in{from};
  return take_all(in, one.topic, one.epoch, one.at, one.life)
         && take_word(in, one.phase, listing_phases)
         && take_all(in, one.seats, one.taken, one.locked, one.info);
}

bool take_seat(const msgpack::object& from, lobby_image::one_seat& one) {
  reader in{from};
  return take_all(
      in, one.user, one.ready, one.since, one.held_at, one.held_since);
}

tl::unexpected<failure> unreadable(const char* what) {
  return refuse(errc::internal, std::string{"it is no image of a "} + what);
}

} // namespace

void encode_fields(const lobby_entry& e, writer& to) {
  to.array(15);
  put(to, e.user);
  put(to, e.key);
  put(to, e.at);
  put(to, e.told);
  put(to, static_cast<uint64_t>(e.move));
  put(to, e.of);
  put(to, e.player);
  put(to, e.seat);
  put(to, e.flag);
  put(to, e.lasts);
  put(to, e.reason);
  put(to, e.patch);
  put(to, e.if_offset);
  put(to, e.rules != nullptr);
  if (e.rules)
    put_rules(to, *e.rules);
  else
    to.array(0);
}

bool decode_fields(reader& from, lobby_entry& e) {
  const auto* fields = from.next();
  if (!fields)
    return false;
  reader in{*fields};
  bool has_rules = false;
  const bool fits = take_all(in, e.user, e.key, e.at, e.told)
                    && take_word(in, e.move, lobby_moves)
                    && take_all(
                        in, e.of, e.player, e.seat, e.flag, e.lasts, e.reason,
                        e.patch, e.if_offset, has_rules);
  const auto* rules = fits ? in.next() : nullptr;
  if (!rules)
    return false;
  if (!has_rules)
    return e.move != lobby_move::create;
  auto read = std::make_shared<lobby_rules>();
  const bool whole = take_rules(*rules, *read);
  e.rules = std::move(read);
  return whole;
}

void encode_fields(const listing_entry& e, writer& to) {
  to.array(3);
  put(to, e.told);
  put(to, static_cast<uint64_t>(e.change));
  put_lobby(to, e.lobby);
}

bool decode_fields(reader& from, listing_entry& e) {
  constexpr std::size_t changes = 3;
  const auto* fields = from.next();
  if (!fields)
    return false;
  reader in{*fields};
  const bool fits = take(in, e.told) && take_word(in, e.change, changes);
  const auto* lobby = fits ? in.next() : nullptr;
  return lobby && take_lobby(*lobby, e.lobby);
}

void encode(const lobby_image& image, std::string& out) {
  writer to{out};
  to.array(9);
  put(to, image_version);
  put(to, image.created);
  put_rules(to, image.rules);
  to.array(image.seats.size());
  for (const auto& one : image.seats)
    put_array(to, one.user, one.ready, one.since, one.held_at, one.held_since);
  put(to, image.host);
  put(to, image.host_told);
  put(to, image.started_since);
  put(to, image.empty_since);
  to.array(image.invited.size());
  for (const auto& one : image.invited)
    put(to, one);
}

result<lobby_image> decode_lobby_image(std::string_view bytes) {
  const auto opened = open_nested(bytes);
  if (!opened)
    return tl::make_unexpected(opened.error());
  reader in{opened->get()};
  lobby_image image;
  uint64_t version = 0;
  if (!take_all(in, version, image.created) || version != image_version)
    return unreadable("lobby");
  const auto* rules = in.next();
  const auto text = [](const msgpack::object& from, std::string& to) {
    if (from.type == msgpack::type::BIN)
      to.assign(from.via.bin.ptr, from.via.bin.size);
    return from.type == msgpack::type::BIN;
  };
  if (!rules || !take_rules(*rules, image.rules)
      || !take_list(in, image.seats, take_seat)
      || !take_all(
          in, image.host, image.host_told, image.started_since,
          image.empty_since)
      || !take_list(in, image.invited, text))
    return unreadable("lobby");
  return image;
}

void encode(const listing_image& image, std::string& out) {
  writer to{out};
  to.array(3);
  put(to, image_version);
  to.array(image.lobbies.size());
  for (const auto& one : image.lobbies)
    put_lobby(to, one);
  to.array(image.closed.size());
  for (const auto& one : image.closed)
    put_array(to, one.topic, one.epoch, one.at, one.stamp);
}

result<listing_image> decode_listing_image(std::string_view bytes) {
  const auto opened = open_nested(bytes);
  if (!opened)
    return tl::make_unexpected(opened.error());
  reader in{opened->get()};
  listing_image image;
  uint64_t version = 0;
  const auto closed = [](const msgpack::object& from, auto& one) {
    reader fields{from};
    return take_all(fields, one.topic, one.epoch, one.at, one.stamp);
  };
  if (!take(in, version) || version != image_version
      || !take_list(in, image.lobbies, take_lobby)
      || !take_list(in, image.closed, closed))
    return unreadable("listing");
  return image;
}

} // namespace rookery
