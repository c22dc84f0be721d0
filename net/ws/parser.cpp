#include "net/ws/parser.hpp"

#include "base/check.hpp"
#include "net/ws/close_payload.hpp"
#include "net/ws/message_buffer.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace rookery::ws {

namespace {

constexpr violation not_utf8{close_code::invalid_utf8, "text is not UTF-8"};
constexpr violation too_big{close_code::message_too_big, "message is too big"};

} // namespace

struct parser::partial {
  message_buffer plain;
  std::unique_ptr<inflater> inflating;
  std::array<char, control_bytes_max> control;
  uint8_t control_size = 0;
};

/// One call of `feed`.
struct parser::turn {
  std::span<char> in; // not consumed yet
  parser_sink& sink;
  parser_context& context;
  violation why;
};

parser::parser(bool deflate) noexcept
    : deflate_(deflate) {}
parser::parser(parser&&) noexcept = default;
parser& parser::operator=(parser&&) noexcept = default;
parser::~parser() = default;

// The steps of a plain message are inlined into `feed`, their one caller: a
// third less time for a frame of 100 bytes (g++ 12, -O2).

[[gnu::always_inline]] inline parser::step parser::read_header(turn& now) {
  if (now.in.empty())
    return step::more;
  const char* bytes = now.in.data();
  auto size = now.in.size();
  if (header_size_ > 0) {
    size = std::min(size, header_.size() - header_size_);
    std::memcpy(header_.data() + header_size_, bytes, size);
    bytes = header_.data();
    size += header_size_;
  }
  auto complete = false;
  if (size >= 2) {
    if (const auto wrong = check_first_bytes(bytes); !wrong.empty())
      return broken(protocol_error(wrong), now);
    complete = size >= client_header_bytes(bytes[1]);
  }
  if (!complete) {
    if (header_size_ == 0)
      std::memcpy(header_.data(), bytes, size);
    header_size_ = static_cast<uint8_t>(size);
    now.in = {};
    return step::more;
  }
  client_header header;
  if (const auto wrong = decode_client_header(bytes, header); !wrong.empty())
    return broken(protocol_error(wrong), now);
  now.in = now.in.subspan(client_header_bytes(bytes[1]) - header_size_);
  header_size_ = 0;
  return begin_frame(header, now);
}

[[gnu::always_inline]] inline parser::step
parser::begin_frame(const client_header& header, turn& now) {
  if (!is_control(header.op)) {
    const auto starts = header.op != opcode::continuation;
    if (header.rsv1 && !(deflate_ && starts))
      return broken(protocol_error("reserved bit is set"), now);
    if (starts && in_message_)
      return broken(protocol_error("message within a message"), now);
    if (!starts && !in_message_)
      return broken(protocol_error("continuation of no message"), now);
    if (starts) {
      in_message_ = true;
      message_op_ = header.op;
      compressed_ = header.rsv1;
      utf8_ = {};
    }
    const auto kept = partial_ ? partial_->plain.size() : 0;
    if (!compressed_
        && header.payload_bytes > now.context.message_bytes_max - kept)
      return broken(too_big, now);
  }
  frame_op_ = header.op;
  frame_fin_ = header.fin;
  payload_left_ = header.payload_bytes;
  key_ = header.key;
  in_payload_ = true;
  return step::next;
}

[[gnu::always_inline]] inline parser::step
parser::take_plain(std::string_view piece, bool ascii, turn& now) {
  if (message_op_ == opcode::text && !(ascii && utf8_.complete())
      && !utf8_.feed(piece))
    return broken(not_utf8, now);
  const auto last = frame_fin_ && !in_payload_;
  if (last && (!partial_ || partial_->plain.size() == 0))
    return end_message(piece, now);
  if (!piece.empty())
    held().plain.append(piece, now.context.message_bytes_max);
  if (in_payload_)
    return step::more;
  return last ? end_message(partial_->plain.view(), now) : step::next;
}

[[gnu::always_inline]] inline parser::step parser::read_payload(turn& now) {
  if (payload_left_ > 0 && now.in.empty())
    return step::more;
  const auto size = static_cast<std::size_t>(
      std::min<uint64_t>(payload_left_, now.in.size()));
  const auto octets = now.in.first(size);
  const auto ascii = unmask(octets, key_);
  now.in = now.in.subspan(size);
  payload_left_ -= size;
  in_payload_ = payload_left_ > 0;
  if (in_payload_)
    key_ = advance(key_, size);
  const std::string_view piece{octets.data(), size};
  if (is_control(frame_op_))
    return take_control(piece, now);
  return compressed_ ? take_compressed(piece, now)
                     : take_plain(piece, ascii, now);
}

parser::step parser::take_control(std::string_view piece, turn& now) {
  if (!in_payload_ && (!partial_ || partial_->control_size == 0))
    return end_control(piece, now);
  auto& kept = held();
  std::memcpy(
      kept.control.data() + kept.control_size, piece.data(), piece.size());
  kept.control_size += static_cast<uint8_t>(piece.size());
  if (in_payload_)
    return step::more;
  return end_control(
      {kept.control.data(), std::exchange(kept.control_size, 0)}, now);
}

parser::step parser::end_control(std::string_view payload, turn& now) {
  if (frame_op_ == opcode::close) {
    const auto close = parse_close_payload(payload);
    if (!close)
      return broken(close.error(), now);
    now.sink.on_close(close->code, close->reason);
    return step::closed;
  }
  const auto go_on = frame_op_ == opcode::ping ? now.sink.on_ping(payload)
                                               : now.sink.on_pong(payload);
  if (!in_message_)
    partial_.reset();
  return go_on ? step::next : step::stopped;
}

parser::step parser::take_compressed(std::string_view piece, turn& now) {
  const auto last = frame_fin_ && !in_payload_;
  if (const auto why = decompress(piece, last, now))
    return broken(why, now);
  if (in_payload_)
    return step::more;
  return last ? end_message(partial_->inflating->message(), now) : step::next;
}

violation parser::decompress(std::string_view piece, bool last, turn& now) {
  auto& kept = held();
  if (!kept.inflating)
    kept.inflating = now.context.inflaters.take();
  auto& inflating = *kept.inflating;
  const auto bytes_max = now.context.message_bytes_max;
  const auto before = inflating.message().size();
  auto result = inflating.feed(piece, bytes_max);
  if (last && result == inflate_result::ok)
    result = inflating.finish(bytes_max);
  // The text first: what ends the connection must not depend on how the bytes
  // were cut.
  if (message_op_ == opcode::text
      && !utf8_.feed(inflating.message().substr(before)))
    return not_utf8;
  switch (result) {
  case inflate_result::too_big:
    return too_big;
  case inflate_result::invalid:
    return {close_code::invalid_utf8, "compressed data is invalid"};
  case inflate_result::ok:
    break;
  }
  return {};
}

parser::step parser::end_message(std::string_view payload, turn& now) {
  if (message_op_ == opcode::text && !utf8_.complete())
    return broken(not_utf8, now);
  in_message_ = false;
  // The payload may lie in it, and the sink may throw.
  const auto kept = std::move(partial_);
  const auto go_on = now.sink.on_message(message_op_, payload);
  if (kept && kept->inflating)
    now.context.inflaters.give(std::move(kept->inflating));
  return go_on ? step::next : step::stopped;
}

parser::step parser::broken(violation why, turn& now) noexcept {
  now.why = why;
  return step::closed;
}

parser::partial& parser::held() {
  if (!partial_)
    partial_ = std::make_unique<partial>();
  return *partial_;
}

parse_result parser::feed(
    std::span<char> bytes, parser_sink& sink, parser_context& context) {
  if (closed_)
    return {parse_state::closed, bytes.size(), {}};
  turn now{bytes, sink, context, {}};
  auto last = step::next;
  while (last == step::next)
    last = in_payload_ ? read_payload(now) : read_header(now);
  switch (last) {
  case step::stopped:
    return {parse_state::stopped, bytes.size() - now.in.size(), {}};
  case step::closed:
    closed_ = true;
    partial_.reset();
    return {parse_state::closed, bytes.size(), now.why};
  default:
    ROOKERY_CHECK(now.in.empty(), "more is asked for when all is consumed");
    return {parse_state::more, bytes.size(), {}};
  }
}

} // namespace rookery::ws
