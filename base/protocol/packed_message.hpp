#pragma once

#include "base/error.hpp"

#include <msgpack/object.hpp>
#include <msgpack/zone.hpp>

#include <cstddef>
#include <string_view>

namespace rookery {

/// A message between nodes: a MessagePack array of few plain fields, and any
/// bytes behind it. Both refer to the bytes that were opened.
struct packed_message {
  msgpack::object_handle array;
  std::string_view rest;
};

/// Total. Refuses (`internal`) what does not begin with MessagePack, and fields
/// that are nested. Needs memory for the fields only, however long they claim
/// to be.
[[nodiscard]] result<packed_message> open_packed(std::string_view bytes);

/// Total. One value that may hold others, four deep, and may be long: needs
/// memory in proportion to the bytes. It refers to them.
[[nodiscard]] result<msgpack::object_handle>
open_nested(std::string_view bytes);

} // namespace rookery
