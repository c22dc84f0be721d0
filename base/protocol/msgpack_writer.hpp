#pragma once

#include "base/protocol/string_sink.hpp"

#include <msgpack/pack.hpp>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace rookery {

/// Appends one MessagePack value to a string. Has the same members as
/// `json_writer`, so that a message is described once.
class msgpack_writer {
public:
  explicit msgpack_writer(std::string& out)
      : sink_(out) {}

  void open_object(std::size_t fields) { packer_.pack_map(size(fields)); }
  void close_object() {}
  void open_array(std::size_t items) { packer_.pack_array(size(items)); }
  void close_array() {}

  void key(std::string_view name) { text(name); }
  void text(std::string_view value) {
    packer_.pack_str(size(value.size()));
    packer_.pack_str_body(value.data(), size(value.size()));
  }
  void integer(uint64_t value) { packer_.pack_uint64(value); }
  void integer(int64_t value) { packer_.pack_int64(value); }
  void number(double value) {
    // Not pack_double, which writes 1.0 as the integer 1 and -0.0 as 0.
    const auto bits = std::bit_cast<uint64_t>(value);
    char bytes[9] = {'\xcb'}; // float 64, big-endian
    for (int i = 0; i < 8; ++i)
      bytes[1 + i] = static_cast<char>(bits >> (56 - 8 * i));
    sink_.write(bytes, sizeof bytes);
  }
  void boolean(bool value) {
    if (value)
      packer_.pack_true();
    else
      packer_.pack_false();
  }
  void null() { packer_.pack_nil(); }

  /// The caller appends the next value to the string, complete.
  void value_follows() {}

private:
  static uint32_t size(std::size_t n) { return static_cast<uint32_t>(n); }

  string_sink sink_;
  msgpack::packer<string_sink> packer_{sink_};
};

} // namespace rookery
