#include "base/protocol/encode.hpp"
#include "tests/unit/protocol/independent_codec.hpp"

#include <gtest/gtest.h>

namespace rookery {
namespace {

using test::unpacked;
using move = lobby_move;

payload json(std::string bytes) {
  return {encoding::json, std::move(bytes)};
}

/// The message in JSON, and the same fields in the same order in MessagePack.
template <class Message>
void expect_written(const Message& message, const std::string& expected) {
  std::string text, packed;
  encode(encoding::json, message, text);
  encode(encoding::msgpack, message, packed);
  EXPECT_EQ(text, expected);
  EXPECT_EQ(unpacked(packed), expected);
}

lobby_entry entry(move what) {
  lobby_entry e;
  e.user = "ann";
  e.move = what;
  e.seat = 2;
  e.at = 5;
  return e;
}
void expect_change(const lobby_entry& e, const std::string& rest) {
  expect_written(
      lobby_changed_event{"a.b", 7, std::make_shared<const lobby_entry>(e)},
      R"({"event":"lobby.changed","topic":"a.b","offset":7,"change":)" + rest
          + R"(,"at":5})");
}

TEST(encode_lobby, of_who_comes) {
  auto join = entry(move::join);
  expect_change(join, R"("joined","user":"ann","seat":2)");
  join.flag = true;
  expect_change(join, R"("joined","user":"ann","seat":2,"back":true)");
  auto create = entry(move::create);
  create.seat = 0;
  create.patch = json(R"({"x":1})");
  lobby_rules rules;
  rules.seats = 4;
  rules.password = "sealed";
  rules.info = json(R"({"m":1})");
  create.rules = std::make_shared<const lobby_rules>(rules);
  expect_change(
      create, R"("joined","user":"ann","seat":0,"seats":4,"host":"ann",)"
              R"("state":{"x":1},"info":{"m":1})");
}

TEST(encode_lobby, of_who_goes) {
  auto leave = entry(move::leave);
  leave.reason = "left";
  expect_change(leave, R"("left","user":"ann","seat":2,"reason":"left")");
  auto release = entry(move::release);
  release.user.clear();
  release.player = "ben";
  release.reason = "gone";
  expect_change(release, R"("left","user":"ben","seat":2,"reason":"gone")");
  auto kick = entry(move::kick);
  kick.player = "ben";
  expect_change(kick, R"("kicked","user":"ben","seat":2)");
  auto hold = entry(move::hold);
  hold.user.clear();
  hold.player = "ben";
  hold.lasts = 30'000;
  expect_change(hold, R"("held","user":"ben","seat":2,"hold_ms":30000)");
}

TEST(encode_lobby, of_what_is_changed) {
  auto ready = entry(move::ready);
  ready.flag = true;
  expect_change(ready, R"("ready","user":"ann","ready":true)");
  ready.flag = false;
  expect_change(ready, R"("ready","user":"ann","ready":false)");
  auto set = entry(move::set);
  set.patch = json(R"({"x":null})");
  expect_change(set, R"("state","user":"ann","patch":{"x":null})");
  auto host = entry(move::host);
  host.user.clear();
  host.player = "ben";
  expect_change(host, R"("host","user":"ben")");
  auto start = entry(move::start);
  expect_change(start, R"("started","user":"ann")");
  start.user.clear();
  expect_change(start, R"("started")");
  auto close = entry(move::close);
  close.user.clear();
  close.reason = "empty";
  expect_change(close, R"("closed","reason":"empty")");
}

listed_lobby listed() {
  listed_lobby one;
  one.topic = "a.b";
  one.epoch = "of the log";
  one.at = 9;
  one.life = 3;
  one.seats = 4;
  one.taken = 1;
  return one;
}

TEST(encode_lobby, of_lists) {
  listing_entry entry{true, listing_change::created, listed()};
  const auto event = [&] {
    return lobbies_changed_event{
        "$lobbies.a", 8, std::make_shared<const listing_entry>(entry)};
  };
  const std::string start =
      R"({"event":"lobbies.changed","topic":"$lobbies.a","offset":8,"change":)";
  expect_written(
      event(),
      start + R"("created","lobby":{"topic":"a.b","seats":4,"taken":1}})");
  entry.change = listing_change::changed;
  entry.lobby.locked = true;
  entry.lobby.info = json(R"({"m":1})");
  expect_written(
      event(), start
                   + R"("changed","lobby":{"topic":"a.b","seats":4,"taken":1,)"
                     R"("locked":true,"info":{"m":1}}})");
  entry.change = listing_change::closed;
  expect_written(event(), start + R"("closed","lobby":{"topic":"a.b"}})");
}

TEST(encode_lobby, of_a_seat) {
  expect_written(
      seat_reply{
          .id = 3, .topic = {}, .seat = 2, .created = {}, .at = {"e", 9}},
      R"({"event":"reply","id":3,"seat":2,"epoch":"e","offset":9})");
  expect_written(
      seat_reply{
          .id = 3, .topic = "a.b", .seat = 0, .created = true, .at = {"e", 9}},
      R"({"event":"reply","id":3,"topic":"a.b","seat":0,"created":true,)"
      R"("epoch":"e","offset":9})");
}

TEST(encode_lobby, of_a_page_of_a_list) {
  lobby_list_reply reply;
  reply.id = 3;
  reply.listing.lobbies = {listed()};
  reply.listing.count = 12;
  reply.at = {"e", 9};
  const std::string start =
      R"({"event":"reply","id":3,"lobbies":[{"topic":"a.b","seats":4,)"
      R"("taken":1}],"count":12)";
  expect_written(reply, start + R"(,"epoch":"e","offset":9})");
  reply.listing.next = "a.b";
  expect_written(reply, start + R"(,"next":"a.b","epoch":"e","offset":9})");
}

TEST(encode_lobby, of_a_snapshot) {
  snapshot_event snapshot;
  snapshot.topic = "a.b";
  snapshot.at = {"e", 9};
  snapshot.count = 1;
  snapshot.members = {{.user = "ann", .connections = 1, .since = 2}};
  lobby_view view;
  view.size = 4;
  view.seats = {{0, "ann", true, false}, {2, "ben", false, true}};
  view.host = "ann";
  view.started = true;
  view.info = json(R"({"m":1})");
  snapshot.lobby = view;
  std::string text, packed;
  encode(encoding::json, snapshot, text);
  encode(encoding::msgpack, snapshot, packed);
  EXPECT_EQ(unpacked(packed), text);
  for (const auto* part :
       {R"("seats":[{"seat":0,"user":"ann","ready":true,"held":false},)"
        R"({"seat":2,"user":"ben","ready":false,"held":true}])",
        R"("host":"ann")", R"("started":true)", R"("info":{"m":1})",
        R"("state":null)"})
    EXPECT_NE(text.find(part), std::string::npos) << part << " in " << text;
}

} // namespace
} // namespace rookery
