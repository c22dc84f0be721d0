#include "cluster/jetstream/page_reading.hpp"

#include <algorithm>
#include <deque>

namespace rookery {

namespace {

/// Goes from each batch to the one before it. Where that is not known exactly
/// it reads a segment of the log forward, which ends there, and adds it
/// reversed. How long that has to be is guessed from what the batch says.
class backward_reading final : public page_reading {
public:
  using page_reading::page_reading;

private:
  // Of a segment, what is kept: its end.
  static constexpr std::size_t messages_max = 64;
  static constexpr uint64_t bytes_max = 2 * 1024 * 1024;

  void begin(const stored_message& first) override {
    lowest_ = std::max(first.sequence, sequence_of(covered_ + 1));
    find_end();
  }
  void cut() override { end(true); }

  /// The last message that has something of the range.
  void find_end() {
    if (range_.through >= topic_->newest)
      return find_last();
    next(sequence_of(range_.through), [this](found stored) {
      if (!stored)
        return find_last();
      if (stored->sequence == sequence_of(range_.through))
        return on_end(std::move(*stored));
      go_back(*stored);
    });
  }
  void find_last() {
    last([this](found stored) {
      if (!stored)
        return end(true);
      on_end(std::move(*stored));
    });
  }
  void on_end(stored_message stored) {
    segment_.clear();
    segment_.push_back(std::move(stored));
    whole_ = true;
    begin_ = before_ = segment_.front().sequence;
    hand_out();
  }

  /// Reads on before this message.
  void go_back(const stored_message& from) {
    before_ = from.sequence;
    const auto batch = unpack_batch(from.data);
    if (!batch)
      return fail(batch.error());
    if (batch->exact && batch->previous == 0)
      return end(true);
    if (batch->exact)
      return at(sequence_of(batch->previous), [this](found stored) {
        if (!stored) // it has gone, or this was the first
          return end(true);
        on_end(std::move(*stored));
      });
    const auto known = sequence_of(batch->previous);
    const auto distance = known < before_ ? before_ - known : before_;
    // As many batches as the page may still need, if they are like this one.
    const auto left =
        range_.entries_max - std::min(range_.entries_max, page_.records.size());
    const auto batches =
        std::clamp<uint64_t>(left / batch->bodies.size(), 1, messages_max / 4);
    reach_back(distance > before_ / batches ? before_ : distance * batches);
  }
  void reach_back(uint64_t width) {
    begin_ = std::max(lowest_, before_ - std::min(before_, width));
    if (begin_ >= before_)
      return end(true);
    segment_.clear();
    segment_bytes_ = 0;
    whole_ = true;
    read_segment(begin_);
  }
  void read_segment(uint64_t from) {
    next(from, [this](found stored) {
      if (!stored || stored->sequence >= before_)
        return hand_out();
      const auto sequence = stored->sequence;
      segment_bytes_ += stored->data.size();
      segment_.push_back(std::move(*stored));
      while (
          segment_.size() > 1
          && (segment_.size() > messages_max || segment_bytes_ > bytes_max)) {
        segment_bytes_ -= segment_.front().data.size();
        segment_.pop_front();
        whole_ = false;
      }
      if (sequence + 1 == before_)
        return hand_out();
      read_segment(sequence + 1);
    });
  }
  void hand_out() {
    if (segment_.empty()) { // the guess was too short
      if (begin_ <= lowest_)
        return end(true);
      return reach_back(2 * (before_ - begin_));
    }
    for (auto one = segment_.rbegin(); one != segment_.rend(); ++one) {
      const auto batch = unpack_batch(one->data);
      if (!batch)
        return fail(batch.error());
      for (auto i = batch->bodies.size(); i-- > 0;) {
        const auto offset = offset_of(one->sequence, i);
        if (offset <= covered_)
          return end(true);
        if (offset <= range_.through && !add(offset, *batch, i))
          return end(false);
      }
    }
    if (whole_ && begin_ <= lowest_)
      return end(true);
    if (full()) {
      before_ = segment_.front().sequence;
      return look_for_more(lowest_);
    }
    const auto first = std::move(segment_.front());
    go_back(first);
  }
  /// The page is full: whether there was more for it.
  void look_for_more(uint64_t from) {
    next(from, [this](const found& stored) {
      if (!stored || stored->sequence >= before_)
        return end(true);
      const auto batch = unpack_batch(stored->data);
      if (!batch)
        return fail(batch.error());
      if (offset_of(stored->sequence, batch->bodies.size() - 1) > covered_)
        return end(false);
      look_for_more(stored->sequence + 1);
    });
  }

  uint64_t lowest_ = 0;             // nothing before is of the range
  uint64_t begin_ = 0, before_ = 0; // of the segment
  std::deque<stored_message> segment_;
  uint64_t segment_bytes_ = 0;
  bool whole_ = true; // all of it is in `segment_`
};

} // namespace

void read_back(
    jetstream_parts& parts, const topic_pointer& topic,
    const journal_range& range, call_deadline deadline,
    journal::done<journal_page> answer) {
  std::make_shared<backward_reading>(
      parts, topic, range, deadline, std::move(answer))
      ->start();
}

} // namespace rookery
