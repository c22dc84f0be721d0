#include "actors/node_context.hpp"

#include "base/config/personal_pattern.hpp"
#include "base/config/topic_pattern.hpp"
#include "base/hex.hpp"
#include "cluster/membership/cluster_view.hpp"

#include <caf/send.hpp>

#include <algorithm>
#include <charconv>

namespace rookery {

namespace {

/// What nodes of this version say to each other.
constexpr uint64_t node_protocol = 1;

constexpr unsigned number_bits = 48; // of a connection's id
constexpr uint64_t number_mask = (uint64_t{1} << number_bits) - 1;

} // namespace

const lobby_topics& node_context::lobbies() const {
  std::call_once(lobbies_made_, [this] { lobbies_.emplace(settings.topics); });
  return *lobbies_;
}

const topic_class* node_context::class_of(std::string_view topic) const {
  if (topic.starts_with(listing_prefix) || topic.starts_with(play_prefix))
    return lobbies().class_of(topic);
  for (const auto& one : settings.topics)
    if (is_personal(one.match) ? matches(with_any_id(one.match), topic)
                               : matches(one.match, topic))
      return &one;
  if (topic != alerts_topic)
    return nullptr;
  // Without a class of its own, only who has a token for it may listen.
  static const topic_class own = [] {
    topic_class made;
    made.name = made.match = alerts_topic;
    made.allow = {{}, {}, {}};
    return made;
  }();
  return &own;
}

uint64_t node_context::connecting(uint64_t connections) const noexcept {
  const auto inside = door ? door->inside() : 0;
  return inside > connections ? inside - connections : 0;
}

node_facts node_context::facts() const {
  node_facts now;
  now.version = server_version;
  now.protocol = node_protocol;
  now.connections = door ? door->inside() : 0;
  now.topics = topics;
  now.users = users;
  if (logs)
    now.journal_backlog = logs->counts().backlog_entries;
  now.address = settings.http.internal_address + ":"
                + std::to_string(settings.http.internal_port);
  now.started_at = started_at;
  return now;
}

void refuse_claim(const topic_order& order, const failure& why) {
  const auto* asked = std::get_if<lobby_order>(&order);
  const auto* claim =
      asked ? std::get_if<lobby_order::claim>(&asked->what) : nullptr;
  if (claim)
    caf::anon_send(
        claim->answer_to,
        claim_notice{claim->question, tl::make_unexpected(why)});
}

void node_context::release_actors() {
  fanouts.clear();
  registry = registry_actor{};
  supervisor = supervisor_actor{};
}

int64_t system_clock_ms() {
  using namespace std::chrono;
  return duration_cast<milliseconds>(system_clock::now().time_since_epoch())
      .count();
}

std::string to_text(connection_id id) {
  return "c-" + hex(id >> number_bits) + "-" + hex(id & number_mask);
}

std::optional<connection_id> connection_id_of(std::string_view text) {
  uint64_t thread = 0;
  uint64_t number = 0;
  const auto* end = text.data() + text.size();
  if (!text.starts_with("c-"))
    return std::nullopt;
  const auto dash = std::from_chars(text.data() + 2, end, thread, 16);
  if (dash.ec != std::errc{} || dash.ptr == end || *dash.ptr != '-')
    return std::nullopt;
  const auto read = std::from_chars(dash.ptr + 1, end, number, 16);
  if (read.ec != std::errc{} || read.ptr != end || thread > 0xffff
      || number > number_mask)
    return std::nullopt;
  return thread << number_bits | number;
}

} // namespace rookery
