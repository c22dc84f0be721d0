#include "base/check.hpp"
#include "cluster/membership/heartbeat.hpp"
#include "cluster/membership/peer_wire.hpp"
#include "cluster/membership/user_wire.hpp"

#include <cstdint>
#include <string>
#include <string_view>

// Whatever bytes come on the subjects of a cluster: something that is written
// as it reads, or a refusal. One input is given to every parser.

namespace {

using namespace rookery;

/// What was read is written, read and written again.
template <class Decode, class Encode>
void check(std::string_view bytes, Decode decode, Encode encode_again) {
  const auto read = decode(bytes);
  if (!read) {
    ROOKERY_CHECK(!read.error().message.empty(), "a refusal says why");
    return;
  }
  const std::string once = encode_again(*read);
  const auto again = decode(once);
  ROOKERY_CHECK(again, "what was written can be read");
  ROOKERY_CHECK(once == encode_again(*again), "and is the same");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, std::size_t size) {
  const std::string_view bytes{reinterpret_cast<const char*>(data), size};
  check(bytes, decode_word, [](const cluster_word& word) {
    return std::visit([](const auto& one) { return encode(one); }, word);
  });
  check(bytes, decode_call, [](const peer_call& call) { return encode(call); });
  check(bytes, decode_user_post, [](const user_post& post) {
    return encode(post);
  });
  check(bytes, decode_user_image, [](const user_image& image) {
    return encode_image(image.life, image.sequence, image.bits);
  });
  const auto answer = decode_answer(bytes);
  if (answer) {
    ROOKERY_CHECK(bytes.ends_with(*answer), "the body is the rest");
    ROOKERY_CHECK(
        decode_answer(encode_answer(*answer)).value() == *answer,
        "and is read as it was written");
  }
  return 0;
}
