#include "actors/connection/latest_values.hpp"

namespace rookery {

namespace {

std::size_t bytes_of(const event_frames& frames) {
  std::size_t bytes = 0;
  for (const auto& one : frames.by_form)
    bytes += one.size();
  return bytes;
}

} // namespace

void latest_values::put(const std::string& tag, const event_frames& frames) {
  if (const auto old = by_tag_.find(tag); old != by_tag_.end())
    remove(old->second);
  bytes_ += bytes_of(frames);
  values_.push_back({tag, frames, ++version_});
  by_tag_.emplace(tag, std::prev(values_.end()));
  while (values_.size() > 1
         && (values_.size() > bounds_.tags_max || bytes_ > bounds_.bytes_max))
    remove(values_.begin());
}

void latest_values::remove(place one) {
  bytes_ -= bytes_of(one->frames);
  by_tag_.erase(one->tag);
  values_.erase(one);
}

std::list<latest_values::value>::const_iterator
latest_values::after(uint64_t version) const {
  auto found = values_.end();
  while (found != values_.begin() && std::prev(found)->version > version)
    --found;
  return found;
}

} // namespace rookery
