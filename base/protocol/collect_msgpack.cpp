#include "base/check.hpp"
#include "base/protocol/collect.hpp"
#include "base/protocol/utf8.hpp"

#include <msgpack/null_visitor.hpp>
#include <msgpack/unpack.hpp>

#include <array>
#include <cstdint>

namespace rookery {

namespace {

/// Bytes before the content of a value that begins with `tag` (MessagePack
/// specification, Formats). An ext's type is content.
constexpr std::size_t header_bytes(uint8_t tag) {
  constexpr std::array<uint8_t, 32> of_c0_to_df{
      1, 1, 1, 1, 2, 3, 5, 2, 3, 5, 5, 9, 2, 3, 5, 9, // nil .. uint 64
      2, 3, 5, 9, 1, 1, 1, 1, 1, 2, 3, 5, 3, 5, 3, 5, // int 8 .. map 32
  };
  return tag >= 0xc0 && tag <= 0xdf ? of_c0_to_df[tag - 0xc0] : 1;
}

/// Hands msgpack-c's callbacks on. False ends the parsing. The callbacks do not
/// tell offsets, but come in order and for each value once, so the offsets are
/// counted here.
class msgpack_fields : public msgpack::null_visitor {
public:
  msgpack_fields(std::string_view message, field_collector& found)
      : message_(message)
      , found_(found) {}

  const char* refusal() const { return refusal_ ? refusal_ : found_.refusal(); }
  std::size_t end() const { return at_; }

  bool visit_nil() { return other(0); }
  bool visit_boolean(bool value) {
    advance(0);
    return key_next_ ? odd_key() : found_.boolean(value, at_);
  }
  bool visit_positive_integer(uint64_t value) {
    advance(0);
    return key_next_ ? odd_key() : found_.integer(value, at_);
  }
  bool visit_negative_integer(int64_t value) {
    // Some encoders write positive numbers in signed formats.
    return value < 0 ? other(0)
                     : visit_positive_integer(static_cast<uint64_t>(value));
  }
  bool visit_float32(float) { return other(0); }
  bool visit_float64(double) { return other(0); }
  bool visit_bin(const char*, uint32_t size) { return other(size); }
  bool visit_ext(const char*, uint32_t size) {
    if (found_.in_raw())
      found_.refuse_raw("may not hold ext values");
    return other(size);
  }
  bool visit_str(const char* bytes, uint32_t size) {
    // msgpack-c gives any pointer for an empty string.
    const std::string_view text{size == 0 ? "" : bytes, size};
    advance(size);
    if (!valid_utf8(text)) {
      refusal_ = "invalid UTF-8";
      return false;
    }
    if (!key_next_)
      return found_.text(text, at_);
    if (found_.key(text))
      found_.raw_begins(at_);
    return true;
  }
  bool start_array(uint32_t) {
    advance(0);
    return (!key_next_ || odd_key()) && found_.open_array();
  }
  bool start_map(uint32_t) {
    advance(0);
    return (!key_next_ || odd_key()) && found_.open_object();
  }
  bool end_array() { return close(); }
  bool end_map() { return close(); }

  bool start_array_item() { return expect(false); }
  bool start_map_key() { return expect(true); }
  bool start_map_value() { return expect(false); }

private:
  void advance(std::size_t content) {
    at_ += header_bytes(static_cast<uint8_t>(message_[at_])) + content;
  }
  bool expect(bool key) {
    key_next_ = key;
    return true;
  }
  bool other(std::size_t content) {
    advance(content);
    return key_next_ ? odd_key() : found_.other(at_);
  }
  bool close() {
    found_.close(at_);
    return true;
  }
  /// A key that is no string.
  bool odd_key() {
    if (found_.depth() == 1) {
      refusal_ = "a key that is no string";
      return false;
    }
    if (found_.in_raw())
      found_.refuse_raw("may hold maps with string keys only");
    static_cast<void>(found_.key({})); // its value is that of no known field
    return true;
  }

  std::string_view message_;
  field_collector& found_;
  std::size_t at_ = 0;
  bool key_next_ = false;
  const char* refusal_ = nullptr;
};

} // namespace

std::string collect_msgpack(std::string_view message, field_collector& found) {
  msgpack_fields fields{message, found};
  std::size_t end = 0;
  const bool whole =
      msgpack::parse(message.data(), message.size(), end, fields);
  if (const char* refusal = fields.refusal())
    return refusal;
  if (!whole)
    return "not MessagePack, or cut off (byte " + std::to_string(end) + ")";
  ROOKERY_CHECK(fields.end() == end, "every byte of the message was counted");
  if (end != message.size())
    return "bytes behind the message (byte " + std::to_string(end) + ")";
  return {};
}

} // namespace rookery
