#include "tests/unit/config/loading.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rookery {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

TEST(load, of_nothing_gives_the_defaults) {
  EXPECT_EQ(load_good(""), config{});
  EXPECT_EQ(load_good("{}"), config{});
  EXPECT_EQ(load_good("# nothing\n\nhttp {\n}\n"), config{});
}

TEST(load, reads_all_kinds_of_values) {
  const auto all = load_good(R"(
    node { name = node-1, threads = 4 }
    http { address = "::1", port = 0, demo = on }
    websocket.message-bytes-max = 128 KiB
    websocket { ping-interval = 1 minute, compression { enabled = true } }
    connection { outbox-bytes-max = 2097152, send = io_uring }
    session { anonymous = allow, token.leeway = 250 }
    log { level = debug, format : json }
  )");
  EXPECT_EQ(all.node.name, "node-1");
  EXPECT_EQ(all.node.threads, 4u);
  EXPECT_EQ(all.http.address, "::1");
  EXPECT_EQ(all.http.port, 0);
  EXPECT_TRUE(all.http.demo);
  EXPECT_EQ(all.websocket.message_bytes_max, 131072u);
  EXPECT_EQ(all.websocket.ping_interval, 60s);
  EXPECT_TRUE(all.websocket.compression.enabled);
  EXPECT_EQ(all.connection.outbox_bytes_max, 2097152u);
  EXPECT_EQ(all.connection.send, send_method::io_uring);
  EXPECT_TRUE(all.session.anonymous);
  EXPECT_EQ(all.session.token.leeway, 250ms);
  EXPECT_EQ(all.log.level, log_level::debug);
  EXPECT_EQ(all.log.format, log_format::json);
}

TEST(load, reads_json_too) {
  const auto all = load_good(R"({"http": {"port": 80, "demo": true}})");
  EXPECT_EQ(all.http.port, 80);
  EXPECT_TRUE(all.http.demo);
}

TEST(load, reads_topic_classes_with_all_their_options) {
  const auto all = load_good(R"(
    topics {
      chat {
        match = "chat.*", kind = room, idle-timeout = 5m, hold = 20ms
        subscribers-max = 500, history-messages = 10, history-bytes = 1 MiB
        idempotency-window = 1h, idempotency-keys-max = 3, presence-hold = 2s
        allow { anonymous = [], users = [subscribe, publish],
                members-only = publish }
      }
      own { match = "user.{id}.>", allow.users = all }
    })");
  ASSERT_EQ(all.topics.size(), 2u);
  topic_class chat;
  chat.name = "chat";
  chat.match = "chat.*";
  chat.kind = topic_kind::room;
  chat.idle_timeout = 5min;
  chat.hold = 20ms;
  chat.subscribers_max = 500;
  chat.history_messages = 10;
  chat.history_bytes = 1024 * 1024;
  chat.idempotency_window = 1h;
  chat.presence_hold = 2s;
  chat.idempotency_keys_max = 3;
  chat.allow.anonymous = {};
  chat.allow.users = {right::subscribe, right::publish};
  chat.allow.members_only = {right::publish};
  EXPECT_EQ(all.topics[0], chat);
  EXPECT_EQ(all.topics[1].match, "user.{id}.>");
  EXPECT_EQ(all.topics[1].allow.users, right_set::all());
}

TEST(load, takes_the_last_of_several_values) {
  const auto all = load_good(R"(
    http { port = 1, backlog = 7 }
    http.port = 2
    http { port = 3 }
  )");
  EXPECT_EQ(all.http.port, 3);
  EXPECT_EQ(all.http.backlog, 7u);
}

TEST(load, takes_values_back_with_null) {
  const auto all = load_good("http.port = 5\nhttp.port = null\ntls = null");
  EXPECT_EQ(all.http.port, config{}.http.port);
}

TEST(load, reads_characters_beyond_ascii_in_all_quotes) {
  const auto all =
      load_good("tls.key = \"/etc/schl\xc3\xbcssel/\\u00e9\"\n"
                "tls.certificate = \"\"\"/etc/\xf0\x9f\x94\x91\"\"\"");
  EXPECT_EQ(all.tls.key, "/etc/schl\xc3\xbcssel/\xc3\xa9");
  EXPECT_EQ(all.tls.certificate, "/etc/\xf0\x9f\x94\x91");
}

TEST(load_values, of_the_wrong_kind_are_errors) {
  EXPECT_THAT(
      errors_in(R"(
http { port = abc, demo = maybe, backlog = 1.5, address = localhost }
websocket { path = ws, ping-interval = 25 parsecs, message-bytes-max = big }
connection.send = pigeon
session.anonymous = true
node.name = "a b"
session.cookie = "a;b"
)"),
      ElementsAre(
          "x.conf:2: http.address: 'localhost' is not an IPv4 or IPv6 address",
          "x.conf:2: http.backlog: '1.5' is not a whole number "
          "(1..65535 connections)",
          "x.conf:2: http.demo: 'maybe' is neither true nor false",
          "x.conf:2: http.port: 'abc' is not a whole number (0..65535)",
          "x.conf:3: websocket.message-bytes-max: 'big' is not a size like "
          "4096 or 64 KiB (256 B..64 MiB)",
          "x.conf:3: websocket.path: 'ws' is not the path of a URL, such as "
          "/ws",
          "x.conf:3: websocket.ping-interval: '25 parsecs' is not a duration "
          "like 250ms or 25s (100ms..1h)",
          "x.conf:4: connection.send: 'pigeon' is none of automatic | sendmsg "
          "| io_uring",
          "x.conf:5: session.anonymous: 'true' is none of allow | deny",
          "x.conf:6: node.name: 'a b' is not a name of up to 64 letters, "
          "digits, '.', '_' and '-'",
          "x.conf:7: session.cookie: 'a;b' is not the name of a cookie"));
}

TEST(load_values, out_of_range_are_errors) {
  EXPECT_THAT(
      errors_in("http.port = 65536\n"
                "websocket.compression.level = 0\n"
                "websocket.ping-interval = 2h\n"
                "connection.outbox-bytes-max = 1 B\n"),
      ElementsAre(
          "x.conf:1: http.port: '65536' is out of range (0..65535)",
          "x.conf:2: websocket.compression.level: '0' is out of range (1..9)",
          "x.conf:3: websocket.ping-interval: '2h' is out of range "
          "(100ms..1h)",
          "x.conf:4: connection.outbox-bytes-max: '1 B' is out of range "
          "(4 KiB..1 GiB)"));
}

TEST(load_values, are_not_sections_or_lists) {
  EXPECT_THAT(
      errors_in("http.port = [1, 2]\n"
                "http.demo { x = 1 }\n"
                "websocket = 5\n"
                "topics = [a]\n"
                "topics.a = 7\n"
                "log.level = []\n"),
      ElementsAre(
          "x.conf:1: http.port: expected 0..65535, not a list",
          "x.conf:2: http.demo: expected true | false, not a section",
          "x.conf:3: websocket: expected a section { ... }, not a value",
          "x.conf:5: topics.a: expected a section { ... }, not a value",
          "x.conf:6: log.level: expected trace | debug | info | warn | error | "
          "off, not a list"));
}

TEST(load_values, that_are_secret_are_not_shown) {
  const auto errors = errors_in("session.token.hmac-secret = sesame");
  EXPECT_THAT(
      errors, ElementsAre("x.conf:1: session.token.hmac-secret: the secret is "
                          "shorter than 32 bytes"));
}

TEST(load_values, logins_in_urls_are_not_shown) {
  EXPECT_THAT(
      errors_in("cluster.nats.servers = [\"nats://me:sesame@a@h:1\", "
                "\"nats://b\"]"),
      ElementsAre("x.conf:1: cluster.nats.servers: 'nats://...@h:1 nats://b' "
                  "holds \"nats://...@h:1\", which has a login in it, which "
                  "belongs into user and password"));
  EXPECT_THAT(
      errors_in(
          "cluster.nats.servers = nats://me:" + std::string(500, 's') + "@h"),
      ElementsAre(::testing::Not(::testing::HasSubstr("sss"))));
}

TEST(load_values, that_are_long_are_cut_in_errors) {
  const auto errors =
      errors_in("http.port = \"\"\"" + std::string(500, 'x') + "\ny\"\"\"");
  ASSERT_EQ(errors.size(), 1u);
  EXPECT_LT(errors[0].size(), 200u);
  EXPECT_EQ(errors[0].find('\n'), std::string::npos);
}

TEST(load_keys, that_are_unknown_are_errors_with_the_nearest_known_one) {
  EXPECT_THAT(
      errors_in(R"(http { prot = 1, Port = 2 }
websocket.ping_interval = 5s
htpp.port = 3
connection { ping-interval = 5s }
frobnicate = yes
topics.chat { match = a, knd = room, allow.user = [all] }
)"),
      ElementsAre(
          "x.conf:1: http.Port: unknown key; did you mean http.port?",
          "x.conf:1: http.prot: unknown key; did you mean http.port?",
          "x.conf:2: websocket.ping_interval: unknown key; did you mean "
          "websocket.ping-interval?",
          "x.conf:3: htpp: unknown key; did you mean http?",
          "x.conf:4: connection.ping-interval: unknown key; did you mean "
          "websocket.ping-interval?",
          "x.conf:5: frobnicate: unknown key",
          "x.conf:6: topics.chat.allow.user: unknown key; did you mean "
          "topics.chat.allow.users?",
          "x.conf:6: topics.chat.knd: unknown key; did you mean "
          "topics.chat.kind?"));
}

TEST(load_keys, below_vars_are_the_users_own) {
  EXPECT_EQ(load_good("vars { anything { at = [all] } }"), config{});
}

TEST(load_errors, are_all_listed_in_the_order_of_the_lines) {
  const auto errors = errors_in(R"(tls.enabled = yes
http.port = x
nonsense = 1
websocket.pong-timeout = 30s
topics.a { match = "**" }
)");
  EXPECT_THAT(
      errors, ElementsAre(
                  testing::StartsWith("x.conf:1: tls.enabled"),
                  testing::StartsWith("x.conf:1: tls.enabled"),
                  testing::StartsWith("x.conf:2: http.port"),
                  testing::StartsWith("x.conf:3: nonsense"),
                  testing::StartsWith("x.conf:4: websocket.pong-timeout"),
                  testing::StartsWith("x.conf:5: topics.a.match")));
}

} // namespace
} // namespace rookery
