#include "cluster/jetstream/page_reading.hpp"

#include <algorithm>

namespace rookery {

page_reading::page_reading(
    jetstream_parts& parts, topic_pointer topic, const journal_range& range,
    call_deadline deadline, journal::done<journal_page> answer)
    : parts_(parts)
    , topic_(std::move(topic))
    , range_(range)
    , deadline_(deadline)
    , answer_(std::move(answer)) {}

void page_reading::start() {
  if (auto why = parts_.closed(*topic_); !why.empty())
    return fail({errc::not_available, std::move(why)});
  next(1, [this](const found& first) { on_first(first); });
}

void page_reading::fail(failure why) {
  answer_(tl::make_unexpected(std::move(why)));
}

/// Both keep this alive until they are answered.
stream_access::then<page_reading::found> page_reading::guarded(step then) {
  return
      [self = shared_from_this(), then = std::move(then)](result<found> said) {
        if (!said)
          return self->fail(std::move(said.error()));
        then(std::move(*said));
      };
}

void page_reading::next(uint64_t sequence, step then) {
  parts_.access.next(
      parts_.names.log, parts_.log_subject(*topic_), sequence, deadline_,
      guarded(std::move(then)));
}

void page_reading::last(step then) {
  parts_.access.last(
      parts_.names.log, parts_.log_subject(*topic_), deadline_,
      guarded(std::move(then)));
}

void page_reading::at(uint64_t sequence, step then) {
  parts_.access.at(
      parts_.names.log, sequence, deadline_,
      guarded([this, then = std::move(then)](found stored) {
        if (stored && stored->subject != parts_.log_subject(*topic_))
          stored.reset();
        then(std::move(stored));
      }));
}

void page_reading::on_first(const found& first) {
  if (!first) {
    page_.reaches = topic_->newest;
    page_.complete = true;
    return answer();
  }
  const auto batch = unpack_batch(first->data);
  if (!batch)
    return fail(batch.error());
  page_.reaches = reaches_of(first->sequence, batch->previous);
  covered_ = std::max(range_.after, page_.reaches);
  if (covered_ < range_.through)
    return begin(*first);
  page_.complete = true;
  answer();
}

void page_reading::end(bool complete) {
  page_.complete = complete;
  next(1, [this](const found& first) { on_first_again(first); });
}

void page_reading::on_first_again(const found& first) {
  auto reaches = topic_->newest;
  if (first) {
    const auto batch = unpack_batch(first->data);
    if (!batch)
      return fail(batch.error());
    reaches = reaches_of(first->sequence, batch->previous);
  }
  if (reaches <= std::max(range_.after, page_.reaches))
    return answer();
  page_.reaches = reaches;
  covered_ = reaches;
  auto& all = page_.records;
  const auto gone = [reaches](const auto& one) {
    return one.offset <= reaches;
  };
  all.erase(std::remove_if(all.begin(), all.end(), gone), all.end());
  cut();
}

void page_reading::answer() {
  if (auto why = parts_.closed(*topic_); !why.empty())
    return fail({errc::not_available, std::move(why)});
  // Several nodes' clocks gave the stamps.
  auto& all = page_.records;
  int64_t stamp = INT64_MIN;
  const auto raise = [&stamp](journal_record& one) {
    stamp = one.stamp = std::max(one.stamp, stamp);
  };
  if (range_.newest_first)
    std::for_each(all.rbegin(), all.rend(), raise);
  else
    std::for_each(all.begin(), all.end(), raise);
  parts_.meter.read();
  answer_(std::move(page_));
}

bool page_reading::full() const {
  return !page_.records.empty() && page_.records.size() >= range_.entries_max;
}

bool page_reading::add(
    uint64_t offset, const batch_message& batch, std::size_t index) {
  const auto body = batch.bodies[index];
  const auto room = range_.bytes_max - std::min(range_.bytes_max, bytes_);
  if (full() || (!page_.records.empty() && body.size() > room))
    return false;
  bytes_ += body.size();
  page_.records.push_back({offset, batch.stamp, std::string{body}});
  return true;
}

} // namespace rookery
