#include "tests/fuzz/codec_properties.hpp"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  rookery::test::check_codec(rookery::encoding::json, data, size);
  return 0;
}
