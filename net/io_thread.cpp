#include "net/io_thread.hpp"

#include "base/log.hpp"
#include "net/ws/frame_header.hpp"

#include <exception>
#include <pthread.h>
#include <utility>

namespace rookery {

io_thread::io_thread(const io_thread_settings& settings)
    : sender_(settings.send)
    , parsing_{settings.message_bytes_max, {}}
    , deflaters_(settings.compression_level)
    , ping_(ws::make_frame(ws::opcode::ping, {}))
    , read_buffer_(std::make_unique<std::array<char, read_bytes>>()) {
  loop_.add_batch_worker(*this);
}

io_thread::~io_thread() {
  stop();
}

void io_thread::start(std::function<void()> first) {
  thread_ = std::thread{[this, first = std::move(first)] {
    ::pthread_setname_np(::pthread_self(), "rookery.io");
    if (first)
      first();
    loop_.run();
  }};
}

void io_thread::stop() {
  if (!thread_.joinable())
    return;
  loop_.stop();
  thread_.join();
}

void io_thread::add_worker_before_sending(batch_worker& work) {
  workers_.push_back(&work);
}

bool io_thread::after_batch() {
  bool again = false;
  for (auto* one : workers_)
    again = one->after_batch() || again;
  again = sender_.after_batch() || again;
  if (counters_.unsent_since)
    counters_.count_sent(std::chrono::steady_clock::now());
  return run_deferred() || again;
}

/// Returns whether there was something: it may have queued frames, or work.
bool io_thread::run_deferred() {
  // One may cause others; those wait for the next round.
  const auto now = std::exchange(deferred_, {});
  for (auto* one : now) {
    try {
      one->on_batch_end();
    } catch (const std::exception& error) {
      log::error("loop.handler_threw", {{"error", error.what()}});
    }
  }
  return !now.empty();
}

} // namespace rookery
