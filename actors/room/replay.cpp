#include "actors/room/replay.hpp"

#include "actors/topic/audience.hpp"
#include "base/check.hpp"

#include <algorithm>
#include <string>

namespace rookery {

const replay_part&
replayer::after(uint64_t offset, frame_form form, const room_log& log) {
  ROOKERY_CHECK(
      offset < log.last() && log.reaches(offset), "there is something to tell");
  const auto found =
      std::find_if(kept_.begin(), kept_.end(), [&](const kept_part& one) {
        return one.after == offset && one.form == form;
      });
  if (found != kept_.end()) {
    if (!found->may_grow || found->part.last == log.last())
      return found->part;
    kept_.erase(found);
  }
  if (kept_.size() == parts_max)
    kept_.pop_front();
  ++made_;
  return kept_.emplace_back(make(offset, form, log)).part;
}

replayer::kept_part
replayer::make(uint64_t offset, frame_form form, const room_log& log) const {
  const auto block_end = (offset / limits_.events_max + 1) * limits_.events_max;
  const auto last = std::min(log.last(), block_end);
  std::string joined;
  uint32_t count = 0;
  kept_part made{offset, form, last < block_end, {}};
  for (auto at = offset + 1; at <= last; ++at) {
    const auto one = std::visit(
        [&](const auto& event) {
          return frame_encoder::of_this_thread().make(
              event, form, compression_);
        },
        log.at(at));
    if (count > 0 && joined.size() + one.size() > limits_.bytes_max) {
      made.may_grow = false;
      break;
    }
    joined += one.bytes();
    ++count;
    made.part.last = at;
  }
  made.part.events = frame::join(joined, count);
  return made;
}

} // namespace rookery
