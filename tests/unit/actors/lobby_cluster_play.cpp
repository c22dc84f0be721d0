#define CAF_SUITE lobby_cluster_play

#include "tests/unit/actors/lobby_cluster_play.hpp"

namespace rookery::testing {

// -- what happens -------------------------------------------------------------

lobby_cluster_play::client* lobby_cluster_play::any() {
  std::vector<client*> here;
  for (auto& one : clients_)
    if (!one->gone)
      here.push_back(one.get());
  return here.empty() ? nullptr : here[below(here.size())];
}

void lobby_cluster_play::step() {
  const bool troubled = trouble_ == lobby_trouble::all;
  switch (below(16)) {
  case 0:
  case 1:
    come();
    break;
  case 2:
    go();
    break;
  case 3:
    cluster_.sched.advance_time(std::chrono::milliseconds{below(1500)});
    break;
  case 4:
    if (below(12) == 0)
      die();
    break;
  case 5:
    cluster_.log.fail(troubled && below(3) == 0 ? 0.3 : 0);
    break;
  case 6:
    return troubled ? cut() : ask();
  default:
    ask();
  }
  cluster_.runs_some(below(40));
  listen();
}

void lobby_cluster_play::come() {
  const auto node = live_node();
  const auto user = "u" + std::to_string(below(users));
  clients_.push_back(std::make_unique<client>(
      client{cluster_.nodes[node]->connect_only(user), node, user}));
  if (below(3) == 0)
    return;
  const std::string topic = topics[below(topics.size())];
  clients_.back()->in.insert(topic);
  clients_.back()->link.say(
      R"({"event":"subscribe","id":1,"topic":")" + topic + "\"}");
}

void lobby_cluster_play::go() {
  auto* one = any();
  if (!one)
    return;
  one->gone = true;
  cluster_.nodes[one->node]->vanish_only(one->link);
}

void lobby_cluster_play::ask() {
  auto* one = any();
  if (!one)
    return;
  const std::string topic = topics[below(topics.size())];
  static constexpr const char* often[] = {
      "create", "create", "join", "join",  "join",  "join", "join",
      "leave",  "kick",   "set",  "ready", "start", "close"};
  std::string what = often[below(std::size(often))];
  if ((what == "start" || what == "close") && below(3) > 0)
    what = "join";
  auto id = ++last_id_;
  std::string more;
  if (what == "create")
    more = R"(,"seats":)" + std::to_string(1 + below(4));
  if (what == "kick")
    more = R"(,"user":"u)" + std::to_string(below(users)) + '"';
  if (what == "set")
    more = R"(,"patch":{"n":)" + std::to_string(id) + "}";
  if (what == "create" || what == "join")
    one->in.insert(topic);
  asked_[id] = {topic, one->user, what, end_of(topic)};
  one->link.say(
      R"({"event":"lobby.)" + what + R"(","id":)" + std::to_string(id)
      + R"(,"topic":")" + topic + '"' + more + "}");
}

/// A node is gone with all its clients; what it had asked may be in the log.
void lobby_cluster_play::die() {
  if (!cluster_.dead.empty())
    return;
  const auto node = below(nodes);
  cluster_.log.cut(*cluster_.nodes[node]->context.logs, true);
  for (auto& one : clients_)
    one->gone = one->gone || one->node == node;
  const auto life = node + 1;
  cluster_.dead.insert(life);
  for (auto& other : cluster_.nodes)
    if (other->context.life != life)
      caf::anon_send(other->root, gone_order{life});
}

void lobby_cluster_play::cut() {
  const auto node = below(nodes);
  if (!is_dead(node))
    cluster_.log.cut(*cluster_.nodes[node]->context.logs, below(2) == 0);
}

/// Takes in what clients were told.
void lobby_cluster_play::listen() {
  for (auto& one : clients_)
    while (!one->gone && !one->link.heard_nothing()) {
      const auto text = one->link.next();
      const auto id = number(text, "id");
      const auto found = asked_.find(id);
      if ((!is(text, "reply") && !is(text, "error")) || found == asked_.end())
        continue;
      if (contains(text, R"("seat":)"))
        one->seated[found->second.topic] = number(text, "offset");
      replies_.push_back({found->second, end_of(found->second.topic), text});
      asked_.erase(found);
    }
}

// -- what should have happened ------------------------------------------------

void lobby_cluster_play::settle() {
  cluster_.log.fail(0);
  for (std::size_t node = 0; node < nodes; ++node)
    if (!is_dead(node))
      cluster_.log.cut(*cluster_.nodes[node]->context.logs, false);
  for (int i = 0; i < 40; ++i) {
    cluster_.run();
    cluster_.sched.advance_time(std::chrono::seconds{1});
  }
  cluster_.run();
  listen();
  std::map<std::string, lobby_truth> truths;
  for (const std::string topic : topics)
    truths.emplace(topic, lobby_truth{cluster_.log, topic});
  for (const auto& one : replies_)
    judge(one, truths.at(one.to.topic));
  for (const auto& [topic, truth] : truths) {
    held += truth.held;
    released += truth.released;
    judge_end(topic, truth);
  }
  judge_list(truths);
}

void lobby_cluster_play::judge(const reply& one, const lobby_truth& truth) {
  ++judged;
  const auto& [to, until, text] = one;
  if (is(text, "error"))
    return judge_refusal(one, truth);
  const auto told = to.what + " by " + to.user + " of " + to.topic + " at "
                    + std::to_string(to.from) + ": " + text;
  const auto offset = number(text, "offset");
  must(offset <= until, "is of the future: " + told);
  const auto& lobby = truth.at(offset).lobby;
  if (to.what == "create" || to.what == "join") {
    ++seats;
    must(
        lobby.seat_of(to.user) == std::optional{number(text, "seat")},
        "had another seat: " + told);
  }
  if (to.what == "leave")
    must(!lobby.seat_of(to.user), "has a seat: " + told);
  if (to.what == "start")
    must(lobby.started(), "has not started: " + told);
  if (to.what == "set")
    must(lobby.host() == to.user, "was not host: " + told);
}

/// It was as the refusal says at some position while the answer was awaited.
void lobby_cluster_play::judge_refusal(
    const reply& one, const lobby_truth& truth) {
  const auto& [to, until, text] = one;
  const auto code = static_cast<errc>(number(text, "code"));
  const auto& user = to.user;
  if (code == errc::not_available)
    return; // nothing is said about the lobby
  ++refusals;
  const bool is_true = truth.was(to.from, until, [&](const lobby_state& is) {
    switch (code) {
    case errc::lobby_full:
      return is.exists() && is.taken() == is.seats().size()
             && !is.seat_of(user);
    case errc::unknown_topic:
      return !is.exists();
    case errc::lobby_started:
      return is.started();
    case errc::not_seated:
      return is.exists() && (to.what == "kick" || !is.seat_of(user));
    case errc::not_host:
      return is.exists() && is.host() != user;
    case errc::conflict: // a create; a kick of the host
      return is.exists();
    default:
      return false;
    }
  });
  must(
      is_true, "was never so: " + to.what + " by " + user + " at "
                   + std::to_string(to.from) + ".." + std::to_string(until)
                   + ": " + text);
}

bool lobby_cluster_play::is_in(
    const std::string& user, const std::string& topic) const {
  return std::any_of(clients_.begin(), clients_.end(), [&](const auto& one) {
    return !one->gone && one->user == user && one->in.contains(topic);
  });
}

/// What a fresh client is told.
std::string lobby_cluster_play::asked(
    std::size_t node, const std::string& json, const char* kind) {
  auto probe = cluster_.nodes[node]->connect("probe");
  probe.say(json);
  cluster_.run();
  std::string text;
  while (!probe.heard_nothing())
    if (auto one = probe.next(); is(one, kind))
      text = std::move(one);
  cluster_.nodes[node]->vanish(probe);
  return text;
}

void lobby_cluster_play::judge_end(
    const std::string& topic, const lobby_truth& truth) {
  const auto& [offset, lobby, document] = truth.last();
  for (const auto& one : lobby.seats()) {
    if (one.user.empty())
      continue;
    must(
        is_in(one.user, topic), one.user + " is gone and has a seat: " + topic);
    must(one.held_at == 0, one.user + " is held too long: " + topic);
  }
  for (const auto& one : clients_)
    if (const auto at = one->seated.find(topic);
        !one->gone && at != one->seated.end())
      must(
          truth.end_of_seat(one->user, at->second) != lobby_move::release,
          one->user + " lost a seat while here: " + topic);
  if (!lobby.exists())
    return;
  snapshot_event event;
  event.lobby = lobby.view();
  if (!document.empty())
    event.state = payload{encoding::json, document};
  std::string wanted;
  encode(encoding::json, event, wanted);
  wanted = wanted.substr(wanted.find(R"("seats":)"));
  for (std::size_t node = 0; node < nodes; ++node) {
    if (is_dead(node))
      continue;
    const auto text = asked(
        node,
        R"({"event":"subscribe","id":1,"topic":")" + topic
            + R"(","snapshot":true})",
        "snapshot");
    must(
        contains(text, wanted), topic + " on node " + std::to_string(node + 1)
                                    + " is " + text + " and not " + wanted);
  }
}

void lobby_cluster_play::judge_list(
    const std::map<std::string, lobby_truth>& truths) {
  std::string wanted;
  for (const auto& [topic, truth] : truths) {
    const auto& lobby = truth.last().lobby;
    if (!lobby.exists() || lobby.started())
      continue;
    wanted += (wanted.empty() ? "" : ",") + std::string{R"({"topic":")"} + topic
              + R"(","seats":)" + std::to_string(lobby.rules().seats)
              + R"(,"taken":)" + std::to_string(lobby.taken()) + "}";
  }
  for (std::size_t node = 0; node < nodes; ++node) {
    if (is_dead(node))
      continue;
    const auto text = asked(
        node, R"({"event":"lobby.list","id":8,"prefix":"lobby."})", "reply");
    must(
        contains(text, R"("lobbies":[)" + wanted + "]"),
        "node " + std::to_string(node + 1) + " lists " + text + " and not "
            + wanted);
  }
}

} // namespace rookery::testing
