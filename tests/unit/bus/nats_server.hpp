#pragma once

#include <cstdint>
#include <string>
#include <sys/types.h>
#include <vector>

namespace rookery {

/// A nats-server of this test on a free port of the loopback. Thread: one.
class nats_server {
public:
  using arguments = std::vector<std::string>;

  /// False: it is not installed.
  static bool installed();

  explicit nats_server(arguments more = {});
  ~nats_server() { kill(); }
  nats_server(const nats_server&) = delete;
  nats_server& operator=(const nats_server&) = delete;

  /// Returns when it takes connections; false: it does not.
  [[nodiscard]] bool start();
  /// SIGKILL, and waits for the end.
  void kill();
  std::string url() const;

private:
  bool answers() const;

  const arguments more_;
  const uint16_t port_;
  pid_t process_ = 0;
};

} // namespace rookery
