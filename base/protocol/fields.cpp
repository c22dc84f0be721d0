#include "base/protocol/fields.hpp"

#include "base/protocol/decode.hpp"

namespace rookery {

namespace {

constexpr std::array<std::string_view, fields_known> names{
    "data",        "patch",      "state",       "info",         "event",
    "id",          "topic",      "token",       "user",         "key",
    "tag",         "since",      "snapshot",    "must_recover", "limit",
    "reverse",     "after",      "if_offset",   "seats",        "seat",
    "min_players", "auto_start", "private",     "password",     "spectators",
    "ready",       "to",         "prefix",      "free",         "create",
    "wait_ms",     "match",      "since.epoch", "since.offset",
};

field field_of(std::string_view key) {
  constexpr auto of_message = static_cast<std::size_t>(field::since_epoch);
  for (std::size_t i = 0; i < of_message; ++i) {
    if (names[i] == key)
      return static_cast<field>(i);
  }
  return field::unknown;
}

field field_of_since(std::string_view key) {
  if (key == "epoch")
    return field::since_epoch;
  return key == "offset" ? field::since_offset : field::unknown;
}

} // namespace

std::string_view name(field f) noexcept {
  return f == field::unknown ? "unknown" : names[static_cast<std::size_t>(f)];
}

bool field_collector::key(std::string_view name) {
  if (depth_ > 2 || (depth_ == 2 && open_ != field::since))
    return false;
  auto& open = depth_ == 1 ? open_ : open_inner_;
  open = depth_ == 1 ? field_of(name) : field_of_since(name);
  if (open == field::unknown)
    return false;
  auto& known = (*this)[open];
  if (known.kind != value_kind::absent) {
    known.repeated = true;
    open = field::unknown; // the first value stays
  }
  return is_raw(open);
}

bool field_collector::boolean(bool value, std::size_t end) {
  if (auto* to = slot()) {
    to->kind = value_kind::boolean;
    to->truth = value;
  }
  return ended(end);
}

bool field_collector::integer(uint64_t value, std::size_t end) {
  if (auto* to = slot()) {
    to->kind = value_kind::integer;
    to->number = value;
  }
  return ended(end);
}

bool field_collector::text(std::string_view value, std::size_t end) {
  // A raw text is wanted as it is written, not as it reads.
  if (auto* to = slot()) {
    to->kind = value_kind::text;
    if (!is_raw(open_))
      to->text.assign(value);
  }
  return ended(end);
}

bool field_collector::other(std::size_t end) {
  if (auto* to = slot())
    to->kind = value_kind::other;
  return ended(end);
}

bool field_collector::open(value_kind kind) {
  if (depth_ == 0 && kind != value_kind::object) {
    refusal_ = "not an object";
    return false;
  }
  if (depth_ == nesting_max) {
    refusal_ = "nested too deep";
    return false;
  }
  if (auto* to = slot())
    to->kind = kind;
  ++depth_;
  open_inner_ = field::unknown;
  return true;
}

void field_collector::close(std::size_t end) {
  --depth_;
  if (depth_ == 1 && is_raw(open_))
    raw_of(open_).end = end;
}

bool field_collector::ended(std::size_t end) {
  if (depth_ == 0) {
    refusal_ = "not an object";
    return false;
  }
  if (depth_ == 1 && is_raw(open_))
    raw_of(open_).end = end;
  return true;
}

found_value* field_collector::slot() {
  if (depth_ == 1 && open_ != field::unknown)
    return &(*this)[open_];
  if (depth_ == 2 && open_ == field::since && open_inner_ != field::unknown)
    return &(*this)[open_inner_];
  return nullptr;
}

} // namespace rookery
