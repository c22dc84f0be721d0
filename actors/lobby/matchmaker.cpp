#include "actors/lobby/matchmaker.hpp"

#include <algorithm>
#include <utility>

namespace rookery {

bool matchmaker::add(seeker one) {
  if (seekers_.size() >= seekers_max)
    return false;
  // A lobby in which there is no seat is none.
  one.query.free_min = std::max<uint32_t>(one.query.free_min, 1);
  seekers_.push_back(std::move(one));
  return true;
}

bool matchmaker::cancel(const asker& from) {
  const auto found =
      std::find_if(seekers_.begin(), seekers_.end(), [&](const seeker& one) {
        return one.from.actor == from.actor && one.from.serial == from.serial;
      });
  if (found == seekers_.end())
    return false;
  seekers_.erase(found);
  return true;
}

/// Who was sent there takes his seat on the list.
void matchmaker::note(const std::string& topic, const listed_lobby* lobby) {
  made_.erase(topic);
  const auto found = sent_.find(topic);
  if (found == sent_.end())
    return;
  auto& [taken, until] = found->second;
  if (!lobby) {
    sent_.erase(found);
    return;
  }
  const auto more = lobby->taken > taken ? lobby->taken - taken : 0;
  until.erase(
      until.begin(), until.begin()
                         + static_cast<std::ptrdiff_t>(
                             std::min<std::size_t>(more, until.size())));
  taken = lobby->taken;
  if (until.empty())
    sent_.erase(found);
}

std::string matchmaker::key_of(const seeker& one) {
  const auto& query = one.query;
  auto key = query.prefix + '\n' + std::to_string(query.seats.value_or(0))
             + '\n' + std::to_string(query.free_min);
  for (const auto& [name, value] : query.info)
    key.append("\n").append(name).append("\t").append(value);
  return key;
}

uint32_t matchmaker::free_in(const listing_state::row& row) const {
  const auto& lobby = row.lobby;
  const auto free = lobby.seats - std::min(lobby.seats, lobby.taken);
  const auto found = sent_.find(lobby.topic);
  const auto on_the_way = found == sent_.end() ? 0 : found->second.until.size();
  return free - static_cast<uint32_t>(std::min<std::size_t>(free, on_the_way));
}

matchmaker::choice matchmaker::choose(
    const seeker& one, const std::string& key, const listing_state& list) {
  choice all;
  const auto& rows = list.rows();
  for (auto row = rows.lower_bound(one.query.prefix);
       row != rows.end() && row->first.starts_with(one.query.prefix); ++row)
    if (!row->second.lobby.locked
        && listing_state::fits(row->second, one.query))
      all.fitting.push_back(&row->second);
  std::sort(all.fitting.begin(), all.fitting.end(), [this](auto* a, auto* b) {
    return free_in(*a) > free_in(*b);
  });
  for (const auto& [topic, made] : made_)
    if (made.key == key)
      all.promised += made.seats_left;
  return all;
}

/// None: he waits.
std::optional<match_pick> matchmaker::pick(
    const seeker& one, const std::string& key, choice& from, steady_time now) {
  while (!from.fitting.empty()) {
    const auto& row = *from.fitting.back();
    if (free_in(row) < one.query.free_min) {
      from.fitting.pop_back();
      continue;
    }
    auto& there = sent_[row.lobby.topic];
    there.taken = row.lobby.taken;
    there.until.push_back(now + patience);
    return match_pick{0, row.lobby.topic, false};
  }
  if (!one.request.create || now < one.until)
    return std::nullopt;
  if (from.promised > 0) {
    --from.promised; // one of those seats is his
    return std::nullopt;
  }
  auto topic = one.query.prefix + new_name_();
  const auto seats_left = std::max<uint32_t>(one.request.setup.seats, 1) - 1;
  made_[topic] = {key, seats_left, now + patience};
  from.promised += seats_left;
  return match_pick{0, std::move(topic), true};
}

std::vector<matchmaker::decision>
matchmaker::decide(const listing_state& list, steady_time now) {
  forget_late(now);
  std::vector<decision> decisions;
  std::map<std::string, choice> choices;
  for (auto one = seekers_.begin(); one != seekers_.end();) {
    auto& waits = *one;
    const auto key = key_of(waits);
    auto known = choices.find(key);
    if (known == choices.end())
      known = choices.emplace(key, choose(waits, key, list)).first;
    auto found = pick(waits, key, known->second, now);
    const bool gives_up =
        !found && now >= (waits.request.create ? waits.deadline : waits.until);
    if (found || gives_up) {
      decisions.push_back({waits.from, std::move(found)});
      one = seekers_.erase(one);
    } else {
      ++one;
    }
  }
  return decisions;
}

void matchmaker::forget_late(steady_time now) {
  std::erase_if(
      made_, [now](const auto& one) { return one.second.until <= now; });
  for (auto one = sent_.begin(); one != sent_.end();) {
    auto& until = one->second.until;
    std::erase_if(until, [now](steady_time due) { return due <= now; });
    one = until.empty() ? sent_.erase(one) : std::next(one);
  }
}

std::optional<steady_time> matchmaker::next_due(steady_time now) const {
  std::optional<steady_time> next;
  const auto note = [&](steady_time at) {
    if (at > now)
      next = std::min(next.value_or(at), at);
  };
  if (seekers_.empty())
    return next;
  for (const auto& one : seekers_)
    note(one.request.create ? one.deadline : one.until);
  for (const auto& one : seekers_)
    if (one.request.create)
      note(one.until);
  for (const auto& [topic, one] : made_)
    note(one.until);
  for (const auto& [topic, one] : sent_)
    for (const auto due : one.until)
      note(due);
  return next;
}

} // namespace rookery
