#pragma once

#include "net/io_thread.hpp"

#include <caf/execution_unit.hpp>
#include <caf/resumable.hpp>

#include <cstddef>
#include <mutex>
#include <vector>

namespace rookery {

/// Runs actors on one I/O thread: CAF's execution unit on top of an event loop.
/// Actors that became ready during a batch of socket events run at its end, so
/// that read, decide and write happen on one thread without a hop.
///
/// Thread: `exec_later` from any; all else from the loop's.
class io_unit final : public caf::execution_unit, public batch_worker {
public:
  io_unit(
      caf::actor_system& system, io_thread& thread, std::size_t index,
      std::size_t messages_per_turn);

  /// The unit of the calling thread, or null on threads of others.
  static io_unit* current() noexcept;
  /// Marks the calling thread as this unit's, from then on.
  void adopt_thread() noexcept;

  std::size_t index() const noexcept { return index_; }
  io_thread& thread() noexcept { return thread_; }

  /// Takes over one reference to `job`.
  void exec_later(caf::resumable* job) override;

  bool after_batch() override;

  /// Gives all jobs that wait to `sink`; for the end, when no thread runs.
  template <class Sink>
  void drain_into(Sink&& sink) {
    for (auto at = next_; at < ready_.size(); ++at)
      sink(ready_[at]);
    ready_.clear();
    next_ = 0;
    for (auto* job : inbox_)
      sink(job);
    inbox_.clear();
  }

private:
  void run(caf::resumable* job);

  io_thread& thread_;
  std::size_t index_;
  std::size_t messages_per_turn_;
  std::vector<caf::resumable*> ready_; // from next_ on
  std::size_t next_ = 0;
  bool running_ = false; // inside after_batch
  std::mutex inbox_mutex_;
  std::vector<caf::resumable*> inbox_; // guarded by inbox_mutex_
  std::vector<caf::resumable*> taken_;
};

} // namespace rookery
