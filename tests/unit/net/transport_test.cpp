#include "net/transport.hpp"

#include <gmock/gmock.h>

#include <string>
#include <sys/socket.h>
#include <unistd.h>

namespace rookery {

namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// A masked text frame (mask 0) of up to 125 bytes.
std::string client_frame(uint8_t first, std::string_view payload) {
  std::string bytes{static_cast<char>(first)};
  bytes += static_cast<char>(0x80 | payload.size());
  bytes.append(4, '\0');
  return bytes.append(payload);
}

/// A transport on one end of a socket pair; the test is the client.
struct transport_test : ::testing::Test, link_owner {
  transport_test() {
    ::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends);
    settings.close_timeout = 100ms;
  }
  ~transport_test() override {
    link.reset();
    if (ends[1] >= 0)
      ::close(ends[1]);
  }

  void make() {
    link = std::make_unique<transport>(
        home, settings, *this, stream{ends[0]}, link_terms{});
  }
  void say(const std::string& bytes) {
    ASSERT_EQ(
        ::send(ends[1], bytes.data(), bytes.size(), MSG_NOSIGNAL),
        static_cast<ssize_t>(bytes.size()));
  }
  /// Runs the loop until `stop_when` holds.
  void run_until(std::function<bool()> stop_when) {
    until = std::move(stop_when);
    check();
    home.loop().run();
  }
  void check() {
    if (until())
      return home.loop().stop();
    home.loop().call_at(event_loop::clock::now() + 1ms, [this] { check(); });
  }

  void on_message(std::string_view payload, bool) override {
    heard.emplace_back(payload);
    if (grants)
      link->grant(1);
  }
  void on_blocked() override { ++blocked; }
  void on_room() override {}
  void on_closing(close_code code) override {
    endings.push_back(code);
    after_closing = link->push(ws::make_frame(ws::opcode::text, "late"));
  }
  void on_closed() override { closed = true; }

  std::string received() {
    std::string all(4096, '\0');
    const auto got = ::recv(ends[1], all.data(), all.size(), 0);
    all.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
    return all;
  }

  int ends[2]{-1, -1};
  io_thread home{io_thread_settings{}};
  transport_settings settings;
  std::unique_ptr<transport> link;
  std::vector<std::string> heard;
  std::vector<close_code> endings;
  send_result after_closing = send_result::queued;
  int blocked = 0;
  bool grants = true;
  bool closed = false;
  std::function<bool()> until;
};

TEST_F(transport_test, nothing_can_be_sent_before_it_is_open) {
  make();
  EXPECT_EQ(link->state(), link_state::connecting);
  EXPECT_EQ(
      link->push(ws::make_frame(ws::opcode::text, "early")),
      send_result::not_open);
  EXPECT_EQ(link->answer("early"), send_result::not_open);
  ::close(ends[0]);
}

TEST_F(transport_test, sends_while_open_and_never_after) {
  make();
  link->start({});
  EXPECT_EQ(link->answer("now"), send_result::queued);
  link->close(close_code::drain);
  EXPECT_EQ(link->state(), link_state::closing);
  EXPECT_EQ(after_closing, send_result::not_open);
  EXPECT_EQ(link->answer("late"), send_result::not_open);
  link->close(close_code::laggard); // the first reason stands
  run_until([this] { return closed; });
  EXPECT_EQ(link->state(), link_state::closed);
  EXPECT_EQ(link->answer("late"), send_result::not_open);
  EXPECT_THAT(endings, ElementsAre(close_code::drain));
  const auto all = received();
  EXPECT_EQ(all.substr(0, 5), "\x81\x03now");
  EXPECT_EQ(all.substr(5, 1), "\x88");
  EXPECT_EQ(all.size(), 5 + 4 + name(close_code::drain).size());
}

TEST_F(transport_test, a_cut_drops_what_waits_and_the_reason_goes_next) {
  settings.linger = 20s;
  settings.outbox = {1000, 4 << 20};
  make();
  link->start({});
  const auto large = ws::make_frame(ws::opcode::text, std::string(60'000, 'x'));
  for (int i = 0; i < 50; ++i)
    EXPECT_EQ(link->push(large), send_result::queued);
  // The frame in flight comes whole, and nothing of those behind it.
  std::string all;
  run_until([&] {
    if (endings.empty() && blocked > 0)
      link->cut(close_code::laggard, "laggard: because");
    if (endings.empty() || closed)
      return closed;
    if (all.ends_with("laggard: because"))
      return false; // answered; the other end may be gone any time
    for (auto more = received(); !more.empty(); more = received())
      all += more;
    if (all.ends_with("laggard: because"))
      say(client_frame(0x88, "\x0f\xa2"));
    return false;
  });
  EXPECT_THAT(endings, ElementsAre(close_code::laggard));
  EXPECT_EQ((all.size() - 20) % large.size(), 0u);
  EXPECT_LT(all.size(), 50 * large.size());
}

TEST_F(transport_test, a_client_that_does_not_answer_the_close_is_cut_off) {
  make();
  link->start({});
  link->close(close_code::drain);
  run_until([this] { return closed; });
  EXPECT_THAT(endings, ElementsAre(close_code::drain));
}

TEST_F(transport_test, gives_the_clients_close_code_back) {
  make();
  link->start({});
  say(client_frame(0x88, std::string_view{"\x0b\xb9", 2})); // 3001
  run_until([this] { return closed; });
  EXPECT_THAT(endings, ElementsAre(static_cast<close_code>(3001)));
  EXPECT_EQ(received(), "\x88\x02\x0b\xb9");
}

TEST_F(transport_test, a_socket_that_vanishes_ends_it_at_once) {
  make();
  link->start({});
  ::close(std::exchange(ends[1], -1));
  run_until([this] { return closed; });
  EXPECT_THAT(endings, ElementsAre(close_code::abnormal));
}

TEST_F(transport_test, reads_on_when_a_client_over_its_rate_has_waited) {
  settings.inflow.messages_per_second = 20;
  make();
  link->start({});
  std::string all;
  for (int i = 0; i < 25; ++i)
    all += client_frame(0x81, std::to_string(i));
  say(all);
  std::size_t at_once = 0;
  run_until([&] {
    if (at_once == 0)
      at_once = heard.size();
    return heard.size() == 25;
  });
  EXPECT_EQ(at_once, 20u);
  EXPECT_EQ(heard.back(), "24");
  EXPECT_THAT(endings, IsEmpty());
}

TEST_F(transport_test, who_floods_is_closed) {
  settings.inflow.messages_per_second = 20;
  settings.inflow.flood_grace = 0ms;
  make();
  link->start({});
  std::string all;
  for (int i = 0; i < 200; ++i)
    all += client_frame(0x81, "x");
  say(all);
  run_until([this] { return closed; });
  EXPECT_THAT(endings, ElementsAre(close_code::flood));
  EXPECT_LT(heard.size(), 200u);
}

TEST_F(transport_test, bytes_count_too) {
  settings.inflow.bytes_per_second = 1000;
  make();
  link->start({});
  std::string all;
  for (int i = 0; i < 15; ++i)
    all += client_frame(0x81, std::string(94, 'x')); // 100 bytes
  say(all); // one read: its debt is waited for
  say(client_frame(0x81, "last"));
  run_until([this] { return !heard.empty() && heard.back() == "last"; });
  EXPECT_THAT(endings, IsEmpty());
}

} // namespace

} // namespace rookery
