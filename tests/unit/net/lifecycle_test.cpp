#include "net/lifecycle.hpp"

#include <gtest/gtest.h>

#include <set>
#include <utility>

namespace rookery {

namespace {

TEST(lifecycle, knows_its_legal_moves) {
  using enum link_state;
  const std::set<std::pair<link_state, link_state>> legal{
      {connecting, open},
      {connecting, closed},
      {open, closing},
      {open, closed},
      {closing, closed}};
  for (const auto from : {connecting, open, closing, closed})
    for (const auto to : {connecting, open, closing, closed})
      EXPECT_EQ(may_move(from, to), legal.contains({from, to}))
          << static_cast<int>(from) << " to " << static_cast<int>(to);
}

TEST(lifecycle_death, an_illegal_move_ends_the_process) {
  lifecycle life;
  life.move_to(link_state::open);
  life.move_to(link_state::closing);
  EXPECT_DEATH(life.move_to(link_state::open), "goes forward");
}

} // namespace

} // namespace rookery
