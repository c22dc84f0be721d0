#include "net/io/event_loop.hpp"
#include "net/io/sender.hpp"

#include <gtest/gtest.h>

#include <array>
#include <stdexcept>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace rookery {

namespace {

struct socket_pair {
  socket_pair() {
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()), 0);
  }
  ~socket_pair() {
    ::close(ends[0]);
    ::close(ends[1]);
  }
  std::array<int, 2> ends{};
};

struct reader final : event_handler {
  explicit reader(std::function<void()> what)
      : then(std::move(what)) {}
  void on_events(uint32_t) override { then(); }
  std::function<void()> then;
};

struct counting_worker final : batch_worker {
  bool after_batch() override {
    ++rounds;
    return again-- > 0;
  }
  int rounds = 0;
  int again = 0;
};

/// A socket with an outbox, as transports have it.
struct test_outgoing final : outgoing {
  explicit test_outgoing(int end)
      : fd(end) {}
  outbox* frames_to_send() override { return &box; }
  void on_sent(long bytes) override {
    results.push_back(bytes);
    if (bytes > 0)
      box.consume(static_cast<std::size_t>(bytes));
  }
  int descriptor() const override { return fd; }
  int fd;
  outbox box;
  std::vector<long> results;
};

std::string read_all(int fd) {
  std::array<char, 4096> buffer;
  const auto got = ::recv(fd, buffer.data(), buffer.size(), MSG_DONTWAIT);
  return got > 0 ? std::string{buffer.data(), static_cast<std::size_t>(got)}
                 : std::string{};
}

} // namespace

TEST(event_loop, goes_on_after_a_handler_that_throws) {
  event_loop loop;
  bool reached = false;
  loop.post([] { throw std::runtime_error("once"); });
  loop.post([&] {
    reached = true;
    loop.stop();
  });
  loop.run();
  EXPECT_TRUE(reached);
}

TEST(event_loop, serves_what_other_threads_post) {
  event_loop loop;
  int served = 0;
  std::thread other{[&] {
    for (int i = 0; i < 1000; ++i)
      loop.post([&] {
        if (++served == 1000)
          loop.stop();
      });
  }};
  loop.run();
  other.join();
  EXPECT_EQ(served, 1000);
}

TEST(event_loop, forgets_events_of_a_handler_that_another_one_unwatched) {
  event_loop loop;
  socket_pair a;
  socket_pair b;
  int calls = 0;
  std::array<reader*, 2> both{};
  auto take_out_other = [&](std::size_t other, int fd) {
    ++calls;
    loop.sockets().unwatch(fd, *both[other]);
    loop.stop();
  };
  reader first{[&] { take_out_other(1, b.ends[0]); }};
  reader second{[&] { take_out_other(0, a.ends[0]); }};
  both = {&first, &second};
  ASSERT_EQ(::send(a.ends[1], "x", 1, 0), 1);
  ASSERT_EQ(::send(b.ends[1], "x", 1, 0), 1);
  loop.sockets().watch(a.ends[0], EPOLLIN, first);
  loop.sockets().watch(b.ends[0], EPOLLIN, second);
  loop.run();
  EXPECT_EQ(calls, 1);
}

TEST(event_loop, calls_workers_again_while_they_have_work) {
  event_loop loop;
  counting_worker worker;
  worker.again = 3;
  loop.add_batch_worker(worker);
  loop.post([] {});
  loop.call_at(event_loop::clock::now() + std::chrono::milliseconds{50}, [&] {
    loop.stop();
  });
  loop.run();
  EXPECT_GE(worker.rounds, 4);
}

class sender_test : public ::testing::TestWithParam<send_way> {};

TEST_P(sender_test, sends_the_frames_of_many_sockets_in_order) {
  sender out{GetParam()};
  std::vector<socket_pair> pairs(300); // more than one ring's worth
  std::vector<std::unique_ptr<test_outgoing>> sockets;
  for (auto& pair : pairs) {
    sockets.push_back(std::make_unique<test_outgoing>(pair.ends[0]));
    for (const char* text : {"one,", "two,", "three"})
      sockets.back()->box.push_answer(frame::make({}, text));
    out.mark(*sockets.back());
    out.mark(*sockets.back()); // marked once all the same
  }
  EXPECT_FALSE(out.after_batch());
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    EXPECT_EQ(read_all(pairs[i].ends[1]), "one,two,three");
    EXPECT_EQ(sockets[i]->results, std::vector<long>{13});
  }
  if (out.way() == send_way::io_uring)
    EXPECT_LE(out.calls(), 2u);
  else
    EXPECT_EQ(out.calls(), 300u);
}

TEST_P(sender_test, reports_sockets_that_fail_without_harm_to_others) {
  sender out{GetParam()};
  std::vector<socket_pair> pairs(5);
  std::vector<std::unique_ptr<test_outgoing>> sockets;
  for (auto& pair : pairs) {
    sockets.push_back(std::make_unique<test_outgoing>(pair.ends[0]));
    sockets.back()->box.push_answer(frame::make({}, "x"));
    out.mark(*sockets.back());
  }
  ::shutdown(pairs[2].ends[0], SHUT_WR);
  out.unmark(*sockets[4]);
  out.after_batch();
  EXPECT_EQ(sockets[2]->results, std::vector<long>{-EPIPE});
  EXPECT_TRUE(sockets[4]->results.empty());
  for (const std::size_t i : {0u, 1u, 3u})
    EXPECT_EQ(read_all(pairs[i].ends[1]), "x");
}

INSTANTIATE_TEST_SUITE_P(
    both_ways, sender_test,
    ::testing::Values(send_way::sendmsg, send_way::io_uring),
    [](const auto& tested) {
      return tested.param == send_way::sendmsg ? "sendmsg" : "io_uring";
    });

} // namespace rookery
