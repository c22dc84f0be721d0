#include "cluster/membership/member_table.hpp"

#include "base/check.hpp"

#include <algorithm>

namespace rookery {

member_table::member_table(
    member_table_settings settings, node_life life, ms now)
    : settings_(std::move(settings))
    , life_(life)
    , above_(life)
    , last_tick_(now)
    , reached_(now) {
  ROOKERY_CHECK(life > 0 && life >> 63 == 0, "make_life gives lives");
  ROOKERY_CHECK(
      !settings_.name.empty() && settings_.name.size() <= node_name_bytes_max,
      "the name of a node is checked with the configuration");
}

member_outcome member_table::heard(const cluster_word& word, ms now) {
  member_outcome out;
  if (const auto* beat = std::get_if<node_beat>(&word))
    hear(*beat, now, out);
  else
    hear(std::get<fence_notice>(word), out);
  return out;
}

void member_table::hear(const node_beat& beat, ms now, member_outcome& out) {
  if (beat.life == life_) {
    if (beat.name == settings_.name)
      reached(now); // ours comes back to us
    else
      fence_self(cluster_fencing::cause::life_taken, life_, beat.name, out);
    return;
  }
  ++counts_.beats;
  if (ended(beat.life)) {
    node_life above = std::max(beat.life, floor_);
    const bool taken = known_name(beat.name, above);
    deny(beat, above, taken, out);
    return;
  }
  if (beat.name == settings_.name) {
    hear_namesake(beat, now, out);
    if (beat.life < life_)
      return;
  }
  const auto found = live_.find(beat.life);
  if (found == live_.end()) {
    meet(beat, now, out);
    return;
  }
  auto& seen = found->second;
  if (seen.node.name != beat.name) { // two have one life; they fence themselves
    ++counts_.beats_refused;
    return;
  }
  if (beat.sequence <= seen.sequence)
    return;
  if (beat.state == node_state::leaving) {
    end(found, cluster_event::what::left, now, out);
    return;
  }
  if (beat.state != seen.node.state)
    out.events.push_back({cluster_event::what::changed, beat.name, beat.life});
  seen.sequence = beat.sequence;
  seen.dead_at = now + settings_.failure_timeout;
  seen.node.state = beat.state;
  seen.node.facts = beat.facts;
  seen.node.last_seen = now;
  out.answer = beat.asks;
}

void member_table::hear(const fence_notice& notice, member_outcome& out) {
  if (notice.life != life_)
    return;
  fence_self(
      notice.name_taken ? cluster_fencing::cause::name_taken
                        : cluster_fencing::cause::given_up,
      notice.above, notice.by, out);
}

void member_table::hear_namesake(
    const node_beat& beat, ms now, member_outcome& out) {
  ++counts_.name_clashes;
  if (beat.life > life_) {
    fence_self(cluster_fencing::cause::name_taken, beat.life, beat.name, out);
    return;
  }
  // It lives here if we learnt of it before we began our life.
  if (const auto found = live_.find(beat.life); found != live_.end())
    end(found, cluster_event::what::died, now, out);
  bury(beat.life, now);
  deny(beat, life_, true, out);
}

/// A life that is new to us.
void member_table::meet(const node_beat& beat, ms now, member_outcome& out) {
  for (auto one = live_.begin(); one != live_.end();) {
    if (one->second.node.name != beat.name) {
      ++one;
      continue;
    }
    if (one->first > beat.life) {
      ++counts_.name_clashes;
      bury(beat.life, now);
      deny(beat, one->first, true, out);
      return;
    }
    one = end(one, cluster_event::what::died, now, out);
  }
  if (beat.state == node_state::leaving) {
    bury(beat.life, now);
    return;
  }
  if (live_.size() + 1 >= settings_.nodes_max) {
    ++counts_.beats_refused;
    return;
  }
  seen_node made;
  made.node = {beat.name, beat.life, beat.state, beat.facts, now};
  made.sequence = beat.sequence;
  made.dead_at = now + settings_.failure_timeout;
  live_.emplace(beat.life, std::move(made));
  ++counts_.joined;
  out.events.push_back({cluster_event::what::joined, beat.name, beat.life});
  out.answer = beat.asks;
}

void member_table::fence_self(
    cluster_fencing::cause why, node_life above, std::string by,
    member_outcome& out) {
  above_ = std::max(above_, above);
  if (fenced_ || state_ == node_state::leaving)
    return;
  fenced_ = true;
  ++counts_.fenced;
  out.fenced = cluster_fencing{why, life_, above_, std::move(by)};
}

void member_table::deny(
    const node_beat& beat, node_life above, bool name_taken,
    member_outcome& out) {
  // The last word of a node may be late; it needs no answer.
  if (beat.state == node_state::leaving)
    return;
  ++counts_.notices;
  out.notices.push_back({beat.life, above, name_taken, settings_.name});
}

member_outcome member_table::tick(ms now) {
  member_outcome out;
  const auto gap = now - last_tick_;
  last_tick_ = now;
  forget_tombstones(now);
  if (!connected_)
    return out;
  judge_hearing(gap, now);
  if (deaf_)
    return out;
  for (auto one = live_.begin(); one != live_.end();) {
    if (one->second.dead_at <= now)
      one = end(one, cluster_event::what::died, now, out);
    else
      ++one;
  }
  return out;
}

void member_table::judge_hearing(ms gap, ms now) {
  if (gap >= settings_.failure_timeout) {
    refresh(now);
  } else if (gap > settings_.heartbeat) {
    // What was heard after the gap, and before this call, is not older.
    reached_ = std::min(reached_ + gap, now);
    for (auto& [life, seen] : live_)
      seen.dead_at =
          std::min(seen.dead_at + gap, now + settings_.failure_timeout);
  }
  const bool deaf = reaches_ && now - reached_ > settings_.failure_timeout / 2;
  if (deaf_ && !deaf)
    refresh(now);
  deaf_ = deaf;
}

void member_table::set_connected(bool connected, ms now) {
  if (connected && !connected_)
    refresh(now);
  connected_ = connected;
}

void member_table::refresh(ms now) {
  reached_ = now;
  for (auto& [life, seen] : live_)
    seen.dead_at = now + settings_.failure_timeout;
}

std::optional<node_beat> member_table::beat(bool asks) {
  if (fenced_)
    return std::nullopt;
  return node_beat{settings_.name, life_, ++sequence_, state_, asks, facts_};
}

result<void> member_table::begin_life(node_life life, ms now) {
  if (life <= above_ || life >> 63 != 0)
    return refuse(
        errc::conflict, "a new life has to be above " + std::to_string(above_));
  bury(life_, now);
  life_ = above_ = life;
  sequence_ = 0;
  fenced_ = false;
  refresh(now); // it reached nobody while it was silent
  return {};
}

member_table::live_nodes::iterator member_table::end(
    live_nodes::iterator one, cluster_event::what how, ms now,
    member_outcome& out) {
  out.events.push_back({how, one->second.node.name, one->first});
  ++(how == cluster_event::what::left ? counts_.left : counts_.died);
  bury(one->first, now);
  return live_.erase(one);
}

void member_table::bury(node_life life, ms now) {
  if (tombstones_.emplace(life, now).second)
    buried_.emplace_back(now, life);
  forget_tombstones(now);
}

void member_table::forget_tombstones(ms now) {
  while (!buried_.empty()
         && (buried_.size() > settings_.tombstones_max
             || buried_.front().first + settings_.tombstone_time <= now)) {
    floor_ = std::max(floor_, buried_.front().second);
    tombstones_.erase(buried_.front().second);
    buried_.pop_front();
  }
}

bool member_table::ended(node_life life) const {
  return tombstones_.contains(life)
         || (life <= floor_ && !live_.contains(life));
}

/// Raises `life` to the one that has this name now.
bool member_table::known_name(const std::string& name, node_life& life) const {
  bool found = false;
  const auto raise = [&](node_life with) {
    if (with > life)
      life = with, found = true;
  };
  if (name == settings_.name)
    raise(life_);
  for (const auto& [other, seen] : live_)
    if (seen.node.name == name)
      raise(other);
  return found;
}

cluster_view member_table::view(ms now) const {
  cluster_view made;
  made.name = settings_.name;
  made.self = life_;
  made.nodes.reserve(live_.size() + 1);
  for (const auto& [life, seen] : live_)
    made.nodes.push_back(seen.node);
  if (!fenced_ && state_ != node_state::leaving) {
    const auto at = std::lower_bound(
        made.nodes.begin(), made.nodes.end(), life_,
        [](const auto& one, node_life wanted) { return one.life < wanted; });
    made.nodes.insert(at, {settings_.name, life_, state_, facts_, now});
  }
  return made;
}

member_counts member_table::counts() const {
  auto counts = counts_;
  const bool here = !fenced_ && state_ != node_state::leaving;
  counts.nodes = live_.size() + (here ? 1 : 0);
  counts.tombstones = tombstones_.size();
  counts.deaf = deaf_ && here;
  return counts;
}

} // namespace rookery
