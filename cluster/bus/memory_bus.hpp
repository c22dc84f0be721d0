#pragma once

#include "cluster/bus/bus.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

namespace rookery {

/// What goes wrong on the way to each subscription, by chance: 0 never, 1
/// always.
struct memory_bus_faults {
  double lose = 0;    // nobody is told
  double twice = 0;   // comes again
  double reorder = 0; // does not wait for what was published before
  std::chrono::milliseconds delay_max{0};
};

struct memory_bus_bounds {
  std::size_t messages_max = 65'536; // published and not on their way
  std::size_t bytes_max = 64 * 1024 * 1024;
  std::size_t payload_bytes_max = 1024 * 1024;
  std::size_t requests_max = 16'384;
  std::size_t subscriptions_max = 65'536;
};

/// Stands for the network between the nodes of a test: buses are attached to
/// it, and it has a time of its own. The same seed and the same calls give the
/// same run.
///
/// Thread: any, but only one runs at a time; callbacks come from the calls of
/// `run...` only. Buses may outlive the hub.
class memory_hub {
public:
  explicit memory_hub(uint64_t seed = 1, const memory_bus_faults& faults = {});
  ~memory_hub();
  memory_hub(const memory_hub&) = delete;
  memory_hub& operator=(const memory_hub&) = delete;

  /// `node` is another one for each bus that lives.
  std::unique_ptr<bus> attach(
      std::string node, bus::state_handler on_state = {},
      const memory_bus_bounds& most = {});

  /// What is next, after moving the time there. False: nothing is left.
  bool run_one();
  void run();
  /// What is due until then; it is `at` afterwards.
  void run_until(std::chrono::milliseconds at);
  std::chrono::milliseconds now() const; // since the hub was made

  void set_faults(const memory_bus_faults& faults);
  /// Nothing passes between the two, and neither is told.
  void cut(const std::string& a, const std::string& b);
  void heal(const std::string& a, const std::string& b);
  /// The node loses its connection. What it publishes waits until `up`, and
  /// what was on its way to it is gone.
  void down(const std::string& node);
  void up(const std::string& node);

private:
  struct core;
  class attached;
  struct station;
  struct ear;
  std::shared_ptr<core> core_;
};

} // namespace rookery
