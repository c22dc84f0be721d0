#include "cluster/membership/peers.hpp"

#include "base/check.hpp"
#include "base/hex.hpp"
#include "cluster/membership/callback_gate.hpp"
#include "cluster/membership/heartbeat.hpp"

#include <atomic>
#include <map>
#include <mutex>
#include <unordered_map>

namespace rookery {

/// Thread: any. `lock` guards all but the gate, and is not held while anything
/// is called back.
struct cluster_peers::core : std::enable_shared_from_this<core> {
  core(bus& by, peer_settings with, node_life first)
      : net(by)
      , settings(std::move(with))
      , life(first) {}

  struct waiting_call {
    node_life to = 0;
    done_handler done;
  };
  using shared_handler = std::shared_ptr<const call_handler>;

  bus& net;
  const peer_settings settings;

  callback_gate gate;

  mutable std::mutex lock;
  bool over = false;
  node_life life;
  bus_subscription heard;
  std::shared_ptr<const cluster_view> view;
  std::unordered_map<uint64_t, waiting_call> waiting;
  uint64_t next = 1;
  std::map<peer_kind, shared_handler> handlers;
  peer_counts totals;

  std::string subject(node_life of) const {
    return "node." + settings.cluster + "." + hex(of);
  }
  result<bus_subscription> listen(node_life as);
  void handle(const bus_message& message);
  void answer(const std::string& to, std::string payload);

  void call(
      node_life to, peer_kind kind, std::string_view body,
      std::chrono::milliseconds deadline, done_handler done);
  /// The number of the call; or why there is none, and `done` is as it was.
  result<uint64_t> admit(node_life to, done_handler& done);
  void answered(uint64_t id, result<bus_answer> with);
  void fail_all(const std::function<bool(node_life)>& of, const char* why);
};

/// Answers once, whoever is first. Thread: any.
class peer_reply::place {
public:
  place(std::weak_ptr<cluster_peers::core> by, std::string_view answer_to)
      : by_(std::move(by))
      , answer_to_(answer_to) {}
  ~place() {
    give(encode_answer(failure{errc::internal, "the node gave no answer"}));
  }
  place(const place&) = delete;
  place& operator=(const place&) = delete;

  void give(std::string payload) {
    if (given_.exchange(true))
      return;
    if (const auto peers = by_.lock())
      peers->answer(answer_to_, std::move(payload));
  }

private:
  const std::weak_ptr<cluster_peers::core> by_;
  const std::string answer_to_;
  std::atomic<bool> given_{false};
};

void peer_reply::ok(std::string_view body) const {
  to_->give(encode_answer(body));
}

void peer_reply::refuse(errc code, std::string why) const {
  to_->give(encode_answer(failure{code, std::move(why)}));
}

// -- answering ----------------------------------------------------------------

result<bus_subscription> cluster_peers::core::listen(node_life as) {
  return net.subscribe(
      subject(as), {[weak = weak_from_this()](const bus_message& message) {
                      if (const auto self = weak.lock())
                        self->handle(message);
                    },
                    {}});
}

void cluster_peers::core::handle(const bus_message& message) {
  if (message.answer_to.empty())
    return;
  const auto came = decode_call(message.payload);
  shared_handler handler;
  failure why;
  {
    const std::lock_guard guard{lock};
    if (over)
      return;
    if (!came) {
      why = came.error();
    } else if (const auto found = handlers.find(came->kind);
               found == handlers.end() || !found->second) {
      why = {
          errc::bad_request,
          "a call of the kind "
              + std::to_string(static_cast<uint32_t>(came->kind))
              + ", which this node does not know"};
    } else if (totals.handling >= settings.handling_max) {
      why = {errc::limit_exceeded, "the node is at work on too many calls"};
    } else {
      handler = found->second;
      ++totals.handled;
    }
    ++totals.handling;
  }
  const peer_reply reply{
      std::make_shared<peer_reply::place>(weak_from_this(), message.answer_to)};
  if (handler) {
    (*handler)(*came, reply);
    return;
  }
  {
    const std::lock_guard guard{lock};
    ++totals.refused;
  }
  reply.refuse(why.code, std::move(why.message));
}

void cluster_peers::core::answer(const std::string& to, std::string payload) {
  const std::lock_guard guard{lock};
  --totals.handling;
  // Who asked learns by his deadline of an answer that the bus did not take.
  if (!over)
    static_cast<void>(net.publish({to, std::move(payload), {}, {}}));
}

// -- calling ------------------------------------------------------------------

result<uint64_t> cluster_peers::core::admit(node_life to, done_handler& done) {
  const std::lock_guard guard{lock};
  ++totals.calls;
  if (over)
    return refuse(errc::not_available, "this node ends");
  if (!view || !view->find(to)) {
    ++totals.to_dead;
    return refuse(errc::not_available, "the node is not alive");
  }
  if (waiting.size() >= settings.calls_max) {
    ++totals.failed;
    return refuse(errc::limit_exceeded, "too many calls wait for answers");
  }
  const auto id = next++;
  waiting.emplace(id, waiting_call{to, std::move(done)});
  return id;
}

void cluster_peers::core::call(
    node_life to, peer_kind kind, std::string_view body,
    std::chrono::milliseconds deadline, done_handler done) {
  auto id = admit(to, done);
  if (!id) {
    done(tl::make_unexpected(std::move(id.error())));
    return;
  }
  peer_call made{kind, settings.name, 0, body};
  {
    const std::lock_guard guard{lock};
    made.life = life;
  }
  net.request(
      {subject(to), encode(made), {}, {}}, deadline,
      [weak = weak_from_this(), number = *id](result<bus_answer> with) {
        if (const auto self = weak.lock())
          self->answered(number, std::move(with));
      });
}

void cluster_peers::core::answered(uint64_t id, result<bus_answer> with) {
  const auto pass = gate.enter();
  if (!pass)
    return;
  auto said = with ? decode_answer(with->payload)
                   : result<std::string>{tl::make_unexpected(with.error())};
  done_handler done;
  {
    const std::lock_guard guard{lock};
    const auto found = waiting.find(id);
    if (found == waiting.end())
      return; // it was told that the node died
    done = std::move(found->second.done);
    waiting.erase(found);
    if (!with && with.error().code == errc::not_available)
      ++totals.timeouts;
    else if (!said)
      ++totals.failed;
  }
  done(std::move(said));
}

void cluster_peers::core::fail_all(
    const std::function<bool(node_life)>& of, const char* why) {
  std::vector<done_handler> failed;
  {
    const std::lock_guard guard{lock};
    for (auto one = waiting.begin(); one != waiting.end();) {
      if (!of(one->second.to)) {
        ++one;
        continue;
      }
      failed.push_back(std::move(one->second.done));
      one = waiting.erase(one);
      ++totals.to_dead;
    }
  }
  for (const auto& done : failed)
    done(refuse(errc::not_available, why));
}

// -- the peers ----------------------------------------------------------------

cluster_peers::cluster_peers(bus& over, peer_settings settings, node_life life)
    : core_(std::make_shared<core>(over, std::move(settings), life)) {
  ROOKERY_CHECK(
      valid_cluster_name(core_->settings.cluster),
      "the name of a cluster is checked with the configuration");
}

cluster_peers::~cluster_peers() {
  core_->heard.end();
  {
    const std::lock_guard guard{core_->lock};
    core_->over = true;
  }
  core_->gate.close();
  core_->fail_all([](node_life) { return true; }, "this node ends");
}

result<void> cluster_peers::start() {
  return begin_life(core_->life);
}

result<void> cluster_peers::begin_life(node_life life) {
  auto made = core_->listen(life);
  if (!made)
    return tl::make_unexpected(std::move(made.error()));
  {
    const std::lock_guard guard{core_->lock};
    core_->life = life;
    std::swap(core_->heard, *made);
  }
  return {}; // the old subscription ends here, without the lock
}

void cluster_peers::members_changed(
    const std::shared_ptr<const cluster_view>& view) {
  {
    const std::lock_guard guard{core_->lock};
    core_->view = view;
  }
  core_->fail_all(
      [&](node_life of) { return !view->find(of); }, "the node died");
}

void cluster_peers::call(
    node_life to, peer_kind kind, std::string_view body,
    std::chrono::milliseconds deadline, done_handler done) {
  core_->call(to, kind, body, deadline, std::move(done));
}

void cluster_peers::call_all(
    const std::vector<node_life>& lives, peer_kind kind, std::string_view body,
    std::chrono::milliseconds deadline, all_done_handler done) {
  struct gathering {
    std::mutex lock;
    std::vector<peer_answer> answers;
    std::size_t missing = 0;
    all_done_handler done;
  };
  if (lives.empty()) {
    done({});
    return;
  }
  const auto all = std::make_shared<gathering>();
  for (const auto life : lives)
    all->answers.push_back({life, refuse(errc::internal, "it was not asked")});
  all->missing = lives.size();
  all->done = std::move(done);
  for (std::size_t i = 0; i < lives.size(); ++i)
    core_->call(lives[i], kind, body, deadline, [all, i](auto said) {
      {
        const std::lock_guard guard{all->lock};
        all->answers[i].body = std::move(said);
        if (--all->missing > 0)
          return;
      }
      all->done(std::move(all->answers)); // the last one; nobody else is here
    });
}

void cluster_peers::answer(peer_kind kind, call_handler handler) {
  core::shared_handler made;
  if (handler)
    made = std::make_shared<const call_handler>(std::move(handler));
  const std::lock_guard guard{core_->lock};
  std::swap(core_->handlers[kind], made);
} // what was there before ends without the lock

peer_counts cluster_peers::counts() const {
  const std::lock_guard guard{core_->lock};
  auto counts = core_->totals;
  counts.waiting = core_->waiting.size();
  return counts;
}

} // namespace rookery
