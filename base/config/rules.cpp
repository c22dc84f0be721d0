#include "base/config/rules.hpp"

#include "base/config/personal_pattern.hpp"
#include "base/config/topic_pattern.hpp"
#include "base/config/units.hpp"

#include <fmt/format.h>

#include <array>
#include <string_view>

namespace rookery {

namespace {

using conflicts = std::vector<contradiction>;

bool is_wildcard(std::string_view address) {
  return address == "0.0.0.0" || address == "::";
}

void check_http(const http_config& http, conflicts& found) {
  const bool may_collide = http.address == http.internal_address
                           || is_wildcard(http.address)
                           || is_wildcard(http.internal_address);
  if (http.port != 0 && http.port == http.internal_port && may_collide)
    found.push_back(
        {{"http.internal-port", "http.port", "http.internal-address",
          "http.address"},
         fmt::format(
             "both listeners would be on port {}; http.port and "
             "http.internal-port must differ",
             http.port)});
}

void check_tls(const tls_config& tls, conflicts& found) {
  if (!tls.enabled)
    return;
  if (tls.certificate.empty())
    found.push_back(
        {{"tls.enabled", "tls.certificate"},
         "TLS needs a certificate; set tls.certificate"});
  if (tls.key.empty())
    found.push_back(
        {{"tls.enabled", "tls.key"}, "TLS needs a private key; set tls.key"});
  const bool asked = tls.client_certificate != client_certificate_use::none;
  if (asked && tls.client_ca.empty())
    found.push_back(
        {{"tls.client-certificate", "tls.client-ca"},
         "certificates of clients cannot be checked; set tls.client-ca"});
  if (!asked && !tls.client_ca.empty())
    found.push_back(
        {{"tls.client-ca", "tls.client-certificate"},
         "no client is asked for a certificate; set tls.client-certificate to "
         "optional or required"});
}

void check_path(const config& all, conflicts& found) {
  for (const std::string_view taken : {"/health", "/ready"})
    if (all.websocket.path == taken)
      found.push_back(
          {{"websocket.path"},
           fmt::format("{} answers load balancers already", taken)});
  if (all.http.demo && all.websocket.path == "/")
    found.push_back(
        {{"websocket.path", "http.demo"},
         "/ is the demo page, which http.demo serves"});
}

void check_websocket(const websocket_config& websocket, conflicts& found) {
  if (websocket.pong_timeout >= websocket.ping_interval)
    found.push_back(
        {{"websocket.pong-timeout", "websocket.ping-interval"},
         fmt::format(
             "pong-timeout ({}) must be shorter than ping-interval ({}), or "
             "pings overtake each other",
             format_duration(websocket.pong_timeout),
             format_duration(websocket.ping_interval))});
  const auto& compression = websocket.compression;
  if (compression.enabled
      && compression.message_bytes_min > websocket.message_bytes_max)
    found.push_back(
        {{"websocket.compression.message-bytes-min",
          "websocket.message-bytes-max"},
         fmt::format(
             "no message would be compressed: message-bytes-min ({}) is above "
             "websocket.message-bytes-max ({})",
             format_bytes(compression.message_bytes_min),
             format_bytes(websocket.message_bytes_max))});
}

void check_outbox(const config& all, conflicts& found) {
  if (all.connection.outbox_bytes_max < all.websocket.message_bytes_max)
    found.push_back(
        {{"connection.outbox-bytes-max", "websocket.message-bytes-max"},
         fmt::format(
             "outbox-bytes-max ({}) must hold the longest message "
             "(websocket.message-bytes-max, {})",
             format_bytes(all.connection.outbox_bytes_max),
             format_bytes(all.websocket.message_bytes_max))});
}

void check_backlog(const config& all, conflicts& found) {
  if (all.journal.backlog_bytes_max < all.websocket.message_bytes_max)
    found.push_back(
        {{"journal.backlog-bytes-max", "websocket.message-bytes-max"},
         fmt::format(
             "backlog-bytes-max ({}) must hold the longest message "
             "(websocket.message-bytes-max, {})",
             format_bytes(all.journal.backlog_bytes_max),
             format_bytes(all.websocket.message_bytes_max))});
}

void check_stop(const config& all, conflicts& found) {
  if (all.supervisor.stop_timeout < all.websocket.close_timeout)
    found.push_back(
        {{"supervisor.stop-timeout", "websocket.close-timeout"},
         fmt::format(
             "stop-timeout ({}) is shorter than websocket.close-timeout ({}), "
             "so a stop would cut connections that are closing in order",
             format_duration(all.supervisor.stop_timeout),
             format_duration(all.websocket.close_timeout))});
}

void check_alerts(const alerts_config& alerts, conflicts& found) {
  if (alerts.enabled && alerts.after < alerts.check_interval)
    found.push_back(
        {{"alerts.after", "alerts.check-interval"},
         fmt::format(
             "after ({}) is shorter than check-interval ({}), so nobody would "
             "see how long something lasts",
             format_duration(alerts.after),
             format_duration(alerts.check_interval))});
}

void check_overflow(
    const topic_class& topic, const config& all, conflicts& found) {
  using enum overflow_policy;
  const auto path = "topics." + topic.name + ".";
  const bool has_log = topic.kind != topic_kind::topic;
  const auto policy = topic.overflow;
  if (!has_log && policy == repair)
    found.push_back(
        {{path + "overflow", path + "kind"},
         "a topic has no log to repair from; a room has"});
  if (has_log
      && (policy == drop_oldest || policy == drop_newest
          || policy == keep_latest))
    found.push_back(
        {{path + "overflow", path + "kind"},
         "a room loses nothing: repair, block-sender or disconnect"});
  if (policy == block_sender
      && topic.block_timeout >= all.supervisor.request_timeout)
    found.push_back(
        {{path + "block-timeout", "supervisor.request-timeout"},
         fmt::format(
             "block-timeout ({}) must be shorter than "
             "supervisor.request-timeout ({}), or publishes that wait are "
             "answered with an error",
             format_duration(topic.block_timeout),
             format_duration(all.supervisor.request_timeout))});
}

void check_class(
    const topic_class& topic, const config& all, conflicts& found) {
  const auto& websocket = all.websocket;
  const bool has_log = topic.kind != topic_kind::topic;
  const auto path = "topics." + topic.name + ".";
  if (topic.hold >= topic.idle_timeout)
    found.push_back(
        {{path + "hold", path + "idle-timeout"},
         fmt::format(
             "hold ({}) must be shorter than idle-timeout ({})",
             format_duration(topic.hold),
             format_duration(topic.idle_timeout))});
  const bool remembers = has_log && topic.history_messages > 0;
  if (remembers && topic.history_bytes < websocket.message_bytes_max)
    found.push_back(
        {{path + "history-bytes", "websocket.message-bytes-max", path + "kind",
          path + "history-messages"},
         fmt::format(
             "history-bytes ({}) must hold the longest message "
             "(websocket.message-bytes-max, {})",
             format_bytes(topic.history_bytes),
             format_bytes(websocket.message_bytes_max))});
  if (has_log && topic.state_bytes_max > all.connection.outbox_bytes_max / 2)
    found.push_back(
        {{path + "state-bytes-max", "connection.outbox-bytes-max",
          path + "kind"},
         fmt::format(
             "a snapshot with a state of {} would not fit into half of an "
             "outbox (connection.outbox-bytes-max, {})",
             format_bytes(topic.state_bytes_max),
             format_bytes(all.connection.outbox_bytes_max))});
  if (topic.match.starts_with(listing_prefix)
      || topic.match.starts_with(play_prefix))
    found.push_back(
        {{path + "match"},
         "these topics come with a class of lobbies, and are as that says"});
  else if (has_log && is_system_topic(topic.match))
    found.push_back(
        {{path + "kind", path + "match"},
         "the node's own topics have no log and no members; kind must be "
         "topic"});
  if (topic.allow.members_only.has(right::subscribe))
    found.push_back(
        {{path + "allow.members-only"},
         "nobody could subscribe, if only subscribers may"});
}

/// Each class must be reachable: no class before it takes all its names.
void check_order(const std::vector<topic_class>& topics, conflicts& found) {
  for (std::size_t i = 0; i < topics.size(); ++i)
    for (std::size_t before = 0; before < i; ++before) {
      const auto& wide = topics[before];
      const auto& narrow = topics[i];
      if (wide.match.empty() || narrow.match.empty()
          || !covers(with_any_id(wide.match), with_any_id(narrow.match)))
        continue;
      found.push_back(
          {{"topics." + narrow.name + ".match",
            "topics." + wide.name + ".match"},
           fmt::format(
               "no topic is of this class, since \"{}\" of {} comes before it "
               "and takes all",
               wide.match, wide.name)});
      break;
    }
}

void check_login(const nats_config& nats, conflicts& found) {
  const std::vector<std::string> keys{
      "cluster.nats.user", "cluster.nats.token",
      "cluster.nats.credentials-file", "cluster.nats.nkey"};
  const auto ways = int{!nats.user.empty()} + int{!nats.token.empty()}
                    + int{!nats.credentials_file.empty()}
                    + int{!nats.nkey.empty()};
  if (ways > 1)
    found.push_back(
        {keys, "a node proves who it is in one way: user, token, "
               "credentials-file or nkey"});
  if (nats.nkey.empty() != nats.nkey_seed_file.empty())
    found.push_back(
        {{"cluster.nats.nkey", "cluster.nats.nkey-seed-file"},
         "nkey and nkey-seed-file go together"});
  if (nats.tls_certificate_file.empty() != nats.tls_key_file.empty())
    found.push_back(
        {{"cluster.nats.tls-certificate-file", "cluster.nats.tls-key-file"},
         "tls-certificate-file and tls-key-file go together"});
}

void check_cluster(const config& all, conflicts& found) {
  const auto& cluster = all.cluster;
  if (!cluster.enabled)
    return;
  check_login(cluster.nats, found);
  if (cluster.nats.servers.empty())
    found.push_back(
        {{"cluster.nats.servers", "cluster.enabled"},
         "a cluster needs NATS; set cluster.nats.servers"});
  if (cluster.failure_timeout < 3 * cluster.heartbeat_interval)
    found.push_back(
        {{"cluster.failure-timeout", "cluster.heartbeat-interval"},
         "one heartbeat that is late must not end a node; failure-timeout is "
         "at least three of heartbeat-interval"});
  if (all.journal.store == log_store::file)
    found.push_back(
        {{"journal.store", "cluster.enabled"},
         "rooms of a cluster keep their logs in NATS, not in a file"});
  const auto kept = cluster.log.batches_per_topic_max;
  for (const auto& topic : all.topics)
    if (topic.kind != topic_kind::topic && kept != 0
        && topic.history_messages > kept)
      found.push_back(
          {{"topics." + topic.name + ".history-messages",
            "cluster.log.batches-per-topic-max"},
           "more history is wanted than cluster.log.batches-per-topic-max "
           "keeps"});
}

} // namespace

std::vector<contradiction> contradictions(const config& all) {
  conflicts found;
  check_http(all.http, found);
  check_tls(all.tls, found);
  check_path(all, found);
  check_websocket(all.websocket, found);
  check_outbox(all, found);
  check_backlog(all, found);
  check_stop(all, found);
  check_alerts(all.alerts, found);
  check_cluster(all, found);
  for (const auto& topic : all.topics) {
    check_class(topic, all, found);
    check_overflow(topic, all, found);
  }
  check_order(all.topics, found);
  return found;
}

} // namespace rookery
