#define CAF_SUITE alert_board

#include "actors/alerts/alert_board.hpp"

#include <caf/test/dsl.hpp>

using namespace rookery;
using namespace std::chrono_literals;

namespace {

constexpr auto none = alert_change::none;
constexpr auto raised = alert_change::raised;
constexpr auto cleared = alert_change::cleared;

struct one_alert {
  /// Time passes, then the level is seen.
  alert_change see(std::chrono::milliseconds later, uint32_t level) {
    now += later;
    return state.observe(now, level, {50, 5s});
  }

  alert_state state;
  alert_state::time now{1h};
};

struct one_board {
  static alert_level
  level(uint32_t percent, std::string who, alert_scope scope) {
    return {scope, std::move(who), percent, "", ""};
  }
  /// "+a" for each alert that was raised, "-a" for each that was cleared.
  std::string
  look(std::chrono::milliseconds later, std::vector<alert_level> levels) {
    now += later;
    std::string told;
    for (const auto& one : board.observe(now, levels))
      told += (one.change == raised ? "+" : "-") + one.level.subject;
    return told;
  }
  std::string
  look(std::chrono::milliseconds later, uint32_t percent, std::string who) {
    return look(
        later, {level(percent, std::move(who), alert_scope::connection)});
  }

  alert_board board{alert_board::rules{
      alert_rule{50, 5s}, alert_rule{20, 5s}, alert_rule{5, 5s}}};
  alert_state::time now{1h};
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(alert_state_tests, one_alert)

CAF_TEST(an alert rises when its level has lasted) {
  CAF_CHECK(see(0s, 50) == none);
  CAF_CHECK(see(4999ms, 100) == none);
  CAF_CHECK(see(1ms, 50) == raised);
  CAF_CHECK(state.raised());
  CAF_CHECK(see(60s, 100) == none); // once
}

CAF_TEST(a level that fell in between begins anew) {
  CAF_CHECK(see(0s, 90) == none);
  CAF_CHECK(see(4s, 49) == none);
  CAF_CHECK(see(1s, 90) == none);
  CAF_CHECK(see(4s, 90) == none);
  CAF_CHECK(see(1s, 90) == raised);
}

CAF_TEST(an alert clears when its level has been below half for as long) {
  CAF_CHECK(see(0s, 90) == none);
  CAF_CHECK(see(5s, 90) == raised);
  CAF_CHECK(see(1s, 25) == none); // half
  CAF_CHECK(see(60s, 25) == none);
  CAF_CHECK(see(1s, 24) == none);
  CAF_CHECK(see(4999ms, 0) == none);
  CAF_CHECK(see(1ms, 24) == cleared);
  CAF_CHECK(!state.raised());
  CAF_CHECK(state.forgotten());
}

CAF_TEST(a level that sways around the threshold tells of itself once) {
  CAF_CHECK(see(0s, 60) == none);
  CAF_CHECK(see(5s, 60) == raised);
  for (int i = 0; i < 100; ++i)
    CAF_CHECK(see(3s, i % 2 ? 60 : 20) == none);
  CAF_CHECK(state.raised());
}

CAF_TEST(without a duration the first look decides) {
  alert_state at_once;
  CAF_CHECK(at_once.observe(now, 1, {1, 0s}) == raised);
  CAF_CHECK(at_once.observe(now, 0, {1, 0s}) == cleared);
}

CAF_TEST_FIXTURE_SCOPE_END()

CAF_TEST_FIXTURE_SCOPE(alert_board_tests, one_board)

CAF_TEST(who is not seen any more is at level 0) {
  CAF_CHECK_EQUAL(look(0s, 80, "a"), "");
  CAF_CHECK_EQUAL(look(5s, 80, "a"), "+a");
  CAF_CHECK_EQUAL(board.raised(alert_scope::connection), 1u);
  CAF_CHECK_EQUAL(look(1s, std::vector<alert_level>{}), "");
  CAF_CHECK_EQUAL(look(5s, std::vector<alert_level>{}), "-a");
  CAF_CHECK_EQUAL(board.raised(alert_scope::connection), 0u);
}

CAF_TEST(each scope has its own threshold and count) {
  const std::vector<alert_level> levels{
      level(30, "c", alert_scope::connection),
      level(30, "t", alert_scope::topic), level(5, "n", alert_scope::node)};
  look(0s, levels);
  CAF_CHECK_EQUAL(look(5s, levels), "+t+n");
  CAF_CHECK_EQUAL(board.raised(alert_scope::connection), 0u);
  CAF_CHECK_EQUAL(board.raised(alert_scope::topic), 1u);
  CAF_CHECK_EQUAL(board.raised(alert_scope::node), 1u);
}

CAF_TEST(a connection and a topic of one name are two) {
  const std::vector<alert_level> levels{
      level(90, "x", alert_scope::connection),
      level(90, "x", alert_scope::topic)};
  look(0s, levels);
  CAF_CHECK_EQUAL(look(5s, levels), "+x+x");
}

CAF_TEST(no more are followed than there is room for) {
  std::vector<alert_level> many;
  for (std::size_t i = 0; i < alert_board::followed_max; ++i)
    many.push_back(level(90, "c" + std::to_string(i), alert_scope::connection));
  auto more = many;
  more.push_back(level(90, "late", alert_scope::connection));
  look(0s, more);
  look(5s, more);
  CAF_CHECK_EQUAL(
      board.raised(alert_scope::connection), alert_board::followed_max);
  // When others have come to rest there is.
  look(1s, 90, "late");
  look(5s, 90, "late");
  look(1s, 90, "late");
  CAF_CHECK_EQUAL(look(5s, 90, "late"), "+late");
}

CAF_TEST_FIXTURE_SCOPE_END()
