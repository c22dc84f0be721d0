#pragma once

#include "actors/runtime/io_clock.hpp"
#include "actors/runtime/io_unit.hpp"

#include <caf/actor_system_config.hpp>
#include <caf/scheduler/abstract_coordinator.hpp>

#include <atomic>
#include <cstddef>
#include <memory>
#include <vector>

namespace rookery {

class io_thread;

/// CAF's configuration plus the threads on which actors are to run.
class runtime_config : public caf::actor_system_config {
public:
  explicit runtime_config(std::vector<io_thread*> on);

  std::vector<io_thread*> threads;
};

/// CAF's scheduler module with the I/O threads as its workers. The stock
/// scheduler's threads would cost a hop between socket and actor (50 times a
/// message on the same thread) and spin when idle (docs/decisions).
///
/// `start` starts the threads; `stop` ends them after all actors were told.
class io_scheduler final : public caf::scheduler::abstract_coordinator {
public:
  using super = caf::scheduler::abstract_coordinator;

  explicit io_scheduler(caf::actor_system& system)
      : super(system) {}

  static caf::actor_system::module*
  make(caf::actor_system& system, caf::detail::type_list<>);
  /// The scheduler of a system that was made with a `runtime_config`.
  static io_scheduler& of(caf::actor_system& system);

  io_unit& unit(std::size_t index) { return *units_[index]; }
  std::size_t units() const noexcept { return units_.size(); }

  caf::actor_clock& clock() noexcept override { return clock_; }
  /// Stays on the calling unit where there is one, else takes turns.
  void enqueue(caf::resumable* job) override;

protected:
  void start() override;
  void stop() override;

private:
  std::vector<io_thread*> threads_;
  std::vector<std::unique_ptr<io_unit>> units_;
  io_clock clock_;
};

} // namespace rookery
