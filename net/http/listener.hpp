#pragma once

#include "net/http/app.hpp"

#include <memory>
#include <string>
#include <vector>

namespace rookery {

/// Accepts on one address with one socket for each I/O thread (SO_REUSEPORT),
/// so that the kernel spreads clients and no connection changes threads.
///
/// When descriptors run out, accepting pauses for 100 ms and goes on.
///
/// Thread: made and destroyed while no loop runs; accepts on each thread.
class listener {
public:
  /// Binds and listens. Port 0 takes a free one. An error names the address:
  /// another process has it, say.
  static result<std::unique_ptr<listener>> open(
      const std::string& address, uint16_t port,
      const std::vector<io_thread*>& threads, const http_settings& settings,
      http_app& app);

  ~listener();
  listener(const listener&) = delete;
  listener& operator=(const listener&) = delete;

  uint16_t port() const noexcept { return port_; }
  /// Closes the listening sockets; what was accepted stays. Any thread.
  void stop_accepting();

private:
  class acceptor;
  listener() = default;

  http_settings settings_;
  std::vector<std::unique_ptr<acceptor>> acceptors_;
  uint16_t port_ = 0;
};

} // namespace rookery
