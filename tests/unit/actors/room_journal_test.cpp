#define CAF_SUITE room_journal

#include "tests/unit/actors/journal_fixture.hpp"

using namespace rookery;
using namespace rookery::testing;
using namespace std::chrono_literals;

CAF_TEST_FIXTURE_SCOPE(room_journal_tests, journal_fixture)

CAF_TEST(a receipt and the event come when the journal has the entry) {
  auto alice = connect("alice");
  subscribe(alice);
  alice.forget();
  answers = false;
  say(alice, R"({"event":"publish","id":9,"topic":"chat.a","data":1})");
  CAF_CHECK(alice.heard_nothing());
  answers = true;
  run();
  CAF_CHECK(is(alice.next(), "message"));
  CAF_CHECK_EQUAL(number(alice.next(), "offset"), 2u);
}

CAF_TEST(what comes while a batch is on its way goes together in the next) {
  auto alice = connect("alice");
  subscribe(alice);
  alice.forget();
  const auto commits = logs().counts().commits;
  answers = false;
  for (int i = 0; i < 20; ++i)
    say(alice, R"({"event":"publish","topic":"chat.a","data":)"
                   + std::to_string(i) + "}");
  answers = true;
  run();
  CAF_CHECK_EQUAL(logs().counts().commits - commits, 2u);
  for (int i = 0; i < 20; ++i)
    CAF_CHECK(contains(alice.next(), R"("data":)" + std::to_string(i) + ","));
}

CAF_TEST(what the journal does not take is refused and told to nobody) {
  auto alice = connect("alice");
  auto bob = connect("bob");
  subscribe(alice);
  alice.forget();
  logs().fail_next(1);
  say(bob, R"({"event":"publish","id":9,"topic":"chat.a","data":1})");
  CAF_CHECK(contains(bob.next(), R"("code":108)"));
  CAF_CHECK(alice.heard_nothing());
  CAF_CHECK_EQUAL(publish(bob), 2u);
  CAF_CHECK_EQUAL(number(alice.next(), "offset"), 2u);
}

CAF_TEST(a join that is not taken makes no subscriber) {
  auto alice = connect("alice");
  logs().run();
  publish(alice);
  logs().fail_next(1);
  CAF_CHECK(contains(subscribe(alice), R"("code":108)"));
  CAF_CHECK(contains(subscribe(alice), R"("offset":2)"));
}

CAF_TEST(a second connection does not rely on a join that was not taken) {
  auto first = connect("alice");
  auto second = connect("alice", 1);
  publish(first);
  answers = false;
  first.say(R"({"event":"publish","topic":"chat.a","data":1})");
  run(); // on its way, so that both subscribes go together
  first.say(R"({"event":"subscribe","id":1,"topic":"chat.a"})");
  run();
  second.say(R"({"event":"subscribe","id":1,"topic":"chat.a"})");
  run();
  first.forget();
  logs().run_one();
  logs().fail_next(1);
  answers = true;
  run();
  CAF_CHECK(contains(first.next(), R"("code":108)"));
  CAF_CHECK(contains(second.next(), R"("kind":"room")"));
  say(second, R"({"event":"presence","id":3,"topic":"chat.a"})");
  second.next(); // live
  CAF_CHECK(contains(second.next(), R"("count":1)"));
}

CAF_TEST(a leave that is not taken is tried again) {
  auto alice = connect("alice");
  auto bob = connect("bob");
  subscribe(alice);
  subscribe(bob);
  alice.forget();
  logs().fail_next(1);
  vanish(bob);
  CAF_CHECK(alice.heard_nothing());
  sched.advance_time(1s);
  run();
  CAF_CHECK(is(alice.next(), "left"));
}

CAF_TEST(what the ring has lost is replayed from the journal) {
  rules().ring_messages = 5;
  auto alice = connect("alice");
  for (int i = 0; i < 300; ++i)
    publish(alice);
  auto bob = connect("bob", 1);
  const auto epoch = text_of(subscribe(bob), "epoch");
  say(bob, R"({"event":"unsubscribe","topic":"chat.a"})");
  bob.forget();
  CAF_CHECK(contains(subscribe(bob, since(epoch, 10)), R"("mode":"replay")"));
  for (uint64_t at = 11; at <= 303; ++at)
    CAF_REQUIRE_EQUAL(number(bob.next(), "offset"), at);
  CAF_CHECK(is(bob.next(), "live"));
  CAF_CHECK_EQUAL(counters[1].repairs_from_journal.value(), 1u);
}

CAF_TEST(those who want the same part share one read) {
  rules().ring_messages = 5;
  auto alice = connect("alice");
  for (int i = 0; i < 60; ++i)
    publish(alice);
  const auto epoch = text_of(subscribe(alice), "epoch");
  const auto reads = logs().counts().reads;
  std::vector<test_client> many;
  for (int i = 0; i < 20; ++i) {
    many.push_back(connect("u" + std::to_string(i)));
    many.back().say(
        R"({"event":"subscribe","id":1,"topic":"chat.a")" + since(epoch, 10)
        + "}");
  }
  run();
  for (auto& one : many) {
    one.next();
    CAF_CHECK_EQUAL(number(one.next(), "offset"), 11u);
  }
  CAF_CHECK(logs().counts().reads - reads <= 4u);
}

CAF_TEST(history goes on in the journal where the ring ends) {
  rules().ring_messages = 5;
  auto alice = connect("alice");
  for (int i = 0; i < 400; ++i)
    say(alice, R"({"event":"publish","id":9,"topic":"chat.a","data":)"
                   + std::to_string(i) + "}");
  const auto epoch = text_of(alice.next(), "epoch");
  alice.forget();
  const auto asked = [&](const std::string& more) {
    say(alice, R"({"event":"history","id":2,"topic":"chat.a")" + more + "}");
    return alice.next();
  };
  auto reply = asked(R"(,"limit":350)");
  CAF_CHECK(
      contains(reply, R"([{"event":"message","topic":"chat.a","offset":51,)"));
  CAF_CHECK(contains(reply, R"("offset":400,"data":399)"));
  reply = asked(R"(,"limit":3,"reverse":true)" + since(epoch, 395));
  CAF_CHECK(reply.find(R"("offset":400)") < reply.find(R"("offset":398)"));
  CAF_CHECK(!contains(reply, R"("offset":397)"));
  reply = asked(R"(,"limit":300)" + since(epoch, 20));
  CAF_CHECK(contains(reply, R"("offset":21,)"));
  CAF_CHECK(contains(reply, R"("offset":320,)"));
  CAF_CHECK(!contains(reply, R"("offset":321,)"));
}

CAF_TEST(a room that was closed goes on where it was) {
  auto alice = connect("alice");
  const auto epoch = text_of(subscribe(alice), "epoch");
  say(alice, R"({"event":"room.set","topic":"chat.a","patch":{"n":1}})");
  CAF_CHECK_EQUAL(publish(alice, R"(,"key":"k")"), 3u);
  say(alice, R"({"event":"unsubscribe","topic":"chat.a"})");
  let_room_end();
  CAF_CHECK_EQUAL(context.topics.load(), 0u);
  CAF_CHECK_EQUAL(publish(alice, R"(,"key":"k")"), 3u);
  const auto reply = subscribe(alice, since(epoch, 2));
  CAF_CHECK(contains(reply, R"("recovered":true)"));
  CAF_CHECK_EQUAL(number(reply, "offset"), 5u);
  CAF_CHECK_EQUAL(number(alice.next(), "offset"), 3u);
  CAF_CHECK(is(alice.next(), "left"));
  say(alice, R"({"event":"unsubscribe","topic":"chat.a"})");
  alice.forget();
  subscribe(alice, R"(,"snapshot":true)");
  CAF_CHECK(contains(alice.next(), R"("state":{"n":1})"));
}

CAF_TEST(a journal that was lost is a new epoch and a snapshot) {
  auto alice = connect("alice");
  const auto epoch = text_of(subscribe(alice), "epoch");
  say(alice, R"({"event":"unsubscribe","topic":"chat.a"})");
  let_room_end();
  logs().lose();
  alice.forget();
  const auto reply = subscribe(alice, since(epoch, 1));
  CAF_CHECK(text_of(reply, "epoch") != epoch);
  CAF_CHECK(contains(reply, R"("mode":"snapshot","recovered":false)"));
  CAF_CHECK(is(alice.next(), "snapshot"));
}

CAF_TEST(a log that can not be read refuses until it can) {
  logs().set_down(true);
  auto alice = connect("alice");
  CAF_CHECK(contains(subscribe(alice), R"("code":108)"));
  logs().set_down(false);
  CAF_CHECK(contains(subscribe(alice), R"("code":108)"));
  sched.advance_time(1s);
  CAF_CHECK(contains(subscribe(alice), R"("kind":"room")"));
}

CAF_TEST(a crash between append and answer loses and repeats nothing) {
  auto alice = connect("alice");
  auto bob = connect("bob", 1);
  subscribe(alice);
  alice.forget();
  answers = false;
  bob.say(R"({"event":"publish","id":7,"topic":"chat.a","data":"stored"})");
  run();
  clock_throws = true;
  bob.say(R"({"event":"publish","id":8,"topic":"chat.a","data":"lost"})");
  run();
  clock_throws = false;
  answers = true;
  run();
  CAF_CHECK(contains(bob.next(), R"("id":7,"code":100)"));
  CAF_CHECK(contains(bob.next(), R"("id":8,"code":100)"));
  CAF_CHECK_EQUAL(number(alice.next(), "offset"), 2u);
  CAF_CHECK(is(alice.next(), "live"));
  CAF_CHECK_EQUAL(publish(bob), 3u);
  CAF_CHECK_EQUAL(number(alice.next(), "offset"), 3u);
  say(alice, R"({"event":"history","id":2,"topic":"chat.a"})");
  std::string history;
  while (!alice.heard_nothing())
    history = alice.next();
  CAF_CHECK(contains(history, R"("offset":2,"data":"stored")"));
  CAF_CHECK(!contains(history, "lost"));
}

CAF_TEST(subscribers are not forgotten while the log can not be read) {
  auto alice = connect("alice");
  auto bob = connect("bob", 1);
  subscribe(alice);
  alice.forget();
  logs().set_down(true);
  clock_throws = true;
  say(bob, R"({"event":"publish","id":8,"topic":"chat.a","data":"lost"})");
  clock_throws = false;
  CAF_CHECK(contains(bob.next(), R"("code":100)"));
  CAF_CHECK_EQUAL(publish(bob), 0u);
  let_room_end();
  logs().set_down(false);
  sched.advance_time(1s);
  run();
  CAF_CHECK(alice.heard_nothing());
  CAF_CHECK_EQUAL(publish(bob), 2u);
  CAF_CHECK_EQUAL(number(alice.next(), "offset"), 2u);
}

CAF_TEST_FIXTURE_SCOPE_END()
