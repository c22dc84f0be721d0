#pragma once

#include "net/ws/frame_header.hpp"
#include "net/ws/parser.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

// A client's side of the wire for tests: builds its frames, plays them to a
// parser in one piece or cut up, and tells what came out, one line per event.

namespace rookery::ws::test {

/// What a client puts into the first byte of a frame.
struct frame_bits {
  bool fin = true;
  bool rsv1 = false;
};

/// A masked frame with its length in the shortest form.
std::string
client_frame(opcode op, std::string_view payload, frame_bits bits = {});

inline std::string text(std::string_view payload) {
  return client_frame(opcode::text, payload);
}

/// A first fragment, one in the middle, and the last one.
inline std::string first(opcode op, std::string_view payload) {
  return client_frame(op, payload, {.fin = false});
}
inline std::string middle(std::string_view payload) {
  return client_frame(opcode::continuation, payload, {.fin = false});
}
inline std::string last(std::string_view payload) {
  return client_frame(opcode::continuation, payload);
}

/// The payload of a close frame.
std::string close_payload_of(unsigned code, std::string_view reason = {});

/// A text or binary message as a client with permessage-deflate sends it, in
/// fragments of at most `fragment_bytes`.
std::string compressed_message(
    opcode op, std::string_view message, std::size_t fragment_bytes = SIZE_MAX);

/// "text hi", "binary ..", "ping ..", "pong ..", "close 1000 bye",
/// "broken 1002 frame is not masked".
using events = std::vector<std::string>;

struct play_options {
  bool deflate = false;
  std::size_t message_bytes_max = 64 * 1024 * 1024;
  /// The largest piece that is fed at once; each size below it is as likely.
  std::size_t piece_bytes_max = SIZE_MAX;
  /// Whether the sink stops the parser at every event.
  bool stop_always = false;
  unsigned seed = 1;
};

/// Plays `bytes` to a new parser until they end or the connection does.
events play(std::string bytes, const play_options& options = {});

/// The same events come out however the bytes are cut and the parser stopped.
void expect_events(
    const std::string& bytes, const events& expected,
    const play_options& options = {});

} // namespace rookery::ws::test
