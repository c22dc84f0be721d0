#pragma once

#include "base/error.hpp"
#include "base/protocol/messages.hpp"

#include <tl/expected.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace rookery {

/// Objects and arrays that may be open at one time, the message included: its
/// `data` may have one level less.
inline constexpr std::size_t nesting_max = 32;

/// Bytes of an idempotency key or a conflation tag; the node keeps them.
inline constexpr std::size_t label_bytes_max = 255;

/// Why a message of a client was refused.
struct decode_error {
  /// True: it does not decode, and the connection is closed with 4502; the
  /// other fields but `message`, which is for the log, mean nothing then.
  /// False: it is answered with an error, if it carried an `id`.
  bool malformed = false;
  /// 0: the message carried no readable `id`.
  uint32_t id = 0;
  errc code = errc::bad_request;
  std::string message;
};

/// Decodes one message of a client (docs/protocol.md). Total: any bytes give a
/// message or an error, in one pass, in memory of a small multiple of their
/// size, without recursion. A short publish takes an allocation for each string
/// that std::string does not keep in itself and, in MessagePack, one more.
///
/// Malformed is what is no single JSON text (RFC 8259) or MessagePack value; no
/// object; nested deeper than `nesting_max`; not UTF-8 in any string or key.
/// Also, in JSON, an escape of half a surrogate pair and a number as large as
/// 1e309; in MessagePack, a key of the message that is no string.
///
/// Code 104 is an unknown `event`. Code 107 names the field that is missing,
/// given twice, ill-typed, out of range or no legal topic name, when the event
/// has that field; all other fields are ignored, whatever they hold. `null` is
/// a value like any other and not the same as leaving a field out. Integers are
/// written as integers: `1.0` is none.
///
/// `data` may be any JSON value. In MessagePack it may also hold `bin`, which
/// JSON clients see as base64, and may hold NaN and infinities, which they see
/// as null; ext values and map keys that are no strings are refused with 107.
///
/// Thread: any.
[[nodiscard]] tl::expected<client_message, decode_error>
decode(encoding written_in, std::string_view bytes);

} // namespace rookery
