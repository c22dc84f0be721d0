#include "actors/connection/connection.hpp"
#include "actors/lobby/lobby_topics.hpp"
#include "net/auth/rights.hpp"

#include <algorithm>

// What a connection does with what its client says of lobbies.

namespace rookery {

template <class What>
void connection::ask(local_topic& of, uint32_t serial, What what) {
  hub_.send(
      of, lobby_order{
              {handle(), serial},
              as_subscriber(),
              hub_.services().now(),
              std::move(what)});
}

// -- rights -------------------------------------------------------------------

/// Of the topics that come with lobbies: a list shows no more than who may
/// subscribe to its lobbies sees, and in a companion players speak, and those
/// who see the lobby listen.
const topic_class* connection::permitted_own(
    uint32_t id, right wanted, const std::string& topic,
    const topic_class& rules) {
  const auto denied = [&]() -> const topic_class* {
    refuse(
        id, errc::permission_denied,
        std::string{rookery::name(wanted)} + ": " + topic
            + " does not allow it");
    return nullptr;
  };
  if (rules.kind == topic_kind::listing) {
    if (wanted != right::subscribe)
      return denied();
    const auto may = permit(
        wanted, lobby_like(topic, rules.match), *user_, rules,
        membership::none);
    return may ? &rules : denied();
  }
  const auto lobby = std::string_view{topic}.substr(play_prefix.size());
  const bool plays =
      std::any_of(plays_.begin(), plays_.end(), [&](const local_topic* one) {
        return one->name == lobby;
      });
  const auto* own = subscribed_to(lobby);
  const bool sees = own && own->at == subscription::stage::attached;
  const bool may = wanted == right::publish
                       ? plays
                       : wanted == right::subscribe && (plays || sees);
  return may ? &rules : denied();
}

bool connection::may_play(uint32_t id, const std::string& lobby) {
  const auto* rules = permitted(id, right::lobby, lobby);
  if (!rules)
    return false;
  if (rules->kind == topic_kind::lobby)
    return true;
  refuse(id, errc::bad_request, "topic: " + lobby + " is no lobby");
  return false;
}

// -- one lobby ----------------------------------------------------------------

void connection::serve(uint32_t id, lobby_request& request) {
  if (!may_play(id, request.topic))
    return;
  auto& topic = hub_.topic(request.topic);
  const auto most = hub_.node().settings.connection.subscriptions_max;
  const bool wants_seat =
      request.move == lobby_move::create || request.move == lobby_move::join;
  if (wants_seat && plays_.size() >= most && !plays_in(topic))
    return refuse(
        id, errc::limit_exceeded,
        "a connection plays in at most " + std::to_string(most) + " lobbies");
  hub_.services().counters->publishes.add();
  ask(topic, expect_answer(id, &topic), std::move(request));
}

void connection::serve(uint32_t id, lobby_send_request& request) {
  if (!may_play(id, request.topic))
    return;
  auto& topic = hub_.topic(request.topic);
  ask(topic, expect_answer(id, nullptr), std::move(request));
}

bool connection::plays_in(const local_topic& lobby) const {
  return std::find(plays_.begin(), plays_.end(), &lobby) != plays_.end();
}

bool connection::seated(local_topic& lobby, bool plays) {
  if (ended_)
    return false;
  const auto found = std::find(plays_.begin(), plays_.end(), &lobby);
  if (plays && found == plays_.end()) {
    hub_.pin(lobby);
    plays_.push_back(&lobby);
  } else if (!plays && found != plays_.end()) {
    plays_.erase(found);
    hub_.unpin(lobby);
  }
  return true;
}

void connection::stop_watching(const std::string& lobby) {
  for (const auto& topic : {lobby, std::string{play_prefix} + lobby}) {
    auto* one = subscribed_to(topic);
    if (!one || one->at != subscription::stage::attached)
      continue;
    one->at = subscription::stage::leaving;
    hub_.send(*one->topic, unsubscribe_order{as_subscriber(), 0});
  }
}

void connection::leave_lobbies(close_code reason) {
  for (auto* lobby : std::exchange(plays_, {})) {
    ask(*lobby, 0, lobby_order::drop{reason});
    hub_.unpin(*lobby);
  }
  while (!searches_.empty()) {
    const auto& last = *searches_.back();
    ask(*last.listing, 0, lobby_order::cancel{last.serial});
    end_search(searches_.size() - 1);
  }
}

// -- lists of lobbies ---------------------------------------------------------

/// The listing that has all that begin so; null: it is refused.
local_topic* connection::listing_of(uint32_t id, const std::string& prefix) {
  const auto listing = listing_for(prefix);
  if (!listing || !hub_.node().class_of(*listing)) {
    refuse(
        id, errc::bad_request,
        "prefix: no class of lobbies has names that begin with \"" + prefix
            + "\"; whole parts and a '.' are needed, as in \"lobby.\"");
    return nullptr;
  }
  return permitted(id, right::subscribe, *listing) ? &hub_.topic(*listing)
                                                   : nullptr;
}

void connection::serve(uint32_t id, lobby_list_request& request) {
  if (auto* listing = listing_of(id, request.filter.prefix))
    ask(*listing, expect_answer(id, listing), std::move(request));
}

// -- any seat -----------------------------------------------------------------
//
// The listing says where there should be one, and the lobby decides, as always;
// who comes too late asks the listing again, within one time.

void connection::serve(uint32_t id, lobby_match_request& request) {
  auto* listing = listing_of(id, request.filter.prefix);
  if (!listing || !may_play(id, request.filter.prefix + "any"))
    return;
  constexpr uint32_t wait_max_ms = 60'000;
  request.wait_ms = std::min(request.wait_ms, wait_max_ms);
  const auto now = hub_.services().now();
  auto one = std::make_unique<seat_search>();
  one->serial = expect_answer(id, listing);
  one->wire_id = id;
  one->listing = listing;
  one->request = std::move(request);
  one->arrived = now;
  one->deadline = now + std::chrono::milliseconds{one->request.wait_ms}
                  + hub_.node().settings.supervisor.request_timeout;
  open_orders_.back().deadline = one->deadline;
  hub_.pin(*listing);
  searches_.push_back(std::move(one));
  search(*searches_.back());
}

void connection::search(seat_search& one) {
  one.topic.clear();
  hub_.send(
      *one.listing,
      lobby_order{
          {handle(), one.serial}, as_subscriber(), one.arrived, one.request});
}

/// What became of a step of a search. False: it is over, with this reply.
bool connection::search_goes_on(uint32_t serial, answer& reply) {
  const auto found = std::find_if(
      searches_.begin(), searches_.end(),
      [serial](const auto& one) { return one->serial == serial; });
  if (found == searches_.end())
    return false;
  auto& one = **found;
  if (auto* pick = std::get_if<match_pick>(&reply.reply)) {
    one.topic = std::move(pick->topic);
    one.creates = pick->create;
    lobby_request request;
    request.move = one.creates ? lobby_move::create : lobby_move::join;
    request.topic = one.topic;
    request.setup = one.request.setup;
    ask(hub_.topic(one.topic), serial, std::move(request));
    return true;
  }
  if (auto* seat = std::get_if<seat_reply>(&reply.reply)) {
    seat->topic = one.topic;
    seat->created = one.creates;
  } else if (const auto* error = std::get_if<error_reply>(&reply.reply)) {
    const bool too_late =
        error->code == errc::lobby_full || error->code == errc::lobby_started
        || error->code == errc::unknown_topic || error->code == errc::conflict;
    if (too_late && !one.topic.empty()
        && hub_.services().now() < one.deadline) {
      search(one);
      return true;
    }
  }
  end_search(static_cast<std::size_t>(found - searches_.begin()));
  return false;
}

void connection::end_search(std::size_t index) {
  auto* listing = searches_[index]->listing;
  searches_.erase(searches_.begin() + static_cast<std::ptrdiff_t>(index));
  hub_.unpin(*listing);
}

void connection::serve(uint32_t id, match_cancel_request& request) {
  for (const auto& one : searches_)
    if (one->wire_id == request.match)
      ask(*one->listing, 0, lobby_order::cancel{one->serial});
  reply(id, ok_reply{});
}

} // namespace rookery
