#include "cluster/jetstream/stream_message.hpp"
#include "cluster/jetstream/topic_state.hpp"

#include <algorithm>

namespace rookery {

namespace {

using found = stream_access::found;

/// Reads one message after the other: forward by the subject's next, backward
/// by what each says to be before it.
class reading : public std::enable_shared_from_this<reading> {
public:
  reading(
      jetstream_parts& parts, topic_pointer topic, const journal_range& range,
      call_deadline deadline, journal::done<journal_page> answer)
      : parts_(parts)
      , topic_(std::move(topic))
      , range_(range)
      , deadline_(deadline)
      , answer_(std::move(answer)) {}

  void start() {
    if (auto why = parts_.closed(*topic_); !why.empty())
      return fail({errc::not_available, std::move(why)});
    next(1, &reading::on_first);
  }

private:
  using step = void (reading::*)(found);
  static constexpr int lags_max = 5;

  void fail(failure why) { answer_(tl::make_unexpected(std::move(why))); }
  void end(bool complete) {
    if (auto why = parts_.closed(*topic_); !why.empty())
      return fail({errc::not_available, std::move(why)});
    parts_.meter.read();
    page_.complete = complete;
    answer_(std::move(page_));
  }
  stream_access::then<found> guarded(step then) {
    return [self = shared_from_this(), then](result<found> said) {
      if (!said)
        return self->fail(std::move(said.error()));
      (*self.*then)(std::move(*said));
    };
  }
  void next(uint64_t sequence, step then) {
    parts_.access.next(
        parts_.names.log, parts_.log_subject(*topic_), sequence, deadline_,
        guarded(then));
  }
  void last() {
    parts_.access.last(
        parts_.names.log, parts_.log_subject(*topic_), deadline_,
        guarded(&reading::on_last));
  }
  void on_last(found stored) {
    const auto seen =
        stored ? offset_of(stored->sequence, batch_entries_max - 1) : 0;
    if (!behind(seen, [self = shared_from_this()] { self->last(); }))
      on_backward(std::move(stored));
  }

  void on_first(found first) {
    if (!first) {
      page_.reaches = topic_->newest;
      return end(true);
    }
    const auto batch = unpack_batch(first->data);
    if (!batch)
      return fail(batch.error());
    page_.reaches = batch->previous;
    covered_ = std::max(range_.after, page_.reaches);
    if (covered_ >= range_.through)
      return end(true);
    if (range_.newest_first)
      return find_end();
    if (first->sequence >= sequence_of(covered_ + 1))
      return on_forward(std::move(first));
    next(sequence_of(covered_ + 1), &reading::on_forward);
  }

  /// Whether this may be a replica's answer that does not have all yet that was
  /// receipted; if so, it is asked for again. What has gone since the receipt
  /// looks the same: therefore only so often.
  bool behind(uint64_t seen, work_loop::work again) {
    const auto wanted = std::min(range_.through, topic_->newest);
    if (parts_.settings.replicas < 2 || seen >= wanted || ++lags_ > lags_max)
      return false;
    parts_.loop.after(parts_.settings.retry_pause, std::move(again));
    return true;
  }

  void on_forward(found stored) {
    if (!stored) {
      const auto from = sequence_of(covered_) + 1;
      if (!behind(covered_, [self = shared_from_this(), from] {
            self->next(from, &reading::on_forward);
          }))
        end(true);
      return;
    }
    const auto batch = unpack_batch(stored->data);
    if (!batch)
      return fail(batch.error());
    if (batch->previous > covered_) { // what was between has gone meanwhile
      page_.records.clear();
      bytes_ = 0;
      page_.reaches = covered_ = batch->previous;
    }
    for (std::size_t i = 0; i < batch->bodies.size(); ++i) {
      const auto offset = offset_of(stored->sequence, i);
      if (offset > range_.through)
        return end(true);
      if (offset > covered_ && !add(offset, *batch, i))
        return end(false);
    }
    covered_ = offset_of(stored->sequence, batch->bodies.size() - 1);
    if (covered_ >= range_.through || covered_ == topic_->newest)
      return end(true);
    if (full())
      return end(false);
    next(stored->sequence + 1, &reading::on_forward);
  }

  /// The last message that has something of the range.
  void find_end() {
    if (range_.through >= topic_->newest)
      return last();
    next(sequence_of(range_.through), &reading::on_end);
  }
  void on_end(found stored) {
    if (!stored)
      return last();
    if (stored->sequence == sequence_of(range_.through))
      return on_backward(std::move(stored));
    const auto batch = unpack_batch(stored->data);
    if (!batch)
      return fail(batch.error());
    go_back(batch->previous);
  }
  void go_back(uint64_t previous) {
    if (previous <= covered_)
      return end(true);
    if (full())
      return end(false);
    before_ = previous;
    parts_.access.at(
        parts_.names.log, sequence_of(previous), deadline_,
        guarded(&reading::on_backward));
  }
  void on_backward(found stored) {
    if (!stored || stored->subject != parts_.log_subject(*topic_)) {
      // Has gone meanwhile, and all before it.
      page_.reaches = std::max(page_.reaches, before_);
      return end(true);
    }
    const auto batch = unpack_batch(stored->data);
    if (!batch)
      return fail(batch.error());
    for (auto i = batch->bodies.size(); i-- > 0;) {
      const auto offset = offset_of(stored->sequence, i);
      if (offset <= covered_)
        return end(true);
      if (offset <= range_.through && !add(offset, *batch, i))
        return end(false);
    }
    go_back(batch->previous);
  }

  bool full() const {
    return !page_.records.empty() && page_.records.size() >= range_.entries_max;
  }
  /// False: it does not fit.
  bool add(uint64_t offset, const batch_message& batch, std::size_t index) {
    const auto body = batch.bodies[index];
    const auto room = range_.bytes_max - std::min(range_.bytes_max, bytes_);
    if (full() || (!page_.records.empty() && body.size() > room))
      return false;
    bytes_ += body.size();
    page_.records.push_back({offset, batch.stamp, std::string{body}});
    return true;
  }

  jetstream_parts& parts_;
  topic_pointer topic_;
  journal_range range_;
  call_deadline deadline_;
  journal::done<journal_page> answer_;
  journal_page page_;
  uint64_t covered_ = 0; // all of the range through here is in the page or gone
  uint64_t before_ = 0;  // the offset that is looked for, backwards
  uint64_t bytes_ = 0;
  int lags_ = 0;
};

} // namespace

void read_page(
    jetstream_parts& parts, const topic_pointer& topic,
    const journal_range& range, call_deadline deadline,
    journal::done<journal_page> answer) {
  std::make_shared<reading>(parts, topic, range, deadline, std::move(answer))
      ->start();
}

} // namespace rookery
