#define CAF_SUITE lobby_cluster_model

#include "tests/unit/actors/lobby_cluster_play.hpp"

#include <caf/test/dsl.hpp>

using namespace rookery;
using namespace rookery::testing;

namespace {

struct counts {
  uint64_t judged = 0, seats = 0, refusals = 0, held = 0, released = 0;
};

void play_one(uint64_t seed, lobby_trouble trouble, counts& all) {
  lobby_cluster_play play{seed, trouble};
  CAF_MESSAGE("seed " << seed);
  for (int i = 0; i < 90; ++i)
    play.step();
  play.settle();
  for (const auto& one : play.wrong())
    CAF_ERROR("seed " << seed << ": " << one);
  all.judged += play.judged;
  all.seats += play.seats;
  all.refusals += play.refusals;
  all.held += play.held;
  all.released += play.released;
}

} // namespace

// Random use of lobbies on three nodes, one of which may die.
CAF_TEST(all nodes have the same lobbies and every answer was true) {
  counts all;
  for (uint64_t seed = 1; seed <= 150; ++seed)
    play_one(seed, lobby_trouble::deaths, all);
  CAF_CHECK_GREATER(all.seats, 500u);
  CAF_CHECK_GREATER(all.refusals, 500u);
  CAF_CHECK_GREATER(all.held, 50u);
  CAF_CHECK_GREATER(all.released, 50u);
}

CAF_TEST(so it is also while appends fail and nodes are cut off) {
  counts all;
  for (uint64_t seed = 6251; seed <= 6400; ++seed)
    play_one(seed, lobby_trouble::all, all);
  CAF_CHECK_GREATER(all.seats, 500u);
}
