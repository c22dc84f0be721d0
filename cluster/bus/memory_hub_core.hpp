#pragma once

#include "cluster/bus/memory_bus.hpp"
#include "cluster/bus/request_table.hpp"

#include <deque>
#include <map>
#include <random>
#include <set>

namespace rookery {

/// One subscription, as the hub sees it.
struct memory_hub::ear {
  station* at = nullptr;
  std::string wanted;
  std::shared_ptr<bus_slot> slot;
  bus_pending_bounds most;
  std::size_t waiting = 0;
  std::size_t waiting_bytes = 0;
  uint64_t untold = 0;                                    // dropped
  std::map<uint64_t, std::chrono::milliseconds> last_due; // by sender
};

/// One bus, as the hub sees it.
struct memory_hub::station {
  station(
      uint64_t number, std::string name, const memory_bus_bounds& bounds,
      bus::state_handler handler)
      : id(number)
      , node(std::move(name))
      , most(bounds)
      , requests(bounds.requests_max)
      , on_state(std::move(handler)) {}

  const uint64_t id;
  const std::string node;
  const memory_bus_bounds most;
  request_table requests;
  const bus::state_handler on_state;
  bus_counts counts;                                // but `requests`
  std::deque<std::shared_ptr<const bus_post>> held; // while it is down
};

/// Thread: any; `lock` guards all. What is called back is called without it.
struct memory_hub::core : std::enable_shared_from_this<memory_hub::core> {
  using ms = std::chrono::milliseconds;
  using post_ptr = std::shared_ptr<const bus_post>;

  mutable std::mutex lock;
  std::mt19937_64 random;
  memory_bus_faults faults;
  ms now{0};
  uint64_t next = 1; // number of an event, a station or an ear
  std::map<std::pair<ms, uint64_t>, std::function<void()>> events;
  std::map<uint64_t, std::shared_ptr<station>> stations;
  std::map<uint64_t, std::shared_ptr<ear>> ears;
  std::set<std::pair<std::string, std::string>> cuts; // smaller name first

  // Under the lock.
  void at(ms due, std::function<void()> act);
  bool chance(double of);
  bool reaches(const station& from, const station& to) const;
  station* find(const std::string& node);
  void send(const std::shared_ptr<station>& from, post_ptr post);
  void deliver(uint64_t to, const station& from, const post_ptr& post);
  void tell_state(station& to, bus_state_notice notice);
  uint64_t listen(station& at_one, ear made);

  // Events; they take the lock.
  void hand_on(uint64_t from, const post_ptr& post);
  void arrive(uint64_t to, uint64_t from, const post_ptr& post);
  void nobody(const std::string& answer_to);

  bool run_next(std::optional<ms> until);
};

} // namespace rookery
