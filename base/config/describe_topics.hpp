#pragma once

#include "base/config/config.hpp"
#include "base/config/options.hpp"

// The options of one class of topics; see base/config/describe.hpp.

namespace rookery {

template <class Visitor>
void describe(Visitor& v, topic_rights& allow) {
  using namespace option;
  v.option(
      "anonymous", allow.anonymous, rights{},
      "Rights of users without a token: to take part, but not to write to "
      "single persons or to take seats, which are kept for a proven id.");
  v.option(
      "users", allow.users, rights{},
      "Rights of users with a token, which vouches for them; its `topics` "
      "claim may narrow this.");
  v.option(
      "members-only", allow.members_only, rights{},
      "Of these rights, those that only subscribers of the topic have.");
}

/// Members and the state of a room.
template <class Visitor>
void describe_room(Visitor& v, topic_class& topic) {
  using namespace option;
  using namespace std::chrono_literals;
  v.option(
      "presence-hold", topic.presence_hold, duration{0ms, 10min},
      "How long a member whose connection dropped stays one, so that a quick "
      "reconnect is not told as a leave and a join; 0 tells at once.");
  v.option(
      "presence-full-up-to", topic.presence_full_up_to,
      number{0, 1'000'000, "members"},
      "Members up to which each join and leave is told. With more, all are "
      "told how many there are, at most once a second: a thousand who tell a "
      "thousand are a million events.");
  v.option(
      "state-bytes-max", topic.state_bytes_max, bytes{0, 16 << 20},
      "Longest shared state of a room, as JSON; every snapshot has it, so it "
      "must fit into an outbox.");
}

/// How much of its log a room keeps, and where.
template <class Visitor>
void describe_log(Visitor& v, topic_class& topic) {
  using namespace option;
  using namespace std::chrono_literals;
  v.option(
      "journal", topic.journal, flag{},
      "Whether the journal has the logs of these rooms; false keeps them in "
      "memory, for rooms that nobody misses after a restart.");
  v.option(
      "history-messages", topic.history_messages,
      number{0, 10'000'000, "messages"},
      "Messages that a room remembers; the oldest leave first.");
  v.option(
      "history-bytes", topic.history_bytes, bytes{0, uint64_t{4} << 30},
      "Bytes that a room remembers.");
  v.option(
      "history-age", topic.history_age, duration{0ms, 87'600h},
      "How long a room remembers a message; 0 is without end.");
  v.option(
      "ring-messages", topic.ring_messages, number{0, 10'000'000, "messages"},
      "The newest of those that are in memory where a journal has them all; "
      "older ones are read when they are wanted.");
  v.option(
      "ring-bytes", topic.ring_bytes, bytes{0, uint64_t{4} << 30},
      "Bytes of those in memory.");
  v.option(
      "idempotency-window", topic.idempotency_window, duration{0ms, 24h},
      "How long a room knows the `key` of a publish: the same one again is not "
      "stored twice. Longer than clients try again.");
  v.option(
      "idempotency-keys-max", topic.idempotency_keys_max,
      number{0, 10'000'000, "keys"},
      "Keys that a room knows; the oldest leave first. One takes about 200 "
      "bytes.");
}

template <class Visitor>
void describe(Visitor& v, lobby_config& lobby) {
  using namespace option;
  using namespace std::chrono_literals;
  v.option(
      "seats-max", lobby.seats_max, number{1, 10'000, "seats"},
      "Most seats that a lobby may be created with.");
  v.option(
      "info-bytes-max", lobby.info_bytes_max, bytes{0, 64 << 10},
      "Longest `info` of a lobby, as JSON; every page of a list has it.");
  v.option(
      "listed-max", lobby.listed_max, number{1, 10'000'000, "lobbies"},
      "Lobbies below one prefix at a time; the next one is not created. Each "
      "node has the list in memory, about 400 bytes for each and its `info`.");
  v.option(
      "hold", lobby.hold, duration{0ms, 24h},
      "How long the seat of a player whose connection dropped is kept.");
  v.option(
      "empty-ttl", lobby.empty_ttl, duration{0ms, 24h},
      "How long a lobby without players stays open.");
  v.option(
      "started-ttl", lobby.started_ttl, duration{0ms, 8'760h},
      "How long a lobby that has started lives; 0 is without end.");
}

template <class Visitor>
void describe(Visitor& v, topic_class& topic) {
  using namespace option;
  using namespace std::chrono_literals;
  v.option(
      "match", topic.match,
      text{
          "pattern: `*` is one part, `>` the rest, `{id}` the user",
          check_pattern},
      "Which topics these are; required. The first class that matches counts.");
  v.option(
      "kind", topic.kind,
      words<topic_kind, 3>{
          {{{"topic", topic_kind::topic},
            {"room", topic_kind::room},
            {"lobby", topic_kind::lobby}}}},
      "A topic is a stream; a room also has members and one order; a lobby is "
      "a "
      "room with seats and a host.");
  v.option(
      "overflow", topic.overflow,
      words<overflow_policy, 7>{
          {{{"automatic", overflow_policy::automatic},
            {"repair", overflow_policy::repair},
            {"drop-oldest", overflow_policy::drop_oldest},
            {"drop-newest", overflow_policy::drop_newest},
            {"keep-latest", overflow_policy::keep_latest},
            {"block-sender", overflow_policy::block_sender},
            {"disconnect", overflow_policy::disconnect}}}},
      "What becomes of messages for a client whose outbox is full: a room "
      "repairs it later, a topic drops. keep-latest keeps one message for each "
      "`tag`; automatic is repair for rooms and drop-oldest for topics.");
  v.option(
      "block-timeout", topic.block_timeout, duration{10ms, 5min},
      "With block-sender, how long one client may keep all publishers waiting "
      "before it is a laggard.");
  v.option(
      "idle-timeout", topic.idle_timeout, duration{100ms, 24h},
      "How long an unused topic stays in memory, for those who come back.");
  v.option(
      "hold", topic.hold, duration{0ms, 5s},
      "How long frames may wait for others, so that a busy topic leaves in "
      "fewer "
      "sends; 0, since it is a delay.");
  v.option(
      "subscribers-max", topic.subscribers_max,
      number{1, 100'000'000, "connections"},
      "Subscribers of one topic on this node; the next one is refused.");
  describe_room(v, topic);
  describe_log(v, topic);
  v.section("lobby", topic.lobby, "Of lobbies: their seats and their end.");
  v.section("allow", topic.allow, "Who may do what with these topics.");
}

} // namespace rookery
