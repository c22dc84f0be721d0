#include "actors/node/node_settings.hpp"

#include "actors/node/machine_memory.hpp"
#include "base/hex.hpp"

#include <algorithm>
#include <thread>

namespace rookery {

void complete(config& settings, uint64_t descriptors) {
  auto& token = settings.session.token;
  if (settings.http.demo && token.hmac_secret.empty()
      && token.jwks_file.empty())
    token.hmac_secret = random_hex(32);
  // What is not a client's: listeners, logs, epoll sets, files being read.
  constexpr uint64_t own_descriptors = 256;
  if (settings.limits.connections == 0 && descriptors > own_descriptors)
    settings.limits.connections = static_cast<uint32_t>(
        std::min<uint64_t>(descriptors - own_descriptors, 100'000'000));
  if (settings.memory.budget == 0)
    settings.memory.budget = machine_memory_bytes() / 4;
  if (settings.node.threads == 0)
    settings.node.threads = std::max(1u, std::thread::hardware_concurrency());
}

transport_settings links_of(const config& settings) {
  transport_settings links;
  links.credit = settings.connection.credit;
  links.outbox = {
      settings.connection.outbox_messages_max,
      settings.connection.outbox_bytes_max};
  links.ping_interval = settings.websocket.ping_interval;
  links.pong_timeout = settings.websocket.pong_timeout;
  links.close_timeout = settings.websocket.close_timeout;
  links.linger = settings.laggard.linger;
  links.inflow = {
      settings.limits.messages_per_second, settings.limits.bytes_per_second,
      settings.limits.flood_grace};
  links.compress_bytes_min = settings.websocket.compression.message_bytes_min;
  return links;
}

http_settings public_http_of(const config& settings) {
  http_settings http;
  http.websocket_path = settings.websocket.path;
  http.protocols = {"rookery.v1.json", "rookery.v1.msgpack"};
  http.deflate = settings.websocket.compression.enabled;
  http.header_bytes_max = settings.http.header_bytes_max;
  http.request_timeout = settings.http.upgrade_timeout;
  http.send_buffer_bytes = settings.connection.send_buffer_bytes;
  http.backlog = settings.http.backlog;
  return http;
}

gate_limits gate_limits_of(const limits_config& limits) {
  return {
      limits.connections, limits.connections_per_second,
      limits.connections_per_address, limits.trusted_proxies};
}

http_settings internal_http_of(const config& settings) {
  http_settings http;
  http.websocket_path.clear();
  http.header_bytes_max = settings.http.header_bytes_max;
  http.request_timeout = settings.http.upgrade_timeout;
  http.send_buffer_bytes = 1024 * 1024; // of /metrics
  http.backlog = 128;
  return http;
}

std::vector<std::unique_ptr<io_thread>> make_threads(const config& settings) {
  io_thread_settings of_each;
  of_each.send = usable_way(
      settings.connection.send == send_method::sendmsg ? send_way::sendmsg
                                                       : send_way::io_uring);
  of_each.message_bytes_max = settings.websocket.message_bytes_max;
  of_each.compression_level = settings.websocket.compression.level;
  std::vector<std::unique_ptr<io_thread>> threads;
  for (std::size_t i = 0; i < settings.node.threads; ++i)
    threads.push_back(std::make_unique<io_thread>(of_each));
  return threads;
}

} // namespace rookery
