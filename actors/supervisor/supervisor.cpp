#include "actors/supervisor/supervisor.hpp"

#include "actors/alerts/alerter.hpp"
#include "actors/api/api.hpp"
#include "actors/registry/registry.hpp"
#include "actors/room/room.hpp"
#include "actors/supervisor/verdict.hpp"
#include "actors/topic/topic.hpp"
#include "base/check.hpp"
#include "base/log.hpp"

#include <caf/exit_reason.hpp>

namespace rookery {

// -- start --------------------------------------------------------------------

void supervisor_state::start(const std::vector<thread_place>& places) {
  node->supervisor = self;
  for (const auto& place : places) {
    fanouts.push_back(
        spawn_slim<fanout>(self->system(), place.unit, place.services, *node));
    node->fanouts.push_back(fanouts.back()->handle());
    self->monitor(node->fanouts.back());
  }
  node->registry = self->spawn<caf::monitored>(registry, node);
  // The lists of lobbies are kept from the beginning, so that somebody looks
  // after those that others had.
  for (auto& listing : node->lobbies().roots()) {
    lobby_order order;
    order.what = lobby_order::wake{};
    self->send(
        node->fanouts.front(), ask_order{std::move(listing), std::move(order)});
  }
  const auto& limits = node->settings.supervisor;
  alerts_limit = {limits.restarts_max, limits.restart_window};
  if (node->settings.alerts.enabled)
    watch_for_alerts();
}

void supervisor_state::watch_for_alerts() {
  const node_context* shared = node;
  alerts = self->spawn<caf::monitored>(alerter, shared);
}

supervised_topic* supervisor_state::create(const std::string& topic) {
  const auto* rules = node->class_of(topic);
  if (!rules)
    return nullptr;
  const auto& limits = node->settings.supervisor;
  supervised_topic fresh{
      std::make_shared<const topic_identity>(
          topic_identity{topic, *rules, ++last_number}),
      {},
      nullptr,
      {limits.restarts_max, limits.restart_window}};
  if (rules->kind != topic_kind::topic)
    fresh.memory = std::make_shared<room_memory>(
        topic, *rules, rules->journal && node->logs);
  auto& placed = topics.try_emplace(topic, std::move(fresh)).first->second;
  run(placed);
  return &placed;
}

void supervisor_state::run(supervised_topic& one) {
  const node_context* shared = node;
  if (one.memory) {
    one.memory->log.keep_share(memory->share());
    one.handle =
        self->spawn<caf::monitored>(room, one.identity, shared, one.memory);
  } else
    one.handle = self->spawn<caf::monitored>(topic, one.identity, shared);
  one.now = supervised_topic::phase::running;
  names[one.handle.id()] = one.identity->name;
  node->topics = names.size();
}

// -- opening ------------------------------------------------------------------

void supervisor_state::on_open(
    const std::string& topic_name, const fanout_actor& from) {
  std::size_t thread = 0;
  while (thread < node->fanouts.size() && node->fanouts[thread] != from)
    ++thread;
  ROOKERY_CHECK(thread < node->fanouts.size(), "only our fanouts open topics");
  const auto refuse_it = [&](errc code, std::string why) {
    self->send(from, refused_topic{topic_name, {code, std::move(why)}});
  };
  if (stopping)
    return refuse_it(errc::not_available, "the node is stopping");
  const auto found = topics.find(topic_name);
  auto* one = found == topics.end() ? create(topic_name) : &found->second;
  if (!one)
    return refuse_it(
        errc::unknown_topic, "topic: no class of topics matches " + topic_name);
  switch (one->now) {
  case supervised_topic::phase::running:
    return tell_opened(*one, thread);
  case supervised_topic::phase::retiring:
  case supervised_topic::phase::restarting:
    one->waiting.insert(thread);
    return;
  case supervised_topic::phase::failed:
    if (!one->limit.would_allow(self->clock().now()))
      return refuse_it(
          errc::not_available,
          "topic " + topic_name + " fails again and again");
    run(*one);
    self->send(one->handle, local_subscribers{}); // all were closed
    return tell_opened(*one, thread);
  }
}

void supervisor_state::tell_opened(supervised_topic& one, std::size_t thread) {
  one.users.insert(thread);
  self->send(node->fanouts[thread], opened_topic{one.identity, one.handle});
}

void supervisor_state::serve_waiting(supervised_topic& one) {
  for (const auto thread : std::exchange(one.waiting, {}))
    tell_opened(one, thread);
}

void supervisor_state::on_notice(
    const std::string& topic, const publish_order& order) {
  const auto found = topics.find(topic);
  if (found != topics.end()
      && found->second.now == supervised_topic::phase::running)
    self->send(found->second.handle, order);
}

// -- ending of idle topics ----------------------------------------------------
//
// A topic that nobody uses must not lose an order that is on its way. So first
// all threads forget its handle; whatever they sent before they said so is in
// its mailbox by then, in front of the question whether it may end. New orders
// wait at the threads, whose `open` waits here for the answer.

void supervisor_state::on_idle(const std::string& topic_name) {
  const auto found = topics.find(topic_name);
  if (stopping || found == topics.end()
      || found->second.now != supervised_topic::phase::running)
    return;
  auto& one = found->second;
  one.now = supervised_topic::phase::retiring;
  one.answers_missing = one.users.size();
  for (const auto thread : std::exchange(one.users, {}))
    self->request(
            node->fanouts[thread], node->settings.supervisor.request_timeout,
            forget_atom_v, topic_name)
        .then(
            [=, this](bool) {
              const auto still = topics.find(topic_name);
              if (still != topics.end() && --still->second.answers_missing == 0)
                ask_to_retire(topic_name);
            },
            [=, this](const caf::error&) {
              on_fatal("a thread did not answer in time");
            });
  if (one.answers_missing == 0)
    ask_to_retire(topic_name);
}

void supervisor_state::ask_to_retire(const std::string& topic_name) {
  auto& one = topics.at(topic_name);
  if (one.now != supervised_topic::phase::retiring)
    return; // it crashed meanwhile
  const auto go_on = [=, this] {
    const auto found = topics.find(topic_name);
    if (found == topics.end()
        || found->second.now != supervised_topic::phase::retiring)
      return;
    found->second.now = supervised_topic::phase::running;
    serve_waiting(found->second);
  };
  self->request(
          one.handle, node->settings.supervisor.request_timeout, retire_atom_v)
      .then(
          [=](bool ended) {
            if (!ended)
              go_on(); // in use again; else its down message comes
          },
          [=](const caf::error&) { go_on(); });
}

void supervisor_state::retired(const std::string& topic_name) {
  const auto found = topics.find(topic_name);
  auto waiting = std::move(found->second.waiting);
  topics.erase(found);
  for (const auto thread : waiting)
    on_open(topic_name, node->fanouts[thread]);
}

// -- slow clients -------------------------------------------------------------

void supervisor_state::on_slow(const slow_report& report) {
  const auto reason = laggard_verdict(report, node->settings.laggard);
  if (!reason)
    return;
  const auto& user = report.record->user;
  log::info(
      "connection.laggard",
      {{"connection", to_text(report.record->id)},
       {"user", user ? std::string_view{user->user} : std::string_view{}},
       {"address", report.record->address},
       {"why", *reason}});
  self->send(report.connection, cut_atom_v, *reason);
}

// -- crashes ------------------------------------------------------------------

void supervisor_state::on_down(const caf::down_msg& down) {
  if (alerts && down.source == alerts.address()) {
    alerts = alerter_actor{};
    if (stopping)
      return;
    log::error("alerter.crashed");
    if (alerts_limit.allow(self->clock().now()))
      watch_for_alerts(); // what was raised is found again
    return;
  }
  const auto named = names.find(down.source.id());
  if (named == names.end()) {
    if (!stopping)
      on_fatal("a thread's fanout or the registry ended");
    return;
  }
  const auto topic_name = named->second;
  names.erase(named);
  node->topics = names.size();
  const auto found = topics.find(topic_name);
  if (found == topics.end())
    return;
  auto& one = found->second;
  one.handle = topic_actor{};
  if (stopping) {
    topics.erase(found);
    return finish_if_stopped();
  }
  if (!down.reason && one.now == supervised_topic::phase::retiring)
    return retired(topic_name);
  on_crash(one);
}

void supervisor_state::on_crash(supervised_topic& one) {
  const auto& topic_name = one.identity->name;
  log::error("topic.crashed", {{"topic", topic_name}});
  if (!one.limit.allow(self->clock().now()))
    return give_up(one);
  one.now = supervised_topic::phase::restarting;
  one.found = {};
  // A thread that was told to forget has no handle, but may have subscribers.
  one.answers_missing = node->fanouts.size();
  for (std::size_t i = 0; i < node->fanouts.size(); ++i) {
    one.waiting.insert(i);
    self->request(
            node->fanouts[i], node->settings.supervisor.request_timeout,
            lost_atom_v, topic_name)
        .then(
            [=, this](local_subscribers& found) {
              on_found(topic_name, std::move(found));
            },
            [=, this](const caf::error&) {
              on_fatal("a thread did not answer in time");
            });
  }
}

void supervisor_state::on_found(
    const std::string& topic_name, local_subscribers found) {
  const auto place = topics.find(topic_name);
  if (place == topics.end()
      || place->second.now != supervised_topic::phase::restarting)
    return;
  auto& one = place->second;
  one.found.all.insert(one.found.all.end(), found.all.begin(), found.all.end());
  one.found.players.insert(
      one.found.players.end(), found.players.begin(), found.players.end());
  if (--one.answers_missing > 0)
    return;
  run(one);
  // Before `opened`: no order overtakes the subscribers.
  self->send(one.handle, std::exchange(one.found, {}));
  serve_waiting(one);
  log::info("topic.restarted", {{"topic", topic_name}});
}

void supervisor_state::give_up(supervised_topic& one) {
  one.now = supervised_topic::phase::failed;
  one.users.clear();
  one.waiting.clear();
  log::error("topic.given_up", {{"topic", one.identity->name}});
  for (const auto& thread : node->fanouts)
    self->send(thread, failed_atom_v, one.identity->name);
}

/// Of a room that is not here, the reply that is let go refuses.
void supervisor_state::on_part(const part_order& order) {
  const auto found = topics.find(order.wanted.topic);
  if (found != topics.end() && found->second.handle)
    self->send(found->second.handle, order);
}

void supervisor_state::on_gone(const gone_order& order) {
  for (auto& [topic_name, one] : topics)
    if (one.handle)
      self->send(one.handle, order);
}

// -- the end ------------------------------------------------------------------

caf::result<bool> supervisor_state::on_drain() {
  stopping = true;
  if (alerts)
    self->send_exit(alerts, caf::exit_reason::user_shutdown);
  stopped = self->make_response_promise<bool>();
  for (auto& [topic_name, one] : topics)
    if (one.handle)
      self->send_exit(one.handle, caf::exit_reason::user_shutdown);
  finish_if_stopped();
  return stopped;
}

void supervisor_state::finish_if_stopped() {
  if (!names.empty())
    return;
  self->send_exit(node->registry, caf::exit_reason::user_shutdown);
  for (const auto& one : node->fanouts)
    self->send_exit(one, caf::exit_reason::user_shutdown);
  stopped.deliver(true);
  self->quit();
}

supervisor_actor::behavior_type supervisor(
    supervisor_state::pointer self, node_context* node,
    std::vector<thread_place> places,
    std::function<void(std::string)> on_fatal) {
  auto& state = self->state;
  state.node = node;
  state.on_fatal = std::move(on_fatal);
  self->set_down_handler(
      [=](const caf::down_msg& down) { self->state.on_down(down); });
  state.start(places);
  state.memory.emplace(state);
  return {
      [=](open_atom, const std::string& topic, const fanout_actor& from) {
        self->state.on_open(topic, from);
      },
      [=](const slow_report& report) { self->state.on_slow(report); },
      [=](idle_atom, const std::string& topic) { self->state.on_idle(topic); },
      [=](const gone_order& order) { self->state.on_gone(order); },
      [=](const part_order& order) { self->state.on_part(order); },
      [=](memory_atom) { self->state.memory->look(); },
      [=](drain_atom) { return self->state.on_drain(); },
      [=](const api_order& order) {
        const node_context* shared = node;
        self->send(self->spawn(api, shared), order);
      },
      [=](const std::string& topic, const publish_order& order) {
        self->state.on_notice(topic, order);
      },
      [=](count_atom) -> uint64_t { return self->state.topics.size(); },
  };
}

} // namespace rookery
