#define CAF_SUITE cluster_room

#include "tests/unit/actors/cluster_fixture.hpp"

#include <caf/test/dsl.hpp>

using namespace rookery;
using namespace rookery::testing;
using namespace std::chrono_literals;

namespace {

struct cluster_room_fixture : cluster_fixture {
  ~cluster_room_fixture() {
    nodes.clear(), counters_of_this_thread() = nullptr;
  }

  test_client join(std::size_t node, const std::string& user) {
    auto who = nodes[node]->connect(user);
    say(who, R"({"event":"subscribe","id":1,"topic":"chat.a"})");
    return who;
  }
  void say(test_client& who, std::string_view json) {
    who.say(json);
    run();
  }
  /// What the client heard of this kind, or of any.
  static std::vector<std::string>
  heard(test_client& who, const std::string& kind = "") {
    std::vector<std::string> all;
    while (!who.heard_nothing())
      if (auto text = who.next(); kind.empty() || is(text, kind))
        all.push_back(std::move(text));
    return all;
  }
  std::string presence(test_client& who) {
    who.forget();
    say(who, R"({"event":"presence","id":8,"topic":"chat.a"})");
    return who.next();
  }
  void pass(std::chrono::milliseconds time) {
    sched.advance_time(time);
    run();
  }
};

constexpr std::string_view publish =
    R"({"event":"publish","id":5,"topic":"chat.a","data":1,"key":"k"})";

} // namespace

CAF_TEST_FIXTURE_SCOPE(cluster_room_tests, cluster_room_fixture)

CAF_TEST(a message of one node is heard on all with the same offset) {
  auto ann = join(0, "ann");
  auto bob = join(1, "bob");
  auto cid = join(2, "cid");
  for (auto* one : {&ann, &bob, &cid})
    one->forget();
  say(bob, publish);
  const auto receipt = number(heard(bob, "reply").front(), "offset");
  CAF_CHECK(receipt > 0);
  for (auto* one : {&ann, &cid}) {
    const auto messages = heard(*one, "message");
    CAF_REQUIRE_EQUAL(messages.size(), 1u);
    CAF_CHECK_EQUAL(number(messages.front(), "offset"), receipt);
  }
}

CAF_TEST(a user on two nodes joins once and leaves once) {
  auto bob = join(0, "bob");
  auto first = join(1, "ann");
  auto second = join(2, "ann");
  CAF_CHECK_EQUAL(heard(bob, "joined").size(), 1u);
  CAF_CHECK(contains(presence(bob), R"("count":2)"));
  CAF_CHECK(contains(presence(bob), R"("user":"ann","connections":2)"));
  say(first, R"({"event":"unsubscribe","topic":"chat.a"})");
  CAF_CHECK(heard(bob, "left").empty());
  say(second, R"({"event":"unsubscribe","topic":"chat.a"})");
  CAF_CHECK_EQUAL(heard(bob, "left").size(), 1u);
}

CAF_TEST(the same key on two nodes at once is published once) {
  auto first = join(0, "ann");
  auto second = join(1, "ann");
  auto bob = join(2, "bob");
  for (auto* one : {&first, &second, &bob})
    one->forget();
  first.say(publish);
  second.say(publish);
  run();
  CAF_CHECK_EQUAL(heard(bob, "message").size(), 1u);
  const auto here = number(heard(first, "reply").front(), "offset");
  CAF_CHECK_EQUAL(here, number(heard(second, "reply").front(), "offset"));
}

CAF_TEST(of two changes on the same state one is a conflict) {
  auto ann = join(0, "ann");
  auto bob = join(1, "bob");
  heard(ann), heard(bob);
  constexpr std::string_view set =
      R"({"event":"room.set","id":6,"topic":"chat.a","patch":{"n":1},"if_offset":0})";
  ann.say(set);
  bob.say(set);
  run();
  const auto taken = heard(ann, "reply").size() + heard(bob, "reply").size();
  CAF_CHECK_EQUAL(taken, 1u);
}

CAF_TEST(members of a node that died are held and leave once) {
  for (std::size_t node : {0, 1})
    rules(node).presence_hold = 10s;
  auto bob = join(0, "bob");
  join(2, "ann");
  join(2, "dan");
  auto cid = join(1, "cid");
  bob.forget();
  log.cut(*nodes[2]->context.logs, true);
  bury(3);
  CAF_CHECK(contains(presence(bob), R"("held":true)"));
  pass(5s);
  join(1, "ann");
  CAF_CHECK(heard(bob, "joined").empty());
  pass(6s);
  pass(6s);
  const auto left = heard(bob, "left");
  CAF_REQUIRE_EQUAL(left.size(), 1u);
  CAF_CHECK(contains(left.front(), R"("user":"dan")"));
  CAF_CHECK_EQUAL(heard(cid, "left").size(), 1u);
  CAF_CHECK(contains(presence(bob), R"("count":3)"));
}

CAF_TEST(who hears that he left while he is here is a member again later) {
  auto bob = join(0, "bob");
  join(2, "ann");
  bury(3);
  pass(1s);
  CAF_CHECK(contains(presence(bob), R"("count":1)"));
  dead.clear();
  pass(10s);
  CAF_CHECK(contains(presence(bob), R"("count":2)"));
}

CAF_TEST(who was taken for gone comes back with a new life) {
  auto bob = join(0, "bob");
  auto ann = join(2, "ann");
  bob.forget();
  bury(3);
  pass(30s);
  nodes[2]->context.life = 13;
  caf::anon_send(nodes[2]->root, gone_order{3});
  run();
  pass(30s);
  CAF_CHECK(contains(presence(bob), R"("count":2)"));
  say(ann, publish);
  CAF_CHECK_EQUAL(heard(bob, "message").size(), 1u);
}

CAF_TEST(a log that was made anew is a snapshot and all are there again) {
  auto ann = join(0, "ann");
  auto bob = join(1, "bob");
  say(ann, publish);
  ann.forget();
  bob.forget();
  log.lose();
  run();
  CAF_CHECK_EQUAL(heard(ann, "snapshot").size(), 1u);
  CAF_CHECK_EQUAL(heard(bob, "snapshot").size(), 1u);
  CAF_CHECK(contains(presence(ann), R"("count":2)"));
  bob.forget();
  say(ann, publish); // its key is not known in this log
  CAF_CHECK_EQUAL(heard(bob, "message").size(), 1u);
}

CAF_TEST(a cursor of another node that is ahead loses nothing) {
  auto ann = join(0, "ann");
  join(1, "bob");
  log.cut(*nodes[1]->context.logs, true);
  say(ann, publish);
  const auto reply = heard(ann, "reply").back();
  log.cut(*nodes[1]->context.logs, false);
  auto again = nodes[1]->connect("bob");
  again.say(
      R"({"event":"subscribe","id":1,"topic":"chat.a","must_recover":true,"since":{"epoch":")"
      + text_of(reply, "epoch") + R"(","offset":)"
      + std::to_string(number(reply, "offset")) + "}}");
  run();
  const auto all = heard(again);
  CAF_CHECK(contains(all.front(), R"("recovered":true)"));
  for (const auto& one : all)
    CAF_CHECK(!is(one, "message"));
}

CAF_TEST(a topic without a log is heard on all nodes once) {
  std::vector<test_client> all;
  for (std::size_t node : {0, 1, 2}) {
    all.push_back(nodes[node]->connect("u" + std::to_string(node)));
    say(all.back(), R"({"event":"subscribe","id":1,"topic":"news.a"})");
    all.back().forget();
  }
  say(all[1], R"({"event":"publish","id":2,"topic":"news.a","data":{"n":1}})");
  for (auto& one : all) {
    const auto messages = heard(one, "message");
    CAF_REQUIRE_EQUAL(messages.size(), 1u);
    CAF_CHECK(contains(messages.front(), R"("data":{"n":1},"user":"u1")"));
  }
}

CAF_TEST(a node that opens a room gets it from one that has it) {
  auto ann = join(0, "ann");
  for (int i = 0; i < 5; ++i)
    say(ann, R"({"event":"publish","topic":"chat.a","data":"hi"})");
  say(ann, publish);
  const auto first = number(heard(ann, "reply").back(), "offset");
  say(ann, R"({"event":"room.set","id":6,"topic":"chat.a","patch":{"n":1}})");
  const auto reads = log.reads();
  auto bob = nodes[1]->connect("bob");
  say(bob, R"({"event":"subscribe","id":1,"topic":"chat.a","snapshot":true})");
  CAF_CHECK_EQUAL(nodes[0]->parts_wanted, 1u);
  const auto snapshot = heard(bob, "snapshot");
  CAF_REQUIRE_EQUAL(snapshot.size(), 1u);
  CAF_CHECK(contains(snapshot.front(), R"("state":{"n":1})"));
  CAF_CHECK(contains(snapshot.front(), R"("user":"ann")"));
  // The newest messages came along, and so did keys.
  bob.forget();
  say(bob, R"({"event":"history","id":4,"topic":"chat.a","limit":9})");
  CAF_CHECK(contains(
      heard(bob, "reply").front(), "],\"epoch\":")); // all that was asked for
  CAF_CHECK_EQUAL(log.reads(), reads);
  auto ann_again = nodes[1]->connect("ann");
  say(ann_again, publish);
  CAF_CHECK_EQUAL(number(heard(ann_again, "reply").back(), "offset"), first);
}

CAF_TEST(a source that dies is replaced and then the journal has to do) {
  auto ann = join(0, "ann");
  join(1, "bob");
  say(ann, publish);
  // Both offer the room, and neither gives it.
  for (std::size_t node : {0, 1})
    peers[node]->answer(
        peer_kind::room_part, [](const auto&, const auto& reply) {
          reply.refuse(errc::not_available, "no");
        });
  auto cid = join(2, "cid");
  CAF_CHECK(contains(presence(cid), R"("count":3)"));
  cid.forget();
  say(cid, R"({"event":"history","id":4,"topic":"chat.a"})");
  CAF_CHECK_EQUAL(contains(heard(cid, "reply").front(), R"("data":1)"), true);
}

CAF_TEST_FIXTURE_SCOPE_END()
