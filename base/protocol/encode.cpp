#include "base/protocol/message_writer.hpp"
#include "base/protocol/write_listing.hpp"

namespace rookery {

// -- parts ------------------------------------------------------------------

template <class Out>
void write(Out& out, const member& m) {
  out.object(
      named{"user", m.user}, named{"info", m.info},
      named{"connections", m.connections}, named{"since", m.since},
      named{"held", m.held});
}

namespace {

/// Who joined or left.
struct person {
  const std::string& user;
  const std::optional<payload>& info;
};

} // namespace

template <class Out>
void write(Out& out, const person& p) {
  out.object(named{"user", p.user}, named{"info", p.info});
}

template <class Out>
void write(Out& out, const taken_seat& s) {
  out.object(
      named{"seat", s.seat}, named{"user", s.user}, named{"ready", s.ready},
      named{"held", s.held});
}

namespace {

struct room_snapshot {
  const snapshot_event& of;
  const payload& state;
};

} // namespace

template <class Out>
void write(Out& out, const room_snapshot& r) {
  const auto& members = r.of.members;
  const named count{"count", r.of.count};
  if (const auto& lobby = r.of.lobby)
    return out.object(
        named{"members", members}, count, named{"size", lobby->size},
        named{"seats", lobby->seats}, named{"host", unless_empty(lobby->host)},
        named{"started", lobby->started}, named{"state", r.state},
        named{"info", lobby->info});
  out.object(named{"members", members}, count, named{"state", r.state});
}

namespace {

const std::optional<payload> no_info;
const payload null_payload;

} // namespace

// -- events of a topic ------------------------------------------------------

template <class Out>
void write(Out& out, const message_event& e) {
  out.object(
      named{"event", "message"}, named{"topic", e.topic},
      named{"offset", e.offset}, named{"data", e.data}, named{"user", e.user},
      named{"at", e.at});
}

template <class Out>
void write(Out& out, const joined_event& e) {
  out.object(
      named{"event", "joined"}, named{"topic", e.topic},
      named{"offset", e.offset}, named{"member", person{e.user, e.info}});
}

template <class Out>
void write(Out& out, const left_event& e) {
  out.object(
      named{"event", "left"}, named{"topic", e.topic},
      named{"offset", e.offset}, named{"member", person{e.user, no_info}},
      named{"reason", unless_empty(e.reason)});
}

template <class Out>
void write(Out& out, const state_event& e) {
  out.object(
      named{"event", "state"}, named{"topic", e.topic},
      named{"offset", e.offset}, named{"patch", e.patch}, named{"user", e.user},
      named{"at", e.at});
}

template <class Out>
void write(Out& out, const members_event& e) {
  out.object(
      named{"event", "members"}, named{"topic", e.topic},
      named{"count", e.count});
}

template <class Out>
void write(Out& out, const snapshot_event& e) {
  const payload& state = e.state ? *e.state : null_payload;
  const room_snapshot room{e, state};
  const named event{"event", "snapshot"};
  const named topic{"topic", e.topic};
  const named epoch{"epoch", e.at.epoch};
  const named offset{"offset", e.at.offset};
  if (e.listing)
    out.object(event, topic, epoch, offset, named{"state", *e.listing});
  else
    out.object(event, topic, epoch, offset, named{"state", room});
}

template <class Out>
void write(Out& out, const gap_event& e) {
  const auto reason = unless_empty(e.reason);
  if (e.range)
    out.object(
        named{"event", "gap"}, named{"topic", e.topic},
        named{"from", e.range->from}, named{"to", e.range->to},
        named{"reason", reason});
  else
    out.object(
        named{"event", "gap"}, named{"topic", e.topic},
        named{"dropped", e.dropped}, named{"reason", reason});
}

template <class Out>
void write(Out& out, const live_event& e) {
  out.object(
      named{"event", "live"}, named{"topic", e.topic},
      named{"offset", e.offset});
}

// -- events of a connection -------------------------------------------------

template <class Out>
void write(Out& out, const welcome_event& e) {
  out.object(
      named{"event", "welcome"}, named{"connection", e.connection},
      named{"session", e.session}, named{"user", e.user}, named{"node", e.node},
      named{"ping_interval_ms", e.ping_interval_ms},
      named{"max_message_bytes", e.max_message_bytes},
      named{"server", e.server});
}

template <class Out>
void write(Out& out, const direct_event& e) {
  out.object(
      named{"event", "direct"}, named{"user", e.user},
      named{"topic", unless_empty(e.topic)}, named{"data", e.data});
}

template <class Out>
void write(Out& out, const pong_event&) {
  out.object(named{"event", "pong"});
}

template <class Out>
void write(Out& out, const flow_pause_event& e) {
  out.object(
      named{"event", "flow.pause"}, named{"reason", unless_empty(e.reason)});
}

template <class Out>
void write(Out& out, const flow_resume_event&) {
  out.object(named{"event", "flow.resume"});
}

template <class Out>
void write(Out& out, const reconnect_event& e) {
  out.object(
      named{"event", "reconnect"}, named{"reason", e.reason},
      named{"after_ms", e.after_ms}, named{"window_ms", e.window_ms});
}

// -- answers ----------------------------------------------------------------

template <class Out>
void write(Out& out, const ok_reply& r) {
  out.object(named{"event", "reply"}, named{"id", r.id});
}

template <class Out>
void write(Out& out, const subscribed_reply& r) {
  std::optional<std::string_view> epoch, mode;
  std::optional<uint64_t> offset;
  if (r.newest) {
    epoch = r.newest->epoch;
    offset = r.newest->offset;
  }
  if (r.mode)
    mode = name(*r.mode);
  out.object(
      named{"event", "reply"}, named{"id", r.id}, named{"topic", r.topic},
      named{"kind", r.kind}, named{"epoch", epoch}, named{"offset", offset},
      named{"mode", mode}, named{"recovered", r.recovered});
}

template <class Out>
void write(Out& out, const unsubscribed_reply& r) {
  out.object(
      named{"event", "reply"}, named{"id", r.id}, named{"topic", r.topic});
}

template <class Out>
void write(Out& out, const published_reply& r) {
  if (r.at)
    out.object(
        named{"event", "reply"}, named{"id", r.id}, named{"epoch", r.at->epoch},
        named{"offset", r.at->offset});
  else
    out.object(named{"event", "reply"}, named{"id", r.id});
}

template <class Out>
void write(Out& out, const presence_reply& r) {
  out.object(
      named{"event", "reply"}, named{"id", r.id}, named{"count", r.count},
      named{"members", r.members}, named{"next", unless_empty(r.next)});
}

template <class Out>
void write(Out& out, const history_reply& r) {
  out.object(
      named{"event", "reply"}, named{"id", r.id}, named{"messages", r.messages},
      named{"epoch", r.newest.epoch}, named{"offset", r.newest.offset});
}

template <class Out>
void write(Out& out, const room_state_reply& r) {
  out.object(
      named{"event", "reply"}, named{"id", r.id}, named{"epoch", r.at.epoch},
      named{"offset", r.at.offset}, named{"entries", r.entries},
      named{"members", r.members}, named{"hash", r.hash});
}

template <class Out>
void write(Out& out, const sent_reply& r) {
  out.object(
      named{"event", "reply"}, named{"id", r.id},
      named{"connections", r.connections});
}

template <class Out>
void write(Out& out, const error_reply& r) {
  out.object(
      named{"event", "error"}, named{"id", unless_zero(r.id)},
      named{"code", static_cast<uint16_t>(r.code)},
      named{"error", name(r.code)}, named{"message", r.message});
}

template void encode(encoding, const message_event&, std::string&);
template void encode(encoding, const joined_event&, std::string&);
template void encode(encoding, const left_event&, std::string&);
template void encode(encoding, const state_event&, std::string&);
template void encode(encoding, const members_event&, std::string&);
template void encode(encoding, const snapshot_event&, std::string&);
template void encode(encoding, const gap_event&, std::string&);
template void encode(encoding, const live_event&, std::string&);
template void encode(encoding, const welcome_event&, std::string&);
template void encode(encoding, const direct_event&, std::string&);
template void encode(encoding, const pong_event&, std::string&);
template void encode(encoding, const flow_pause_event&, std::string&);
template void encode(encoding, const flow_resume_event&, std::string&);
template void encode(encoding, const reconnect_event&, std::string&);
template void encode(encoding, const ok_reply&, std::string&);
template void encode(encoding, const subscribed_reply&, std::string&);
template void encode(encoding, const unsubscribed_reply&, std::string&);
template void encode(encoding, const published_reply&, std::string&);
template void encode(encoding, const presence_reply&, std::string&);
template void encode(encoding, const history_reply&, std::string&);
template void encode(encoding, const room_state_reply&, std::string&);
template void encode(encoding, const sent_reply&, std::string&);
template void encode(encoding, const error_reply&, std::string&);

} // namespace rookery
