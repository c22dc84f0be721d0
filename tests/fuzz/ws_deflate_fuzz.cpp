#include "base/check.hpp"
#include "net/ws/deflate_offer.hpp"
#include "net/ws/deflater.hpp"
#include "net/ws/inflater.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

// permessage-deflate. Input: what to do with the rest (modulo 3: negotiate,
// decompress, compress), then the rest.

namespace {

using namespace rookery;

constexpr std::size_t bytes_max = 100'000;

void negotiate(std::string_view extensions) {
  const auto agreed = ws::negotiate_deflate(extensions);
  if (!agreed || !*agreed)
    return;
  const auto& [window_bits, answer] = **agreed;
  ROOKERY_CHECK(
      window_bits >= ws::window_bits_min && window_bits <= ws::window_bits_max,
      "zlib can use the window");
  const auto again = ws::negotiate_deflate(answer);
  ROOKERY_CHECK(
      again && *again && (*again)->answer == answer,
      "what we answer is an offer that we would answer in the same way");
}

std::pair<ws::inflate_result, std::string>
decompress(std::string_view bytes, std::size_t piece_bytes) {
  ws::inflater inflater;
  auto result = ws::inflate_result::ok;
  while (!bytes.empty() && result == ws::inflate_result::ok) {
    const auto piece = bytes.substr(0, piece_bytes);
    bytes.remove_prefix(piece.size());
    result = inflater.feed(piece, bytes_max);
  }
  if (result == ws::inflate_result::ok)
    result = inflater.finish(bytes_max);
  ROOKERY_CHECK(inflater.message().size() <= bytes_max, "the bound holds");
  return {result, std::string{inflater.message()}};
}

void decompress_in_pieces(std::string_view bytes) {
  const auto whole = decompress(bytes, SIZE_MAX);
  for (const std::size_t piece_bytes : {1u, 3u, 50u})
    ROOKERY_CHECK(
        decompress(bytes, piece_bytes) == whole, "the cuts change nothing");
}

void compress(std::string_view message) {
  for (const int window_bits : {ws::window_bits_min, ws::window_bits_max}) {
    ws::deflater deflater{1, window_bits};
    const std::string compressed{deflater.compress(message)};
    const auto [result, again] = decompress(compressed, SIZE_MAX);
    ROOKERY_CHECK(
        result == ws::inflate_result::ok && again == message,
        "a message comes back the same");
  }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, std::size_t size) {
  if (size == 0)
    return 0;
  const std::string_view rest{
      reinterpret_cast<const char*>(data) + 1, size - 1};
  switch (data[0] % 3) {
  case 0:
    negotiate(rest);
    break;
  case 1:
    decompress_in_pieces(rest);
    break;
  default:
    compress(rest);
  }
  return 0;
}
