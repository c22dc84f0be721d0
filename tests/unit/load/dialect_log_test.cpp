#include "bench/load/dialects.hpp"
#include "bench/load/payload.hpp"

#include <gtest/gtest.h>

#include <stdexcept>
#include <utility>
#include <vector>

// What dialects make of receipts and of positions in logs.

using namespace rookery::load;

namespace {

const std::string payload = payload_format{40}.write({});

/// Keeps what a dialect does to a connection.
struct recorder final : peer {
  explicit recorder(std::optional<position> from = std::nullopt)
      : peer(role::subscriber, "bench.t1") {
    since = std::move(from);
  }

  void send(std::string_view message) override { sent = message; }
  void opened() override { happened += "opened "; }
  void received(std::string_view) override { happened += "received "; }
  void receipt(uint32_t id, uint64_t offset) override {
    receipts.emplace_back(id, offset);
  }
  void live() override { happened += "live "; }
  void refused(std::string_view) override { happened += "refused "; }

  std::string sent;
  std::string happened;
  std::vector<std::pair<uint32_t, uint64_t>> receipts;
};

/// One product's messages around a log, in which the client had all up to 41.
struct conversation {
  std::string dialect;
  std::string subscription;
  std::vector<std::string> recovery;
  std::string no_recovery;
  std::string publish;
  std::string receipt;
  uint64_t receipt_offset;
};

std::vector<conversation> conversations() {
  return {
      {"rookery",
       R"({"event":"subscribe","id":1,"topic":"bench.t1",)"
       R"("since":{"epoch":"e-1","offset":41}})",
       {R"({"event":"reply","id":1,"topic":"bench.t1","kind":"room",)"
        R"("epoch":"e-1","offset":43,"mode":"replay","recovered":true})",
        R"({"event":"message","topic":"bench.t1","offset":42,"data":")"
            + payload + R"("})",
        R"({"event":"live","topic":"bench.t1","offset":44})"},
       R"({"event":"reply","id":1,"topic":"bench.t1","kind":"room",)"
       R"("epoch":"e-2","offset":3,"mode":"snapshot","recovered":false})",
       R"({"event":"publish","id":10,"topic":"bench.t1","data":")" + payload
           + R"("})",
       R"({"event":"reply","id":10,"epoch":"e-1","offset":43})",
       43},
      {"centrifugo",
       R"({"id":2,"subscribe":{"channel":"bench.t1",)"
       R"("recover":true,"epoch":"e-1","offset":41}})",
       {R"({"id":2,"subscribe":{"recoverable":true,"epoch":"e-1",)"
        R"("publications":[{"data":")"
        + payload + R"(","offset":42}],"recovered":true,"offset":44}})"},
       R"({"id":2,"subscribe":{"recoverable":true,"epoch":"e-2","offset":3}})",
       R"({"id":10,"publish":{"channel":"bench.t1","data":")" + payload
           + R"("}})",
       R"({"id":10,"publish":{}})",
       0},
  };
}

class log_of : public testing::TestWithParam<conversation> {
protected:
  recorder client{position{"e-1", 41}};
  std::unique_ptr<dialect> speaks = make_dialect(GetParam().dialect, "");
};

std::string name_of(const testing::TestParamInfo<conversation>& one) {
  return one.param.dialect;
}

INSTANTIATE_TEST_SUITE_P(
    each, log_of, testing::ValuesIn(conversations()), name_of);

} // namespace

TEST_P(log_of, is_subscribed_to_from_where_the_client_was) {
  EXPECT_EQ(speaks->subscribe(client), GetParam().subscription);
}

TEST_P(log_of, makes_a_client_live_once_all_was_received) {
  for (const auto& message : GetParam().recovery)
    speaks->on_message(client, message);
  EXPECT_EQ(client.happened, "opened received live ");
  ASSERT_TRUE(client.since);
  EXPECT_EQ(client.since->epoch, "e-1");
  EXPECT_EQ(client.since->offset, 44U);
}

TEST_P(log_of, refuses_a_client_that_it_does_not_remember) {
  speaks->on_message(client, GetParam().no_recovery);
  EXPECT_EQ(client.happened, "refused ");
}

TEST_P(log_of, tells_a_new_client_where_it_is) {
  recorder fresh;
  speaks->on_message(fresh, GetParam().no_recovery);
  ASSERT_TRUE(fresh.since);
  EXPECT_EQ(fresh.since->epoch, "e-2");
  EXPECT_EQ(fresh.since->offset, 3U);
}

TEST_P(log_of, gives_receipts) {
  EXPECT_EQ(
      speaks->publish_for_receipt("bench.t1", payload, 10), GetParam().publish);
  speaks->on_message(client, GetParam().receipt);
  EXPECT_EQ(
      client.receipts, (std::vector<std::pair<uint32_t, uint64_t>>{
                           {10, GetParam().receipt_offset}}));
}

TEST(log, is_no_part_of_the_other_dialects) {
  recorder client;
  for (const auto* name : {"plain", "nats", "socketio"}) {
    auto speaks = make_dialect(name, "");
    EXPECT_THROW((void)speaks->subscribe(client), std::invalid_argument);
    EXPECT_THROW(
        (void)speaks->publish_for_receipt("a", payload, 10),
        std::invalid_argument);
  }
}

TEST(json_parts, are_found_where_they_come_last) {
  constexpr std::string_view message =
      R"({"a":[{"offset":7,"epoch":"x"}],"offset":12,"epoch":"yz"})";
  EXPECT_EQ(number_after(message, R"("offset":)"), 12U);
  EXPECT_EQ(text_after(message, R"("epoch":)"), "yz");
}

TEST(json_parts, are_nothing_where_they_are_not) {
  EXPECT_EQ(number_after("{}", R"("offset":)"), 0U);
  EXPECT_EQ(text_after("{}", R"("epoch":)"), "");
  EXPECT_EQ(text_after(R"({"epoch":1})", R"("epoch":)"), "");
}
