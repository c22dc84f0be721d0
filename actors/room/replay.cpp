#include "actors/room/replay.hpp"

#include "actors/topic/audience.hpp"
#include "base/check.hpp"

#include <algorithm>
#include <string>

namespace rookery {

const replay_part*
replayer::find(uint64_t offset, frame_form form, uint64_t newest) {
  const auto found =
      std::find_if(kept_.begin(), kept_.end(), [&](const kept_part& one) {
        return one.after == offset && one.form == form;
      });
  if (found == kept_.end())
    return nullptr;
  if (!found->may_grow || found->part.last == newest)
    return &found->part;
  kept_.erase(found);
  return nullptr;
}

const replay_part& replayer::keep(kept_part made) {
  if (kept_.size() == parts_max)
    kept_.pop_front();
  ++made_;
  return kept_.emplace_back(std::move(made)).part;
}

const replay_part&
replayer::after(uint64_t offset, frame_form form, const room_log& log) {
  ROOKERY_CHECK(
      offset < log.last() && log.reaches(offset), "there is something to tell");
  const auto first = log.number_after(offset);
  const auto all = log.first() + log.size();
  if (first < all) // who differs only in what is not told gets the same part
    offset = offset_of(log[first]) - 1;
  if (const auto* kept = find(offset, form, log.last()))
    return *kept;
  const auto block = (first / limits_.events_max + 1) * limits_.events_max;
  const auto stop = std::min(all, block);
  const auto end = stop == all ? log.last() : offset_of(log[stop - 1]);
  auto made = make(
      offset, form, stop - first,
      end, [&](std::size_t i) -> auto& { return log[first + i]; });
  made.may_grow = made.part.last == end && stop < block;
  return keep(std::move(made));
}

const replay_part& replayer::after(
    uint64_t offset, frame_form form, const std::vector<room_event>& events,
    uint64_t end) {
  return keep(make(
      offset, form, events.size(),
      end, [&](std::size_t i) -> auto& { return events[i]; }));
}

/// Joins events up to `bytes_max`; the first is there however long it is.
template <class EventAt>
replayer::kept_part replayer::make(
    uint64_t offset, frame_form form, std::size_t events, uint64_t end,
    EventAt event_at) const {
  std::string joined;
  uint32_t count = 0;
  kept_part made{offset, form, false, {}};
  made.part.last = end;
  for (; count < events; ++count) {
    const auto one = std::visit(
        [&](const auto& event) {
          return frame_encoder::of_this_thread().make(
              event, form, compression_);
        },
        event_at(count));
    if (count > 0 && joined.size() + one.size() > limits_.bytes_max) {
      made.part.last = offset_of(event_at(count - 1));
      break;
    }
    joined += one.bytes();
  }
  if (count > 0)
    made.part.events = frame::join(joined, count);
  return made;
}

} // namespace rookery
