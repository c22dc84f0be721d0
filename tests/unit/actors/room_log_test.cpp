#define CAF_SUITE room_log

#include "actors/room/room_log.hpp"
#include "base/memory_meter.hpp"

#include <caf/test/dsl.hpp>

using namespace rookery;

namespace {

room_event said(std::size_t bytes) {
  message_event event;
  event.topic = "chat.a";
  event.user = "alice";
  event.data.bytes = std::string(bytes, 'x');
  return event;
}

uint64_t rings() {
  return process_memory.in_use().of(memory_kind::rings);
}

void fill(room_log& log, int events) {
  for (int i = 0; i < events; ++i)
    log.append(said(100), log.last() + 1, 0);
}

/// What a log needs for one event.
std::size_t bytes_of_one() {
  room_log log{{10, 1'000'000}};
  fill(log, 1);
  return log.bytes();
}

} // namespace

CAF_TEST(a log keeps the newest within both bounds) {
  room_log by_count{{10, 1'000'000}};
  fill(by_count, 25);
  CAF_CHECK_EQUAL(by_count.size(), 10u);
  CAF_CHECK_EQUAL(by_count.last(), 25u);
  const auto one = bytes_of_one();
  room_log by_bytes{{1000, 4 * one}};
  fill(by_bytes, 25);
  CAF_CHECK_EQUAL(by_bytes.size(), 4u);
  CAF_CHECK_EQUAL(by_bytes.bytes(), 4 * one);
}

CAF_TEST(a log that shrinks lets go of the oldest and keeps its positions) {
  room_log log{{100, 1'000'000}};
  fill(log, 100);
  log.keep_share(0.25);
  CAF_CHECK_EQUAL(log.size(), 25u);
  CAF_CHECK_EQUAL(log.last(), 100u);
  CAF_CHECK(log.reaches(75));
  CAF_CHECK(!log.reaches(74));
  CAF_CHECK_EQUAL(offset_of(log[log.number_after(75)]), 76u);
}

CAF_TEST(a log that shrinks does so by bytes too) {
  const auto one = bytes_of_one();
  room_log log{{1000, 100 * one}};
  fill(log, 100);
  log.keep_share(0.5);
  CAF_CHECK_EQUAL(log.size(), 50u);
  CAF_CHECK_EQUAL(log.bytes(), 50 * one);
}

CAF_TEST(a log that is far from its bounds shrinks by half with each step) {
  room_log log{{1'000'000, 1'000'000'000}};
  fill(log, 80);
  log.keep_share(0.5);
  CAF_CHECK_EQUAL(log.size(), 40u);
  fill(log, 5);
  CAF_CHECK_EQUAL(log.size(), 40u);
  log.keep_share(0.25);
  CAF_CHECK_EQUAL(log.size(), 20u);
  log.keep_share(0.5);
  fill(log, 100);
  CAF_CHECK_EQUAL(log.size(), 40u);
  log.keep_share(1);
  fill(log, 100);
  CAF_CHECK_EQUAL(log.size(), 140u);
}

CAF_TEST(a log that begins under pressure gets its share) {
  room_log log{{100, 1'000'000}};
  log.keep_share(0.25);
  fill(log, 100);
  CAF_CHECK_EQUAL(log.size(), 25u);
}

CAF_TEST(a log that has shrunk stays small until it may keep all again) {
  room_log log{{100, 1'000'000}};
  log.keep_share(0.1);
  fill(log, 50);
  CAF_CHECK_EQUAL(log.size(), 10u);
  log.keep_share(1);
  fill(log, 50);
  CAF_CHECK_EQUAL(log.size(), 60u);
  fill(log, 100);
  CAF_CHECK_EQUAL(log.size(), 100u);
}

CAF_TEST(the newest event stays however small the share is) {
  room_log log{{10, 1'000'000}};
  fill(log, 10);
  log.keep_share(1.0 / 64);
  CAF_CHECK_EQUAL(log.size(), 1u);
  fill(log, 1);
  CAF_CHECK_EQUAL(log.size(), 1u);
  CAF_CHECK(log.reaches(log.last() - 1));
}

CAF_TEST(the meter knows what logs keep and what they let go of) {
  const auto before = rings();
  {
    room_log log{{100, 1'000'000}};
    fill(log, 150);
    CAF_CHECK_EQUAL(rings() - before, log.bytes());
    log.keep_share(0.5);
    CAF_CHECK_EQUAL(rings() - before, log.bytes());
    CAF_CHECK(log.bytes() > 0);
  }
  CAF_CHECK_EQUAL(rings(), before);
}

CAF_TEST(entries of which nobody is told take a place and no memory) {
  room_log log{{10, 1'000'000}};
  log.begin("e", 40);
  CAF_CHECK(log.reaches(40));
  CAF_CHECK(!log.reaches(39));
  log.append(said(1), 43, 0);
  log.skip(45);
  log.append(said(1), 50, 0);
  log.skip(51);
  CAF_CHECK_EQUAL(log.last(), 51u);
  CAF_CHECK_EQUAL(log.size(), 2u);
  CAF_CHECK_EQUAL(log.number_after(40), log.first());
  CAF_CHECK_EQUAL(log.number_after(43), log.first() + 1);
  CAF_CHECK_EQUAL(log.number_after(50), log.first() + 2);
  CAF_CHECK_EQUAL(offset_of(log[log.first() + 1]), 50u);
}

CAF_TEST(a log lets go of what is too old when it is asked to) {
  room_log log{{10, 1'000'000, std::chrono::milliseconds{100}}};
  for (int64_t at = 0; at < 5; ++at)
    log.append(said(1), log.last() + 1, at * 50);
  log.expire(200);
  CAF_CHECK_EQUAL(log.size(), 2u);
  CAF_CHECK(log.reaches(3));
  CAF_CHECK(!log.reaches(2));
  log.expire(10'000);
  CAF_CHECK_EQUAL(log.size(), 0u);
  CAF_CHECK(log.reaches(5));
  CAF_CHECK_EQUAL(log.bytes(), 0u);
}

CAF_TEST(a log that begins anew has nothing of the one before) {
  room_log log{{10, 1'000'000}};
  log.begin("e", 0);
  fill(log, 3);
  log.begin("f", 100);
  CAF_CHECK_EQUAL(log.size(), 0u);
  CAF_CHECK_EQUAL(log.newest().epoch, "f");
  CAF_CHECK(!log.reaches(3));
  CAF_CHECK_EQUAL(log.bytes(), 0u);
}
