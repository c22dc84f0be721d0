#include "actors/room/key_window.hpp"

#include "base/memory_meter.hpp"

namespace rookery {

namespace {

/// Of no other user with another key: the length tells where the user ends.
std::string joined(std::string_view user, std::string_view key) {
  auto name = std::to_string(user.size());
  name.reserve(name.size() + 1 + user.size() + key.size());
  return name.append(":").append(user).append(key);
}

/// Node and bucket of the map, the name's text, and the place in the queue.
std::size_t bytes_of(const std::string& name) noexcept {
  constexpr std::size_t node = sizeof(std::string) + 3 * sizeof(uint64_t);
  constexpr std::size_t bucket_and_place = 3 * sizeof(uint64_t);
  return allocated_bytes(node) + allocated_bytes(name.size() + 1)
         + bucket_and_place;
}

} // namespace

key_window::~key_window() {
  process_memory.give_back(memory_kind::rings, bytes_);
}

std::optional<uint64_t> key_window::find(
    std::string_view user, std::string_view key, int64_t now) const {
  const auto found = keys_.find(joined(user, key));
  if (found == keys_.end() || is_old(found->second.stamp, now))
    return std::nullopt;
  return found->second.offset;
}

void key_window::remember(
    std::string_view user, std::string_view key, uint64_t offset,
    int64_t stamp) {
  if (bounds_.keys_max == 0)
    return;
  expire(stamp);
  while (taken_.size() >= bounds_.keys_max)
    forget_oldest();
  const auto [place, fresh] =
      keys_.emplace(joined(user, key), place_in_log{offset, stamp});
  if (!fresh)
    return;
  taken_.push_back(&place->first);
  const auto bytes = bytes_of(place->first);
  bytes_ += bytes;
  process_memory.take(memory_kind::rings, bytes);
}

void key_window::expire(int64_t now) {
  while (!taken_.empty()
         && is_old(keys_.find(*taken_.front())->second.stamp, now))
    forget_oldest();
}

std::vector<room_handover::known_key> key_window::all() const {
  std::vector<room_handover::known_key> found;
  found.reserve(taken_.size());
  for (const auto* name : taken_) {
    const auto colon = name->find(':');
    const auto user = std::stoul(name->substr(0, colon));
    const auto& place = keys_.find(*name)->second;
    found.push_back(
        {name->substr(colon + 1, user), name->substr(colon + 1 + user),
         place.offset, place.stamp});
  }
  return found;
}

void key_window::clear() {
  while (!taken_.empty())
    forget_oldest();
}

void key_window::forget_oldest() {
  const auto bytes = bytes_of(*taken_.front());
  keys_.erase(keys_.find(*taken_.front()));
  taken_.pop_front();
  bytes_ -= bytes;
  process_memory.give_back(memory_kind::rings, bytes);
}

} // namespace rookery
