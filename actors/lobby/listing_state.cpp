#include "actors/lobby/listing_state.hpp"

#include <utility>

namespace rookery {

bool same_on_lists(const listed_lobby& a, const listed_lobby& b) noexcept {
  return a.phase == b.phase && a.epoch == b.epoch && a.seats == b.seats
         && a.taken == b.taken && a.locked == b.locked && a.info == b.info;
}

lobby_query::lobby_query(const lobby_filter& filter)
    : prefix(filter.prefix)
    , info(values_of(filter.info))
    , free_min(filter.free_min)
    , seats(filter.seats) {}

const listing_state::row* listing_state::find(const std::string& topic) const {
  const auto found = rows_.find(topic);
  return found == rows_.end() ? nullptr : &found->second;
}

bool listing_state::judge(const listing_entry& entry) const {
  const auto& lobby = entry.lobby;
  if (const auto* known = find(lobby.topic)) {
    const auto& is = known->lobby;
    if (is.epoch.empty() && is.phase == listing_phase::opening)
      return true; // nobody knew its log when it was said
    if (lobby.phase == listing_phase::opening)
      return false;
    return lobby.epoch != is.epoch || lobby.at > is.at
           || (lobby.at == is.at && lobby.life != is.life);
  }
  const auto over = closed_.find(lobby.topic);
  return over == closed_.end() || lobby.epoch != over->second.epoch
         || lobby.at > over->second.at;
}

bool listing_state::apply(const listing_entry& entry, int64_t stamp) {
  const auto& lobby = entry.lobby;
  const auto known = rows_.find(lobby.topic);
  const bool was_listed = known != rows_.end() && known->second.is_listed();
  listed_ -= was_listed ? 1 : 0;
  forget_closed(stamp);
  if (lobby.phase == listing_phase::closed) {
    if (known != rows_.end())
      rows_.erase(known);
    closed_[lobby.topic] = {lobby.epoch, lobby.at};
    closed_order_.push_back({lobby.topic, lobby.epoch, lobby.at, stamp});
    return was_listed;
  }
  row fresh{lobby, values_of(lobby.info)};
  const bool is_listed = fresh.is_listed();
  rows_.insert_or_assign(lobby.topic, std::move(fresh));
  listed_ += is_listed ? 1 : 0;
  return was_listed || is_listed;
}

void listing_state::forget_closed(int64_t stamp) {
  while (!closed_order_.empty()
         && (closed_order_.size() >= closed_max
             || stamp - closed_order_.front().stamp > closed_age_max)) {
    const auto& oldest = closed_order_.front();
    const auto found = closed_.find(oldest.topic);
    if (found != closed_.end() && found->second.at == oldest.at)
      closed_.erase(found);
    closed_order_.pop_front();
  }
}

bool listing_state::fits(const row& one, const lobby_query& query) {
  const auto& lobby = one.lobby;
  return one.is_listed() && lobby.seats - lobby.taken >= query.free_min
         && (!query.seats || lobby.seats == *query.seats)
         && has_values(one.info, query.info);
}

listing_view listing_state::page(
    const lobby_query& query, const std::string& after, std::size_t most,
    std::size_t visits_max) const {
  listing_view view;
  view.count = listed_;
  auto one = after < query.prefix ? rows_.lower_bound(query.prefix)
                                  : rows_.upper_bound(after);
  for (std::size_t visits = 0;
       one != rows_.end() && one->first.starts_with(query.prefix); ++one) {
    if (view.lobbies.size() == most || visits++ == visits_max) {
      view.next = std::prev(one)->first;
      return view;
    }
    if (fits(one->second, query))
      view.lobbies.push_back(one->second.lobby);
  }
  return view;
}

listing_image listing_state::image() const {
  listing_image image;
  image.lobbies.reserve(rows_.size());
  for (const auto& [topic, one] : rows_)
    image.lobbies.push_back(one.lobby);
  image.closed.assign(closed_order_.begin(), closed_order_.end());
  return image;
}

void listing_state::restore(listing_image image) {
  *this = {};
  for (auto& one : image.lobbies) {
    listed_ += one.phase == listing_phase::open ? 1 : 0;
    auto values = values_of(one.info);
    auto topic = one.topic;
    rows_.emplace(std::move(topic), row{std::move(one), std::move(values)});
  }
  for (auto& one : image.closed) {
    closed_[one.topic] = {one.epoch, one.at};
    closed_order_.push_back(std::move(one));
  }
}

} // namespace rookery
