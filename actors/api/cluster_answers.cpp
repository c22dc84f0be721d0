#include "actors/api/answers.hpp"
#include "actors/api/json_answer.hpp"
#include "base/check.hpp"
#include "base/hex.hpp"
#include "base/protocol/encode.hpp"
#include "cluster/membership/cluster_view.hpp"

#include <algorithm>

// Answers about the nodes of a cluster, and about what its nodes share.

namespace rookery {

namespace {

std::string_view name(node_state state) {
  switch (state) {
  case node_state::joining:
    return "joining";
  case node_state::up:
    return "up";
  case node_state::draining:
    return "draining";
  case node_state::leaving:
    return "leaving";
  }
  return "leaving";
}

void write_node(
    json_writer& out, const cluster_node& one, const node_facts& facts,
    std::chrono::milliseconds silent) {
  const auto put = [&](std::string_view key, uint64_t value) {
    out.key(key);
    out.integer(value);
  };
  out.open_object(0);
  out.key("node");
  out.text(shown(one.name));
  out.key("life");
  out.text(hex(one.life));
  out.key("state");
  out.text(name(one.state));
  out.key("version");
  out.text(shown(facts.version));
  put("connections", facts.connections);
  put("topics", facts.topics);
  put("users", facts.users);
  put("accepts_per_second", facts.accepts_per_second);
  put("journal_lag_ms", facts.journal_lag_ms);
  put("journal_backlog", facts.journal_backlog);
  out.key("address");
  out.text(shown(facts.address));
  out.key("started_at");
  out.integer(facts.started_at);
  out.key("last_seen_ms");
  out.integer(std::max<int64_t>(silent.count(), 0));
  out.close_object();
}

unsigned status_of(errc code) {
  switch (code) {
  case errc::bad_request:
    return 400;
  case errc::unknown_topic:
    return 404;
  case errc::position_lost:
    return 410;
  case errc::limit_exceeded:
  case errc::not_available:
    return 503;
  default:
    return 500;
  }
}

/// The fields of a reply of the wire protocol, behind the topic.
template <class Reply>
http_response reply_answer(const std::string& topic, const Reply& reply) {
  constexpr std::string_view head = R"({"event":"reply","id":0,)";
  std::string text;
  encode(encoding::json, reply, text);
  ROOKERY_CHECK(text.starts_with(head), "every reply begins so");
  // Names of topics need no escaping.
  text.replace(0, head.size(), "{\"topic\":\"" + topic + "\",");
  return json_answer::of(200, std::move(text));
}

} // namespace

/// What others know of themselves came with their heartbeats; of itself this
/// node knows it better.
http_response nodes_answer(const node_context& node) {
  json_answer out;
  auto& list = out.key("cluster");
  if (!node.in_cluster()) {
    list.null();
    out.key("node").text(node.node_id);
    out.key("nodes").open_array(1);
    cluster_node alone;
    alone.name = node.node_id;
    alone.state = node_state::up;
    write_node(list, alone, node.facts(), {});
    list.close_array();
    return out.answer();
  }
  list.text(node.settings.cluster.name);
  out.key("node").text(node.node_id);
  const auto view = node.view();
  const auto now = node.view_clock();
  out.key("nodes").open_array(view->nodes.size());
  for (const auto& one : view->nodes) {
    const bool is_here = one.life == node.life;
    auto facts = is_here ? node.facts() : one.facts;
    if (is_here) // known to the heartbeats alone
      facts.journal_lag_ms = one.facts.journal_lag_ms;
    using std::chrono::milliseconds;
    write_node(
        list, one, facts, is_here ? milliseconds{0} : now - one.last_seen);
  }
  list.close_array();
  return out.answer();
}

http_response topic_answer(const std::string& topic, const answer& said) {
  return std::visit(
      [&](const auto& reply) {
        using reply_type = std::decay_t<decltype(reply)>;
        if constexpr (std::is_same_v<reply_type, error_reply>)
          return error_answer(status_of(reply.code), reply.message);
        else
          return reply_answer(topic, reply);
      },
      said.reply);
}

} // namespace rookery
