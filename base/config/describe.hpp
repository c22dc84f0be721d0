#pragma once

#include "base/config/config.hpp"
#include "base/config/describe_alerts.hpp"
#include "base/config/describe_cluster.hpp"
#include "base/config/describe_journal.hpp"
#include "base/config/describe_topics.hpp"
#include "base/config/options.hpp"

#include <chrono>
#include <string_view>
#include <vector>

// The only list of all options. `describe(visitor, config)` shows each to the
// visitor once: its HOCON key, its field, what it may be, and why it is what it
// is by default. What a visitor needs:
//
//   template <class Field, class Form>
//   void option(std::string_view key, Field& field, const Form& form,
//               std::string_view reason);
//   template <class Section>
//   void section(std::string_view key, Section& section,
//                std::string_view reason);  // calls describe(*this, section)
//   void topic_classes(std::string_view key, std::vector<topic_class>& classes,
//                      std::string_view reason);
//
// The loader, the suggestions for unknown keys, the names of the environment
// variables and `rookery default-config` are such visitors, so that an option
// added here is known to all of them.

namespace rookery {

template <class Visitor>
void describe(Visitor& v, node_config& node) {
  using namespace option;
  v.option(
      "name", node.name,
      text{"empty, or letters, digits, '.', '_', '-'", check_node_name},
      "Shown to clients and in logs; empty makes a random one, so that two "
      "nodes "
      "never share a name by accident.");
  v.option(
      "threads", node.threads, number{0, 1024, "threads"},
      "I/O threads; 0 is one per core, since all work of a connection is done "
      "on "
      "one of them.");
}

template <class Visitor>
void describe(Visitor& v, http_config& http) {
  using namespace option;
  using namespace std::chrono_literals;
  const text address{"an IPv4 or IPv6 address", check_address};
  v.option(
      "address", http.address, address,
      "Where clients connect; the default is every interface.");
  v.option(
      "port", http.port, number{0, 65535, ""},
      "Port for clients; 0 lets the system choose one, which the log tells.");
  v.option(
      "internal-address", http.internal_address, address,
      "Where metrics are served; loopback, since it asks nobody who they are.");
  v.option(
      "internal-port", http.internal_port, number{0, 65535, ""},
      "Port for metrics; 0 lets the system choose one.");
  v.option(
      "header-bytes-max", http.header_bytes_max, bytes{1 << 10, 1 << 20},
      "Longest head of a request; room for a token and cookies, and no more, "
      "since it is read before anybody is known.");
  v.option(
      "upgrade-timeout", http.upgrade_timeout, duration{100ms, 5min},
      "Time for a complete request, so that silent sockets do not pile up.");
  v.option(
      "backlog", http.backlog, number{1, 65535, "connections"},
      "Connections that the kernel holds until we accept them; large, since "
      "all "
      "clients of a restarted node come back at once.");
  v.option(
      "demo", http.demo, flag{},
      "Serves the demo pages at /; off, since production needs none.");
}

template <class Visitor>
void describe(Visitor& v, tls_config& tls) {
  using namespace option;
  v.option(
      "enabled", tls.enabled, flag{},
      "TLS for clients; off, since a load balancer usually ends it.");
  v.option(
      "certificate", tls.certificate, text{"a PEM file"},
      "Certificate chain, the node's own certificate first.");
  v.option(
      "key", tls.key, text{"a PEM file"}, "Private key of the certificate.");
  v.option(
      "ticket-keys", tls.ticket_keys,
      texts{"list of files of 80 or 48 random bytes", check_file_name},
      "Keys of session tickets: the first seals, all open. Nodes with the same "
      "files resume each other's sessions; empty is a random key that changes "
      "every day, so that each node resumes its own only.");
  v.option(
      "client-certificate", tls.client_certificate,
      words<client_certificate_use, 3>{
          {{{"none", client_certificate_use::none},
            {"optional", client_certificate_use::optional},
            {"required", client_certificate_use::required}}}},
      "Whether clients are asked for a certificate, besides their token. One "
      "that client-ca did not sign is refused, also where it is optional.");
  v.option(
      "client-ca", tls.client_ca, text{"empty, or a PEM file"},
      "Authorities that sign the certificates of clients.");
}

template <class Visitor>
void describe(Visitor& v, compression_config& compression) {
  using namespace option;
  v.option(
      "enabled", compression.enabled, flag{},
      "Offers permessage-deflate; off, since it costs memory per connection "
      "and "
      "most of the CPU.");
  v.option(
      "level", compression.level, number{1, 9, ""},
      "Effort of zlib; 1, since more effort saves few bytes of short "
      "messages.");
  v.option(
      "message-bytes-min", compression.message_bytes_min, bytes{0, 64 << 20},
      "Shorter messages go uncompressed, since they hardly shrink.");
}

template <class Visitor>
void describe(Visitor& v, websocket_config& websocket) {
  using namespace option;
  using namespace std::chrono_literals;
  v.option(
      "path", websocket.path, text{"path of a URL", check_url_path},
      "Where the upgrade is accepted.");
  v.option(
      "message-bytes-max", websocket.message_bytes_max, bytes{256, 64 << 20},
      "Longest message of a client; one that is longer is closed with 1009.");
  v.option(
      "ping-interval", websocket.ping_interval, duration{100ms, 1h},
      "Pause between pings; below the 30 to 60 s after which load balancers "
      "cut "
      "idle connections.");
  v.option(
      "pong-timeout", websocket.pong_timeout, duration{50ms, 1h},
      "Time for the pong before the connection counts as lost (4003); several "
      "retransmissions of a mobile network fit.");
  v.option(
      "close-timeout", websocket.close_timeout, duration{50ms, 5min},
      "Time for the client's close frame before the socket is cut.");
  v.section(
      "compression", websocket.compression, "permessage-deflate (RFC 7692).");
}

template <class Visitor>
void describe(Visitor& v, connection_config& connection) {
  using namespace option;
  v.option(
      "credit", connection.credit, number{1, 65536, "messages"},
      "Messages of one client that may be unanswered; then reading stops, and "
      "TCP makes the client wait.");
  v.option(
      "outbox-messages-max", connection.outbox_messages_max,
      number{1, 1'000'000, "messages"},
      "Messages that may wait for one client before it is a slow consumer.");
  v.option(
      "outbox-bytes-max", connection.outbox_bytes_max, bytes{4 << 10, 1 << 30},
      "Bytes that may wait for one client; with the number of clients this "
      "bounds the node's memory.");
  v.option(
      "subscriptions-max", connection.subscriptions_max,
      number{1, 1'000'000, "topics"},
      "Topics that one connection may be subscribed to at a time.");
  v.option(
      "send-buffer-bytes", connection.send_buffer_bytes,
      bytes{4 << 10, 64 << 20},
      "Kernel buffer of each socket (SO_SNDBUF); small, since what waits there "
      "can be neither counted nor replaced.");
  v.option(
      "send", connection.send,
      words<send_method, 3>{
          {{{"automatic", send_method::automatic},
            {"sendmsg", send_method::sendmsg},
            {"io_uring", send_method::io_uring}}}},
      "How frames reach the kernel; automatic takes what works on this host, "
      "and the log tells which.");
}

template <class Visitor>
void describe(Visitor& v, limits_config& limits) {
  using namespace option;
  using namespace std::chrono_literals;
  constexpr uint64_t many = 100'000'000;
  v.option(
      "connections", limits.connections, number{0, many, "connections"},
      "Connections of this node; over it the upgrade is answered 503. 0 is as "
      "many as there are file descriptors.");
  v.option(
      "connections-per-second", limits.connections_per_second,
      number{0, 1'000'000, "connections"},
      "New connections; over it the upgrade is answered 503 with Retry-After. "
      "0 is as fast as the node serves those that it has.");
  v.option(
      "connections-per-address", limits.connections_per_address,
      number{0, many, "connections"},
      "Connections of one IPv4 address or one IPv6 /64; over it the upgrade is "
      "answered 429. 0 is no limit, since behind a load balancer all clients "
      "have its address, unless it is one of trusted-proxies.");
  v.option(
      "connections-per-user", limits.connections_per_user,
      number{0, many, "connections"},
      "Connections of one user on this node; the next is closed with 4504. 0 "
      "is no limit.");
  v.option(
      "messages-per-second", limits.messages_per_second,
      number{0, 1'000'000, "messages"},
      "Messages of one client, a second's worth at once; over it reading "
      "pauses. 0 is no limit: credit bounds what it may have open.");
  v.option(
      "bytes-per-second", limits.bytes_per_second, bytes{0, uint64_t{1} << 32},
      "Bytes of one client, a second's worth at once; over it reading pauses. "
      "0 is no limit.");
  v.option(
      "flood-grace", limits.flood_grace, duration{0ms, 10min},
      "How long a client may stay over the two limits above before it is "
      "closed with 4506; a pause is enough for who only was in a hurry.");
  v.option(
      "trusted-proxies", limits.trusted_proxies,
      texts{"list of addresses or networks like 10.0.0.0/8", check_network},
      "Load balancers whose X-Forwarded-For names the client; empty, since "
      "anybody can send that header.");
}

template <class Visitor>
void describe(Visitor& v, token_config& token) {
  using namespace option;
  using namespace std::chrono_literals;
  v.option(
      "hmac-secret", token.hmac_secret,
      text{"empty, or at least 32 bytes", check_hmac_secret, true},
      "Secret of HS256, HS384 and HS512 tokens; empty refuses them. Better "
      "kept "
      "out of the file: hmac-secret = ${?NAME_OF_A_VARIABLE}.");
  v.option(
      "jwks-file", token.jwks_file, text{"empty, or a JSON file"},
      "Keys of RS256 and ES256 tokens (RFC 7517); empty refuses them.");
  v.option(
      "issuer", token.issuer, text{"empty, or the `iss` of every token"},
      "Whose tokens are accepted; empty is anybody's whose key we have.");
  v.option(
      "audience", token.audience, text{"empty, or the `aud` of every token"},
      "For whom tokens must be made; empty is for anybody.");
  v.option(
      "leeway", token.leeway, duration{0ms, 5min},
      "How far clocks may differ when `exp` and `nbf` are checked.");
}

template <class Visitor>
void describe(Visitor& v, session_config& session) {
  using namespace option;
  using namespace std::chrono_literals;
  v.option(
      "anonymous", session.anonymous,
      words<bool, 2>{{{{"allow", true}, {"deny", false}}}},
      "Whether a connection without a token is an anonymous user or refused.");
  v.option(
      "auth-timeout", session.auth_timeout, duration{100ms, 10min},
      "Time for the first `auth`, when the upgrade brought no token.");
  v.option(
      "expired-grace", session.expired_grace, duration{0ms, 1h},
      "Time for a fresh token after the old one expired (4005).");
  v.option(
      "cookie", session.cookie,
      text{"empty, or the name of a cookie", check_cookie_name},
      "Cookie that holds the token; empty, since cookies are sent by any page "
      "that the user visits.");
  v.option(
      "allowed-origins", session.allowed_origins,
      texts{"list of origins like https://*.example.com, or *", check_origin},
      "Pages whose scripts may connect. Empty is any page, but where a cookie "
      "names the user only those of this host, or any page could act for its "
      "visitors.");
  v.section(
      "token", session.token, "Which JSON Web Tokens (RFC 7519) are accepted.");
}

template <class Visitor>
void describe(Visitor& v, laggard_config& laggard) {
  using namespace option;
  using namespace std::chrono_literals;
  v.option(
      "grace", laggard.grace, duration{100ms, 1h},
      "How long a full socket may take nothing before its client is a laggard; "
      "one that is slow but moves is kept.");
  v.option(
      "linger", laggard.linger, duration{0ms, 5min},
      "How long a laggard's socket stays open, so that the close code arrives "
      "when the client reads again.");
}

template <class Visitor>
void describe(Visitor& v, memory_config& memory) {
  using namespace option;
  v.option(
      "budget", memory.budget, bytes{0, uint64_t{1} << 50},
      "Bytes of all outboxes and histories together. Near it histories shrink, "
      "then new connections are answered 503, then the worst laggards are "
      "closed. 0 is a quarter of what the machine or the container has.");
}

template <class Visitor>
void describe(Visitor& v, supervisor_config& supervisor) {
  using namespace option;
  using namespace std::chrono_literals;
  v.option(
      "restarts-max", supervisor.restarts_max, number{0, 1000, "restarts"},
      "How often one topic is restarted within restart-window; a topic that "
      "crashes more often would only crash again.");
  v.option(
      "restart-window", supervisor.restart_window, duration{1s, 24h},
      "After it a crash is forgotten.");
  v.option(
      "request-timeout", supervisor.request_timeout, duration{10ms, 5min},
      "Deadline of requests between actors, so that none waits for ever.");
  v.option(
      "stop-timeout", supervisor.stop_timeout, duration{100ms, 10min},
      "Time for an orderly stop; what is open then is cut.");
}

template <class Visitor>
void describe(Visitor& v, log_config& log) {
  using namespace option;
  v.option(
      "level", log.level,
      words<log_level, 6>{
          {{{"trace", log_level::trace},
            {"debug", log_level::debug},
            {"info", log_level::info},
            {"warn", log_level::warn},
            {"error", log_level::error},
            {"off", log_level::off}}}},
      "The least level that is written; info has nothing per message.");
  v.option(
      "format", log.format,
      words<log_format, 2>{
          {{{"text", log_format::text}, {"json", log_format::json}}}},
      "One line per event, for people or for machines.");
}

template <class Visitor>
void describe(Visitor& v, config& all) {
  v.section("node", all.node, "This process.");
  v.section("http", all.http, "The listeners.");
  v.section("tls", all.tls, "Encryption of the listener for clients.");
  v.section("websocket", all.websocket, "The protocol of RFC 6455.");
  v.section("connection", all.connection, "What one client may use.");
  v.section(
      "limits", all.limits,
      "What one client, one address and the node may use.");
  v.section("session", all.session, "Who may connect.");
  v.topic_classes(
      "topics", all.topics,
      "Which names of topics exist, and what they are: classes in the order of "
      "the file, the first that matches counts. Other names are refused (error "
      "102), so that a typing mistake makes no topic.");
  v.section("journal", all.journal, "Where rooms keep their logs.");
  v.section("cluster", all.cluster, "More than one node.");
  v.section("drain", all.drain, "How a node of a cluster sends clients away.");
  v.section("laggard", all.laggard, "Clients that do not read.");
  v.section("memory", all.memory, "What the node's queues may use together.");
  v.section("alerts", all.alerts, "When operators are told.");
  v.section(
      "supervisor", all.supervisor, "When actors fail or the node stops.");
  v.section("log", all.log, "What the node writes to its standard error.");
}

} // namespace rookery
