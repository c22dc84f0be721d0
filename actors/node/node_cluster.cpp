#include "actors/node/node_cluster.hpp"

#include "actors/api/peer_answers.hpp"
#include "base/hex.hpp"
#include "base/log.hpp"
#include "cluster/bus/nats_bus.hpp"
#include "cluster/jetstream/jetstream_journal.hpp"

#include <caf/send.hpp>

#include <algorithm>
#include <utility>

namespace rookery {

namespace {

nats_login login_of(const nats_config& from) {
  return {from.user, from.password,      from.token, from.credentials_file,
          from.nkey, from.nkey_seed_file};
}

nats_tls tls_of(const nats_config& from) {
  return {
      from.tls, from.tls_ca_file, from.tls_certificate_file, from.tls_key_file};
}

nats_bus_settings bus_of(const config& all, const std::string& node) {
  const auto& from = all.cluster.nats;
  nats_bus_settings to;
  to.servers = from.servers;
  to.name = "rookery " + node;
  to.login = login_of(from);
  to.tls = tls_of(from);
  to.echo = false;
  to.inbox_prefix = from.inbox_prefix;
  to.connect_timeout = from.connect_timeout;
  to.reconnect_wait = from.reconnect_wait;
  to.reconnect_jitter = 2 * from.reconnect_wait;
  to.ping_interval = from.ping_interval;
  return to;
}

jetstream_settings journal_of(const config& all, const std::string& node) {
  const auto& nats = all.cluster.nats;
  const auto& log = all.cluster.log;
  using std::chrono::ceil, std::chrono::seconds;
  jetstream_settings to;
  to.servers = nats.servers;
  to.login = login_of(nats);
  to.tls = tls_of(nats);
  to.inbox_prefix = nats.inbox_prefix;
  to.connection_name = "rookery " + node + " journal";
  to.name = all.cluster.name;
  to.storage = log.storage == stream_kind::memory ? stream_storage::memory
                                                  : stream_storage::file;
  to.replicas = log.replicas;
  to.batches_per_topic_max = log.batches_per_topic_max;
  to.bytes_max = static_cast<int64_t>(log.bytes_max);
  to.age_max = ceil<seconds>(log.age_max);
  to.dedupe_window = ceil<seconds>(log.dedupe_window);
  to.backlog_entries_max = log.backlog_messages_max;
  to.backlog_bytes_max = log.backlog_bytes_max;
  to.deadline = log.deadline;
  to.try_deadline = std::min(to.try_deadline, log.deadline / 2);
  to.tail_check = log.tail_interval;
  to.reconnect_wait = nats.reconnect_wait;
  return to;
}

const char* reason_of(cluster_fencing::cause why) {
  switch (why) {
  case cluster_fencing::cause::given_up:
    return "others took it for dead";
  case cluster_fencing::cause::name_taken:
    return "another node has its name";
  case cluster_fencing::cause::life_taken:
    return "another node has its life";
  }
  return "";
}

} // namespace

node_cluster::node_cluster(
    node_context& context, std::function<void(std::string)> on_fatal)
    : context_(context)
    , on_fatal_(std::move(on_fatal))
    , accepts_(
          context.settings.node.threads,
          context.settings.limits.connections_per_second) {
  context_.life = make_life();
}

node_cluster::~node_cluster() {
  gate_->close();      // topics may hold the bus still, which tells how it ends
  membership_.reset(); // first what calls back
  users_.reset();
  peers_.reset();
}

// -- the beginning ------------------------------------------------------------

result<bool> node_cluster::connect(const std::function<bool()>& pause) {
  for (;;) {
    const auto connected = try_to_connect();
    if (connected)
      break;
    const auto& why = connected.error();
    if (why.code != errc::not_available)
      return tl::make_unexpected(why);
    log::warn("cluster.waiting", {{"why", why.message}});
    if (pause())
      return false;
  }
  log::info(
      "cluster.connected", {{"cluster", context_.settings.cluster.name},
                            {"life", hex(context_.life)}});
  make_parts();
  return true;
}

result<void> node_cluster::try_to_connect() {
  const auto& settings = context_.settings;
  if (!bus_) {
    auto with = bus_of(settings, context_.node_id);
    with.on_state = [this, gate = gate_](const bus_state_notice& notice) {
      if (const auto pass = gate->enter())
        on_bus_state(notice);
    };
    auto opened = open_nats_bus(std::move(with));
    if (!opened)
      return tl::make_unexpected(opened.error());
    bus_ = *std::move(opened);
  }
  auto log = journal_of(settings, context_.node_id);
  log.on_closed = [this, gate = gate_] {
    if (const auto pass = gate->enter())
      on_fatal_("NATS refuses this node's journal");
  };
  auto logs = jetstream_journal::open(std::move(log));
  if (!logs)
    return tl::make_unexpected(logs.error());
  context_.logs = *std::move(logs);
  context_.wires = bus_;
  return {};
}

void node_cluster::make_parts() {
  const auto& cluster = context_.settings.cluster;
  peer_settings calls;
  calls.cluster = cluster.name;
  calls.name = context_.node_id;
  peers_.emplace(*bus_, calls, context_.life);
  user_index_settings index;
  index.cluster = cluster.name;
  users_.emplace(*bus_, timer_, *peers_, index, context_.life);
  membership_settings members;
  members.cluster = cluster.name;
  members.table.name = context_.node_id;
  members.table.heartbeat = cluster.heartbeat_interval;
  members.table.failure_timeout = cluster.failure_timeout;
  membership_handlers handlers;
  handlers.on_change = [this](const auto& view, const auto& events) {
    on_change(view, events);
  };
  handlers.on_fenced = [this](const auto& fencing) { on_fenced(fencing); };
  membership_.emplace(
      *bus_, timer_, members, context_.life, std::move(handlers));
  peers_->answer(
      peer_kind::room_part, [this](const peer_call& call, peer_reply reply) {
        auto wanted = decode_handover_request(call.body);
        if (!wanted)
          return reply.refuse(errc::bad_request, wanted.error().message);
        caf::anon_send(
            context_.supervisor, part_order{*std::move(wanted), reply});
      });
  context_.peers = &*peers_;
  context_.user_index = &*users_;
  context_.view = [this] { return membership_->view(); };
  context_.view_clock = [this] { return timer_.now(); };
  // Metrics may be asked for until the last socket is closed.
  context_.count_cluster = [this, gate = gate_] {
    const auto pass = gate->enter();
    return pass ? totals() : cluster_totals{};
  };
  context_.is_alive = [this](uint64_t life) {
    return life == context_.life || membership_->view()->find(life);
  };
  context_.sees_others = [this] {
    const auto timeout = context_.settings.cluster.failure_timeout;
    const auto since = timer_.now().count() - connected_since_ms_;
    return connected_ && since >= timeout.count();
  };
  context_.rank = [this] {
    return static_cast<uint32_t>(membership_->view()->rank().value_or(0));
  };
  context_.joined = true;
}

result<void> node_cluster::join() {
  answer_peers(context_);
  if (auto started = peers_->start(); !started)
    return started;
  if (auto started = users_->start(); !started)
    return started;
  if (auto started = membership_->start(); !started)
    return started;
  if (!connected_) // the journal is, and the bus will be in a moment
    connected_since_ms_ = timer_.now().count();
  tell_facts(); // they go with the first word
  membership_->set_state(node_state::up);
  return {};
}

void node_cluster::leave() {
  membership_->leave();
}

// -- what is called back ------------------------------------------------------

void node_cluster::on_change(
    const std::shared_ptr<const cluster_view>& view,
    const std::vector<cluster_event>& events) {
  peers_->members_changed(view);
  users_->members_changed(*view);
  for (const auto& event : events) {
    using enum cluster_event::what;
    const auto* node = view->find(event.life);
    if (node && node->state == node_state::draining)
      draining_.try_emplace(event.life, timer_.now());
    if (event.kind == left || event.kind == died)
      caf::anon_send(
          context_.supervisor, gone_order{event.life, hold_after(event)});
  }
}

/// Members of a node that left are on their way here: the first was told to go
/// when the node began to drain, and may take as long as the last.
std::chrono::milliseconds node_cluster::hold_after(const cluster_event& event) {
  const auto drained = draining_.extract(event.life);
  if (event.kind == cluster_event::what::died)
    return std::chrono::milliseconds{0};
  const auto hold = context_.settings.drain.hold;
  return drained ? hold + (timer_.now() - drained.mapped()) : hold;
}

/// Others dropped what they knew of this node: its clients are better off
/// elsewhere, and what it does from here on it does as another one.
void node_cluster::on_fenced(const cluster_fencing& fencing) {
  log::error(
      "cluster.fenced", {{"life", hex(fencing.life)},
                         {"why", reason_of(fencing.why)},
                         {"by", fencing.by}});
  if (fencing.why == cluster_fencing::cause::name_taken)
    return on_fatal_("another node has the name " + context_.node_id);
  const auto next = make_life(fencing.above);
  context_.life = next;
  const auto begun = membership_->begin_life(next);
  const auto called = peers_->begin_life(next);
  users_->begin_life(next);
  if (!begun || !called)
    return on_fatal_(
        "no new life: " + (begun ? called : begun).error().message);
  for (const auto& thread : context_.fanouts)
    caf::anon_send(thread, drain_atom_v, close_code::drain);
  caf::anon_send(context_.supervisor, gone_order{fencing.life});
}

void node_cluster::on_bus_state(const bus_state_notice& notice) {
  const bool connected = notice.state == bus_state::connected;
  if (connected_.exchange(connected) == connected)
    return;
  connected_since_ms_ = timer_.now().count();
  if (connected)
    log::info("cluster.nats_connected", {{"again", notice.again}});
  else
    log::warn("cluster.nats_lost", {{"why", notice.why}});
  if (notice.state == bus_state::closed)
    on_fatal_("NATS refuses this node: " + notice.why);
}

// -- what others are told -----------------------------------------------------

void node_cluster::tell_facts() {
  membership_->tell(facts());
  const auto& cluster = context_.settings.cluster;
  const auto away = timer_.now().count() - connected_since_ms_;
  context_.linked = connected_ || away < cluster.failure_timeout.count();
  timer_.after(cluster.heartbeat_interval, [this] {
    if (const auto pass = gate_->enter())
      tell_facts();
  });
}

node_facts node_cluster::facts() {
  auto now = context_.facts();
  now.journal_lag_ms = journal_lag_ms();
  accept_cost cost;
  for (const auto* thread : context_.counters)
    cost += {thread->accept_upgrades.value(), thread->accept_cpu_ns.value()};
  now.accepts_per_second = accepts_.measured(cost);
  return now;
}

/// How long it took lately until the log had what it was given: the mean since
/// the heartbeat before; while nothing gets there, how long that has been so.
uint64_t node_cluster::journal_lag_ms() {
  const auto counts = context_.logs->counts();
  const auto commits = counts.commits - std::exchange(commits_, counts.commits);
  const auto seconds = counts.commit_seconds
                       - std::exchange(commit_seconds_, counts.commit_seconds);
  if (commits > 0)
    lag_ms_ = static_cast<uint64_t>(
        1000 * std::max(seconds, 0.0) / static_cast<double>(commits));
  else if (counts.backlog_entries > 0)
    lag_ms_ += static_cast<uint64_t>(
        context_.settings.cluster.heartbeat_interval.count());
  else
    lag_ms_ = 0;
  return lag_ms_;
}

cluster_totals node_cluster::totals() const {
  return {
      bus_->counts(),
      {membership_->counts(), peers_->counts(), users_->counts(),
       context_.lost.counts()}};
}

} // namespace rookery
