#pragma once

#include "base/protocol/messages.hpp"
#include "base/protocol/string_sink.hpp"

#include <msgpack/object.hpp>
#include <msgpack/pack.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rookery {

// How nodes write what only nodes read: MessagePack arrays whose items have no
// names. Texts are written as bytes.

/// Writes the fields of an array.
class packed_fields_writer {
public:
  explicit packed_fields_writer(std::string& out)
      : sink_(out) {}

  void array(std::size_t size) { pack_.pack_array(narrow(size)); }
  void put(uint32_t value) { pack_.pack_uint32(value); }
  void put(uint64_t value) { pack_.pack_uint64(value); }
  void put(int64_t value) { pack_.pack_int64(value); }
  void put(bool value) { value ? pack_.pack_true() : pack_.pack_false(); }
  void put(std::string_view text) {
    pack_.pack_bin(narrow(text.size()));
    pack_.pack_bin_body(text.data(), narrow(text.size()));
  }
  void put(const payload& value) {
    array(2);
    put(static_cast<uint32_t>(value.written_in));
    put(std::string_view{value.bytes});
  }
  void put(const std::vector<uint64_t>& all) {
    array(all.size());
    for (const auto one : all)
      put(one);
  }
  template <class T>
  void put(const std::optional<T>& value) {
    if (value)
      put(*value);
    else
      pack_.pack_nil();
  }

private:
  static uint32_t narrow(std::size_t n) { return static_cast<uint32_t>(n); }

  string_sink sink_;
  msgpack::packer<string_sink> pack_{sink_};
};

/// Takes the items of an array in their order; after one that is not what was
/// wanted nothing fits.
class packed_fields_reader {
public:
  explicit packed_fields_reader(const msgpack::object& from)
      : fits_(from.type == msgpack::type::ARRAY)
      , items_(fits_ ? from.via.array : msgpack::object_array{0, nullptr}) {}

  bool fits() const noexcept { return fits_; }

  void take(bool& value) {
    if (const auto* one = next(msgpack::type::BOOLEAN))
      value = one->via.boolean;
  }
  void take(uint64_t& value) {
    if (const auto* one = next(msgpack::type::POSITIVE_INTEGER))
      value = one->via.u64;
  }
  void take(int64_t& value) {
    const auto* one = next();
    if (!one)
      return;
    fits_ = one->type == msgpack::type::POSITIVE_INTEGER
            || one->type == msgpack::type::NEGATIVE_INTEGER;
    if (fits_)
      value = one->via.i64;
  }
  void take(std::string& text) {
    if (const auto* one = next(msgpack::type::BIN))
      text.assign(one->via.bin.ptr, one->via.bin.size);
  }
  void take(payload& value) {
    const auto* one = next();
    if (!one)
      return;
    packed_fields_reader inner{*one};
    uint64_t written_in = 0;
    inner.take(written_in);
    inner.take(value.bytes);
    fits_ = inner.fits() && written_in < encodings;
    value.written_in = static_cast<encoding>(written_in);
  }
  void take(std::vector<uint64_t>& all) {
    const auto* one = next(msgpack::type::ARRAY);
    if (!one)
      return;
    packed_fields_reader inner{*one};
    all.assign(one->via.array.size, 0);
    for (auto& value : all)
      inner.take(value);
    fits_ = inner.fits();
  }
  template <class T>
  void take(std::optional<T>& value) {
    if (fits_ && at_ < items_.size && items_.ptr[at_].is_nil()) {
      ++at_;
      return;
    }
    take(value.emplace());
  }

  template <class... Ts>
  bool fields(Ts&... all) {
    (take(all), ...);
    return fits_;
  }

  /// Of a later version: they stay as they are where the array has ended.
  template <class... Ts>
  bool more_fields(Ts&... all) {
    ((at_ < items_.size ? take(all) : void()), ...);
    return fits_;
  }

  const msgpack::object* next() {
    fits_ = fits_ && at_ < items_.size;
    return fits_ ? &items_.ptr[at_++] : nullptr;
  }

private:
  const msgpack::object* next(msgpack::type::object_type wanted) {
    const auto* one = next();
    fits_ = one && one->type == wanted;
    return fits_ ? one : nullptr;
  }

  bool fits_;
  msgpack::object_array items_;
  uint32_t at_ = 0;
};

} // namespace rookery
