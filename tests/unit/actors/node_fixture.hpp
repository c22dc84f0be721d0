#pragma once

#include "actors/connection/connection.hpp"
#include "actors/connection/fanout.hpp"
#include "actors/supervisor/supervisor.hpp"
#include "base/check.hpp"

#include <caf/test/dsl.hpp>

#include <deque>
#include <memory>
#include <string>
#include <vector>

namespace rookery::testing {

/// A link without a socket: keeps what the node sends, in order.
class recording_link final : public client_link {
public:
  recording_link(link_owner& owner, frame_form form)
      : owner_(owner)
      , form_(form) {}

  send_result push(const frame& one) override { return take(one); }
  send_result push_held(const frame& one) override {
    ++held;
    return take(one);
  }
  /// Frames of this link are not told apart: the oldest text that waits goes.
  send_result push_over_oldest(const frame& one, uint32_t& dropped) override {
    if (room >= one.messages())
      return take(one);
    if (sent.empty())
      return send_result::full;
    sent.pop_front();
    ++room;
    ++dropped;
    return take(one);
  }
  void wake() override { ++wakes; }
  bool blocked() const override { return is_blocked; }
  bool fits(uint32_t messages, std::size_t) const override {
    return room >= messages;
  }
  bool has_room() const override { return room >= 64 && !is_blocked; }
  bool idle() const override { return idle_now; }
  void await_room() override { awaited = true; }
  send_result answer(std::string_view payload) override {
    if (state_ != link_state::open)
      return send_result::not_open;
    sent.emplace_back(payload);
    return send_result::queued;
  }
  void grant(uint32_t messages) override { credit += messages; }
  void close(close_code code) override {
    if (state_ != link_state::open)
      return;
    state_ = link_state::closing;
    closed_with = code;
    owner_.on_closing(code);
  }
  void cut(close_code code, std::string_view reason) override {
    cut_because = reason;
    close(code);
  }
  link_progress progress() const override { return {is_blocked, acked}; }
  link_state state() const override { return state_; }
  frame_form form() const override { return form_; }
  link_traffic traffic() const override {
    link_traffic seen;
    seen.outbox_messages = is_blocked ? waiting : 0;
    if (is_blocked)
      seen.outbox_bytes =
          waiting_bytes > 0 ? waiting_bytes : waiting * std::size_t{100};
    seen.blocked = is_blocked;
    return seen;
  }

  /// The socket took what waited: so many frames fit again.
  void make_room(std::size_t frames) {
    room = frames;
    if (has_room() && std::exchange(awaited, false))
      owner_.on_room();
  }
  /// The socket is full now, or takes more again.
  void block() {
    is_blocked = true;
    owner_.on_blocked();
  }
  /// It was full, and its connection has not looked since.
  void blink() {
    block();
    is_blocked = false;
  }
  void unblock() {
    is_blocked = false;
    make_room(room);
  }
  /// The socket is gone.
  void vanish() {
    if (state_ == link_state::open)
      close(close_code::abnormal);
    state_ = link_state::closed;
    owner_.on_closed(); // destroys this
  }

  std::deque<std::string> sent;
  uint32_t credit = 64;
  uint32_t held = 0; // frames of `sent` that were to wait for `wake`
  uint32_t wakes = 0;
  std::size_t room = 1000;       // frames of topics that still fit
  bool awaited = false;          // the owner waits for room
  bool idle_now = false;         // nothing waits to be sent
  bool throws = false;           // as if memory had run out
  bool is_blocked = false;       // the socket is full
  uint32_t waiting = 7;          // messages, while it is
  std::size_t waiting_bytes = 0; // of those; 0: 100 for each
  uint64_t acked = 0;            // bytes that the client took
  std::string cut_because;
  close_code closed_with = close_code::normal;

private:
  send_result take(const frame& one) {
    if (throws)
      throw std::bad_alloc{};
    if (state_ != link_state::open)
      return send_result::not_open;
    if (room < one.messages())
      return send_result::full;
    room -= one.messages();
    for (auto bytes = one.bytes(); !bytes.empty();) {
      // A server's header: 2 bytes, or 4 from 126 bytes of payload on.
      const auto byte = [&](std::size_t at) {
        return static_cast<std::size_t>(static_cast<uint8_t>(bytes[at]));
      };
      const bool is_long = byte(1) == 126;
      const auto size = is_long ? byte(2) * 256 + byte(3) : byte(1);
      bytes.remove_prefix(is_long ? 4 : 2);
      sent.emplace_back(bytes.substr(0, size));
      bytes.remove_prefix(size);
    }
    return send_result::queued;
  }

  link_owner& owner_;
  frame_form form_;
  link_state state_ = link_state::open;
};

/// A client of the test: what it says and what it got.
class test_client {
public:
  test_client(connection& speaker, recording_link& link)
      : speaker_(speaker)
      , link_(link) {}

  void say(std::string_view json) {
    --link_.credit;
    static_cast<link_owner&>(speaker_).on_message(json, false);
  }
  /// The next text that the node sent; empty: none.
  std::string next() {
    if (link_.sent.empty())
      return {};
    auto text = std::move(link_.sent.front());
    link_.sent.pop_front();
    return text;
  }
  bool heard_nothing() const { return link_.sent.empty(); }
  void forget() { link_.sent.clear(); }
  recording_link& link() { return link_; }
  connection& speaker() { return speaker_; }

private:
  connection& speaker_;
  recording_link& link_;
};

/// A whole node with two threads' worth of actors and no thread: CAF's
/// deterministic scheduler runs them, time moves when the test says so.
struct test_node {
  using scheduler = test_coordinator_fixture<>;

  /// `change` has its say before the first actor runs.
  test_node(scheduler& with, const std::function<void(node_context&)>& change)
      : runs(with) {
    auto& settings = context.settings;
    topic_class chat;
    chat.name = "chat";
    chat.match = "chat.*";
    chat.kind = topic_kind::room;
    topic_class news;
    news.name = "news";
    news.match = "news.*";
    topic_class scores;
    scores.name = "scores";
    scores.match = "scores.*";
    scores.hold = std::chrono::milliseconds{50};
    settings.topics = {chat, news, scores};
    context.node_id = "n-test";
    context.wall_clock_ms = [this] {
      if (clock_throws)
        throw std::runtime_error("the clock is broken");
      return wall_clock;
    };
    change(context);
    for (const auto& one : counters)
      context.counters.push_back(&one);
    counters_of_this_thread() = &counters[0];
    std::vector<thread_place> places;
    for (uint16_t i = 0; i < 2; ++i)
      places.push_back(
          {nullptr,
           {i, &wheels[i], &counters[i],
            [this] { return runs.sched.clock().now(); },
            [this](steady_time due, std::function<void()> work) {
              later.emplace_back(due, std::move(work));
            }}});
    root = runs.sys.spawn(
        supervisor, &context, std::move(places),
        [this](std::string why) { fatal = std::move(why); });
    run();
  }

  ~test_node() {
    for (auto* link : links)
      if (link)
        link->vanish();
    run();
    caf::anon_send(root, drain_atom_v);
    run();
    context.release_actors();
    root = supervisor_actor{};
  }

  /// Lets the actors work until none has a message. Time stands still: topics
  /// look for idleness for ever.
  void run() {
    do
      runs.consume_messages();
    while (more_work && more_work());
  }

  /// A user's connection on one of the two threads; its welcome is read away.
  test_client connect(
      std::string user, std::size_t thread = 0,
      frame_form form = frame_form::json) {
    identity who;
    who.user = std::move(user);
    client_facts facts;
    facts.user = std::make_shared<const identity>(std::move(who));
    facts.address = "192.0.2.1";
    return connect_as(std::move(facts), thread, form);
  }
  /// Nothing else happens; the connection is open, and said welcome.
  test_client connect_only(std::string user) {
    identity who;
    who.user = std::move(user);
    client_facts facts;
    facts.user = std::make_shared<const identity>(std::move(who));
    return open(std::move(facts), 0, frame_form::json);
  }

  /// The same, of whom the upgrade request told these.
  test_client connect_as(
      client_facts facts, std::size_t thread = 0,
      frame_form form = frame_form::json) {
    auto client = open(std::move(facts), thread, form);
    run();
    client.forget();
    return client;
  }
  test_client open(client_facts facts, std::size_t thread, frame_form form) {
    auto& hub = *static_cast<fanout*>(
        caf::actor_cast<caf::abstract_actor*>(context.fanouts[thread]));
    const auto speaker =
        spawn_slim<connection>(runs.sys, nullptr, hub, std::move(facts));
    speaker->open([&](link_owner& owner) {
      auto link = std::make_unique<recording_link>(owner, form);
      links.push_back(link.get());
      return link;
    });
    test_client client{*speaker, *links.back()};
    client.forget();
    return client;
  }

  void vanish(test_client& client) {
    vanish_only(client);
    run();
  }
  /// Nothing else happens.
  void vanish_only(test_client& client) {
    for (auto& link : links)
      if (link == &client.link())
        link = nullptr;
    client.link().vanish();
  }

  /// Says it and lets the actors work.
  void say(test_client& client, std::string_view json) {
    client.say(json);
    run();
  }

  /// Does what a thread was to do later, if its time has come.
  void let_pass(std::chrono::milliseconds time) {
    runs.sched.clock().current_time += time;
    for (auto& [due, work] : std::exchange(later, {}))
      if (due <= runs.sched.clock().now())
        work();
      else
        later.emplace_back(due, std::move(work));
    for (auto& wheel : wheels)
      wheel.advance(runs.sched.clock().now());
  }

  scheduler& runs;
  node_context context;
  std::array<thread_counters, 2> counters;
  std::array<timer_wheel, 2> wheels{
      timer_wheel{runs.sched.clock().now()},
      timer_wheel{runs.sched.clock().now()}};
  int64_t wall_clock = 1'700'000'000'000;
  bool clock_throws = false;
  /// Does what is no actor's; false: there was nothing to do.
  std::function<bool()> more_work;
  uint32_t parts_wanted = 0; // of rooms, by other nodes
  std::string fatal;
  supervisor_actor root;
  std::vector<recording_link*> links;
  std::vector<std::pair<steady_time, std::function<void()>>> later;
};

/// One node.
struct node_fixture : test_coordinator_fixture<>, test_node {
  using test_node::run;

  explicit node_fixture(void (*change)(node_context&) = [](node_context&) {})
      : test_node(*this, change) {}
};

inline bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

// -- JSON that the node sent --------------------------------------------------

/// The number behind `"key":`, or 0.
inline uint64_t number(const std::string& text, const std::string& key) {
  const auto at = text.find('"' + key + "\":");
  return at == std::string::npos
             ? 0
             : std::stoull(text.substr(at + key.size() + 3));
}

/// The text behind `"key":`, which is there.
inline std::string text_of(const std::string& text, const std::string& key) {
  const auto at = text.find('"' + key + "\":\"") + key.size() + 4;
  return text.substr(at, text.find('"', at) - at);
}

inline bool is(const std::string& text, const std::string& event) {
  return contains(text, R"("event":")" + event + '"');
}

} // namespace rookery::testing
