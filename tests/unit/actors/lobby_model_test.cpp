#define CAF_SUITE lobby_model

#include "tests/unit/actors/lobby_play.hpp"

#include <caf/test/dsl.hpp>

#include <random>

using namespace rookery;
using namespace rookery::testing;

CAF_TEST(whatever a log has a lobby stays what a lobby is) {
  uint64_t applied = 0, nodes_did = 0;
  for (unsigned seed = 1; seed <= 1000; ++seed) {
    std::mt19937 random{seed};
    lobby_play play{[&](std::size_t n) { return random() % n; }};
    for (int i = 0; i < 60; ++i)
      play.step();
    play.end();
    if (!play.broken().empty())
      CAF_FAIL("seed " << seed << " " << play.broken());
    applied += play.applied();
    nodes_did += play.nodes_did();
  }
  // Else the logs would say little.
  CAF_CHECK_GREATER(applied, 11'000u);
  CAF_CHECK_GREATER(nodes_did, 1'000u);
}
