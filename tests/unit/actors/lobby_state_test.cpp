#define CAF_SUITE lobby_state

#include "tests/unit/actors/lobby_log.hpp"

#include <caf/test/dsl.hpp>

using namespace rookery;
using namespace rookery::testing;

namespace {

using move = lobby_move;

} // namespace

// -- who may do what ----------------------------------------------------------

CAF_TEST(who creates a lobby has its first seat and is host) {
  lobby_log log;
  CAF_CHECK(!log.lobby.exists());
  CAF_CHECK(is_applied(log.create("ann", rules_of(4))));
  CAF_CHECK(log.lobby.exists());
  CAF_CHECK_EQUAL(log.lobby.created(), 1u);
  CAF_CHECK_EQUAL(log.lobby.seat_of("ann").value_or(9), 0u);
  CAF_CHECK_EQUAL(log.lobby.host(), "ann");
  CAF_CHECK_EQUAL(log.lobby.seats().size(), 4u);
  CAF_CHECK(is_refused(log.create("ben", rules_of(4)), errc::conflict));
  CAF_CHECK_EQUAL(log.lobby.host(), "ann");
}

CAF_TEST(where there is no lobby only a create comes to something) {
  lobby_log log;
  for (const auto what :
       {move::join, move::leave, move::ready, move::set, move::kick,
        move::invite, move::start, move::close})
    CAF_CHECK(is_refused(
        log.say(move_about("ann", what, "ben")), errc::unknown_topic));
  for (const auto what :
       {move::hold, move::release, move::host, move::start, move::close})
    CAF_CHECK(is_unchanged(log.say(move_of("", what))));
  CAF_CHECK(!log.lobby.exists());
}

CAF_TEST(a join takes the first free seat until all are taken) {
  lobby_log log;
  log.create("ann", rules_of(3));
  CAF_CHECK(is_applied(log.join("ben")));
  CAF_CHECK(is_applied(log.join("cem")));
  CAF_CHECK(is_refused(log.join("dan"), errc::lobby_full));
  CAF_CHECK(is_applied(log.leave("ben")));
  CAF_CHECK(is_applied(log.join("dan")));
  CAF_CHECK_EQUAL(log.lobby.seat_of("dan").value_or(9), 1u);
  CAF_CHECK_EQUAL(log.lobby.taken(), 3u);
}

CAF_TEST(a user has one seat however often he joins) {
  three_players log;
  CAF_CHECK(is_unchanged(log.join("ben")));
  CAF_CHECK_EQUAL(log.lobby.taken(), 3u);
}

CAF_TEST(moves of a player take a seat) {
  three_players log;
  CAF_CHECK(is_refused(log.leave("eve"), errc::not_seated));
  CAF_CHECK(is_refused(log.ready("eve"), errc::not_seated));
  CAF_CHECK(is_applied(log.ready("ben")));
  CAF_CHECK(is_unchanged(log.ready("ben")));
  CAF_CHECK(is_applied(log.ready("ben", false)));
  CAF_CHECK(is_applied(log.leave("ben")));
  CAF_CHECK(is_refused(log.leave("ben"), errc::not_seated));
}

CAF_TEST(moves of the host are refused to everybody else) {
  three_players log;
  for (const auto what :
       {move::set, move::kick, move::invite, move::start, move::close})
    for (const auto* user : {"ben", "eve"})
      CAF_CHECK(
          is_refused(log.say(move_about(user, what, "cem")), errc::not_host));
}

CAF_TEST(the host kicks players but not strangers or himself) {
  three_players log;
  CAF_CHECK(is_applied(log.say(move_about("ann", move::kick, "ben"))));
  CAF_CHECK(!log.lobby.seat_of("ben"));
  CAF_CHECK(is_refused(
      log.say(move_about("ann", move::kick, "ben")), errc::not_seated));
  CAF_CHECK(is_refused(
      log.say(move_about("ann", move::kick, "ann")), errc::conflict));
  CAF_CHECK(is_applied(log.join("ben")));
}

CAF_TEST(a patch with an old if_offset is a conflict) {
  three_players log;
  auto set = move_of("ann", move::set);
  set.if_offset = log.offset;
  CAF_CHECK(is_applied(log.say(set)));
  CAF_CHECK(is_refused(log.say(set), errc::conflict));
  set.if_offset = log.document_offset;
  CAF_CHECK(is_applied(log.say(set)));
}

CAF_TEST(a lobby starts once and with enough players only) {
  auto rules = rules_of(4);
  rules.players_min = 3;
  lobby_log log;
  log.create("ann", rules);
  log.join("ben");
  CAF_CHECK(is_refused(log.start("ann"), errc::conflict));
  log.join("cem");
  CAF_CHECK(is_applied(log.start("ann")));
  CAF_CHECK(log.lobby.started());
  CAF_CHECK(is_refused(log.start("ann"), errc::lobby_started));
  CAF_CHECK(is_refused(log.join("dan"), errc::lobby_started));
  CAF_CHECK(is_refused(log.ready("ben"), errc::lobby_started));
  CAF_CHECK(is_applied(log.leave("ben"))); // may go all the same
}

CAF_TEST(a lobby that was closed is none and its name is free) {
  three_players log;
  CAF_CHECK(is_applied(log.say(move_of("ann", move::close))));
  CAF_CHECK(!log.lobby.exists());
  CAF_CHECK(is_refused(log.join("ben"), errc::unknown_topic));
  CAF_CHECK(is_applied(log.create("ben", rules_of(2))));
  CAF_CHECK_EQUAL(log.lobby.host(), "ben");
  CAF_CHECK_EQUAL(log.lobby.taken(), 1u);
}

// -- private lobbies, spectators ----------------------------------------------

CAF_TEST(a private lobby is joined by who is invited) {
  auto rules = rules_of(4);
  rules.is_private = true;
  lobby_log log;
  log.create("ann", rules);
  CAF_CHECK(is_refused(log.join("ben"), errc::permission_denied));
  CAF_CHECK(is_applied(log.say(move_about("ann", move::invite, "ben"))));
  CAF_CHECK(is_unchanged(log.say(move_about("ann", move::invite, "ben"))));
  CAF_CHECK(is_applied(log.join("ben")));
  CAF_CHECK(is_applied(log.say(move_about("ann", move::kick, "ben"))));
  CAF_CHECK(is_applied(log.join("ben"))); // is invited still
}

CAF_TEST(so many are invited and no more) {
  lobby_log log;
  log.create("ann", rules_of(4));
  for (std::size_t i = 0; i < lobby_state::invited_max; ++i)
    CAF_REQUIRE(is_applied(
        log.say(move_about("ann", move::invite, "u" + std::to_string(i)))));
  CAF_CHECK(is_refused(
      log.say(move_about("ann", move::invite, "one")), errc::limit_exceeded));
  CAF_CHECK(is_unchanged(log.say(move_about("ann", move::invite, "u7"))));
}

CAF_TEST(only players watch a lobby without spectators) {
  auto rules = rules_of(2);
  CAF_CHECK(lobby_log{}.lobby.lets_watch("ann"));
  lobby_log open;
  open.create("ann", rules);
  CAF_CHECK(open.lobby.lets_watch("eve"));
  rules.spectators = false;
  lobby_log closed;
  closed.create("ann", rules);
  CAF_CHECK(closed.lobby.lets_watch("ann"));
  CAF_CHECK(!closed.lobby.lets_watch("eve"));
}

// -- who is host --------------------------------------------------------------

CAF_TEST(the longest seated is host next whatever his seat) {
  three_players log;
  log.leave("ben");
  log.join("dan"); // on Ben's seat, before Cem's
  CAF_CHECK_EQUAL(log.lobby.seat_of("dan").value_or(9), 1u);
  log.leave("ann");
  CAF_CHECK_EQUAL(log.lobby.host(), "cem");
  CAF_CHECK(log.tends(move::host));
  CAF_CHECK(!log.due());
  log.leave("cem");
  CAF_CHECK_EQUAL(log.lobby.host(), "dan");
}

CAF_TEST(who is there is host before one who is held) {
  three_players log;
  CAF_CHECK(log.tends(move::hold, "ben"));
  log.leave("ann");
  CAF_CHECK_EQUAL(log.lobby.host(), "cem");
  log.leave("cem");
  CAF_CHECK_EQUAL(log.lobby.host(), "ben"); // there is nobody else
}

CAF_TEST(the host stays host while his seat is held) {
  three_players log;
  CAF_CHECK(log.tends(move::hold, "ann"));
  CAF_CHECK_EQUAL(log.lobby.host(), "ann");
  log.now += 30;
  CAF_CHECK(log.tends(move::release, "ann"));
  CAF_CHECK_EQUAL(log.lobby.host(), "ben");
  CAF_CHECK(log.tends(move::host, "ann"));
}

CAF_TEST(who leaves and comes back is host of an empty lobby only) {
  three_players log;
  log.leave("ann");
  log.join("ann");
  CAF_CHECK_EQUAL(log.lobby.host(), "ben");
  for (const auto* user : {"ann", "ben", "cem"})
    log.leave(user);
  CAF_CHECK_EQUAL(log.lobby.host(), "");
  CAF_CHECK(log.lobby.exists());
  CAF_CHECK(!log.due());
  log.join("cem");
  CAF_CHECK_EQUAL(log.lobby.host(), "cem");
  CAF_CHECK(log.tends(move::host));
}

// Between the change and its telling somebody may have seen a snapshot.
CAF_TEST(each new host is told also when he was host before) {
  three_players log;
  log.leave("ann");
  CAF_CHECK_EQUAL(log.lobby.host(), "ben"); // a snapshot says so
  log.join("ann");
  log.leave("cem");
  log.leave("ben");
  CAF_CHECK_EQUAL(log.lobby.host(), "ann");
  CAF_CHECK(log.tends(move::host));
}
