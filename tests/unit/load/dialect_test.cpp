#include "bench/load/dialect.hpp"
#include "bench/load/payload.hpp"

#include <gtest/gtest.h>

#include <vector>

using namespace rookery::load;

namespace {

const std::string payload = payload_format{128}.write({});

/// Keeps what a dialect does to a connection.
struct recorder final : peer {
  using peer::peer;

  void send(std::string_view message) override { sent.emplace_back(message); }
  void opened() override { ++times_opened; }
  void received(std::string_view message) override {
    got.emplace_back(message);
  }
  void receipt(uint32_t id, uint64_t offset) override {
    receipts.emplace_back(id, offset);
  }
  void live() override { ++times_live; }
  void refused(std::string_view why) override { refusal = why; }

  std::vector<std::string> sent;
  std::vector<std::string> got;
  std::vector<std::pair<uint32_t, uint64_t>> receipts;
  std::string refusal;
  int times_opened = 0;
  int times_live = 0;
};

/// What a server says in turn, and what the client is to answer.
struct turn {
  std::string says;
  std::vector<std::string> answers;
};

struct conversation {
  std::string dialect;
  /// Begins with what is sent at once, after no message.
  std::vector<turn> subscriber;
  std::string delivery;
  std::string refusal;
};

std::vector<conversation> conversations() {
  return {
      {"rookery",
       {{"", {}},
        {R"({"event":"welcome","connection":"c-1","user":"u"})",
         {R"({"event":"subscribe","id":1,"topic":"bench.t1"})"}},
        {R"({"event":"reply","id":1,"topic":"bench.t1"})", {}}},
       R"({"event":"message","topic":"bench.t1","data":")" + payload
           + R"(","at":1})",
       R"({"event":"error","id":1,"code":102,"error":"unknown_topic"})"},
      {"plain", {{"", {"sbench.t1"}}, {"ok", {}}}, payload, ""},
      {"nats",
       {{"", {}},
        {"INFO {\"server_id\":\"x\"}\r\n",
         {"CONNECT {\"verbose\":false,\"pedantic\":false}\r\nPING\r\n"}},
        {"PONG\r\n", {"SUB bench.t1 1\r\nPING\r\n"}},
        {"PONG\r\n", {}}},
       "MSG bench.t1 1 128\r\n" + payload + "\r\n",
       "-ERR 'Authorization Violation'\r\n"},
      {"centrifugo",
       {{"", {R"({"id":1,"connect":{}})"}},
        {R"({"id":1,"connect":{"client":"c","ping":25}})",
         {R"({"id":2,"subscribe":{"channel":"bench.t1"}})"}},
        {R"({"id":2,"subscribe":{}})", {}}},
       R"({"push":{"channel":"bench.t1","pub":{"data":")" + payload + R"("}}})",
       R"({"id":2,"error":{"code":103,"message":"permission denied"}})"},
      {"socketio",
       {{"", {}},
        {R"(0{"sid":"s","upgrades":[]})", {"40"}},
        {R"(40{"sid":"t"})", {R"(421["subscribe","bench.t1"])"}},
        {"431[]", {}}},
       R"(42["message",")" + payload + R"("])",
       R"(44{"message":"no"})"},
  };
}

class dialect_of : public testing::TestWithParam<conversation> {
protected:
  void open(recorder& client) const {
    for (const auto& [says, answers] : GetParam().subscriber) {
      EXPECT_EQ(client.times_opened, 0);
      client.sent.clear();
      if (says.empty())
        speaks->on_upgraded(client);
      else
        speaks->on_message(client, says);
      EXPECT_EQ(client.sent, answers);
    }
  }

  std::unique_ptr<dialect> speaks = make_dialect(GetParam().dialect, "");
};

std::string name_of(const testing::TestParamInfo<conversation>& one) {
  return one.param.dialect;
}

INSTANTIATE_TEST_SUITE_P(
    each, dialect_of, testing::ValuesIn(conversations()), name_of);

} // namespace

TEST_P(dialect_of, opens_a_subscriber_once_the_server_confirms) {
  recorder client{role::subscriber, "bench.t1"};
  open(client);
  EXPECT_EQ(client.times_opened, 1);
  EXPECT_EQ(client.refusal, "");
}

TEST_P(dialect_of, hands_on_what_carries_a_payload) {
  recorder client{role::subscriber, "bench.t1"};
  open(client);
  speaks->on_message(client, GetParam().delivery);
  ASSERT_EQ(client.got.size(), 1U);
  EXPECT_NE(client.got[0].find(payload), std::string::npos);
}

TEST_P(dialect_of, opens_a_publisher_without_a_subscription) {
  recorder client{role::publisher, "bench.t1"};
  speaks->on_upgraded(client);
  for (const auto& [says, answers] : GetParam().subscriber)
    if (!says.empty() && client.times_opened == 0)
      speaks->on_message(client, says);
  EXPECT_EQ(client.times_opened, 1);
  for (const auto& message : client.sent)
    EXPECT_EQ(message.find("bench.t1"), std::string::npos);
}

TEST_P(dialect_of, publishes_the_payload_as_it_is) {
  auto message = speaks->publish("bench.t1", payload);
  EXPECT_NE(message.find("bench.t1"), std::string::npos);
  EXPECT_NE(message.find(payload), std::string::npos);
}

TEST(dialect, is_known_by_each_name_it_lists) {
  for (const auto& name : dialect_names())
    EXPECT_TRUE(make_dialect(name, "")) << name;
  EXPECT_FALSE(make_dialect("klingon", ""));
}

TEST(dialect, reports_a_refusal) {
  for (const auto& one : conversations()) {
    if (one.refusal.empty())
      continue; // our own small servers refuse nothing
    recorder client{role::subscriber, "bench.t1"};
    make_dialect(one.dialect, "")->on_message(client, one.refusal);
    EXPECT_NE(client.refusal, "") << one.dialect;
    EXPECT_EQ(client.times_opened, 0) << one.dialect;
  }
}

TEST(dialect, answers_the_pings_that_are_messages) {
  recorder client{role::subscriber, "bench.t1"};
  make_dialect("centrifugo", "")->on_message(client, "{}");
  make_dialect("socketio", "")->on_message(client, "2");
  make_dialect("nats", "")->on_message(client, "PING\r\n");
  EXPECT_EQ(client.sent, (std::vector<std::string>{"{}", "3", "PONG\r\n"}));
}

TEST(dialect, of_nats_puts_together_what_frames_cut_anywhere) {
  auto speaks = make_dialect("nats", "");
  auto stream = "MSG a 1 128\r\n" + payload + "\r\nPING\r\nMSG a 1 128\r\n"
                + payload + "\r\n";
  for (std::size_t cut = 1; cut < stream.size(); ++cut) {
    recorder client{role::subscriber, "a"};
    speaks->on_message(client, stream.substr(0, cut));
    speaks->on_message(client, stream.substr(cut));
    ASSERT_EQ(
        client.got,
        (std::vector<std::string>{payload + "\r\n", payload + "\r\n"}));
    ASSERT_EQ(client.sent, std::vector<std::string>{"PONG\r\n"});
  }
}

TEST(dialect, of_centrifugo_reads_each_line_of_a_message) {
  recorder client{role::subscriber, "a"};
  auto push = R"({"push":{"pub":{"data":")" + payload + R"("}}})";
  make_dialect("centrifugo", "")
      ->on_message(client, push + "\n{}\n" + push + "\n");
  EXPECT_EQ(client.got, (std::vector<std::string>{push, push}));
  EXPECT_EQ(client.sent, std::vector<std::string>{"{}"});
}

TEST(dialect, presents_its_token_where_the_product_looks_for_it) {
  EXPECT_EQ(make_dialect("rookery", "a.b.c")->target(), "/ws?token=a.b.c");
  recorder client{role::publisher, "a"};
  make_dialect("centrifugo", "a.b.c")->on_upgraded(client);
  EXPECT_EQ(
      client.sent,
      std::vector<std::string>{R"({"id":1,"connect":{"token":"a.b.c"}})"});
}
