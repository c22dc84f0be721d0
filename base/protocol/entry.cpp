#include "base/protocol/entry.hpp"

#include "base/protocol/decode.hpp"
#include "base/protocol/packed_fields.hpp"
#include "base/protocol/packed_message.hpp"

#include <type_traits>

namespace rookery {

namespace {

constexpr uint32_t layout_version = 1;

enum class entry_kind : uint64_t {
  message,
  joined,
  left,
  state,
  lobby,
  listing,
};

class writer : public packed_fields_writer {
public:
  using packed_fields_writer::packed_fields_writer;
  using packed_fields_writer::put;

  void put(entry_kind kind) { put(static_cast<uint64_t>(kind)); }
  template <class Entry>
  void nested(entry_kind kind, const Entry& e) {
    array(3);
    put(layout_version);
    put(kind);
    encode_fields(e, *this);
  }
  template <class... Ts>
  void fields(const Ts&... all) {
    array(1 + sizeof...(all));
    put(layout_version);
    (put(all), ...);
  }
};

using reader = packed_fields_reader;

/// Calls `read` with what `bytes` hold, whose memory ends with the call.
template <class Read>
auto unpacked(std::string_view bytes, Read read)
    -> decltype(read(std::declval<const msgpack::object&>())) {
  auto opened = open_nested(bytes);
  if (!opened)
    return tl::make_unexpected(std::move(opened.error()));
  return read(opened->get());
}

tl::unexpected<failure> unreadable(uint64_t version) {
  if (version != layout_version)
    return refuse(
        errc::internal, "its layout has version " + std::to_string(version)
                            + ", and this node knows "
                            + std::to_string(layout_version));
  return refuse(errc::internal, "a field of it is not what it should be");
}

template <class Entry>
result<log_entry> taken(bool fits, Entry entry) {
  if (!fits)
    return unreadable(layout_version);
  return log_entry{std::move(entry)};
}

result<log_entry> read_fields(reader& in, uint64_t kind) {
  switch (static_cast<entry_kind>(kind)) {
  case entry_kind::message: {
    message_entry e;
    const bool fits = in.fields(e.user, e.key, e.at, e.data);
    return taken(fits, std::move(e));
  }
  case entry_kind::joined: {
    joined_entry e;
    const bool fits =
        in.fields(e.user, e.info, e.told) && in.more_fields(e.life);
    return taken(fits, std::move(e));
  }
  case entry_kind::left: {
    left_entry e;
    const bool fits =
        in.fields(e.user, e.reason, e.told) && in.more_fields(e.life);
    return taken(fits, std::move(e));
  }
  case entry_kind::state: {
    state_entry e;
    const bool fits = in.fields(e.user, e.key, e.at, e.patch, e.if_offset);
    return taken(fits, std::move(e));
  }
  case entry_kind::lobby: {
    lobby_entry e;
    const bool fits = decode_fields(in, e);
    return taken(fits, std::move(e));
  }
  case entry_kind::listing: {
    listing_entry e;
    const bool fits = decode_fields(in, e);
    return taken(fits, std::move(e));
  }
  }
  return refuse(
      errc::internal, "it is of the unknown kind " + std::to_string(kind));
}

} // namespace

void encode(const log_entry& entry, std::string& out) {
  constexpr std::size_t around = 48; // headers and numbers
  std::visit(
      [&](const auto& e) {
        auto size = out.size() + around;
        if constexpr (requires { e.user; })
          size += e.user.size();
        if constexpr (requires { e.data; })
          size += e.data.bytes.size() + e.key.size();
        out.reserve(size);
      },
      entry);
  writer to{out};
  std::visit(
      [&](const auto& e) {
        using T = std::decay_t<decltype(e)>;
        if constexpr (std::is_same_v<T, message_entry>)
          to.fields(entry_kind::message, e.user, e.key, e.at, e.data);
        else if constexpr (std::is_same_v<T, joined_entry>)
          to.fields(entry_kind::joined, e.user, e.info, e.told, e.life);
        else if constexpr (std::is_same_v<T, left_entry>)
          to.fields(entry_kind::left, e.user, e.reason, e.told, e.life);
        else if constexpr (std::is_same_v<T, state_entry>)
          to.fields(
              entry_kind::state, e.user, e.key, e.at, e.patch, e.if_offset);
        else if constexpr (std::is_same_v<T, lobby_entry>)
          to.nested(entry_kind::lobby, e);
        else
          to.nested(entry_kind::listing, e);
      },
      entry);
}

result<log_entry> decode_entry(std::string_view bytes) {
  return unpacked(bytes, [](const msgpack::object& all) -> result<log_entry> {
    reader in{all};
    uint64_t version = 0, kind = 0;
    if (!in.fields(version, kind) || version != layout_version)
      return unreadable(version);
    return read_fields(in, kind);
  });
}

bool expects_telling(const log_entry& entry) noexcept {
  return std::visit(
      [](const auto& e) {
        if constexpr (requires { e.told; })
          return e.told;
        else
          return true;
      },
      entry);
}

void encode(const room_image& image, std::string& out) {
  writer to{out};
  to.array(10);
  to.put(layout_version);
  to.array(image.members.size());
  for (const auto& one : image.members) {
    to.array(4);
    to.put(one.user);
    to.put(one.info);
    to.put(one.since);
    to.put(one.lives);
  }
  to.put(image.state);
  to.put(image.state_offset);
  to.put(image.large);
  to.put(image.entries);
  to.put(image.exceptions);
  to.put(image.exceptions_from);
  to.put(std::string_view{image.lobby});
  to.put(std::string_view{image.listing});
}

result<room_image> decode_image(std::string_view bytes) {
  return unpacked(bytes, [](const msgpack::object& all) -> result<room_image> {
    reader in{all};
    uint64_t version = 0;
    if (!in.fields(version) || version != layout_version)
      return unreadable(version);
    const auto* list = in.next();
    if (!list || list->type != msgpack::type::ARRAY)
      return unreadable(version);
    room_image image;
    image.members.resize(list->via.array.size);
    for (uint32_t i = 0; i < list->via.array.size; ++i) {
      auto& one = image.members[i];
      reader of{list->via.array.ptr[i]};
      if (!of.fields(one.user, one.info, one.since)
          || !of.more_fields(one.lives))
        return unreadable(version);
    }
    if (!in.fields(image.state, image.state_offset)
        || !in.more_fields(
            image.large, image.entries, image.exceptions, image.exceptions_from,
            image.lobby, image.listing))
      return unreadable(version);
    return image;
  });
}

} // namespace rookery
