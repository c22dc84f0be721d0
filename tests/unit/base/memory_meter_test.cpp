#include "base/frame.hpp"
#include "base/memory_meter.hpp"

#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

namespace rookery {

namespace {

TEST(memory_meter, adds_up_what_each_kind_has_taken) {
  memory_meter meter;
  meter.take(memory_kind::frames, 100);
  meter.take(memory_kind::rings, 7);
  meter.give_back(memory_kind::frames, 40);
  const auto use = meter.in_use();
  EXPECT_EQ(use.of(memory_kind::frames), 60u);
  EXPECT_EQ(use.of(memory_kind::outboxes), 0u);
  EXPECT_EQ(use.of(memory_kind::rings), 7u);
  EXPECT_EQ(use.total(), 67u);
}

TEST(memory_meter, what_one_thread_takes_another_may_give_back) {
  memory_meter meter;
  meter.take(memory_kind::frames, 100);
  std::thread{[&] { meter.give_back(memory_kind::frames, 100); }}.join();
  std::thread{[&] { meter.take(memory_kind::frames, 1); }}.join();
  EXPECT_EQ(meter.in_use().total(), 1u);
}

TEST(memory_meter, loses_nothing_of_many_threads_at_once) {
  memory_meter meter;
  // More than there are shards, so that some share one.
  constexpr std::size_t threads = memory_meter::shards + 8;
  constexpr std::size_t rounds = 2000;
  std::vector<std::thread> all;
  for (std::size_t i = 0; i < threads; ++i)
    all.emplace_back([&meter] {
      for (std::size_t round = 0; round < rounds; ++round) {
        meter.take(memory_kind::frames, 3);
        meter.take(memory_kind::rings, 5);
        meter.give_back(memory_kind::frames, 2);
        // Never wraps, however the others are torn by this look.
        EXPECT_LT(meter.in_use().total(), uint64_t{1} << 32);
      }
    });
  for (auto& one : all)
    one.join();
  EXPECT_EQ(meter.in_use().of(memory_kind::frames), threads * rounds);
  EXPECT_EQ(meter.in_use().of(memory_kind::rings), threads * rounds * 5);
}

uint64_t bytes_of_frames() {
  return process_memory.in_use().of(memory_kind::frames);
}

TEST(memory_meter, counts_a_frame_once_and_as_long_as_it_lives) {
  const auto before = bytes_of_frames();
  auto one = frame::make("head", std::string(1000, 'x'));
  const auto with_one = bytes_of_frames();
  EXPECT_GE(with_one, before + 1004);
  EXPECT_LE(with_one, before + 1004 + 64);
  {
    const std::vector<frame> shared(100, one);
    EXPECT_EQ(bytes_of_frames(), with_one);
    one = {};
    EXPECT_EQ(bytes_of_frames(), with_one);
  }
  EXPECT_EQ(bytes_of_frames(), before);
}

TEST(memory_meter, counts_frames_that_other_threads_let_go_of) {
  const auto before = bytes_of_frames();
  std::vector<std::thread> all;
  for (int i = 0; i < 4; ++i)
    all.emplace_back([made = std::vector<frame>(
                          50, frame::join(std::string(500, 'y'), 2))] {});
  EXPECT_GE(bytes_of_frames(), before);
  for (auto& one : all)
    one.join();
  EXPECT_EQ(bytes_of_frames(), before);
}

} // namespace

} // namespace rookery
