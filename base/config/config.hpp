#pragma once

#include "base/rights.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

// One deployment is one HOCON file. Each option is a field here: its default
// stands at the field, its reason in `describe` (base/config/describe.hpp),
// from which the loader, `default-config` and configs/reference.conf are made.

namespace rookery {

using std::chrono::milliseconds;

struct node_config {
  std::string name;        // shown in welcome and logs; empty: random
  std::size_t threads = 0; // I/O threads; 0: the number of cores

  bool operator==(const node_config&) const = default;
};

struct http_config {
  std::string address = "0.0.0.0";
  uint16_t port = 8000;
  std::string internal_address = "127.0.0.1";
  uint16_t internal_port = 9000;
  std::size_t header_bytes_max = 8192;
  milliseconds upgrade_timeout{10'000};
  uint32_t backlog = 4096;
  bool demo = false; // serve the demo pages at /

  bool operator==(const http_config&) const = default;
};

/// Whether clients show a certificate of their own.
enum class client_certificate_use : uint8_t { none, optional, required };

struct tls_config {
  bool enabled = false;
  std::string certificate; // PEM file, leaf first
  std::string key;         // PEM file
  /// Files with one key each; the first seals session tickets, all open them.
  std::vector<std::string> ticket_keys; // empty: random
  client_certificate_use client_certificate = client_certificate_use::none;
  std::string client_ca; // PEM file

  bool operator==(const tls_config&) const = default;
};

/// How a batch of frames reaches the kernel.
enum class send_method : uint8_t { automatic, sendmsg, io_uring };

struct compression_config {
  bool enabled = false;
  int level = 1;                       // zlib 1..9
  std::size_t message_bytes_min = 256; // shorter messages go uncompressed

  bool operator==(const compression_config&) const = default;
};

struct websocket_config {
  std::string path = "/ws";
  std::size_t message_bytes_max = 65536;
  milliseconds ping_interval{25'000};
  milliseconds pong_timeout{8'000};
  milliseconds close_timeout{5'000};
  compression_config compression;

  bool operator==(const websocket_config&) const = default;
};

struct connection_config {
  uint32_t credit = 64; // unanswered messages
  uint32_t outbox_messages_max = 4096;
  std::size_t outbox_bytes_max = 1024 * 1024;
  uint32_t subscriptions_max = 128;
  std::size_t send_buffer_bytes = 64 * 1024; // SO_SNDBUF
  send_method send = send_method::automatic;

  bool operator==(const connection_config&) const = default;
};

/// What one client, one address and the node may use; 0: without limit.
struct limits_config {
  uint32_t connections = 0;            // sockets of the node
  uint32_t connections_per_second = 0; // new ones
  uint32_t connections_per_address = 0;
  uint32_t connections_per_user = 0;
  uint32_t messages_per_second = 0; // of one connection
  std::size_t bytes_per_second = 0; // of one connection
  milliseconds flood_grace{10'000}; // over the two above, before close 4506
  /// Their X-Forwarded-For is believed.
  std::vector<std::string> trusted_proxies; // "10.0.0.0/8"

  bool operator==(const limits_config&) const = default;
};

struct token_config {
  /// Secret of HS256/384/512 tokens; empty: such tokens are refused.
  std::string hmac_secret;
  /// A JWKS file with public keys (RS256, ES256) or more secrets.
  std::string jwks_file;
  std::string issuer;         // required `iss`; empty: any
  std::string audience;       // required `aud`; empty: any
  milliseconds leeway{5'000}; // for `exp` and `nbf`

  bool operator==(const token_config&) const = default;
};

struct session_config {
  bool anonymous = false; // anonymous = allow | deny
  milliseconds auth_timeout{10'000};
  milliseconds expired_grace{25'000}; // after `exp`, before close 4005
  std::string cookie;                 // name of the cookie with the token
  /// Pages that may connect: "https://app.example.com", "https://*.x.org".
  std::vector<std::string> allowed_origins;
  token_config token;

  bool operator==(const session_config&) const = default;
};

enum class topic_kind : uint8_t {
  topic,
  room,
  lobby,
  listing, // of lobbies; no class of the configuration is one
};

/// What becomes of an event for a subscriber whose outbox is full. With a log
/// nothing is ever lost: a room repairs, whatever it does besides.
enum class overflow_policy : uint8_t {
  automatic,    // repair with a log, else drop_oldest
  repair,       // the subscriber's cursor stays; it is sent later
  drop_oldest,  // of this topic, those that wait
  drop_newest,  // this one
  keep_latest,  // of each tag
  block_sender, // publishers wait
  disconnect,   // the subscriber is a laggard
};
inline constexpr std::size_t overflow_policies = 7;

/// Who may do what with the topics of one class; `allow` in the file. How this
/// goes together with a token's `topics` claim: net/auth/rights.hpp.
///
/// The defaults let a first configuration work. They trust users, because a
/// token vouches for them. Anonymous users exist only where the operator lets
/// them in, which is to take part; but strangers do not write to single
/// persons, and take no seats, which are kept for an id that they cannot prove.
struct topic_rights {
  right_set anonymous{
      right::subscribe, right::publish, right::presence, right::history};
  right_set users = right_set::all();
  /// Of the rights above, those that only members make use of: who is not
  /// subscribed to the topic has them not. `subscribe` has no place here.
  right_set members_only;

  bool operator==(const topic_rights&) const = default;
};

/// Lobbies of one class.
struct lobby_config {
  uint32_t seats_max = 64;
  std::size_t info_bytes_max = 1024; // as JSON
  uint32_t listed_max = 100'000;     // lobbies of one listing
  milliseconds hold{30'000};         // of a seat whose player is gone
  milliseconds empty_ttl{60'000};
  milliseconds started_ttl{milliseconds{4 * 60 * 60 * 1000}}; // 0: no end

  bool operator==(const lobby_config&) const = default;
};

/// One entry of `topics`: what all topics are whose name matches.
struct topic_class {
  std::string name;  // the key below `topics`
  std::string match; // "chat.*": `*` is one part, `>` the rest
  topic_kind kind = topic_kind::topic;
  overflow_policy overflow = overflow_policy::automatic;
  milliseconds block_timeout{1'000}; // of block_sender
  milliseconds idle_timeout{60'000}; // unused for so long, the actor ends
  milliseconds hold{0};              // frames may wait so long to be joined
  std::size_t subscribers_max = 1'000'000;
  milliseconds presence_hold{0};         // who dropped is a member so long
  std::size_t presence_full_up_to = 500; // members, told one by one
  std::size_t state_bytes_max = 64 * 1024;
  bool journal = true;                 // false: the log is in memory only
  std::size_t history_messages = 1000; // room, lobby: the log's bounds
  std::size_t history_bytes = 1024 * 1024;
  milliseconds history_age{0};      // 0: without end
  std::size_t ring_messages = 1000; // the part of it in memory, with a journal
  std::size_t ring_bytes = 1024 * 1024;
  milliseconds idempotency_window{120'000}; // a key is remembered so long
  std::size_t idempotency_keys_max = 10'000;
  lobby_config lobby;
  topic_rights allow;

  bool operator==(const topic_class&) const = default;
};

/// What `overflow` of this class comes to.
inline overflow_policy policy_of(const topic_class& topic) noexcept {
  if (topic.overflow != overflow_policy::automatic)
    return topic.overflow;
  return topic.kind == topic_kind::topic ? overflow_policy::drop_oldest
                                         : overflow_policy::repair;
}

/// Where the logs of rooms are kept.
enum class log_store : uint8_t { memory, file };
/// What a receipt survives where logs are kept in a file. Both survive the end
/// of the process, however it comes.
enum class journal_sync : uint8_t {
  /// The loss of power, too: one fsync for each commit.
  always,
  /// Not the loss of power: what was committed since the last checkpoint may be
  /// lost then, and all topics begin a new epoch, so that no client is told
  /// that it has seen everything.
  checkpoint,
};

struct journal_config {
  log_store store = log_store::memory;
  std::string file = "rookery.journal";
  journal_sync sync = journal_sync::always;
  bool check = true; // the file, at start
  uint32_t backlog_messages_max = 65'536;
  std::size_t backlog_bytes_max = 64 * 1024 * 1024;

  bool operator==(const journal_config&) const = default;
};

/// How a node reaches NATS; at most one way to prove who it is.
struct nats_config {
  std::vector<std::string> servers{"nats://127.0.0.1:4222"};
  std::string user, password;
  std::string token;
  std::string credentials_file;
  std::string nkey, nkey_seed_file;
  bool tls = false; // besides servers of tls://
  std::string tls_ca_file, tls_certificate_file, tls_key_file;
  std::string inbox_prefix = "_INBOX";
  milliseconds connect_timeout{2'000}; // for each server
  milliseconds reconnect_wait{250};
  milliseconds ping_interval{10'000};

  bool operator==(const nats_config&) const = default;
};

enum class stream_kind : uint8_t { file, memory };

/// The stream that holds the logs of all rooms of a cluster.
struct cluster_log_config {
  uint32_t replicas = 1;
  stream_kind storage = stream_kind::file;
  uint32_t batches_per_topic_max = 10'000; // 0: without end
  std::size_t bytes_max = 0;               // of all topics; 0: without end
  milliseconds age_max{0};                 // 0: without end
  milliseconds dedupe_window{120'000};
  milliseconds deadline{4'000};       // of what is asked of it
  milliseconds tail_interval{30'000}; // between looks for what was missed
  uint32_t backlog_messages_max = 65'536;
  std::size_t backlog_bytes_max = 64 * 1024 * 1024;

  bool operator==(const cluster_log_config&) const = default;
};

struct cluster_config {
  bool enabled = false;
  std::string name = "rookery"; // begins or ends all subjects and streams
  milliseconds heartbeat_interval{1'000};
  milliseconds failure_timeout{5'000};
  nats_config nats;
  cluster_log_config log;

  bool operator==(const cluster_config&) const = default;
};

struct drain_config {
  uint32_t rate = 200; // connections per second, at most
  milliseconds window_min{2'000};
  milliseconds limit{60'000}; // then what is left is closed
  milliseconds hold{10'000};  // of members, beside the window

  bool operator==(const drain_config&) const = default;
};

struct laggard_config {
  milliseconds grace{10'000};  // without progress of the socket
  milliseconds linger{30'000}; // for the close frame to arrive

  bool operator==(const laggard_config&) const = default;
};

struct memory_config {
  std::size_t budget = 0; // of outboxes and histories; 0: by the machine

  bool operator==(const memory_config&) const = default;
};

/// Shares are percentages.
struct alerts_config {
  bool enabled = true;
  milliseconds check_interval{1'000};
  milliseconds after{5'000};    // to be raised, and to be cleared
  uint32_t outbox_percent = 50; // of a bound of the outbox
  uint32_t topic_percent = 20;  // of a topic's subscribers
  uint32_t node_percent = 5;    // of all connections

  bool operator==(const alerts_config&) const = default;
};

struct supervisor_config {
  uint32_t restarts_max = 5; // of one topic within `restart_window`
  milliseconds restart_window{60'000};
  milliseconds request_timeout{5'000}; // of requests between actors
  milliseconds stop_timeout{10'000};

  bool operator==(const supervisor_config&) const = default;
};

enum class log_format : uint8_t { text, json };
enum class log_level : uint8_t { trace, debug, info, warn, error, off };

struct log_config {
  log_level level = log_level::info;
  log_format format = log_format::text;

  bool operator==(const log_config&) const = default;
};

struct config {
  node_config node;
  http_config http;
  tls_config tls;
  websocket_config websocket;
  connection_config connection;
  limits_config limits;
  session_config session;
  std::vector<topic_class> topics; // in order of the file: first match wins
  journal_config journal;
  cluster_config cluster;
  drain_config drain;
  laggard_config laggard;
  memory_config memory;
  alerts_config alerts;
  supervisor_config supervisor;
  log_config log;

  bool operator==(const config&) const = default;
};

} // namespace rookery
