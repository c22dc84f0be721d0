#include "actors/room/room_memory.hpp"

#include <algorithm>

namespace rookery {

namespace {

room_log::limits ring_limits(const topic_class& rules, bool has_journal) {
  room_log::limits limits{
      rules.history_messages, rules.history_bytes, rules.history_age};
  if (has_journal) {
    limits.events_max = std::min(limits.events_max, rules.ring_messages);
    limits.bytes_max = std::min(limits.bytes_max, rules.ring_bytes);
  }
  return limits;
}

} // namespace

room_memory::room_memory(
    const std::string& topic, const topic_class& rules, bool has_journal)
    : log(ring_limits(rules, has_journal))
    , state(
          topic, {rules.idempotency_keys_max, rules.idempotency_window},
          rules.presence_full_up_to, rules.kind)
    , holds(rules.presence_hold, rules.subscribers_max) {}

uint64_t room_memory::journal_floor() const noexcept {
  return std::max(journal_reaches, state.exceptions_from());
}

} // namespace rookery
