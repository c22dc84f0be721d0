#include "base/config/rules.hpp"
#include "tests/unit/config/loading.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

namespace rookery {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

/// The first keys of what contradicts itself after a change of the defaults.
std::vector<std::string>
keys_after(const std::function<void(config&)>& change) {
  config all;
  change(all);
  std::vector<std::string> keys;
  for (const auto& one : contradictions(all))
    keys.push_back(one.keys.front());
  return keys;
}

topic_class some_topic(std::string name, std::string match) {
  topic_class topic;
  topic.name = std::move(name);
  topic.match = std::move(match);
  return topic;
}

TEST(contradictions, are_not_in_the_defaults) {
  EXPECT_THAT(keys_after([](config&) {}), IsEmpty());
}

TEST(contradictions, are_listeners_on_one_port) {
  const auto with = [](std::string outside, std::string inside, uint16_t port) {
    return keys_after([&](config& all) {
      all.http.address = outside;
      all.http.internal_address = inside;
      all.http.port = all.http.internal_port = port;
    });
  };
  EXPECT_THAT(
      with("127.0.0.1", "127.0.0.1", 80), ElementsAre("http.internal-port"));
  EXPECT_THAT(
      with("0.0.0.0", "127.0.0.1", 80), ElementsAre("http.internal-port"));
  EXPECT_THAT(with("10.0.0.1", "::", 80), ElementsAre("http.internal-port"));
  EXPECT_THAT(with("10.0.0.1", "127.0.0.1", 80), IsEmpty());
  EXPECT_THAT(with("127.0.0.1", "127.0.0.1", 0), IsEmpty());
}

TEST(contradictions, are_tls_without_its_files) {
  EXPECT_THAT(
      keys_after([](config& all) { all.tls.enabled = true; }),
      ElementsAre("tls.enabled", "tls.enabled"));
  EXPECT_THAT(
      keys_after([](config& all) {
        all.tls.enabled = true;
        all.tls.certificate = "cert.pem";
        all.tls.key = "key.pem";
      }),
      IsEmpty());
  EXPECT_THAT(
      keys_after([](config& all) { all.tls.certificate = "cert.pem"; }),
      IsEmpty());
}

TEST(contradictions, are_certificates_of_clients_that_nobody_can_check) {
  const auto with = [](client_certificate_use use, std::string authority) {
    return keys_after([&](config& all) {
      all.tls.enabled = true;
      all.tls.certificate = "cert.pem";
      all.tls.key = "key.pem";
      all.tls.client_certificate = use;
      all.tls.client_ca = std::move(authority);
    });
  };
  EXPECT_THAT(
      with(client_certificate_use::required, ""),
      ElementsAre("tls.client-certificate"));
  EXPECT_THAT(
      with(client_certificate_use::optional, ""),
      ElementsAre("tls.client-certificate"));
  EXPECT_THAT(
      with(client_certificate_use::none, "ca.pem"),
      ElementsAre("tls.client-ca"));
  EXPECT_THAT(with(client_certificate_use::required, "ca.pem"), IsEmpty());
}

TEST(contradictions, are_paths_that_are_taken) {
  for (const auto* path : {"/health", "/ready"})
    EXPECT_THAT(
        keys_after([&](config& all) { all.websocket.path = path; }),
        ElementsAre("websocket.path"));
  EXPECT_THAT(
      keys_after([](config& all) { all.websocket.path = "/"; }), IsEmpty());
  EXPECT_THAT(
      keys_after([](config& all) {
        all.websocket.path = "/";
        all.http.demo = true;
      }),
      ElementsAre("websocket.path"));
}

TEST(contradictions, are_policies_that_a_kind_of_topic_can_not_have) {
  const auto with = [](topic_kind kind, overflow_policy policy) {
    return keys_after([&](config& all) {
      topic_class one;
      one.name = "x";
      one.match = "x.*";
      one.kind = kind;
      one.overflow = policy;
      all.topics.push_back(one);
    });
  };
  using enum overflow_policy;
  EXPECT_THAT(
      with(topic_kind::topic, repair), ElementsAre("topics.x.overflow"));
  for (const auto policy : {drop_oldest, drop_newest, keep_latest}) {
    EXPECT_THAT(with(topic_kind::topic, policy), IsEmpty());
    EXPECT_THAT(
        with(topic_kind::room, policy), ElementsAre("topics.x.overflow"));
  }
  for (const auto policy : {automatic, block_sender, disconnect})
    for (const auto kind : {topic_kind::topic, topic_kind::room})
      EXPECT_THAT(with(kind, policy), IsEmpty());
}

TEST(contradictions, are_publishers_that_wait_longer_than_for_an_answer) {
  const auto with = [](std::chrono::milliseconds timeout) {
    return keys_after([&](config& all) {
      topic_class one;
      one.name = "x";
      one.match = "x.*";
      one.overflow = overflow_policy::block_sender;
      one.block_timeout = timeout;
      all.topics.push_back(one);
    });
  };
  EXPECT_THAT(with(5s), ElementsAre("topics.x.block-timeout"));
  EXPECT_THAT(with(4999ms), IsEmpty());
}

TEST(contradictions, are_pongs_that_may_come_after_the_next_ping) {
  const auto with = [](std::chrono::milliseconds pong) {
    return keys_after([&](config& all) {
      all.websocket.ping_interval = 10s;
      all.websocket.pong_timeout = pong;
    });
  };
  EXPECT_THAT(with(10s), ElementsAre("websocket.pong-timeout"));
  EXPECT_THAT(with(9999ms), IsEmpty());
}

TEST(contradictions, are_compression_of_no_message) {
  const auto with = [](bool enabled) {
    return keys_after([&](config& all) {
      all.websocket.compression.enabled = enabled;
      all.websocket.compression.message_bytes_min =
          all.websocket.message_bytes_max + 1;
    });
  };
  EXPECT_THAT(
      with(true), ElementsAre("websocket.compression.message-bytes-min"));
  EXPECT_THAT(with(false), IsEmpty());
}

TEST(contradictions, are_messages_that_fit_nowhere) {
  const auto with = [](std::size_t outbox) {
    return keys_after(
        [&](config& all) { all.connection.outbox_bytes_max = outbox; });
  };
  const auto longest = config{}.websocket.message_bytes_max;
  EXPECT_THAT(with(longest - 1), ElementsAre("connection.outbox-bytes-max"));
  EXPECT_THAT(with(longest), IsEmpty());
}

TEST(contradictions, are_stops_that_cut_what_is_closing) {
  EXPECT_THAT(
      keys_after([](config& all) { all.supervisor.stop_timeout = 4s; }),
      ElementsAre("supervisor.stop-timeout"));
}

TEST(contradictions, are_alerts_of_what_lasts_less_than_a_look) {
  const auto with = [](bool enabled) {
    return keys_after([&](config& all) {
      all.alerts.enabled = enabled;
      all.alerts.after = 999ms;
    });
  };
  EXPECT_THAT(with(true), ElementsAre("alerts.after"));
  EXPECT_THAT(with(false), IsEmpty());
}

TEST(contradictions, are_rooms_of_the_node_itself) {
  const auto with = [](topic_kind kind) {
    return keys_after([&](config& all) {
      topic_class alerts;
      alerts.name = "alerts";
      alerts.match = "$sys.alerts";
      alerts.kind = kind;
      all.topics = {alerts};
    });
  };
  EXPECT_THAT(with(topic_kind::room), ElementsAre("topics.alerts.kind"));
  EXPECT_THAT(with(topic_kind::topic), IsEmpty());
}

TEST(contradictions, are_topics_that_end_while_frames_wait) {
  EXPECT_THAT(
      keys_after([](config& all) {
        all.topics = {some_topic("a", "a")};
        all.topics[0].hold = all.topics[0].idle_timeout;
      }),
      ElementsAre("topics.a.hold"));
}

TEST(contradictions, are_histories_too_short_for_a_message) {
  const auto with = [](topic_kind kind, std::size_t messages) {
    return keys_after([&](config& all) {
      all.topics = {some_topic("a", "a")};
      all.topics[0].kind = kind;
      all.topics[0].history_messages = messages;
      all.topics[0].history_bytes = all.websocket.message_bytes_max - 1;
    });
  };
  EXPECT_THAT(with(topic_kind::room, 1), ElementsAre("topics.a.history-bytes"));
  EXPECT_THAT(with(topic_kind::room, 0), IsEmpty());
  EXPECT_THAT(with(topic_kind::topic, 1), IsEmpty());
}

TEST(contradictions, are_subscriptions_for_subscribers_only) {
  EXPECT_THAT(
      keys_after([](config& all) {
        all.topics = {some_topic("a", "a")};
        all.topics[0].allow.members_only = {right::subscribe, right::publish};
      }),
      ElementsAre("topics.a.allow.members-only"));
}

TEST(contradictions, are_classes_that_no_topic_is_of) {
  EXPECT_THAT(
      keys_after([](config& all) {
        all.topics = {
            some_topic("a", "x.*"), some_topic("b", "x.y"),
            some_topic("c", "x.>"), some_topic("d", "x.*"),
            some_topic("e", "")};
      }),
      ElementsAre("topics.b.match", "topics.d.match"));
}

TEST(contradictions, are_reported_where_one_of_the_values_is_set) {
  EXPECT_THAT(
      errors_in("\nwebsocket.ping-interval = 5s"),
      ElementsAre(
          "x.conf:2: websocket.ping-interval: pong-timeout (8s) must be "
          "shorter than ping-interval (5s), or pings overtake each "
          "other"));
  EXPECT_THAT(
      errors_in("websocket.ping-interval = 5s\nwebsocket.pong-timeout = 6s"),
      ElementsAre(testing::StartsWith("x.conf:2: websocket.pong-timeout: ")));
  EXPECT_THAT(
      errors_in("http.internal-port = 8000"),
      ElementsAre("x.conf:1: http.internal-port: both listeners would be on "
                  "port 8000; http.port and http.internal-port must differ"));
}

TEST(contradictions, are_not_looked_for_among_wrong_values) {
  EXPECT_THAT(
      errors_in("websocket.ping-interval = 5s\nwebsocket.pong-timeout = x"),
      ElementsAre(
          testing::StartsWith("x.conf:2: websocket.pong-timeout: 'x'")));
}

} // namespace
} // namespace rookery
