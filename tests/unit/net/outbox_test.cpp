#include "base/memory_meter.hpp"
#include "net/io/outbox.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <vector>

namespace rookery {

namespace {

frame make(std::string_view text) {
  return frame::make({}, text);
}

/// All bytes that wait, in the order in which they would be sent.
std::string waiting(const outbox& box) {
  std::vector<iovec> parts(100);
  parts.resize(box.gather(parts));
  std::string all;
  for (const auto& part : parts)
    all.append(static_cast<const char*>(part.iov_base), part.iov_len);
  return all;
}

constexpr outbox_limits small{3, 10};

} // namespace

TEST(outbox, refuses_the_frame_that_would_pass_its_bound_in_messages) {
  outbox box;
  for (int i = 0; i < 3; ++i)
    EXPECT_EQ(box.push(make("a"), small), push_result::queued);
  EXPECT_EQ(box.push(make("b"), small), push_result::full);
  EXPECT_EQ(box.messages(), 3u);
}

TEST(outbox, refuses_the_frame_that_would_pass_its_bound_in_bytes) {
  outbox box;
  EXPECT_EQ(box.push(make("1234567"), small), push_result::queued);
  EXPECT_EQ(box.push(make("8901"), small), push_result::full);
  EXPECT_EQ(box.push(make("890"), small), push_result::queued);
  EXPECT_EQ(box.bytes(), 10u);
}

TEST(outbox, takes_answers_beyond_the_bound) {
  outbox box;
  EXPECT_EQ(box.push(make("1234567890"), small), push_result::queued);
  box.push_answer(make("answer"));
  EXPECT_EQ(waiting(box), "1234567890answer");
}

TEST(outbox, puts_control_frames_before_data_in_their_order) {
  outbox box;
  box.push_answer(make("data"));
  box.push_control(make("1"));
  box.push_control(make("2"));
  EXPECT_EQ(waiting(box), "12data");
}

TEST(outbox, never_cuts_a_frame_that_is_partly_sent) {
  outbox box;
  box.push_answer(make("first"));
  box.push_answer(make("second"));
  box.consume(2);
  box.push_control(make("!"));
  EXPECT_EQ(waiting(box), "rst!second");
}

TEST(outbox, never_cuts_a_control_frame_that_is_partly_sent) {
  outbox box;
  box.push_answer(make("data"));
  box.push_control(make("ping"));
  box.consume(1);
  box.push_control(make("!"));
  EXPECT_EQ(waiting(box), "ing!data");
  box.consume(4);
  EXPECT_EQ(box.control_frames(), 0u);
  EXPECT_EQ(waiting(box), "data");
}

TEST(outbox, counts_a_frame_until_all_of_it_is_sent) {
  outbox box;
  box.push_answer(make("12345"));
  box.consume(4);
  EXPECT_EQ(box.bytes(), 5u);
  box.consume(1);
  EXPECT_EQ(box.bytes(), 0u);
  EXPECT_TRUE(box.empty());
}

TEST(outbox, keeps_the_frame_in_flight_when_it_drops_the_rest) {
  outbox box;
  box.push_answer(make("first"));
  box.push_answer(make("second"));
  box.push_control(make("!"));
  box.consume(2); // "!" and "f"
  EXPECT_EQ(box.drop_waiting(), 1u);
  EXPECT_EQ(waiting(box), "irst");
}

TEST(outbox, tells_the_meter_of_its_ring_and_gives_it_back_when_it_drops) {
  const auto in_use = [] {
    return process_memory.in_use().of(memory_kind::outboxes);
  };
  const auto before = in_use();
  {
    outbox box;
    EXPECT_EQ(in_use(), before);
    for (int i = 0; i < 1000; ++i)
      box.push_answer(make("data"));
    EXPECT_EQ(in_use(), before + 1024 * sizeof(frame));
    box.consume(1);
    EXPECT_EQ(box.drop_waiting(), 999u);
    EXPECT_EQ(in_use(), before + 4 * sizeof(frame));
    EXPECT_EQ(waiting(box), "ata");
    box.push_answer(make("more"));
    box.consume(3);
    EXPECT_EQ(waiting(box), "more");
    for (int i = 0; i < 100; ++i)
      box.push_answer(make("data"));
  }
  EXPECT_EQ(in_use(), before);
}

TEST(outbox, keeps_order_while_its_ring_grows_around_the_end) {
  outbox box;
  std::string expected;
  for (char c = 'a'; c <= 'c'; ++c)
    box.push_answer(make({&c, 1}));
  box.consume(2);
  expected = "c";
  for (char c = 'd'; c <= 'z'; ++c) {
    box.push_answer(make({&c, 1}));
    expected += c;
  }
  EXPECT_EQ(waiting(box), expected);
}

} // namespace rookery
