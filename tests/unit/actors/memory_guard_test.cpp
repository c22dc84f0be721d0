#define CAF_SUITE memory_guard

#include "tests/unit/actors/node_fixture.hpp"

#include <algorithm>

using namespace rookery;
using namespace rookery::testing;
using namespace std::chrono_literals;

namespace {

constexpr uint64_t budget = 10'000'000;

/// A node of which the test says how much memory is in use, in percent of its
/// budget.
struct memory_fixture : node_fixture {
  memory_fixture()
      : node_fixture([](node_context& node) {
        node.settings.memory.budget = budget;
        node.settings.topics[0].history_messages = 64;
      }) {
    context.door = &door;
    context.memory_in_use = [this] {
      memory_use use;
      use.by_kind = {used / 2, 0, used - used / 2};
      return use;
    };
  }

  /// The supervisor looks once at this use.
  void look(uint64_t percent) {
    used = percent * (budget / 100);
    sched.clock().advance_time(100ms);
    run();
  }

  bool lets_in() {
    gate::pass pass;
    return door.enter(sched.clock().now(), "192.0.2.9", pass) == refusal::none;
  }

  /// Whether the room's log still reaches back to that offset.
  bool reaches(test_client& who, const std::string& epoch, int offset) {
    who.forget();
    say(who, R"({"event":"history","id":9,"topic":"chat.a","since":{"epoch":")"
                 + epoch + R"(","offset":)" + std::to_string(offset) + "}}");
    return contains(who.next(), R"("event":"reply")");
  }

  /// So many clients whose sockets are full; the later, the deeper.
  std::vector<test_client> slow_clients(int count) {
    std::vector<test_client> all;
    for (int i = 0; i < count; ++i) {
      all.push_back(connect("slow" + std::to_string(i), i % 2));
      all.back().link().block();
      all.back().link().waiting_bytes = 100'000 + i;
    }
    return all;
  }

  gate door{gate_limits{}};
  uint64_t used = 0;
};

bool is_open(test_client& one) {
  return one.link().state() == link_state::open;
}

std::size_t open_of(std::vector<test_client>& all) {
  return std::count_if(all.begin(), all.end(), is_open);
}

} // namespace

CAF_TEST_FIXTURE_SCOPE(memory_guard_tests, memory_fixture)

CAF_TEST(rooms shrink first and then the door shuts and then laggards go) {
  auto slow = slow_clients(1);
  auto alice = connect("alice");
  say(alice, R"({"event":"subscribe","id":1,"topic":"chat.a"})");
  const auto reply = alice.next();
  const auto epoch = text_of(reply, "epoch");
  for (int i = 0; i < 63; ++i) // offsets 2 to 64, behind the join
    say(alice, R"({"event":"publish","topic":"chat.a","data":1})");
  look(69);
  CAF_CHECK(reaches(alice, epoch, 0));

  look(200);
  CAF_CHECK(context.pressure == memory_level::shrink);
  CAF_CHECK(reaches(alice, epoch, 33)); // half, of messages or of bytes
  CAF_CHECK(!reaches(alice, epoch, 31));
  CAF_CHECK(lets_in());
  CAF_CHECK(is_open(slow[0]));

  look(200);
  CAF_CHECK(context.pressure == memory_level::refuse);
  CAF_CHECK(context.overloaded());
  CAF_CHECK(reaches(alice, epoch, 50));
  CAF_CHECK(!reaches(alice, epoch, 47));
  CAF_CHECK(!lets_in());
  CAF_CHECK(is_open(slow[0]));

  look(200);
  CAF_CHECK(context.pressure == memory_level::shed);
  CAF_CHECK(!is_open(slow[0]));
  CAF_CHECK(slow[0].link().closed_with == close_code::laggard);
  CAF_CHECK_EQUAL(
      slow[0].link().cut_because,
      "laggard: 7 messages (100000 bytes) behind, the node is short of memory");
  CAF_CHECK(is_open(alice));
}

CAF_TEST(what was done about memory is taken back when there is enough) {
  auto alice = connect("alice");
  say(alice, R"({"event":"subscribe","id":1,"topic":"chat.a"})");
  const auto reply = alice.next();
  const auto epoch = text_of(reply, "epoch");
  for (int i = 0; i < 3; ++i)
    look(100);
  CAF_CHECK(context.pressure == memory_level::shed);
  auto slow = slow_clients(1);
  look(75);
  CAF_CHECK(context.pressure == memory_level::refuse);
  CAF_CHECK(!lets_in());
  CAF_CHECK(is_open(slow[0]));
  look(65);
  CAF_CHECK(context.pressure == memory_level::shrink);
  CAF_CHECK(lets_in());
  for (int i = 0; i < 7; ++i)
    look(50);
  CAF_CHECK(context.pressure == memory_level::normal);
  for (int i = 0; i < 63; ++i)
    say(alice, R"({"event":"publish","topic":"chat.a","data":1})");
  CAF_CHECK(reaches(alice, epoch, 0));
}

CAF_TEST(a room that starts under pressure keeps no more than the others) {
  for (int i = 0; i < 6; ++i)
    look(75);
  auto alice = connect("alice");
  say(alice, R"({"event":"subscribe","id":1,"topic":"chat.a"})");
  const auto reply = alice.next();
  const auto epoch = text_of(reply, "epoch");
  for (int i = 0; i < 9; ++i)
    say(alice, R"({"event":"publish","topic":"chat.a","data":1})");
  CAF_CHECK(reaches(alice, epoch, 9));
  CAF_CHECK(!reaches(alice, epoch, 8));
}

CAF_TEST(a subscriber behind a room that has shrunk gets a snapshot) {
  auto slow = connect("slow");
  auto fast = connect("fast", 1);
  say(slow, R"({"event":"subscribe","id":1,"topic":"chat.a"})");
  slow.forget();
  slow.link().room = 2;
  for (int i = 0; i < 40; ++i)
    say(fast, R"({"event":"publish","topic":"chat.a","data":1})");
  look(80);
  slow.forget();
  slow.link().make_room(1000);
  run();
  CAF_CHECK(contains(slow.next(), R"("event":"gap")"));
  CAF_CHECK(contains(slow.next(), R"("event":"snapshot")"));
  CAF_CHECK(contains(slow.next(), R"("event":"live")"));
}

CAF_TEST(the deepest laggards go first and twice as many with each look) {
  auto slow = slow_clients(200); // 100 kB each
  look(81);
  look(81);
  look(91); // 1.1 MB too much
  CAF_CHECK_EQUAL(open_of(slow), 200u - 22);
  look(91); // what they held is held by others, too
  look(91);
  const auto left = 200 - 22 - 44 - 88;
  for (int i = 0; i < 200; ++i)
    CAF_CHECK_EQUAL(is_open(slow[i]), i < left);
  look(79); // enough
  CAF_CHECK_EQUAL(open_of(slow), 46u);
  look(81);
  look(90); // it begins again
  CAF_CHECK_EQUAL(open_of(slow), 26u);
}

CAF_TEST(a look closes no more laggards than its bound) {
  auto slow = slow_clients(1100);
  look(800);
  look(800);
  look(800);
  CAF_CHECK_EQUAL(open_of(slow), 1100u - 512);
  look(800);
  CAF_CHECK_EQUAL(open_of(slow), 1100u - 512 - 512);
}

CAF_TEST(who keeps up is never closed for memory) {
  auto good = connect("good");
  good.link().waiting_bytes = 1'000'000; // not blocked: it is on its way
  auto blinking = connect("blinking", 1);
  blinking.link().block(); // at this moment, and with little behind it
  for (int i = 0; i < 20; ++i)
    look(150);
  CAF_CHECK(context.pressure == memory_level::shed);
  CAF_CHECK(is_open(good));
  CAF_CHECK(is_open(blinking));
}

CAF_TEST(a node that stops looks no more) {
  anon_send(root, drain_atom_v);
  run();
  look(200);
  CAF_CHECK(context.pressure == memory_level::normal);
}

CAF_TEST_FIXTURE_SCOPE_END()
