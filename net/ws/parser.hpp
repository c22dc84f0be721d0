#pragma once

#include "net/ws/client_header.hpp"
#include "net/ws/inflater.hpp"
#include "net/ws/utf8.hpp"
#include "net/ws/violation.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

namespace rookery::ws {

/// Where a parser puts what a client sent. The views are valid only during the
/// call; none may destroy the parser or feed it.
// Virtual, because a template measured no faster (16 ns for 100 bytes).
class parser_sink {
public:
  /// Each returns whether to go on; false leaves the rest of the bytes unread.
  virtual bool on_message(opcode kind, std::string_view payload) = 0;
  virtual bool on_ping(std::string_view payload) = 0;
  virtual bool on_pong(std::string_view payload) = 0;

  /// The last event of a connection. `no_status`: the client gave no code.
  virtual void on_close(close_code code, std::string_view reason) = 0;

protected:
  ~parser_sink() = default;
};

/// What the parsers of one I/O thread share.
/// Thread: one.
struct parser_context {
  /// Bound of one message, all fragments together and decompressed.
  std::size_t message_bytes_max;
  inflater_pool inflaters;
};

enum class parse_state : uint8_t {
  /// All bytes are consumed; feed it the next ones.
  more,
  /// The sink said stop. Feed it again with the bytes that are not consumed.
  stopped,
  /// The client closed or broke the protocol. Nothing will come any more.
  closed,
};

struct parse_result {
  parse_state state = parse_state::more;
  std::size_t consumed = 0;
  /// Set when the protocol was broken: fail the connection with this.
  violation broken;
};

/// Turns the bytes of one client into messages and control frames (RFC 6455,
/// sections 5 to 8; RFC 7692 when `deflate` was agreed). It does no I/O.
///
/// A message that lies in one buffer in one frame is handed out where it lies,
/// unmasked in place. Others are put together on the heap, which is given back
/// with the message; an idle parser has nothing there. Text is validated as it
/// arrives, so that a bad octet ends the connection at once, and no message is
/// kept beyond the bound, whatever its header promises.
///
/// Example: 01 82 <key> <masked "hi">, split anywhere, is kept. 89 80 <key>
/// between is a ping and handed out at once. 80 81 <key> <masked "!"> ends the
/// message: on_message(text, "hi!").
/// Thread: one.
class parser {
public:
  explicit parser(bool deflate) noexcept;
  parser(parser&&) noexcept;
  parser& operator=(parser&&) noexcept;
  ~parser();

  /// Parses `bytes` and changes them. After `closed` it swallows all it gets.
  [[nodiscard]] parse_result
  feed(std::span<char> bytes, parser_sink& sink, parser_context& context);

private:
  struct partial;
  struct turn;
  enum class step : uint8_t { next, more, stopped, closed };

  step read_header(turn& now);
  step begin_frame(const client_header& header, turn& now);
  step read_payload(turn& now);
  step take_control(std::string_view piece, turn& now);
  step end_control(std::string_view payload, turn& now);
  step take_plain(std::string_view piece, bool ascii, turn& now);
  step take_compressed(std::string_view piece, turn& now);
  violation decompress(std::string_view piece, bool last, turn& now);
  step end_message(std::string_view payload, turn& now);
  static step broken(violation why, turn& now) noexcept;
  partial& held();

  /// Exists only while a message or a control frame is incomplete.
  std::unique_ptr<partial> partial_;
  /// Of the frame whose payload is being read.
  uint64_t payload_left_ = 0;
  masking_key key_ = 0;
  opcode frame_op_ = opcode::continuation;
  bool frame_fin_ = false;
  bool in_payload_ = false;
  /// Of the message whose frames are being read.
  bool in_message_ = false;
  bool compressed_ = false;
  /// Of the connection.
  bool deflate_;
  bool closed_ = false;
  opcode message_op_ = opcode::continuation;
  utf8_validator utf8_;
  /// A header that began in an earlier buffer.
  uint8_t header_size_ = 0;
  std::array<char, client_header_bytes_max> header_{};
};

// A million idle connections have one each.
static_assert(sizeof(parser) <= 48);

} // namespace rookery::ws
