#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace rookery {

/// The fields that messages of clients may have (docs/protocol.md). The last
/// two are those of `since`.
enum class field : uint8_t {
  event,
  id,
  topic,
  data,
  token,
  user,
  key,
  tag,
  since,
  snapshot,
  must_recover,
  limit,
  reverse,
  since_epoch,
  since_offset,
  unknown,
};
inline constexpr auto fields_known = static_cast<std::size_t>(field::unknown);

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
/// skipped. Of `data` only the place is noted: its bytes stay untouched.
///
/// Offsets count bytes from the beginning of the message. A callback that
/// returns false refuses the message as malformed; `refusal` then says why.
class field_collector {
public:
  /// The key of the value that comes next. True: it is that of `data`, and the
  /// parser tells by `data_begins` where its value begins.
  [[nodiscard]] bool key(std::string_view name);
  void data_begins(std::size_t offset) { data_begin_ = offset; }

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
  bool in_data() const { return depth_ > 0 && open_ == field::data; }

  /// Notes why the value of `data` is none that JSON could carry.
  void refuse_data(const char* reason) {
    if (!data_refusal_)
      data_refusal_ = reason;
  }

  /// Null as long as no callback refused. Of static lifetime.
  const char* refusal() const { return refusal_; }

  // What was found.
  found_value& operator[](field f) {
    return values_[static_cast<std::size_t>(f)];
  }
  /// Null, or why `data` is refused. Of static lifetime.
  const char* data_refusal() const { return data_refusal_; }
  std::string_view data_in(std::string_view message) const {
    return message.substr(data_begin_, data_end_ - data_begin_);
  }

private:
  [[nodiscard]] bool open(value_kind kind);
  [[nodiscard]] bool ended(std::size_t end);
  found_value* slot();

  std::array<found_value, fields_known> values_;
  field open_ = field::unknown;       // whose value the parser is in, or at
  field open_inner_ = field::unknown; // the same one level below, in `since`
  std::size_t depth_ = 0;
  std::size_t data_begin_ = 0;
  std::size_t data_end_ = 0;
  const char* refusal_ = nullptr;
  const char* data_refusal_ = nullptr;
};

} // namespace rookery
