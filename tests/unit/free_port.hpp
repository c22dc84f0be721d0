#pragma once

#include <arpa/inet.h>
#include <cstdint>
#include <netinet/in.h>
#include <random>
#include <sys/socket.h>
#include <unistd.h>

namespace rookery {

/// A port of the loopback that nobody has. The kernel gives none of these to
/// connections, so it is still free when a server that was killed comes back.
inline uint16_t free_port() {
  std::random_device random;
  std::uniform_int_distribution<int> ports{10'000, 19'999};
  for (;;) {
    const auto port = static_cast<uint16_t>(ports(random));
    const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = ::htonl(INADDR_LOOPBACK);
    at.sin_port = ::htons(port);
    const bool bound =
        ::bind(socket, reinterpret_cast<sockaddr*>(&at), sizeof at) == 0;
    ::close(socket);
    if (bound)
      return port;
  }
}

} // namespace rookery
