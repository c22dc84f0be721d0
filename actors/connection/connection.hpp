#pragma once

#include "actors/connection/fanout.hpp"
#include "actors/topic/audience.hpp"
#include "base/protocol/decode.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <type_traits>
#include <vector>

namespace rookery {

/// A client that wants any seat in a lobby that fits.
struct seat_search {
  uint32_t serial = 0;
  uint32_t wire_id = 0;
  local_topic* listing = nullptr; // pinned
  lobby_match_request request;
  steady_time arrived;
  steady_time deadline;
  std::string topic; // where it asked last
  bool creates = false;
};

/// What the upgrade request told about a client.
struct client_facts {
  user_ref user; // null: it has to say `auth` first
  std::string address;
  std::shared_ptr<const std::string> user_agent;
};

/// One connection's wish to receive one topic.
struct subscription {
  enum class stage : uint8_t {
    asked,    // the topic has not answered
    attached, // events come
    leaving,  // the topic has not answered the unsubscribe
  };
  static constexpr uint32_t nowhere = ~uint32_t{0};

  local_topic* topic = nullptr;
  uint32_t index = nowhere;  // in topic->listeners, while attached or leaving
  uint32_t leave_serial = 0; // an unsubscribe that waits for the attach
  stage at = stage::asked;
  bool paused = false; // by `flow.pause`
};

/// The CONNECTION actor's implementation (actors/interfaces.hpp): checks what
/// its client asks and passes it on; its link owns the socket.
///
/// Bounded inwards by credit: each message of the client costs one, which comes
/// back with the answer; at most so many orders are open. Bounded outwards by
/// the outbox of the link.
///
/// Thread: its home unit's.
class connection final : public slim_actor<connection, connection_actor>,
                         public link_owner,
                         private wheel_timer {
public:
  using link_maker =
      std::function<std::unique_ptr<client_link>(link_owner& owner)>;

  connection(
      caf::actor_config& config, io_unit* home, fanout& hub,
      client_facts facts);
  ~connection() override;

  /// Makes the link and starts. The hub keeps the connection until the link is
  /// closed.
  void open(const link_maker& make);

  connection_id id() const noexcept { return id_; }
  const user_ref& user() const noexcept { return user_; }
  client_link& link() noexcept { return *link_; }
  subscriber as_subscriber() const;

  // -- for the fanout of this thread
  /// False: the client is gone, or does not want the topic any more.
  bool attached(local_topic& topic, uint32_t index);
  void moved(local_topic& topic, uint32_t index);
  /// Its place in topic.listeners, or subscription::nowhere.
  uint32_t listens_at(const local_topic& topic);
  /// The client said `flow.pause` before the topic had answered.
  bool wants_pause(const local_topic& topic);
  void detached(local_topic& topic);
  /// False: the client is gone.
  bool seated(local_topic& lobby, bool plays);
  bool plays_in(const local_topic& lobby) const;
  /// Ends what it has subscribed of the lobby.
  void stop_watching(const std::string& lobby);
  void refused(local_topic& topic, uint32_t serial, const answer& why);
  void answered(uint32_t serial, const answer& reply);
  void send_text(std::string_view encoded) { link_->answer(encoded); }
  /// Fails all orders of a topic that crashed.
  void lose_orders(const local_topic& topic);
  void close(close_code code) { link_->close(code); }
  /// The node drains: the client should go then, or will be closed.
  void
  tell_to_go(std::chrono::milliseconds after, std::chrono::milliseconds window);
  /// Something that the client asked for is on its way.
  bool waits_for_answers() const noexcept { return !open_orders_.empty(); }
  /// Tells the supervisor of a client that reads too slowly.
  void report(slow_report::cause why, std::string topic);
  bool matches(const connection_filter& wanted) const;
  connection_details inspect() const;
  /// Adds this one; returns what it cost to look at it.
  uint32_t survey(connection_survey& found) const;

  // -- messages
  void on(answer_atom, uint32_t serial, const answer& reply) {
    answered(serial, reply);
  }
  void on(const direct_delivery& direct);
  void on(close_atom, close_code code) { close(code); }
  void on(cut_atom, const std::string& reason) {
    link_->cut(close_code::laggard, reason);
  }

private:
  /// How often a full socket is looked at within `laggard.grace`.
  static constexpr int looks_per_grace = 8;
  /// A client that was answered nothing for so long, with all its credit used,
  /// is asked to pause.
  static constexpr std::chrono::milliseconds patience_without_credit{200};

  struct open_order {
    uint32_t serial = 0;
    uint32_t wire_id = 0; // 0: the client wants no answer
    uint32_t topic = 0;   // local_topic::number
    steady_time deadline;
  };

  /// While the socket is full: whether it moves.
  struct slow_watch {
    uint64_t acked = 0; // bytes, at the last look
    steady_time moved_at;
    steady_time look_at;
  };

  // link_owner, wheel_timer, slim_actor
  void on_message(std::string_view payload, bool binary) override;
  void on_blocked() override;
  void on_room() override;
  void on_closing(close_code code) override;
  void on_closed() override;
  void on_timer() noexcept override;
  void on_exit() noexcept override;

  void serve(uint32_t id, auth_request& request);
  void serve(uint32_t id, subscribe_request& request);
  void serve(uint32_t id, unsubscribe_request& request);
  void serve(uint32_t id, publish_request& request);
  void serve(uint32_t id, set_request& request);
  void serve(uint32_t id, presence_request& request);
  void serve(uint32_t id, history_request& request);
  void serve(uint32_t id, send_request& request);
  void serve(uint32_t id, ping_request& request);
  void serve(uint32_t id, flow_request& request);
  // lobby_requests.cpp
  void serve(uint32_t id, lobby_request& request);
  void serve(uint32_t id, lobby_send_request& request);
  void serve(uint32_t id, lobby_list_request& request);
  void serve(uint32_t id, lobby_match_request& request);
  void serve(uint32_t id, match_cancel_request& request);
  bool may_play(uint32_t id, const std::string& lobby);
  local_topic* listing_of(uint32_t id, const std::string& prefix);
  const topic_class* permitted_own(
      uint32_t id, right wanted, const std::string& topic,
      const topic_class& rules);
  template <class What>
  void ask(local_topic& of, uint32_t serial, What what);
  void search(seat_search& one);
  bool search_goes_on(uint32_t serial, answer& reply);
  void end_search(std::size_t index);
  void leave_lobbies(close_code reason);

  template <class Reply>
  void reply(uint32_t id, Reply what);
  void refuse(uint32_t id, errc code, std::string message);
  const topic_class*
  permitted(uint32_t id, right wanted, const std::string& topic);
  uint32_t
  expect_answer(uint32_t wire_id, const local_topic* topic, bool ends = true);
  subscription* subscribed_to(std::string_view topic);
  void become(user_ref user);
  void arm_timer();
  void look_at_socket(steady_time now);
  void forget_slowness();
  void look_at_credit(steady_time now);
  template <class Event>
  void send_event(const Event& event);
  void end(subscription* one);
  void watch_expiry();
  void log_end(const closed_connection& ended) const;

  fanout& hub_;
  connection_id id_;
  fanout::connection_place place_; // in the hub, once open
  std::unique_ptr<client_link> link_;
  user_ref user_;
  record_ref record_;
  std::unique_ptr<client_facts> facts_; // until `open`
  std::vector<subscription> subscriptions_;
  std::vector<local_topic*> plays_; // lobbies, pinned; few
  std::vector<std::unique_ptr<seat_search>> searches_;
  std::vector<open_order> open_orders_;        // oldest first; at most `credit`
  std::unique_ptr<slow_watch> slow_;           // while the socket is full
  steady_time pause_at_ = steady_time::max();  // if no credit comes back
  steady_time armed_for_ = steady_time::max(); // while armed
  uint32_t last_serial_ = 0;
  bool flow_paused_ = false; // the client was asked to stop publishing
  bool ended_ = false;       // left OPEN
  bool told_to_go_ = false;
  /// Authenticate, or refresh the token; or never.
  steady_time must_act_by_ = steady_time::max();
};

template <class Event>
void connection::send_event(const Event& event) {
  thread_local std::string text;
  text.clear();
  encode(encoding_of(link_->form()), event, text);
  link_->answer(text);
}

/// Answers a message that needed nobody else; its credit comes back.
template <class Reply>
void connection::reply(uint32_t id, Reply what) {
  if (id != 0) {
    if constexpr (std::is_same_v<Reply, error_reply>)
      hub_.services().counters->errors_out.add();
    what.id = id;
    send_event(what);
  }
  link_->grant(1);
}

} // namespace rookery
