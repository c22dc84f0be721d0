#include "base/check.hpp"
#include "base/protocol/entry.hpp"

#include <cstdint>
#include <string>
#include <string_view>

// Whatever bytes a journal gives back: an entry or image, which is written as
// it reads, or a refusal. The first byte says which of all is wanted.

namespace {

using namespace rookery;

template <class T>
void check(std::string_view bytes, result<T> (*decode)(std::string_view)) {
  const auto read = decode(bytes);
  if (!read) {
    ROOKERY_CHECK(!read.error().message.empty(), "a refusal says why");
    return;
  }
  std::string once, twice;
  encode(*read, once);
  const auto again = decode(once);
  ROOKERY_CHECK(again, "what was written can be read");
  encode(*again, twice);
  ROOKERY_CHECK(once == twice, "and is the same");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, std::size_t size) {
  if (size == 0)
    return 0;
  const std::string_view bytes{
      reinterpret_cast<const char*>(data) + 1, size - 1};
  switch (data[0] % 4) {
  case 0:
    check(bytes, decode_entry);
    break;
  case 1:
    check(bytes, decode_image);
    break;
  case 2:
    check(bytes, decode_lobby_image);
    break;
  default:
    check(bytes, decode_listing_image);
  }
  return 0;
}
