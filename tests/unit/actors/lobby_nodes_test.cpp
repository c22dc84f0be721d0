#define CAF_SUITE lobby_nodes

#include "tests/unit/actors/lobby_log.hpp"

#include <caf/test/dsl.hpp>

using namespace rookery;
using namespace rookery::testing;

namespace {

using move = lobby_move;

} // namespace

// -- what nodes do ------------------------------------------------------------

CAF_TEST(a seat is held released and free) {
  three_players log;
  const auto hold = log.due("ben");
  CAF_REQUIRE(hold && hold->move == move::hold);
  CAF_CHECK_EQUAL(hold->player, "ben");
  CAF_CHECK_EQUAL(hold->lasts, 30);
  CAF_CHECK(is_applied(log.append(*hold)));
  CAF_CHECK(is_unchanged(log.append(*hold))); // of another node
  CAF_CHECK(log.lobby.view().seats[1].held);
  CAF_CHECK_EQUAL(log.lobby.next_due().value_or(0), log.now + 30);
  log.now += 29;
  CAF_CHECK(!log.due("ben"));
  log.now += 1;
  const auto release = log.due("ben");
  CAF_REQUIRE(release && release->move == move::release);
  CAF_CHECK_EQUAL(release->reason, "gone");
  CAF_CHECK(is_applied(log.append(*release)));
  CAF_CHECK(is_unchanged(log.append(*release)));
  CAF_CHECK(!log.lobby.seat_of("ben"));
}

CAF_TEST(a held seat is taken back also after the start) {
  three_players log;
  log.ready("ben");
  log.start("ann");
  log.tends(move::hold, "ben");
  CAF_CHECK(is_applied(log.join("ben")));
  CAF_CHECK_EQUAL(log.lobby.seat_of("ben").value_or(9), 1u);
  CAF_CHECK(!log.lobby.view().seats[1].held);
  CAF_CHECK(log.lobby.view().seats[1].ready);
  CAF_CHECK(is_unchanged(log.join("ben")));
}

CAF_TEST(a release says which hold is over) {
  three_players log;
  log.tends(move::hold, "ben");
  log.now += 30;
  const auto late = log.due("ben");
  log.join("ben");
  log.tends(move::hold, "ben"); // anew
  CAF_CHECK(is_unchanged(log.append(*late)));
  log.now += 29;
  CAF_CHECK(is_unchanged(log.append(*late)));
  CAF_CHECK(log.lobby.seat_of("ben"));
}

CAF_TEST(time is that of the log and not of who appends) {
  three_players log;
  log.tends(move::hold, "ben");
  auto early = *log.lobby.due(log.now + 30, [](auto&) { return false; });
  while (early.move != move::release)
    early =
        (log.append(early),
         *log.lobby.due(log.now + 30, [](auto&) { return true; }));
  CAF_CHECK(is_unchanged(log.append(early)));
  log.now += 30;
  CAF_CHECK(is_applied(log.append(early)));
}

CAF_TEST(it starts by itself once all who are there are ready) {
  auto rules = rules_of(4);
  rules.players_min = 2;
  rules.auto_start = true;
  lobby_log log;
  log.create("ann", rules);
  log.ready("ann");
  CAF_CHECK(!log.due()); // one is too few
  log.join("ben");
  CAF_CHECK(!log.due());
  log.ready("ben");
  const auto start = log.due();
  CAF_REQUIRE(start && start->move == move::start);
  log.join("cem"); // in between
  CAF_CHECK(is_unchanged(log.append(*start)));
  log.ready("cem");
  log.tends(move::hold, "cem");
  CAF_CHECK(!log.due("cem")); // is not there
  log.join("cem");
  CAF_CHECK(log.tends(move::start));
  CAF_CHECK(log.lobby.started());
}

CAF_TEST(a lobby ends when it was empty or started for so long) {
  three_players log;
  log.start("ann");
  log.now += 399;
  CAF_CHECK(!log.due());
  CAF_CHECK_EQUAL(log.lobby.next_due().value_or(0), log.now + 1);
  log.now += 1;
  const auto expired = log.due();
  CAF_REQUIRE(expired && expired->move == move::close);
  CAF_CHECK_EQUAL(expired->reason, "expired");
  CAF_CHECK(is_applied(log.append(*expired)));
  log.create("ann", rules_of(1));
  log.leave("ann");
  log.now += 59;
  CAF_CHECK(!log.due());
  log.now += 1;
  const auto close = log.due();
  CAF_REQUIRE(close && close->move == move::close);
  CAF_CHECK_EQUAL(close->reason, "empty");
  log.join("ben");
  CAF_CHECK(is_unchanged(log.append(*close)));
}

CAF_TEST(one that has started has no end if there is none) {
  auto rules = rules_of(2);
  rules.started_ttl = 0;
  lobby_log log;
  log.create("ann", rules);
  log.start("ann");
  CAF_CHECK(!log.lobby.next_due());
  log.now += int64_t{1} << 40;
  CAF_CHECK(!log.due());
}

// -- moves made for what was before -------------------------------------------

CAF_TEST(what names another seat than there is now is stale) {
  three_players log;
  auto join = move_of("dan", move::join);
  log.lobby.complete(join);
  auto ready = move_of("ben", move::ready);
  ready.flag = true;
  log.lobby.complete(ready);
  auto kick = move_about("ann", move::kick, "cem");
  log.lobby.complete(kick);
  log.join("eve"); // takes the seat that Dan was to have
  CAF_CHECK(is_refused(log.append(join), errc::lobby_full));
  log.leave("ben");
  CAF_CHECK(is_stale(log.append(join)));
  CAF_CHECK(is_refused(log.append(ready), errc::not_seated));
  log.leave("cem");
  log.join("fay"); // on Ben's seat
  log.join("ben"); // on Cem's
  CAF_CHECK(is_stale(log.append(ready)));
  CAF_CHECK(is_refused(log.append(kick), errc::not_seated));
}

CAF_TEST(what was meant for a lobby before this one is stale) {
  three_players log;
  auto leave = move_of("ben", move::leave);
  log.lobby.complete(leave);
  const auto hold = *log.due("ben");
  log.say(move_of("ann", move::close));
  log.create("ann", rules_of(4));
  log.join("ben");
  CAF_CHECK(is_stale(log.append(leave)));
  CAF_CHECK(is_unchanged(log.append(hold)));
}

// -- images -------------------------------------------------------------------

CAF_TEST(an image has all of a lobby) {
  auto rules = rules_of(4);
  rules.is_private = true;
  rules.password = "salted";
  rules.info = payload{encoding::json, R"({"mode":"duel"})"};
  lobby_log log;
  log.create("ann", rules);
  for (const auto* user : {"dan", "ben"})
    log.say(move_about("ann", move::invite, user));
  log.join("ben");
  log.ready("ben");
  log.start("ann");
  log.tends(move::hold, "ben");
  log.leave("ann"); // the new host is not told yet
  lobby_state other;
  other.restore(*decode_lobby_image(image_bytes(log.lobby)));
  CAF_CHECK_EQUAL(image_bytes(other), image_bytes(log.lobby));
  CAF_CHECK(other.is_invited("dan"));
  CAF_CHECK_EQUAL(other.host(), "ben");
  CAF_CHECK(other.started());
  CAF_CHECK(other.rules().info == rules.info);
  const auto next = other.due(log.now, [](auto&) { return true; });
  CAF_CHECK(next && next->move == move::host);
}
