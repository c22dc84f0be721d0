#pragma once

#include "base/protocol/string_sink.hpp"

#include <rapidjson/allocators.h>
#include <rapidjson/writer.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace rookery {

/// Appends one JSON value to a string, which is complete when the value is,
/// without an allocation of its own. Has the same members as `msgpack_writer`,
/// so that a message is described once.
class json_writer {
public:
  explicit json_writer(std::string& out)
      : sink_(out) {}

  void open_object(std::size_t) { writer_.StartObject(); }
  void close_object() { writer_.EndObject(); }
  void open_array(std::size_t) { writer_.StartArray(); }
  void close_array() { writer_.EndArray(); }

  void key(std::string_view name) { writer_.Key(name.data(), size(name)); }
  void text(std::string_view value) {
    writer_.String(value.data(), size(value));
  }
  void integer(uint64_t value) { writer_.Uint64(value); }
  void integer(int64_t value) { writer_.Int64(value); }
  void number(double value) { writer_.Double(value); }
  void boolean(bool value) { writer_.Bool(value); }
  void null() { writer_.Null(); }

  /// The caller appends the next value to the string, complete.
  void value_follows() {
    writer_.RawValue("", 0, rapidjson::kObjectType);
    sink_.Flush();
  }

private:
  using pool = rapidjson::MemoryPoolAllocator<>;
  using utf8 = rapidjson::UTF8<>;

  static rapidjson::SizeType size(std::string_view text) {
    return static_cast<rapidjson::SizeType>(text.size());
  }

  // Enough for as many levels as `nesting_max`; more would be allocated.
  alignas(std::max_align_t) char scratch_[1024];
  pool levels_{scratch_, sizeof scratch_};
  buffered_sink sink_;
  rapidjson::Writer<buffered_sink, utf8, utf8, pool> writer_{sink_, &levels_};
};

} // namespace rookery
