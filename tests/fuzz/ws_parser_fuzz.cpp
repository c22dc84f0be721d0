#include "base/check.hpp"
#include "net/ws/parser.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

// The events of a connection are the same however its bytes are cut and
// however often the parser is stopped.
//
// Input: options (bit 0 deflate, bits 1 and 2 the message limit), the size of
// the pieces, then what the client sends.

namespace {

using namespace rookery;

class recorder final : public ws::parser_sink {
public:
  explicit recorder(bool go_on)
      : go_on_(go_on) {}

  bool on_message(ws::opcode kind, std::string_view payload) override {
    return add(kind == ws::opcode::text ? 't' : 'b', payload);
  }
  bool on_ping(std::string_view payload) override { return add('i', payload); }
  bool on_pong(std::string_view payload) override { return add('o', payload); }
  void on_close(close_code code, std::string_view reason) override {
    add('c', std::to_string(static_cast<unsigned>(code)).append(reason));
  }
  bool add(char what, std::string_view payload) {
    seen.push_back(std::string{what}.append(payload));
    return go_on_;
  }

  std::vector<std::string> seen;

private:
  bool go_on_;
};

struct connection {
  bool deflate;
  std::size_t message_bytes_max;
  std::string_view bytes;
};

/// Feeds one piece, until all of it is consumed. False: the end.
bool feed(
    ws::parser& parser, recorder& sink, ws::parser_context& context,
    std::string_view piece) {
  while (true) {
    // Memory of its own size, so that a sanitizer sees any step beyond.
    const auto copy = std::make_unique<char[]>(piece.size());
    std::copy(piece.begin(), piece.end(), copy.get());
    const auto result = parser.feed({copy.get(), piece.size()}, sink, context);
    ROOKERY_CHECK(
        result.consumed <= piece.size(), "no more is consumed than was fed");
    if (result.state == ws::parse_state::closed) {
      if (result.broken)
        sink.add('!', result.broken.text);
      return false;
    }
    if (result.state == ws::parse_state::more) {
      ROOKERY_CHECK(result.consumed == piece.size(), "all is consumed");
      return true;
    }
    ROOKERY_CHECK(result.consumed > 0, "an event consumes bytes");
    piece.remove_prefix(result.consumed);
  }
}

std::vector<std::string>
play(const connection& client, std::size_t piece_bytes, bool go_on) {
  ws::parser parser{client.deflate};
  ws::parser_context context{client.message_bytes_max, {}};
  recorder sink{go_on};
  auto rest = client.bytes;
  while (!rest.empty()) {
    const auto piece = rest.substr(0, piece_bytes);
    rest.remove_prefix(piece.size());
    if (!feed(parser, sink, context, piece))
      break;
  }
  for (const auto& event : sink.seen)
    ROOKERY_CHECK(
        event[0] == '!' || event.size() <= 130
            || event.size() <= client.message_bytes_max + 1,
        "no message is above its limit");
  return sink.seen;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, std::size_t size) {
  if (size < 2)
    return 0;
  static constexpr std::size_t limits[]{0, 100, 5000, 1 << 20};
  const connection client{
      (data[0] & 1) != 0,
      limits[(data[0] >> 1) & 3],
      {reinterpret_cast<const char*>(data) + 2, size - 2}};
  const auto whole = play(client, SIZE_MAX, true);
  const std::size_t piece_bytes = 1 + data[1];
  for (const auto go_on : {true, false}) {
    for (const auto piece : {std::size_t{1}, piece_bytes, SIZE_MAX}) {
      ROOKERY_CHECK(
          play(client, piece, go_on) == whole, "the cuts change no event");
    }
  }
  return 0;
}
