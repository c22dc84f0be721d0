#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace rookery {

/// The fields that messages of clients may have (docs/protocol.md). The first
/// may hold any value, the last two are those of `since`.
enum class field : uint8_t {
  data,
  patch,
  state,
  info,
  event,
  id,
  topic,
  token,
  user,
  key,
  tag,
  since,
  snapshot,
  must_recover,
  limit,
  reverse,
  after,
  if_offset,
  seats,
  seat,
  min_players,
  auto_start,
  is_private,
  password,
  spectators,
  ready,
  to,
  prefix,
  free,
  create,
  wait_ms,
  match,
  since_epoch,
  since_offset,
  unknown,
};
inline constexpr auto fields_known = static_cast<std::size_t>(field::unknown);
/// Those whose value is kept as it is written.
inline constexpr auto raw_fields = static_cast<std::size_t>(field::event);

/// As errors name it: "topic", "since.epoch".
[[nodiscard]] std::string_view name(field f) noexcept;

/// What a field's value is, as far as any field cares.
enum class value_kind : uint8_t {
  absent,
  boolean,
  integer, // 0 .. 2^64-1
  text,
  object,
  other, // null, an array, a negative or fractional number, bytes
};

/// One value as it stood in the message, before anyone knows which event it
/// belongs to.
struct found_value {
  value_kind kind = value_kind::absent;
  bool repeated = false; // the field came again; this is its first value
  bool truth = false;
  uint64_t number = 0;
  std::string text;
};

/// The known fields of one message, gathered in one pass and in any order from
/// the callbacks of a parser, JSON's or MessagePack's. Everything else is
/// skipped. Of raw fields only the place is noted: their bytes stay untouched.
///
/// Offsets count bytes from the beginning of the message. A callback that
/// returns false refuses the message as malformed; `refusal` then says why.
class field_collector {
public:
  /// The key of the value that comes next. True: it is that of a raw field, and
  /// the parser tells by `raw_begins` where its value begins.
  [[nodiscard]] bool key(std::string_view name);
  void raw_begins(std::size_t offset) { raw_of(open_).begin = offset; }

  // Values. `end` is the offset behind the value's last byte.
  [[nodiscard]] bool boolean(bool value, std::size_t end);
  [[nodiscard]] bool integer(uint64_t value, std::size_t end);
  [[nodiscard]] bool text(std::string_view value, std::size_t end);
  [[nodiscard]] bool other(std::size_t end);

  // Objects (maps) and arrays. Between both come the keys and values inside.
  [[nodiscard]] bool open_object() { return open(value_kind::object); }
  [[nodiscard]] bool open_array() { return open(value_kind::other); }
  void close(std::size_t end);

  /// How many objects and arrays are open. 1: between the message's fields.
  std::size_t depth() const { return depth_; }
  bool in_raw() const { return depth_ > 0 && is_raw(open_); }

  /// Notes why the value of the raw field is none that JSON could carry.
  void refuse_raw(const char* reason) {
    if (!raw_of(open_).refusal)
      raw_of(open_).refusal = reason;
  }

  /// Null as long as no callback refused. Of static lifetime.
  const char* refusal() const { return refusal_; }

  // What was found.
  found_value& operator[](field f) {
    return values_[static_cast<std::size_t>(f)];
  }
  /// Null, or why a raw field is refused. Of static lifetime.
  const char* raw_refusal(field f) const { return raw_of(f).refusal; }
  std::string_view raw_in(std::string_view message, field f) const {
    return message.substr(raw_of(f).begin, raw_of(f).end - raw_of(f).begin);
  }

private:
  struct raw_place {
    std::size_t begin = 0;
    std::size_t end = 0;
    const char* refusal = nullptr;
  };

  static bool is_raw(field f) {
    return static_cast<std::size_t>(f) < raw_fields;
  }
  raw_place& raw_of(field f) { return raw_[static_cast<std::size_t>(f)]; }
  const raw_place& raw_of(field f) const {
    return raw_[static_cast<std::size_t>(f)];
  }
  [[nodiscard]] bool open(value_kind kind);
  [[nodiscard]] bool ended(std::size_t end);
  found_value* slot();

  std::array<found_value, fields_known> values_;
  std::array<raw_place, raw_fields> raw_;
  field open_ = field::unknown;       // whose value the parser is in, or at
  field open_inner_ = field::unknown; // the same one level below, in `since`
  std::size_t depth_ = 0;
  const char* refusal_ = nullptr;
};

} // namespace rookery
