#include "actors/node/node.hpp"

#include "actors/node/front.hpp"
#include "actors/node/node_cluster.hpp"
#include "actors/node/node_drain.hpp"
#include "actors/node/node_settings.hpp"
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
  for (const int one : {SIGINT, SIGTERM, SIGHUP, SIGUSR1})
    sigaddset(&all, one);
  return all;
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
    context_.started_at = system_clock_ms();
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
  void stop_actors();
  result<void> load_keys();
  result<void> open_journal();
  result<bool> join_cluster();
  void start_threads();
  void start_actors();
  result<void> start_listeners();
  void reload_files();
  void wait_for_signal();
  void drain();
  void die(std::string why);
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
  bool stopped_early_ = false; // while it waited for its cluster
  bool drained_by_api_ = false;
  std::unique_ptr<runtime_config> runtime_;
  std::unique_ptr<node_cluster> cluster_; // null: on its own
  std::unique_ptr<node_drain> drain_;     // the same
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
  start_threads(); // from here on /ready answers that it is not
  if (context_.settings.cluster.enabled) {
    const auto joined = join_cluster();
    if (!joined)
      return tl::make_unexpected(joined.error());
    if (!*joined)
      return stopped_early_ = true, result<void>{};
  } else if (auto opened = open_journal(); !opened) {
    return opened;
  }
  start_actors();
  if (cluster_)
    if (auto joined = cluster_->join(); !joined)
      return joined;
  ready_ = true;
  return {};
}

/// False: the node was told to stop meanwhile.
result<bool> running_node::join_cluster() {
  cluster_ = std::make_unique<node_cluster>(
      context_, [this](std::string why) { die(std::move(why)); });
  drain_ = std::make_unique<node_drain>(
      context_, [this] { cluster_->set_state(node_state::draining); });
  context_.drain = drain_.get();
  return cluster_->connect([] {
    constexpr timespec between_tries{1, 0};
    const auto signals = watched_signals();
    const int got = ::sigtimedwait(&signals, nullptr, &between_tries);
    return got == SIGINT || got == SIGTERM;
  });
}

/// Thread: any.
void running_node::die(std::string why) {
  log::error("node.fatal", {{"why", why}});
  fatal_ = true;
  ::kill(::getpid(), SIGTERM);
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

void running_node::start_threads() {
  runtime_ = std::make_unique<runtime_config>(thread_pointers_);
  system_ = std::make_unique<caf::actor_system>(*runtime_);
}

void running_node::start_actors() {
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
      supervisor, &context_, std::move(places),
      [this](std::string why) { die(std::move(why)); });
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
  if (stopped_early_)
    return 0;
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
  wait_for_signal();
  if (drain_ && drain_->plan() && !fatal_)
    drain();
  return fatal_ ? 1 : 0;
}

/// Returns when the node is to stop, or has begun to drain: by SIGTERM, SIGINT,
/// or the internal API, which sends SIGUSR1.
void running_node::wait_for_signal() {
  const auto signals = watched_signals();
  for (int got = 0; !fatal_;) {
    sigwait(&signals, &got);
    if (got == SIGHUP) {
      reload_files();
    } else if (got == SIGUSR1) {
      drained_by_api_ = drain_ && drain_->plan();
      if (drained_by_api_)
        return;
    } else {
      if (drain_ && !fatal_)
        if (const auto plan = drain_->start({}); !plan)
          log::info("drain.nowhere_to_go", {{"why", plan.error().message}});
      return;
    }
  }
}

/// A second signal that asks to stop ends it at once; if the API asked before,
/// the first one asks for what is done already.
void running_node::drain() {
  const auto signals = watched_signals();
  bool stop_next = !drained_by_api_;
  drain_->wait([&](std::chrono::milliseconds pause) {
    const timespec at_most{0, pause.count() * 1'000'000};
    const int got = ::sigtimedwait(&signals, nullptr, &at_most);
    if (got == SIGHUP)
      reload_files();
    const bool asked = got == SIGINT || got == SIGTERM;
    return fatal_ || (asked && std::exchange(stop_next, true));
  });
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
  if (context_.supervisor)
    stop_actors();
  cluster_.reset(); // the actors that it calls are gone
  system_.reset();
  public_door_.reset();
  internal_door_.reset();
  log::info("node.stopped");
}

void running_node::stop_actors() {
  const auto deadline = std::chrono::steady_clock::now()
                        + context_.settings.supervisor.stop_timeout;
  while (connections_left(close_code::drain) > 0
         && std::chrono::steady_clock::now() < deadline)
    std::this_thread::sleep_for(std::chrono::milliseconds{20});
  {
    caf::scoped_actor self{*system_};
    bool ending = false;
    self->request(
            context_.supervisor, context_.settings.supervisor.stop_timeout,
            drain_atom_v)
        .receive(
            [&](bool) { ending = true; },
            [](const caf::error&) { log::error("node.stop_timed_out"); });
    if (ending)
      self->wait_for(caf::actor_cast<caf::strong_actor_ptr>(
          context_.registry)); // it uses the cluster
  }
  context_.api_calls.close(); // they use what is released below
  if (cluster_)
    cluster_->leave();
  if (context_.logs)
    context_.logs->stop(); // before the actors go that it answers
  // Registry and fanouts have been told to end, and need their threads for it.
  // The system waits for them before it stops those.
  context_.release_actors();
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
