#pragma once

#include "base/config/config.hpp"
#include "base/config/options.hpp"

#include <chrono>

// The options of a cluster; see base/config/describe.hpp.

namespace rookery {

template <class Visitor>
void describe(Visitor& v, nats_config& nats) {
  using namespace option;
  using namespace std::chrono_literals;
  const text file{"empty, or the name of a file", nullptr};
  v.option(
      "servers", nats.servers,
      texts{"nats://host:port or tls://host:port", check_nats_server},
      "Any of them; the others of their cluster are learnt from them.");
  v.option(
      "user", nats.user, text{"empty, or a name", nullptr},
      "With password: one of the ways to prove who the node is.");
  v.option(
      "password", nats.password, text{"any text", nullptr, true}, "Of user.");
  v.option(
      "token", nats.token, text{"any text", nullptr, true},
      "Another way: a token that all nodes share.");
  v.option(
      "credentials-file", nats.credentials_file, file,
      "Another way: a JWT and its NKEY, as nsc writes them.");
  v.option(
      "nkey", nats.nkey, text{"empty, or a public NKEY", nullptr},
      "Another way, with nkey-seed-file.");
  v.option("nkey-seed-file", nats.nkey_seed_file, file, "The seed of nkey.");
  v.option(
      "tls", nats.tls, flag{},
      "Demands TLS of every server; those of tls:// are asked for it anyway.");
  v.option(
      "tls-ca-file", nats.tls_ca_file, file,
      "Who may sign certificates of the servers; empty: whom the system "
      "trusts.");
  v.option(
      "tls-certificate-file", nats.tls_certificate_file, file,
      "The node's own certificate, where servers ask for one.");
  v.option("tls-key-file", nats.tls_key_file, file, "Its private key.");
  v.option(
      "inbox-prefix", nats.inbox_prefix,
      text{"words with dots between them", check_subject},
      "Where answers come in; what the node's login may subscribe to.");
  v.option(
      "connect-timeout", nats.connect_timeout, duration{100ms, 1min},
      "For each server.");
  v.option(
      "reconnect-wait", nats.reconnect_wait, duration{10ms, 1min},
      "Between tries, which have no end; twice as much again by chance, so "
      "that nodes come back spread.");
  v.option(
      "ping-interval", nats.ping_interval, duration{500ms, 5min},
      "A server that does not answer three of these is left for another.");
}

template <class Visitor>
void describe(Visitor& v, cluster_log_config& log) {
  using namespace option;
  using namespace std::chrono_literals;
  v.option(
      "replicas", log.replicas, number{1, 5, "servers"},
      "How many servers have each entry. With 3, one may be lost and nothing "
      "is; with 1, rooms wait while that server is away.");
  v.option(
      "storage", log.storage,
      words<stream_kind, 2>{
          {{{"file", stream_kind::file}, {"memory", stream_kind::memory}}}},
      "Where servers keep it. memory is faster and ends with the server; rooms "
      "then begin anew.");
  v.option(
      "batches-per-topic-max", log.batches_per_topic_max,
      number{0, 1'000'000'000, "batches"},
      "What is kept of one room, of which the oldest leave; at least as much "
      "as its history-messages. 0 is without end.");
  v.option(
      "bytes-max", log.bytes_max, bytes{0, uint64_t{1} << 50},
      "What is kept of all rooms together. 0 is without end.");
  v.option(
      "age-max", log.age_max, duration{0ms, 8'760h},
      "How long an entry is kept. 0 is without end.");
  v.option(
      "dedupe-window", log.dedupe_window, duration{1s, 1h},
      "How long servers know again what a node sends once more; longer than "
      "they are ever away.");
  v.option(
      "deadline", log.deadline, duration{500ms, 5min},
      "For which a publish waits for NATS; then its client gets error 108.");
  v.option(
      "tail-interval", log.tail_interval, duration{1s, 1h},
      "How often a room looks whether the log has what nobody told it; beside "
      "each new connection to NATS.");
  v.option(
      "backlog-messages-max", log.backlog_messages_max,
      number{1, 100'000'000, "messages"},
      "Messages that wait for NATS; the next one is refused (error 108).");
  v.option(
      "backlog-bytes-max", log.backlog_bytes_max,
      bytes{64 << 10, uint64_t{64} << 30},
      "Bytes that wait for NATS; at least one longest message.");
}

template <class Visitor>
void describe(Visitor& v, cluster_config& cluster) {
  using namespace option;
  using namespace std::chrono_literals;
  v.option(
      "enabled", cluster.enabled, flag{},
      "Joins the nodes that have the same name at the same NATS. Rooms then "
      "keep their logs in JetStream, whatever journal says.");
  v.option(
      "name", cluster.name,
      text{"1 to 32 of letters, digits, '-', '_'", check_cluster_name},
      "Part of every subject and stream, so that clusters can share NATS.");
  v.option(
      "heartbeat-interval", cluster.heartbeat_interval, duration{50ms, 1min},
      "How often a node says that it is there, and how it is.");
  v.option(
      "failure-timeout", cluster.failure_timeout, duration{200ms, 10min},
      "A node that was silent for so long is gone: its members leave after "
      "presence-hold. Several heartbeats long, so that one may be lost.");
  v.section("nats", cluster.nats, "How nodes reach each other.");
  v.section(
      "log", cluster.log,
      "The streams of rooms, which the nodes make and adapt.");
}

template <class Visitor>
void describe(Visitor& v, drain_config& drain) {
  using namespace option;
  using namespace std::chrono_literals;
  v.option(
      "rate", drain.rate, number{1, 1'000'000, "connections"},
      "How many clients per second are sent away when the node drains; fewer "
      "when the other nodes that are up can not accept so many. Each measures "
      "what its last thousand clients cost its threads to accept, TLS "
      "included, and offers a fifth of its cores: 500 per second and thread "
      "until it has accepted some, never less than 100 per second, and no more "
      "than limits.connections-per-second.");
  v.option(
      "window-min", drain.window_min, duration{0ms, 10min},
      "The shortest time over which clients spread their return.");
  v.option(
      "limit", drain.limit, duration{0ms, 1h},
      "When it is over, all clients that are left are closed at once. Only a "
      "node with others beside it drains.");
  v.option(
      "hold", drain.hold, duration{0ms, 10min},
      "Members of rooms who are sent away are held as long as clients take to "
      "leave, and so much longer, also where presence-hold is shorter: who "
      "comes back elsewhere by then has never left.");
}

} // namespace rookery
