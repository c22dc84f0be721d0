#pragma once

#include <arpa/inet.h>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <netinet/in.h>
#include <random>
#include <string>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace rookery {

/// Ports of the loopback for the servers of a test, each given once. The kernel
/// gives none of them to connections, so that one is still free when its server
/// was killed and comes back, and no other process of tests has these: a socket
/// in the abstract namespace says so as long as this one lives.
class test_ports {
public:
  static uint16_t next() {
    static test_ports all;
    for (;;) {
      if (all.left_ == 0)
        all.claim();
      const auto port = static_cast<uint16_t>(all.begin_ + --all.left_);
      if (is_free(port))
        return port;
    }
  }

private:
  static constexpr int first = 10'000, block = 50, blocks = 200;

  void claim() {
    std::random_device random;
    std::uniform_int_distribution<int> any{0, blocks - 1};
    do
      begin_ = first + any(random) * block;
    while (!claimed("rookery-ports-" + std::to_string(begin_)));
    left_ = block;
  }
  static bool claimed(const std::string& name) {
    const int socket = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_un at{};
    at.sun_family = AF_UNIX;
    std::memcpy(at.sun_path + 1, name.data(), name.size());
    const auto size = offsetof(sockaddr_un, sun_path) + 1 + name.size();
    if (::bind(
            socket, reinterpret_cast<sockaddr*>(&at),
            static_cast<socklen_t>(size))
        == 0)
      return true; // open until the process ends
    ::close(socket);
    return false;
  }
  static bool is_free(uint16_t port) {
    const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = ::htonl(INADDR_LOOPBACK);
    at.sin_port = ::htons(port);
    const bool bound =
        ::bind(socket, reinterpret_cast<sockaddr*>(&at), sizeof at) == 0;
    ::close(socket);
    return bound;
  }

  int begin_ = 0;
  int left_ = 0;
};

inline uint16_t free_port() {
  return test_ports::next();
}

} // namespace rookery
