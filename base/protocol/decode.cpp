#include "base/protocol/decode.hpp"

#include "base/protocol/collect.hpp"
#include "base/topic_name.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <limits>
#include <optional>
#include <utility>

namespace rookery {

namespace {

constexpr uint64_t uint32_max = std::numeric_limits<uint32_t>::max();

/// Takes the fields of one event out of what was found. Keeps the first
/// problem; what is taken after one means nothing.
class field_reader {
public:
  field_reader(
      field_collector& found, encoding written_in, std::string_view message)
      : found_(found)
      , written_in_(written_in)
      , message_(message) {}

  const std::string& problem() const { return problem_; }

  std::string text(field f) {
    require(f);
    return optional_text(f);
  }

  std::string optional_text(field f) {
    expect(f, value_kind::text, "must be a string");
    return std::move(found_[f].text);
  }

  std::string filled_text(field f) {
    auto taken = text(f);
    if (taken.empty())
      refuse(f, "may not be empty");
    return taken;
  }

  std::string topic() {
    require(field::topic);
    return optional_topic();
  }

  std::string optional_topic() {
    if (!given(field::topic))
      return {};
    auto taken = optional_text(field::topic);
    if (!valid_topic_name(taken))
      refuse(
          field::topic, "must be 1 to 255 bytes of [A-Za-z0-9_-] in parts "
                        "separated by '.'");
    return taken;
  }

  std::string label(field f) {
    auto taken = optional_text(f);
    if (given(f) && (taken.empty() || taken.size() > label_bytes_max))
      refuse(f, "must be 1 to 255 bytes long");
    return taken;
  }

  bool flag(field f) {
    expect(f, value_kind::boolean, "must be true or false");
    return found_[f].truth;
  }

  uint32_t limit(uint32_t standard) {
    if (!given(field::limit))
      return standard;
    return small_integer(field::limit, 0);
  }

  /// 0 when there is none.
  uint32_t id() { return given(field::id) ? small_integer(field::id, 1) : 0; }

  std::optional<position> since() {
    if (!given(field::since))
      return std::nullopt;
    expect(field::since, value_kind::object, "must be an object");
    require(field::since_offset);
    expect(
        field::since_offset, value_kind::integer,
        "must be an integer from 0 to 18446744073709551615");
    return position{
        .epoch = text(field::since_epoch),
        .offset = found_[field::since_offset].number};
  }

  payload any(field f) {
    require(f);
    if (found_[f].repeated)
      refuse(f, "is given twice");
    if (found_.raw_refusal(f))
      refuse(f, found_.raw_refusal(f));
    return {written_in_, std::string{found_.raw_in(message_, f)}};
  }

  payload object(field f) {
    expect(f, value_kind::object, "must be an object");
    return any(f);
  }

  std::optional<uint64_t> offset(field f) {
    expect(
        f, value_kind::integer,
        "must be an integer from 0 to 18446744073709551615");
    return given(f) ? std::optional{found_[f].number} : std::nullopt;
  }

private:
  bool given(field f) { return found_[f].kind != value_kind::absent; }

  void refuse(field f, std::string_view why) {
    if (problem_.empty())
      problem_.append("`").append(name(f)).append("` ").append(why);
  }

  void require(field f) {
    if (!given(f))
      refuse(f, "is missing");
  }

  /// What is given must be of this kind, and given once.
  void expect(field f, value_kind kind, std::string_view otherwise) {
    const auto& value = found_[f];
    if (value.kind != kind && given(f))
      refuse(f, otherwise);
    if (value.repeated)
      refuse(f, "is given twice");
  }

  uint32_t small_integer(field f, uint32_t min) {
    const auto number = found_[f].number;
    const bool fits = number >= min && number <= uint32_max;
    const auto* otherwise = min == 0
                                ? "must be an integer from 0 to 4294967295"
                                : "must be an integer from 1 to 4294967295";
    expect(f, value_kind::integer, otherwise);
    if (!fits)
      refuse(f, otherwise);
    return fits ? static_cast<uint32_t>(number) : 0;
  }

  field_collector& found_;
  encoding written_in_;
  std::string_view message_;
  std::string problem_;
};

using message_body = decltype(client_message::body);

/// An event that clients may send, and how its fields are read.
struct client_event {
  std::string_view name;
  message_body (*read)(field_reader& in);
};

constexpr std::array client_events{
    client_event{
        "publish",
        [](field_reader& in) -> message_body {
          return publish_request{
              .topic = in.topic(),
              .data = in.any(field::data),
              .key = in.label(field::key),
              .tag = in.label(field::tag)};
        }},
    client_event{
        "subscribe",
        [](field_reader& in) -> message_body {
          return subscribe_request{
              .topic = in.topic(),
              .since = in.since(),
              .snapshot = in.flag(field::snapshot),
              .must_recover = in.flag(field::must_recover)};
        }},
    client_event{
        "unsubscribe",
        [](field_reader& in) -> message_body {
          return unsubscribe_request{in.topic()};
        }},
    client_event{
        "send",
        [](field_reader& in) -> message_body {
          return send_request{
              .user = in.filled_text(field::user), .data = in.any(field::data)};
        }},
    client_event{
        "presence",
        [](field_reader& in) -> message_body {
          return presence_request{
              .topic = in.topic(),
              .limit = in.limit(presence_request{}.limit),
              .after = in.optional_text(field::after)};
        }},
    client_event{
        "history",
        [](field_reader& in) -> message_body {
          return history_request{
              .topic = in.topic(),
              .since = in.since(),
              .limit = in.limit(history_request{}.limit),
              .reverse = in.flag(field::reverse)};
        }},
    client_event{
        "room.set",
        [](field_reader& in) -> message_body {
          return set_request{
              .topic = in.topic(),
              .patch = in.object(field::patch),
              .if_offset = in.offset(field::if_offset),
              .key = in.label(field::key)};
        }},
    client_event{
        "ping", [](field_reader&) -> message_body { return ping_request{}; }},
    client_event{
        "flow.pause",
        [](field_reader& in) -> message_body {
          return flow_request{.pause = true, .topic = in.optional_topic()};
        }},
    client_event{
        "flow.resume",
        [](field_reader& in) -> message_body {
          return flow_request{.pause = false, .topic = in.optional_topic()};
        }},
    client_event{
        "auth",
        [](field_reader& in) -> message_body {
          return auth_request{in.text(field::token)};
        }},
};

/// A client's own word, made fit for logs and answers.
std::string shown(std::string_view word) {
  constexpr std::size_t shown_bytes_max = 32;
  std::string safe{word.substr(0, shown_bytes_max)};
  const auto printable = [](char c) { return c > ' ' && c <= '~' && c != '"'; };
  std::replace_if(safe.begin(), safe.end(), std::not_fn(printable), '?');
  return word.size() > shown_bytes_max ? safe + "..." : safe;
}

tl::expected<client_message, decode_error> read_message(field_reader& in) {
  const auto id = in.id();
  const auto refused = [id](errc code, std::string message) {
    return tl::make_unexpected(
        decode_error{.id = id, .code = code, .message = std::move(message)});
  };
  const auto event = in.text(field::event);
  if (!in.problem().empty())
    return refused(errc::bad_request, in.problem());

  const auto known = std::find_if(
      client_events.begin(), client_events.end(),
      [&](const client_event& each) { return each.name == event; });
  if (known == client_events.end())
    return refused(errc::unknown_event, "no event \"" + shown(event) + '"');

  tl::expected<client_message, decode_error> message{
      client_message{id, known->read(in)}};
  if (!in.problem().empty())
    return refused(errc::bad_request, in.problem());
  return message;
}

} // namespace

tl::expected<client_message, decode_error>
decode(encoding written_in, std::string_view bytes) {
  field_collector found;
  auto problem = written_in == encoding::json ? collect_json(bytes, found)
                                              : collect_msgpack(bytes, found);
  if (!problem.empty())
    return tl::make_unexpected(
        decode_error{.malformed = true, .message = std::move(problem)});
  field_reader in{found, written_in, bytes};
  return read_message(in);
}

} // namespace rookery
