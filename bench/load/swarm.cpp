#include "bench/load/swarm.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <stdexcept>
#include <sys/epoll.h>
#include <system_error>
#include <thread>
#include <unistd.h>

namespace rookery::load {

namespace {

constexpr std::size_t read_buffer_bytes = 256 * 1024;
constexpr int events_max = 1024;

// Connections take 127.1.0.1, 127.1.0.2, ... in turn: 28,000 ports each, and
// ports of finished connections rest before they are used again.
constexpr uint32_t source_first = 0x7f010001;
constexpr uint32_t sources = 64;

sockaddr_in loopback(uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

timespec time_left(instant until) {
  using std::chrono::duration_cast;
  auto left = std::max(until - clock::now(), clock::duration::zero());
  auto whole = duration_cast<std::chrono::seconds>(left);
  return {
      whole.count(),
      duration_cast<std::chrono::nanoseconds>(left - whole).count()};
}

} // namespace

swarm::swarm(const target_options& options, watcher& watch)
    : dialect_(make_dialect(options.dialect, options.token))
    , rest_(options.rest) {
  if (!dialect_)
    throw std::invalid_argument("no dialect '" + options.dialect + "'");
  if (options.tls)
    tls_ = std::make_unique<tls_client>(options.resume);
  for (const auto port : options.ports)
    around_.servers.push_back(loopback(port));
  if (around_.servers.empty())
    throw std::invalid_argument("no port");
  around_.speaks = dialect_.get();
  around_.tls = tls_.get();
  around_.watch = &watch;
  around_.buffer.resize(read_buffer_bytes);
  around_.epoll = epoll_create1(EPOLL_CLOEXEC);
  if (around_.epoll < 0)
    throw std::system_error(errno, std::generic_category(), "epoll_create1");
}

swarm::~swarm() {
  connections_.clear();
  close(around_.epoll);
}

connection& swarm::add(role plays, std::string topic) {
  auto number = static_cast<uint32_t>(connections_.size());
  return *connections_.emplace_back(
      std::make_unique<connection>(around_, plays, std::move(topic), number));
}

connection& swarm::replace(uint32_t number) {
  auto& place = connections_[number];
  auto since = std::move(place->since);
  place = std::make_unique<connection>(
      around_, place->plays(), place->topic(), number);
  place->since = std::move(since);
  start(number);
  return *place;
}

void swarm::start(uint32_t number) {
  in_addr source{htonl(source_first + started_++ % sources)};
  connections_[number]->start(source);
}

void swarm::serve(instant until) {
  if (rest_.count() == 0)
    return look(until);
  std::this_thread::sleep_until(std::min(until, next_look_));
  auto now = clock::now();
  if (now < next_look_)
    return;
  next_look_ = now + rest_;
  look(now);
}

void swarm::look(instant until) {
  std::array<epoll_event, events_max> events{};
  auto timeout = time_left(until);
  auto ready =
      epoll_pwait2(around_.epoll, events.data(), events_max, &timeout, nullptr);
  if (ready < 0 && errno != EINTR)
    throw std::system_error(errno, std::generic_category(), "epoll_pwait2");
  for (auto i = 0; i < ready; ++i)
    static_cast<connection*>(events[i].data.ptr)->on_ready(events[i].events);
}

} // namespace rookery::load
