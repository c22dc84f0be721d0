#include "net/http/listener.hpp"

#include "base/log.hpp"
#include "net/cpu_time.hpp"
#include "net/http/session.hpp"

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <cerrno>
#include <cstring>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <utility> // Boost 1.74 forgets it for C++20

namespace rookery {

namespace {

using boost::asio::ip::tcp;
constexpr int accepts_per_event = 16; // of the loop's turn at the door
/// Clients that are told, on each thread, why they cannot come in; more than
/// these are cut off. A second of it costs a few per cent of a core.
constexpr uint64_t refusals_per_second = 1000;
constexpr uint64_t refusals_per_second_tls = 50;
constexpr std::chrono::milliseconds pause_without_descriptors{100};

void set_option(int fd, int level, int option, int value) {
  ::setsockopt(fd, level, option, &value, sizeof value);
}

failure cannot_listen(const tcp::endpoint& at, const char* call) {
  const int reason = errno;
  const auto shown = at.address().to_string() + ":" + std::to_string(at.port());
  return {
      errc::internal,
      "cannot listen on " + shown + ": " + call + ": " + std::strerror(reason)};
}

/// Bound to `at`; listening when `backlog` is not 0. Accepted sockets inherit
/// the options.
result<int> bind_socket(
    const tcp::endpoint& at, bool shared, uint32_t backlog,
    const http_settings& settings) {
  const int fd = ::socket(
      at.data()->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0)
    return tl::make_unexpected(cannot_listen(at, "socket"));
  set_option(fd, SOL_SOCKET, SO_REUSEADDR, 1);
  if (shared)
    set_option(fd, SOL_SOCKET, SO_REUSEPORT, 1);
  set_option(fd, IPPROTO_TCP, TCP_NODELAY, 1);
  // Without it one stalled peer pins 4 MB of kernel memory.
  set_option(
      fd, SOL_SOCKET, SO_SNDBUF, static_cast<int>(settings.send_buffer_bytes));
  const char* failed = nullptr;
  if (::bind(fd, at.data(), static_cast<socklen_t>(at.size())) != 0)
    failed = "bind";
  else if (backlog > 0 && ::listen(fd, static_cast<int>(backlog)) != 0)
    failed = "listen";
  if (!failed)
    return fd;
  auto error = cannot_listen(at, failed);
  ::close(fd);
  return tl::make_unexpected(std::move(error));
}

} // namespace

/// One thread's listening socket.
class listener::acceptor final : public event_handler, public wheel_timer {
public:
  acceptor(
      int fd, io_thread& home, const http_settings& settings, http_app& app)
      : fd_(fd)
      , home_(home)
      , settings_(settings)
      , app_(app) {
    home_.loop().door().watch(fd_, EPOLLIN, *this);
  }
  ~acceptor() { stop(); }

  io_thread& home() noexcept { return home_; }

  void stop() noexcept {
    if (fd_ < 0)
      return;
    home_.loop().timers().disarm(*this);
    home_.loop().door().unwatch(fd_, *this);
    ::close(std::exchange(fd_, -1));
  }

private:
  void on_events(uint32_t) override {
    for (int i = 0; i < accepts_per_event && fd_ >= 0; ++i) {
      tcp::endpoint peer;
      auto size = static_cast<socklen_t>(peer.capacity());
      const int fd =
          ::accept4(fd_, peer.data(), &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
      if (fd < 0) {
        if (errno == ECONNABORTED || errno == EINTR)
          continue;
        if (errno != EAGAIN)
          pause();
        return;
      }
      peer.resize(size);
      accepted(fd, peer);
    }
  }

  void accepted(int fd, const tcp::endpoint& peer) {
    const auto before = settings_.door ? thread_cpu_ns() : 0;
    home_.counters().accepted.add();
    auto address = peer.address().to_string();
    gate::pass pass;
    auto refused = refusal::none;
    if (settings_.door)
      refused = settings_.door->enter(home_.loop().now(), address, pass);
    if (refused != refusal::none) {
      home_.counters().count_refusal(refused);
      if (!may_explain()) {
        ::close(fd);
        return;
      }
    }
    auto socket = settings_.tls ? stream{fd, *settings_.tls} : stream{fd};
    socket.pass() = std::move(pass);
    const auto session = std::make_shared<http_session>(
        home_, settings_, app_, std::move(socket), std::move(address));
    session->start(refused);
    if (settings_.door)
      session->add_cost(thread_cpu_ns() - before);
  }

  bool may_explain() {
    const auto rate =
        settings_.tls ? refusals_per_second_tls : refusals_per_second;
    const auto now = home_.loop().now();
    if (refusals_.wait(now, rate).count() > 0)
      return false;
    refusals_.spend(now, rate);
    return true;
  }

  void pause() {
    log::warn("listener.accept_failed", {{"error", std::strerror(errno)}});
    home_.loop().door().rewatch(fd_, 0, *this);
    home_.loop().timers().arm(
        *this, home_.loop().now(), pause_without_descriptors);
  }
  void on_timer() noexcept override {
    home_.loop().door().rewatch(fd_, EPOLLIN, *this);
  }

  int fd_;
  io_thread& home_;
  const http_settings& settings_;
  http_app& app_;
  rate_meter refusals_;
};

result<std::unique_ptr<listener>> listener::open(
    const std::string& address, uint16_t port,
    const std::vector<io_thread*>& threads, const http_settings& settings,
    http_app& app) {
  boost::system::error_code bad;
  const auto ip = boost::asio::ip::make_address(address, bad);
  if (bad)
    return refuse(errc::bad_request, address + ": not an IP address");
  tcp::endpoint at{ip, port};
  // A shared port would also be shared with another node of the same user, by
  // mistake: an unshared socket shows first whether the port is free.
  auto probe = bind_socket(at, false, 1, settings);
  if (!probe)
    return tl::make_unexpected(probe.error());
  auto size = static_cast<socklen_t>(at.capacity());
  ::getsockname(*probe, at.data(), &size);
  ::close(*probe);
  std::unique_ptr<listener> made{new listener};
  made->settings_ = settings;
  made->port_ = at.port();
  for (auto* thread : threads) {
    const auto fd = bind_socket(at, true, settings.backlog, settings);
    if (!fd)
      return tl::make_unexpected(fd.error());
    made->acceptors_.push_back(
        std::make_unique<acceptor>(*fd, *thread, made->settings_, app));
  }
  return made;
}

listener::~listener() = default;

void listener::stop_accepting() {
  for (auto& one : acceptors_)
    one->home().loop().post([acceptor = one.get()] { acceptor->stop(); });
}

} // namespace rookery
