#include "tests/unit/ws/play.hpp"

#include "net/ws/deflater.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <memory>
#include <random>

namespace rookery::ws::test {

namespace {

class recorder final : public parser_sink {
public:
  explicit recorder(bool stop_always)
      : stop_always_(stop_always) {}

  bool on_message(opcode kind, std::string_view payload) override {
    return add(kind == opcode::text ? "text" : "binary", payload);
  }
  bool on_ping(std::string_view payload) override {
    return add("ping", payload);
  }
  bool on_pong(std::string_view payload) override {
    return add("pong", payload);
  }
  void on_close(close_code code, std::string_view reason) override {
    add("close " + std::to_string(static_cast<unsigned>(code)), reason);
  }

  bool add(std::string what, std::string_view payload) {
    what.append(" ").append(payload);
    seen.push_back(std::move(what));
    return !stop_always_;
  }

  events seen;

private:
  bool stop_always_;
};

/// Feeds one piece from memory of its own, so that a sanitizer sees any step
/// beyond it. False when the connection has ended.
bool feed_piece(
    parser& to, recorder& sink, parser_context& context,
    std::string_view piece) {
  while (true) {
    const auto copy = std::make_unique<char[]>(piece.size());
    std::copy(piece.begin(), piece.end(), copy.get());
    const auto result = to.feed({copy.get(), piece.size()}, sink, context);
    if (result.state == parse_state::closed) {
      EXPECT_EQ(result.consumed, piece.size());
      const auto& [code, why] = result.broken;
      if (result.broken)
        sink.add("broken " + std::to_string(static_cast<unsigned>(code)), why);
      return false;
    }
    if (result.state == parse_state::more) {
      EXPECT_EQ(result.consumed, piece.size());
      return true;
    }
    piece.remove_prefix(result.consumed);
  }
}

} // namespace

std::string client_frame(opcode op, std::string_view payload, frame_bits bits) {
  const auto size = payload.size();
  std::string frame{static_cast<char>(
      (bits.fin ? 0x80 : 0) | (bits.rsv1 ? 0x40 : 0) | static_cast<int>(op))};
  const auto put = [&frame](uint64_t value, int bytes) {
    for (auto i = bytes - 1; i >= 0; --i)
      frame += static_cast<char>(value >> (8 * i));
  };
  if (size < 126) {
    put(0x80 | size, 1);
  } else if (size < 65536) {
    put(0x80 | 126, 1);
    put(size, 2);
  } else {
    put(0x80 | 127, 1);
    put(size, 8);
  }
  const std::string key{"\x37\xfa\x21\x9d"}; // of RFC 6455, section 5.7
  frame += key;
  for (std::size_t i = 0; i < size; ++i)
    frame += static_cast<char>(payload[i] ^ key[i % 4]);
  return frame;
}

std::string close_payload_of(unsigned code, std::string_view reason) {
  std::string payload{
      static_cast<char>(code >> 8), static_cast<char>(code & 0xFF)};
  return payload += reason;
}

std::string compressed_message(
    opcode op, std::string_view message, std::size_t fragment_bytes) {
  deflater compressor{6, 15};
  auto rest = compressor.compress(message);
  std::string frames;
  auto rsv1 = true;
  do {
    const auto piece = rest.substr(0, fragment_bytes);
    rest.remove_prefix(piece.size());
    frames += client_frame(
        rsv1 ? op : opcode::continuation, piece,
        {.fin = rest.empty(), .rsv1 = rsv1});
    rsv1 = false;
  } while (!rest.empty());
  return frames;
}

events play(std::string bytes, const play_options& options) {
  parser subject{options.deflate};
  parser_context context{options.message_bytes_max, {}};
  recorder sink{options.stop_always};
  std::mt19937 random{options.seed};
  for (std::string_view rest = bytes; !rest.empty();) {
    const auto size_max = std::min(rest.size(), options.piece_bytes_max);
    const auto cut = options.piece_bytes_max == SIZE_MAX;
    const auto size = cut ? size_max : 1 + random() % size_max;
    if (!feed_piece(subject, sink, context, rest.substr(0, size)))
      break;
    rest.remove_prefix(size);
  }
  return sink.seen;
}

void expect_events(
    const std::string& bytes, const events& expected,
    const play_options& options) {
  auto how = options;
  for (const auto stop_always : {false, true}) {
    how.stop_always = stop_always;
    for (const std::size_t piece : {SIZE_MAX, 1ul, 3ul, 20ul, 1000ul}) {
      how.piece_bytes_max = piece;
      for (how.seed = 1; how.seed <= 4; ++how.seed) {
        // EXPECT_EQ would print all of a large message.
        const auto seen = play(bytes, how);
        ASSERT_TRUE(seen == expected)
            << "pieces up to " << piece << ", seed " << how.seed
            << (stop_always ? ", stopped at every event: " : ": ")
            << ::testing::PrintToString(seen).substr(0, 1000);
      }
    }
  }
}

} // namespace rookery::ws::test
