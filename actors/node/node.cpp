#include "actors/node/node.hpp"

#include "actors/node/front.hpp"
#include "actors/node/machine_memory.hpp"
#include "actors/runtime/io_scheduler.hpp"
#include "actors/supervisor/supervisor.hpp"
#include "base/hex.hpp"
#include "base/log.hpp"
#include "cluster/journal/sqlite_journal.hpp"
#include "net/http/listener.hpp"

#include <caf/actor_system.hpp>
#include <caf/scoped_actor.hpp>

#include <algorithm>
#include <csignal>
#include <sys/resource.h>
#include <thread>
#include <unistd.h>

namespace rookery {

namespace {

/// Raises the limit of descriptors as far as the system lets us; returns it.
uint64_t raise_descriptor_limit() {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
  return limit.rlim_cur;
}

void report_descriptors(uint64_t limit, uint32_t connections) {
  log::info(
      "node.descriptors", {{"limit", limit}, {"connections_max", connections}});
  if (connections >= limit)
    log::warn(
        "node.too_few_descriptors",
        {{"limit", limit}, {"limits.connections", connections}});
}

sigset_t watched_signals() {
  sigset_t all;
  sigemptyset(&all);
  for (const int one : {SIGINT, SIGTERM, SIGHUP})
    sigaddset(&all, one);
  return all;
}

/// A demo needs tokens for whoever asks; without keys it signs with a secret of
/// its own that ends with the process. Clients may have the descriptors that
/// the system gives us.
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

/// A node from start to stop. Members are in the order in which they start.
class running_node {
public:
  explicit running_node(config settings)
      : gate_(gate_limits_of(settings.limits))
      , threads_(make_threads(settings))
      , links_(links_of(settings))
      , public_http_(public_http_of(settings))
      , internal_http_(internal_http_of(settings)) {
    public_http_.door = &gate_;
    context_.settings = std::move(settings);
    context_.wall_clock_ms = system_clock_ms;
    context_.door = &gate_;
    context_.node_id = context_.settings.node.name.empty()
                           ? "n-" + random_hex(4)
                           : context_.settings.node.name;
    for (auto& one : threads_) {
      thread_pointers_.push_back(one.get());
      context_.counters.push_back(&one->counters());
    }
  }

  result<void> start();
  int wait();
  void stop();

private:
  result<void> load_keys();
  result<void> open_journal();
  void start_actors();
  result<void> start_listeners();
  void reload_files();
  uint64_t connections_left(close_code code);

  node_context context_;
  // Two that outlive the threads, whose sockets use them.
  gate gate_;
  std::shared_ptr<tls_context> tls_; // null: plain
  std::vector<std::unique_ptr<io_thread>> threads_;
  std::vector<io_thread*> thread_pointers_;
  transport_settings links_;
  http_settings public_http_;
  http_settings internal_http_;
  std::atomic<bool> ready_{false};
  std::atomic<bool> fatal_{false};
  std::unique_ptr<runtime_config> runtime_;
  std::unique_ptr<caf::actor_system> system_;
  std::unique_ptr<public_front> public_front_;
  std::unique_ptr<internal_front> internal_front_;
  std::unique_ptr<listener> public_door_;
  std::unique_ptr<listener> internal_door_;
};

result<void> running_node::start() {
  if (auto loaded = load_keys(); !loaded)
    return loaded;
  if (context_.settings.tls.enabled) {
    auto tls = tls_context::load(context_.settings.tls);
    if (!tls)
      return tl::make_unexpected(tls.error());
    tls_ = *std::move(tls);
    public_http_.tls = tls_;
  }
  if (auto listening = start_listeners(); !listening)
    return listening;
  if (auto opened = open_journal(); !opened)
    return opened;
  start_actors();
  ready_ = true;
  return {};
}

result<void> running_node::open_journal() {
  const auto& from = context_.settings.journal;
  if (from.store == log_store::memory)
    return {};
  sqlite_journal_settings settings;
  settings.path = from.file;
  settings.sync = from.sync;
  settings.check = from.check;
  settings.backlog_entries_max = from.backlog_messages_max;
  settings.backlog_bytes_max = from.backlog_bytes_max;
  auto opened = sqlite_journal::open(std::move(settings));
  if (!opened)
    return tl::make_unexpected(opened.error());
  context_.logs = *std::move(opened);
  return {};
}

result<void> running_node::load_keys() {
  auto tokens = token_verifier::load(context_.settings.session.token);
  if (!tokens)
    return tl::make_unexpected(tokens.error());
  context_.tokens = *std::move(tokens);
  for (const auto& note : context_.tokens->notes())
    log::warn("token.keys", {{"note", note}});
  return {};
}

/// The sockets listen before the loops run; nobody is accepted until then.
result<void> running_node::start_listeners() {
  const auto& http = context_.settings.http;
  public_front_ = std::make_unique<public_front>(context_, links_, ready_);
  internal_front_ = std::make_unique<internal_front>(context_, ready_);
  auto outer = listener::open(
      http.address, http.port, thread_pointers_, public_http_, *public_front_);
  if (!outer)
    return tl::make_unexpected(outer.error());
  public_door_ = *std::move(outer);
  auto inner = listener::open(
      http.internal_address, http.internal_port, {thread_pointers_.front()},
      internal_http_, *internal_front_);
  if (!inner)
    return tl::make_unexpected(inner.error());
  internal_door_ = *std::move(inner);
  return {};
}

void running_node::start_actors() {
  runtime_ = std::make_unique<runtime_config>(thread_pointers_);
  system_ = std::make_unique<caf::actor_system>(*runtime_);
  auto& scheduler = io_scheduler::of(*system_);
  std::vector<thread_place> places;
  for (std::size_t i = 0; i < threads_.size(); ++i) {
    auto& thread = *threads_[i];
    places.push_back(
        {&scheduler.unit(i),
         {static_cast<uint16_t>(i), &thread.loop().timers(), &thread.counters(),
          [&thread] { return thread.loop().now(); },
          [&thread](steady_time due, std::function<void()> work) {
            thread.loop().call_at(due, std::move(work));
          }}});
  }
  const auto root = system_->spawn(
      supervisor, &context_, std::move(places), [this](std::string why) {
        log::error("node.fatal", {{"why", why}});
        fatal_ = true;
        ::kill(::getpid(), SIGTERM);
      });
  // Its first answer says that registry and fanouts are there.
  caf::scoped_actor self{*system_};
  self->request(
          root, context_.settings.supervisor.request_timeout, count_atom_v)
      .receive([](uint64_t) {}, [this](const caf::error&) { fatal_ = true; });
}

void running_node::reload_files() {
  if (const auto reloaded = context_.tokens->reload(); !reloaded)
    log::error("token.reload_failed", {{"why", reloaded.error().message}});
  else
    log::info("token.reloaded");
  if (!tls_)
    return;
  if (const auto reloaded = tls_->reload(); !reloaded)
    log::error("tls.reload_failed", {{"why", reloaded.error().message}});
  else
    log::info("tls.reloaded");
}

int running_node::wait() {
  const auto& http = context_.settings.http;
  const auto shown = http.address == "0.0.0.0" ? "127.0.0.1" : http.address;
  log::info(
      "node.ready",
      {{"node", context_.node_id},
       {"address", http.address},
       {"port", public_door_->port()},
       {"internal_port", internal_door_->port()},
       {"threads", threads_.size()},
       {"send", threads_.front()->out().way() == send_way::io_uring
                    ? "io_uring"
                    : "sendmsg"}});
  if (http.demo)
    log::info(
        "node.demo",
        {{"open", (context_.settings.tls.enabled ? "https://" : "http://")
                      + shown + ":" + std::to_string(public_door_->port())
                      + "/"}});
  const auto signals = watched_signals();
  for (int got = 0; !fatal_;) {
    sigwait(&signals, &got);
    if (got != SIGHUP)
      break;
    reload_files();
  }
  return fatal_ ? 1 : 0;
}

/// Closes what is open and asks every thread how many connections it has left.
uint64_t running_node::connections_left(close_code code) {
  uint64_t left = 0;
  caf::scoped_actor self{*system_};
  for (const auto& thread : context_.fanouts)
    self->request(
            thread, context_.settings.supervisor.request_timeout, drain_atom_v,
            code)
        .receive(
            [&](uint64_t some) { left += some; }, [](const caf::error&) {});
  return left;
}

void running_node::stop() {
  ready_ = false;
  log::info("node.stopping");
  public_door_->stop_accepting();
  internal_door_->stop_accepting();
  const auto deadline = std::chrono::steady_clock::now()
                        + context_.settings.supervisor.stop_timeout;
  while (connections_left(close_code::drain) > 0
         && std::chrono::steady_clock::now() < deadline)
    std::this_thread::sleep_for(std::chrono::milliseconds{20});
  {
    caf::scoped_actor self{*system_};
    self->request(
            context_.supervisor, context_.settings.supervisor.stop_timeout,
            drain_atom_v)
        .receive(
            [](bool) {},
            [](const caf::error&) { log::error("node.stop_timed_out"); });
  }
  if (context_.logs)
    context_.logs->stop(); // before the actors go that it answers
  // Registry and fanouts have been told to end, and need their threads for it.
  // The system waits for them before it stops those.
  context_.release_actors();
  system_.reset();
  public_door_.reset();
  internal_door_.reset();
  log::info("node.stopped");
}

} // namespace

int run_node(config settings) {
  const auto& logging = settings.log;
  log::start(
      static_cast<log::level>(logging.level),
      static_cast<log::format>(logging.format));
  const auto descriptors = raise_descriptor_limit();
  const auto signals = watched_signals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  complete(settings, descriptors);
  report_descriptors(descriptors, settings.limits.connections);
  running_node node{std::move(settings)};
  if (const auto started = node.start(); !started) {
    log::error("node.start_failed", {{"why", started.error().message}});
    return 1;
  }
  const int code = node.wait();
  node.stop();
  return code;
}

} // namespace rookery
