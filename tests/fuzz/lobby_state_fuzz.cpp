#include "base/check.hpp"
#include "tests/unit/actors/lobby_play.hpp"

#include <cstdint>
#include <span>

// The bytes are dice: each decides what happens next to a lobby, by whom it is
// done, and how far behind that node is.

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, std::size_t size) {
  constexpr int steps_max = 40;
  std::span<const uint8_t> rest{data, size};
  rookery::testing::lobby_play play{[&](std::size_t below) -> std::size_t {
    if (rest.empty())
      return 0;
    const auto number = rest.front();
    rest = rest.subspan(1);
    return number % below;
  }};
  for (int i = 0; i < steps_max && !rest.empty(); ++i)
    play.step();
  play.end();
  ROOKERY_CHECK(play.broken().empty(), "a lobby stays what a lobby is");
  return 0;
}
