#include "cluster/jetstream/stream_epoch.hpp"
#include "cluster/jetstream/streams.hpp"
#include "tests/unit/jetstream/jetstream_fixture.hpp"
#include "tests/unit/jetstream/stream_watch.hpp"

#include <future>
#include <set>

namespace rookery {

TEST(stream_epoch, is_a_word_of_the_description) {
  const auto epoch = [](const std::string& description) {
    return epoch_of_info(
        R"({"config":{"name":"log-a","description":")" + description
        + R"("},"created":"2026-11-26T05:23:34.123456789Z"})");
  };
  EXPECT_EQ(epoch(describe_epoch("3f9a12c4b07d51")), "3f9a12c4b07d51");
  EXPECT_EQ(epoch("log of Rookery, epoch 1"), "1");
  EXPECT_EQ(epoch("log of Rookery, epoch "), "");
  EXPECT_EQ(epoch("log of Rookery, epoch one two"), "");
  EXPECT_EQ(epoch(describe_epoch(std::string(32, 'a'))).size(), 32u);
  EXPECT_EQ(epoch(describe_epoch(std::string(33, 'a'))), "");
  EXPECT_EQ(epoch("mine"), "");
  EXPECT_EQ(epoch_of_info(R"({"config":{"description":1}})"), "");
  EXPECT_EQ(epoch_of_info(R"({"description":"log of Rookery, epoch 1"})"), "");
  EXPECT_EQ(epoch_of_info("{"), "");
}

namespace {

class agreed_epoch : public jetstream_place {
protected:
  void SetUp() override {
    jetstream_place::SetUp();
    settings.storage = stream_storage::memory;
  }
  /// What `nodes` that look at the same moment find.
  std::set<std::string> found_by(int nodes) {
    std::vector<std::future<std::string>> all;
    for (int i = 0; i < nodes; ++i)
      all.push_back(std::async(std::launch::async, [this] {
        natsConnection* at = nullptr;
        EXPECT_EQ(
            ::natsConnection_ConnectTo(&at, server.url().c_str()), NATS_OK);
        const auto found = ensure_streams(at, settings);
        ::natsConnection_Destroy(at);
        EXPECT_TRUE(found) << found.error().message;
        return found ? found->epoch : "";
      }));
    std::set<std::string> epochs;
    for (auto& one : all)
      epochs.insert(one.get());
    return epochs;
  }
};

} // namespace

TEST_F(agreed_epoch, is_one_for_nodes_that_start_at_once) {
  stream_watch watch{server.url()};
  std::set<std::string> before;
  for (int round = 0; round < 20; ++round) {
    const auto epochs = found_by(6);
    ASSERT_EQ(epochs.size(), 1u) << "in round " << round;
    EXPECT_TRUE(before.insert(*epochs.begin()).second) << "had it before";
    EXPECT_EQ(found_by(2), epochs) << "who comes later";
    watch.remove("log-test");
  }
}

TEST_F(agreed_epoch, leaves_no_claims) {
  stream_watch watch{server.url()};
  const auto epochs = found_by(1);
  EXPECT_EQ(watch.messages("image-test"), 0u);
  // Of a node that died before it forgot its own.
  watch.publish("image.test.$epoch." + *epochs.begin());
  EXPECT_EQ(found_by(1), epochs);
  EXPECT_EQ(watch.messages("image-test"), 0u);
  watch.remove("log-test");
  EXPECT_NE(found_by(1), epochs);
}

TEST_F(agreed_epoch, is_kept_when_limits_change) {
  const auto epochs = found_by(1);
  settings.batches_per_topic_max = 17;
  EXPECT_EQ(found_by(1), epochs);
}

TEST_F(agreed_epoch, is_another_for_a_stream_that_lost_its_description) {
  stream_watch watch{server.url()};
  const auto epochs = found_by(1);
  watch.describe("log-test", "restored");
  const auto others = found_by(6);
  EXPECT_EQ(others.size(), 1u);
  EXPECT_NE(others, epochs);
  EXPECT_NE(*others.begin(), "");
}

} // namespace rookery
