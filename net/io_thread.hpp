#pragma once

#include "base/frame.hpp"
#include "base/metrics/counters.hpp"
#include "net/io/event_loop.hpp"
#include "net/io/sender.hpp"
#include "net/ws/deflater.hpp"
#include "net/ws/parser.hpp"

#include <array>
#include <cstddef>
#include <functional>
#include <memory>
#include <thread>
#include <unordered_map>
#include <vector>

namespace rookery {

/// Something to be done at the end of a batch of events, when no call of the
/// object is on the stack any more: go on reading, or be destroyed.
class deferred {
public:
  /// May destroy the object.
  virtual void on_batch_end() = 0;

protected:
  ~deferred() = default;
};

struct io_thread_settings {
  send_way send = send_way::io_uring;
  std::size_t message_bytes_max = 65536;
  int compression_level = 1;
};

/// One I/O thread and all that its sockets share, so that an idle socket has
/// no buffer of its own.
///
/// Thread: `start`, `stop` and the destructor from the owner; `loop().post` and
/// reading `counters` from any; all else from the thread itself.
class io_thread final : batch_worker {
public:
  static constexpr std::size_t read_bytes = 64 * 1024;

  explicit io_thread(const io_thread_settings& settings);
  ~io_thread();

  /// Runs the loop on a new thread, `first` before anything else there.
  void start(std::function<void()> first);
  /// Ends the loop and waits for the thread.
  void stop();

  event_loop& loop() noexcept { return loop_; }
  sender& out() noexcept { return sender_; }
  ws::parser_context& parsing() noexcept { return parsing_; }
  ws::deflater_set& deflaters() noexcept { return deflaters_; }
  thread_counters& counters() noexcept { return counters_; }
  const thread_counters& counters() const noexcept { return counters_; }
  /// The one ping frame of all sockets.
  const frame& ping() const noexcept { return ping_; }
  /// Where a socket reads to; what it does not use up it must copy.
  std::span<char> read_buffer() noexcept { return *read_buffer_; }

  void at_batch_end(deferred& one) { deferred_.push_back(&one); }
  /// Keeps `one` until `let_go`, or the end of this object.
  void keep(std::shared_ptr<void> one) {
    auto* key = one.get();
    kept_.emplace(key, std::move(one));
  }
  void let_go(void* one) { kept_.erase(one); }

  /// Sockets are sent for after everything that `work` queues.
  void add_worker_before_sending(batch_worker& work);

private:
  bool after_batch() override;
  bool run_deferred();

  event_loop loop_;
  sender sender_;
  ws::parser_context parsing_;
  ws::deflater_set deflaters_;
  thread_counters counters_;
  frame ping_;
  std::unique_ptr<std::array<char, read_bytes>> read_buffer_;
  std::vector<deferred*> deferred_;
  std::unordered_map<void*, std::shared_ptr<void>> kept_;
  std::vector<batch_worker*> workers_;
  std::thread thread_;
};

} // namespace rookery
