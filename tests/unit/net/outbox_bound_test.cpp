#include "net/transport.hpp"
#include "net/ws/frame_header.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <future>
#include <random>
#include <string>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace rookery {

namespace {

constexpr outbox_limits limits{16, 4096};
constexpr std::size_t pushers = 4;
constexpr uint64_t pushes_each = 5'000;
constexpr std::size_t head_bytes = 16; // of a payload: pusher and number

/// A transport on its own I/O thread. Others push into it as topics do, by
/// work that they give to the thread; after each the bounds are looked at.
struct outbox_bound_test : ::testing::Test, link_owner {
  outbox_bound_test() {
    ::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends);
    const int small = 4096; // the queue is ours, not the kernel's
    ::setsockopt(ends[0], SOL_SOCKET, SO_SNDBUF, &small, sizeof small);
    settings.outbox = limits;
    link = std::make_unique<transport>(
        home, settings, *this, stream{ends[0]}, link_terms{});
    home.start({});
    on_home([this] { link->start({}); });
  }
  ~outbox_bound_test() override {
    on_home([this] { link.reset(); });
    home.stop();
    ::close(ends[1]);
  }

  void on_message(std::string_view, bool) override {}
  void on_blocked() override {}
  void on_room() override {}
  void on_closing(close_code) override {}
  void on_closed() override {}

  /// Runs `job` on the link's thread, and waits for it.
  void on_home(std::function<void()> job) {
    std::promise<void> done;
    home.loop().post([&] {
      job();
      done.set_value();
    });
    done.get_future().wait();
  }

  void push(std::size_t pusher, uint64_t number, std::size_t padding) {
    auto text = std::to_string(pusher) + ' ' + std::to_string(number);
    text.resize(head_bytes + padding, ' ');
    const auto result = link->push(ws::make_frame(ws::opcode::text, text));
    const auto now = link->traffic();
    messages_most = std::max(messages_most, now.outbox_messages);
    bytes_most = std::max(bytes_most, now.outbox_bytes);
    (result == send_result::queued ? taken : refused)[pusher].push_back(number);
  }

  /// Takes what is there, a little at a time; true when there was something.
  bool read(std::size_t bytes_max) {
    std::array<char, 4096> buffer;
    const auto got =
        ::recv(ends[1], buffer.data(), std::min(bytes_max, buffer.size()), 0);
    if (got > 0)
      bytes.append(buffer.data(), static_cast<std::size_t>(got));
    return got > 0;
  }

  /// What arrived, by pusher.
  std::array<std::vector<uint64_t>, pushers> arrived() const {
    std::array<std::vector<uint64_t>, pushers> all;
    for (std::size_t at = 0; at + 2 <= bytes.size();) {
      std::size_t size = bytes[at + 1] & 0x7f;
      at += 2;
      if (size == 126) {
        size = static_cast<std::size_t>(static_cast<uint8_t>(bytes[at])) << 8
               | static_cast<uint8_t>(bytes[at + 1]);
        at += 2;
      }
      const auto text = bytes.substr(at, size);
      const auto space = text.find(' ');
      all.at(std::stoul(text.substr(0, space)))
          .push_back(std::stoull(text.substr(space + 1)));
      at += size;
    }
    return all;
  }

  int ends[2]{-1, -1};
  io_thread home{io_thread_settings{}};
  transport_settings settings;
  std::unique_ptr<transport> link;
  std::string bytes;
  // Of the home thread, until all is pushed.
  std::array<std::vector<uint64_t>, pushers> taken;
  std::array<std::vector<uint64_t>, pushers> refused;
  uint32_t messages_most = 0;
  std::size_t bytes_most = 0;
};

} // namespace

TEST_F(outbox_bound_test, many_push_at_once_and_no_bound_is_ever_passed) {
  std::atomic<bool> pushing = true;
  std::thread reader{[&] {
    std::mt19937 random{1};
    while (pushing)
      if (!read(1 + random() % 2000))
        std::this_thread::yield();
  }};
  std::vector<std::thread> threads;
  for (std::size_t pusher = 0; pusher < pushers; ++pusher)
    threads.emplace_back([this, pusher] {
      std::mt19937 random{static_cast<unsigned>(pusher)};
      for (uint64_t number = 0; number < pushes_each; ++number) {
        const std::size_t padding = random() % 1500;
        home.loop().post([=, this] { push(pusher, number, padding); });
      }
    });
  for (auto& one : threads)
    one.join();
  on_home([] {}); // behind all that was posted
  pushing = false;
  reader.join();
  for (bool empty = false; !empty;) {
    while (read(4096)) {
    }
    on_home([&] { empty = link->traffic().outbox_messages == 0; });
  }
  while (read(4096)) {
  }
  EXPECT_LE(messages_most, limits.messages_max);
  EXPECT_LE(bytes_most, limits.bytes_max);
  EXPECT_GT(bytes_most, limits.bytes_max / 2); // it was full
  const auto all = arrived();
  for (std::size_t pusher = 0; pusher < pushers; ++pusher) {
    EXPECT_EQ(all[pusher], taken[pusher]);
    EXPECT_FALSE(refused[pusher].empty());
    EXPECT_EQ(taken[pusher].size() + refused[pusher].size(), pushes_each);
  }
}

} // namespace rookery
