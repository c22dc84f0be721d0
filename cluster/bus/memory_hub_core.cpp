#include "cluster/bus/memory_hub_core.hpp"

#include "cluster/bus/subject.hpp"

#include <charconv>

namespace rookery {

namespace {

using time_point = request_table::clock::time_point;

std::pair<std::string, std::string> pair_of(std::string a, std::string b) {
  if (b < a)
    std::swap(a, b);
  return {std::move(a), std::move(b)};
}

} // namespace

void memory_hub::core::at(ms due, std::function<void()> act) {
  events.emplace(std::pair{due, next++}, std::move(act));
}

bool memory_hub::core::chance(double of) {
  // Not a distribution of the library, which differs between libraries.
  return of > 0 && static_cast<double>(random() >> 11) * 0x1p-53 < of;
}

bool memory_hub::core::reaches(const station& from, const station& to) const {
  return to.counts.state == bus_state::connected
         && !cuts.contains(pair_of(from.node, to.node));
}

memory_hub::station* memory_hub::core::find(const std::string& node) {
  for (const auto& [id, one] : stations)
    if (one->node == node)
      return one.get();
  return nullptr;
}

void memory_hub::core::send(
    const std::shared_ptr<station>& from, post_ptr post) {
  at(now, [this, id = from->id, sent = std::move(post)] { hand_on(id, sent); });
}

uint64_t memory_hub::core::listen(station& at_one, ear made) {
  made.at = &at_one;
  const auto id = next++;
  ears.emplace(id, std::make_shared<ear>(std::move(made)));
  return id;
}

void memory_hub::core::tell_state(station& to, bus_state_notice notice) {
  to.counts.state = notice.state;
  at(now, [this, id = to.id, notice = std::move(notice)] {
    std::unique_lock guard{lock};
    const auto found = stations.find(id);
    if (found == stations.end() || !found->second->on_state)
      return;
    const auto kept = found->second;
    guard.unlock();
    kept->on_state(notice);
  });
}

void memory_hub::core::hand_on(uint64_t from, const post_ptr& post) {
  const std::lock_guard guard{lock};
  const auto found = stations.find(from);
  if (found == stations.end())
    return;
  auto& sender = *found->second;
  if (sender.counts.state != bus_state::connected) {
    sender.held.push_back(post);
    return;
  }
  --sender.counts.waiting;
  sender.counts.waiting_bytes -= size_of(*post);
  bool heard = false;
  for (const auto& [id, one] : ears) {
    if (!subject_fits(post->subject, one->wanted) || !reaches(sender, *one->at))
      continue;
    heard = true;
    if (chance(faults.lose))
      continue;
    deliver(id, sender, post);
    if (chance(faults.twice))
      deliver(id, sender, post);
  }
  if (!heard && !post->answer_to.empty())
    at(now, [this, to = post->answer_to] { nobody(to); });
}

void memory_hub::core::deliver(
    uint64_t to, const station& from, const post_ptr& post) {
  auto& one = *ears.at(to);
  const auto size = size_of(*post);
  if (one.waiting == one.most.messages_max
      || one.waiting_bytes + size > one.most.bytes_max) {
    ++one.untold;
    ++one.at->counts.dropped;
    return;
  }
  ++one.waiting;
  one.waiting_bytes += size;
  auto due = now;
  if (faults.delay_max.count() > 0)
    due += ms{random() % (faults.delay_max.count() + 1)};
  if (!chance(faults.reorder)) {
    auto& last = one.last_due[from.id];
    due = last = std::max(last, due);
  }
  at(due, [this, to, id = from.id, post] { arrive(to, id, post); });
}

void memory_hub::core::arrive(
    uint64_t to, uint64_t from, const post_ptr& post) {
  std::unique_lock guard{lock};
  const auto found = ears.find(to);
  if (found == ears.end())
    return;
  const auto one = found->second;
  --one->waiting;
  one->waiting_bytes -= size_of(*post);
  const auto sender = stations.find(from);
  if (one->at->counts.state != bus_state::connected
      || (sender != stations.end() && !reaches(*sender->second, *one->at)))
    return;
  const auto dropped = std::exchange(one->untold, 0);
  ++one->at->counts.in;
  one->at->counts.in_bytes += post->payload.size();
  guard.unlock();
  if (dropped > 0)
    one->slot->tell(bus_loss{bus_loss::cause::slow, dropped});
  one->slot->tell(bus_message{
      post->subject, post->answer_to, post->payload, post->headers});
}

void memory_hub::core::nobody(const std::string& answer_to) {
  std::unique_lock guard{lock};
  for (const auto& [id, one] : stations) {
    const auto inbox = "_INBOX." + std::to_string(id) + ".";
    if (!answer_to.starts_with(inbox))
      continue;
    uint64_t request = 0;
    std::from_chars(
        answer_to.data() + inbox.size(), answer_to.data() + answer_to.size(),
        request);
    const auto kept = one;
    guard.unlock();
    kept->requests.nobody_answers(request);
    return;
  }
}

bool memory_hub::core::run_next(std::optional<ms> until) {
  std::unique_lock guard{lock};
  std::shared_ptr<station> late;
  auto due = ms::max();
  for (const auto& [id, one] : stations)
    if (const auto deadline = one->requests.next_deadline()) {
      const auto then =
          std::chrono::duration_cast<ms>(deadline->time_since_epoch());
      if (then < due)
        due = then, late = one;
    }
  if (!events.empty() && events.begin()->first.first <= due) {
    due = events.begin()->first.first;
    late = nullptr;
  }
  if ((events.empty() && !late) || (until && due > *until))
    return false;
  now = std::max(now, due);
  if (late) {
    const time_point then{now};
    guard.unlock();
    late->requests.expire(then);
    return true;
  }
  const auto act = std::move(events.begin()->second);
  events.erase(events.begin());
  guard.unlock();
  act();
  return true;
}

} // namespace rookery
