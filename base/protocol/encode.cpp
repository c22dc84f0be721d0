#include "base/protocol/encode.hpp"

#include "base/protocol/json_writer.hpp"
#include "base/protocol/msgpack_writer.hpp"
#include "base/protocol/transcode.hpp"

#include <concepts>
#include <type_traits>

namespace rookery {

namespace {

template <class T>
struct is_optional : std::false_type {};
template <class T>
struct is_optional<std::optional<T>> : std::true_type {};
template <class T>
struct is_vector : std::false_type {};
template <class T>
struct is_vector<std::vector<T>> : std::true_type {};

/// One field of an object. An optional that is empty is no field.
template <class T>
struct named {
  std::string_view name;
  const T& value;

  bool present() const {
    if constexpr (is_optional<T>::value)
      return value.has_value();
    else
      return true;
  }
};
template <class T>
named(std::string_view, const T&) -> named<T>;

std::optional<std::string_view> unless_empty(std::string_view text) {
  return text.empty() ? std::nullopt : std::optional{text};
}

std::optional<uint32_t> unless_zero(uint32_t number) {
  return number == 0 ? std::nullopt : std::optional{number};
}

/// What all messages are written with: the writer of one encoding, and rules
/// for what C++ has and the encodings do not.
template <class Writer>
class message_writer {
public:
  message_writer(encoding as, std::string& out)
      : as_(as)
      , out_(out)
      , writer_(out) {}

  template <class... Ts>
  void object(const named<Ts>&... fields) {
    writer_.open_object((std::size_t{0} + ... + fields.present()));
    (field(fields), ...);
    writer_.close_object();
  }

private:
  template <class T>
  void field(const named<T>& f) {
    if (!f.present())
      return;
    writer_.key(f.name);
    value(f.value);
  }

  template <class T>
  void value(const T& v) {
    if constexpr (is_optional<T>::value)
      value(*v);
    else if constexpr (std::same_as<T, bool>)
      writer_.boolean(v);
    else if constexpr (std::unsigned_integral<T>)
      writer_.integer(uint64_t{v});
    else if constexpr (std::signed_integral<T>)
      writer_.integer(int64_t{v});
    else if constexpr (std::convertible_to<T, std::string_view>)
      writer_.text(v);
    else if constexpr (std::same_as<T, payload>)
      any(v);
    else if constexpr (is_vector<T>::value)
      array(v);
    else
      write(*this, v);
  }

  template <class T>
  void array(const std::vector<T>& items) {
    writer_.open_array(items.size());
    for (const auto& item : items)
      value(item);
    writer_.close_array();
  }

  void any(const payload& data) {
    writer_.value_follows();
    if (data.bytes.empty() || !transcode(data, as_, out_))
      Writer{out_}.null();
  }

  encoding as_;
  std::string& out_;
  Writer writer_;
};

// -- parts ------------------------------------------------------------------

template <class Out>
void write(Out& out, const member& m) {
  out.object(
      named{"user", m.user}, named{"info", m.info},
      named{"connections", m.connections}, named{"since", m.since},
      named{"held", m.held});
}

/// Who joined or left.
struct person {
  const std::string& user;
  const std::optional<payload>& info;
};

template <class Out>
void write(Out& out, const person& p) {
  out.object(named{"user", p.user}, named{"info", p.info});
}

struct room_snapshot {
  const std::vector<member>& members;
  uint64_t count;
  const payload& state;
};

template <class Out>
void write(Out& out, const room_snapshot& r) {
  out.object(
      named{"members", r.members}, named{"count", r.count},
      named{"state", r.state});
}

const std::optional<payload> no_info;
const payload null_payload;

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
  out.object(
      named{"event", "snapshot"}, named{"topic", e.topic},
      named{"epoch", e.at.epoch}, named{"offset", e.at.offset},
      named{"state", room_snapshot{e.members, e.count, state}});
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
      named{"event", "direct"}, named{"user", e.user}, named{"data", e.data});
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

} // namespace

template <class Message>
void encode(encoding as, const Message& message, std::string& out) {
  if (as == encoding::json) {
    message_writer<json_writer> writer{as, out};
    write(writer, message);
  } else {
    message_writer<msgpack_writer> writer{as, out};
    write(writer, message);
  }
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
