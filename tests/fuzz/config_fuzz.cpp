#include "base/check.hpp"
#include "base/config/load.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

// Any text gives a configuration or errors, each with a message.

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, std::size_t size) {
  constexpr std::size_t size_max = 4096; // longer texts are only slower
  if (size > size_max)
    return 0;
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  const auto result = rookery::load_config_text(text, "fuzz.conf");
  if (!result) {
    ROOKERY_CHECK(!result.error().empty(), "a refusal without a reason");
    for (const auto& error : result.error())
      ROOKERY_CHECK(
          !error.message.empty() && !error.file.empty(),
          "an error must say what and where");
  }
  return 0;
}
