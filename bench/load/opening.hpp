#pragma once

#include "bench/load/swarm.hpp"

#include <cstdint>
#include <string>

namespace rookery::load {

/// A watcher that counts what opens and ends, for works to build on.
class census : public watcher {
public:
  void on_open(connection& which) override;
  void on_end(connection& which, std::string_view why) override;

  [[nodiscard]] uint64_t opened() const { return opened_; }
  [[nodiscard]] uint64_t resumed() const { return resumed_; }
  [[nodiscard]] uint64_t broken() const { return broken_; }
  /// Why the first broken one ended.
  [[nodiscard]] const std::string& broken_why() const { return broken_why_; }

private:
  uint64_t opened_ = 0;
  uint64_t resumed_ = 0;
  uint64_t broken_ = 0;
  std::string broken_why_;
};

/// The topics of all works are numbered.
std::string topic_name(uint32_t number);

/// Connections under way at once, below the backlog of every listener measured.
inline constexpr uint32_t opening_max = 100;

/// Starts the connections from the first that was not started up to `count`,
/// some at a time, and returns when all are open. Throws if one breaks or no
/// more come.
void open_up_to(swarm& all, census& counted, uint32_t count);

} // namespace rookery::load
