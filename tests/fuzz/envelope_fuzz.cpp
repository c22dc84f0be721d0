#include "base/check.hpp"
#include "base/protocol/envelope.hpp"

#include <cstdint>
#include <string>
#include <string_view>

// Whatever bytes another node sends: an envelope, which is written as it reads,
// or a refusal.

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, std::size_t size) {
  using namespace rookery;
  const std::string_view bytes{reinterpret_cast<const char*>(data), size};
  const auto read = open_envelope(bytes);
  if (!read) {
    ROOKERY_CHECK(!read.error().message.empty(), "a refusal says why");
    return 0;
  }
  ROOKERY_CHECK(bytes.ends_with(read->payload), "the payload is the rest");
  std::string once, twice;
  encode(read->header, read->payload, once);
  const auto again = open_envelope(once);
  ROOKERY_CHECK(again, "what was written can be read");
  ROOKERY_CHECK(again->payload == read->payload, "and has its payload");
  encode(again->header, again->payload, twice);
  ROOKERY_CHECK(once == twice, "and is the same");
  return 0;
}
