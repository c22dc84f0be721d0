#include "actors/runtime/io_scheduler.hpp"

#include "net/io_thread.hpp"

#include <caf/actor_system.hpp>

namespace rookery {

namespace {

/// Messages that one actor handles before others get their turn.
constexpr std::size_t messages_per_turn = 64;

} // namespace

runtime_config::runtime_config(std::vector<io_thread*> on)
    : threads(std::move(on)) {
  load<io_scheduler>();
  set("scheduler.max-threads", threads.size());
  set("scheduler.max-throughput", messages_per_turn);
}

caf::actor_system::module*
io_scheduler::make(caf::actor_system& system, caf::detail::type_list<>) {
  return new io_scheduler(system); // owned by the system
}

io_scheduler& io_scheduler::of(caf::actor_system& system) {
  return static_cast<io_scheduler&>(system.scheduler());
}

void io_scheduler::enqueue(caf::resumable* job) {
  if (auto* here = io_unit::current())
    here->exec_later(job);
  else
    units_[next_worker_++ % units_.size()]->exec_later(job);
}

void io_scheduler::start() {
  const auto& config = static_cast<const runtime_config&>(system().config());
  threads_ = config.threads;
  for (auto* thread : threads_)
    units_.push_back(std::make_unique<io_unit>(
        system(), *thread, units_.size(), max_throughput()));
  clock_.attach(threads_.front()->loop());
  for (std::size_t i = 0; i < threads_.size(); ++i)
    threads_[i]->start([this, i] {
      units_[i]->adopt_thread();
      system().thread_started();
    });
  super::start(); // the printer of aout
}

void io_scheduler::stop() {
  stop_actors();
  for (auto* thread : threads_)
    thread->stop();
  clock_.detach();
  for (auto& unit : units_)
    unit->drain_into(
        [](caf::resumable* job) { super::cleanup_and_release(job); });
}

} // namespace rookery
