#pragma once

#include "cluster/bus/bus.hpp"

#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <set>
#include <unordered_map>

namespace rookery {

/// Requests that wait for their answers. Each is answered once, outside of the
/// lock. Thread: any.
class request_table {
public:
  using clock = std::chrono::steady_clock;
  struct entry {
    bus::answer_handler done;
    std::string subject; // for texts
    /// Called instead of `done` when nobody is there to answer. May be empty.
    std::function<void()> nobody;
  };

  explicit request_table(std::size_t requests_max)
      : requests_max_(requests_max) {}

  /// None, and `waiting` is as it was: too many.
  [[nodiscard]] std::optional<uint64_t>
  add(entry& waiting, clock::time_point deadline) {
    const std::lock_guard guard{lock_};
    if (entries_.size() >= requests_max_)
      return std::nullopt;
    const auto id = next_++;
    entries_.emplace(id, std::pair{std::move(waiting), deadline});
    deadlines_.emplace(deadline, id);
    return id;
  }
  /// False: it was answered before.
  bool answer(uint64_t id, result<bus_answer> with) {
    const auto found = take(id);
    if (found)
      found->done(std::move(with));
    return found.has_value();
  }
  bool nobody_answers(uint64_t id) {
    const auto found = take(id);
    if (found && found->nobody)
      found->nobody();
    else if (found)
      refuse(*found, "nobody answers on ");
    return found.has_value();
  }
  bool too_late(uint64_t id) {
    const auto found = take(id);
    if (found)
      refuse(*found, "no answer in time on ");
    return found.has_value();
  }

  /// Tells all whose deadline has passed.
  void expire(clock::time_point now) {
    while (const auto id = first_until(now))
      too_late(*id);
  }
  void refuse_all(const std::string& why) {
    while (const auto id = first_until(clock::time_point::max()))
      answer(*id, rookery::refuse(errc::not_available, why));
  }
  std::optional<clock::time_point> next_deadline() const {
    const std::lock_guard guard{lock_};
    if (deadlines_.empty())
      return std::nullopt;
    return deadlines_.begin()->first;
  }
  std::size_t size() const {
    const std::lock_guard guard{lock_};
    return entries_.size();
  }

private:
  std::optional<entry> take(uint64_t id) {
    const std::lock_guard guard{lock_};
    const auto found = entries_.find(id);
    if (found == entries_.end())
      return std::nullopt;
    std::optional<entry> taken{std::move(found->second.first)};
    deadlines_.erase({found->second.second, id});
    entries_.erase(found);
    return taken;
  }
  static void refuse(const entry& one, const char* why) {
    one.done(rookery::refuse(errc::not_available, why + one.subject));
  }
  std::optional<uint64_t> first_until(clock::time_point until) const {
    const std::lock_guard guard{lock_};
    if (deadlines_.empty() || deadlines_.begin()->first > until)
      return std::nullopt;
    return deadlines_.begin()->second;
  }

  const std::size_t requests_max_;
  mutable std::mutex lock_;
  std::unordered_map<uint64_t, std::pair<entry, clock::time_point>> entries_;
  std::set<std::pair<clock::time_point, uint64_t>> deadlines_;
  uint64_t next_ = 1;
};

} // namespace rookery
