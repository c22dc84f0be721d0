#pragma once

#include "base/protocol/collect.hpp"
#include "base/protocol/decode.hpp"
#include "base/protocol/messages.hpp"

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

namespace rookery {

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
    return number_or(field::limit, 0, standard);
  }

  bool flag_or(field f, bool standard) { return given(f) ? flag(f) : standard; }

  uint32_t number(field f, uint32_t min) {
    require(f);
    return small_integer(f, min);
  }

  uint32_t number_or(field f, uint32_t min, uint32_t standard) {
    return given(f) ? small_integer(f, min) : standard;
  }

  std::optional<uint32_t> optional_number(field f, uint32_t min) {
    if (!given(f))
      return std::nullopt;
    return small_integer(f, min);
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

  /// Empty when there is none.
  payload optional_any(field f) { return given(f) ? any(f) : payload{}; }

  std::optional<payload> optional_object(field f) {
    if (!given(f))
      return std::nullopt;
    return object(f);
  }

  std::optional<uint64_t> offset(field f) {
    expect(
        f, value_kind::integer,
        "must be an integer from 0 to 18446744073709551615");
    return given(f) ? std::optional{found_[f].number} : std::nullopt;
  }

  /// Refuses the message for what this field says.
  void refuse(field f, std::string_view why) {
    if (problem_.empty())
      problem_.append("`").append(name(f)).append("` ").append(why);
  }

private:
  static constexpr uint64_t most = std::numeric_limits<uint32_t>::max();

  bool given(field f) { return found_[f].kind != value_kind::absent; }

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
    const bool fits = number >= min && number <= most;
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

/// Those of lobbies; null: there is none of this name.
const client_event* find_lobby_event(std::string_view name);

} // namespace rookery
