#include "base/protocol/packed_message.hpp"

#include <msgpack/unpack.hpp>

#include <exception>

namespace rookery {

namespace {

constexpr std::size_t fields_max = 64; // of any version
constexpr std::size_t depth_max = 2;

} // namespace

result<packed_message> open_packed(std::string_view bytes) {
  // Lengths are checked before memory is taken for them.
  const msgpack::unpack_limit limits(
      fields_max, fields_max, bytes.size(), bytes.size(), bytes.size(),
      depth_max);
  const auto by_reference = [](auto...) { return true; };
  try {
    std::size_t end = 0;
    auto array = msgpack::unpack(
        bytes.data(), bytes.size(), end, by_reference, nullptr, limits);
    return packed_message{std::move(array), bytes.substr(end)};
  } catch (const std::exception&) { // msgpack-c throws
    return refuse(errc::internal, "it is no MessagePack");
  }
}

result<msgpack::object_handle> open_nested(std::string_view bytes) {
  constexpr std::size_t nested_max = 4;
  // A length that lies would allocate before the bytes run out.
  const msgpack::unpack_limit limits(
      bytes.size(), 0, bytes.size(), bytes.size(), 0, nested_max);
  const auto by_reference = [](auto...) { return true; };
  try {
    return msgpack::unpack(
        bytes.data(), bytes.size(), by_reference, nullptr, limits);
  } catch (const std::exception&) { // msgpack-c throws
    return refuse(errc::internal, "it is no MessagePack");
  }
}

} // namespace rookery
