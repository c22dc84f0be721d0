#pragma once

#include "base/protocol/encode.hpp"
#include "base/protocol/json_writer.hpp"
#include "base/protocol/msgpack_writer.hpp"
#include "base/protocol/transcode.hpp"

#include <concepts>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

// For the files that say how each message is written, by a function `write`
// for its type.

namespace rookery {

template <class T>
struct is_optional : std::false_type {};
template <class T>
struct is_optional<std::optional<T>> : std::true_type {};
template <class T>
struct is_vector : std::false_type {};
template <class T>
struct is_vector<std::vector<T>> : std::true_type {};

/// One field of an object. An optional that is empty is no field.
template <class T>
struct named {
  std::string_view name;
  const T& value;

  bool present() const {
    if constexpr (is_optional<T>::value)
      return value.has_value();
    else
      return true;
  }
};
template <class T>
named(std::string_view, const T&) -> named<T>;

inline std::optional<std::string_view> unless_empty(std::string_view text) {
  return text.empty() ? std::nullopt : std::optional{text};
}

inline std::optional<uint32_t> unless_zero(uint32_t number) {
  return number == 0 ? std::nullopt : std::optional{number};
}

/// What all messages are written with: the writer of one encoding, and rules
/// for what C++ has and the encodings do not.
template <class Writer>
class message_writer {
public:
  message_writer(encoding as, std::string& out)
      : as_(as)
      , out_(out)
      , writer_(out) {}

  template <class... Ts>
  void object(const named<Ts>&... fields) {
    writer_.open_object((std::size_t{0} + ... + fields.present()));
    (field(fields), ...);
    writer_.close_object();
  }

private:
  template <class T>
  void field(const named<T>& f) {
    if (!f.present())
      return;
    writer_.key(f.name);
    value(f.value);
  }

  template <class T>
  void value(const T& v) {
    if constexpr (is_optional<T>::value)
      value(*v);
    else if constexpr (std::same_as<T, bool>)
      writer_.boolean(v);
    else if constexpr (std::unsigned_integral<T>)
      writer_.integer(uint64_t{v});
    else if constexpr (std::signed_integral<T>)
      writer_.integer(int64_t{v});
    else if constexpr (std::convertible_to<T, std::string_view>)
      writer_.text(v);
    else if constexpr (std::same_as<T, payload>)
      any(v);
    else if constexpr (is_vector<T>::value)
      array(v);
    else
      write(*this, v);
  }

  template <class T>
  void array(const std::vector<T>& items) {
    writer_.open_array(items.size());
    for (const auto& item : items)
      value(item);
    writer_.close_array();
  }

  void any(const payload& data) {
    writer_.value_follows();
    if (data.bytes.empty() || !transcode(data, as_, out_))
      Writer{out_}.null();
  }

  encoding as_;
  std::string& out_;
  Writer writer_;
};

template <class Message>
void encode(encoding as, const Message& message, std::string& out) {
  if (as == encoding::json) {
    message_writer<json_writer> writer{as, out};
    write(writer, message);
  } else {
    message_writer<msgpack_writer> writer{as, out};
    write(writer, message);
  }
}

} // namespace rookery
