#include "cluster/jetstream/page_reading.hpp"

namespace rookery {

namespace {

/// Reads one message after the other, by the subject's next.
class forward_reading final : public page_reading {
public:
  using page_reading::page_reading;

private:
  void begin(const stored_message& first) override {
    if (sequence_of(covered_ + 1) <= first.sequence)
      return on_next(first);
    read_from(sequence_of(covered_ + 1));
  }
  void cut() override {
    if (!page_.records.empty())
      return end(page_.complete);
    bytes_ = 0; // nothing of it is left: all behind it is read
    read_from(sequence_of(covered_) + 1);
  }
  void read_from(uint64_t sequence) {
    next(sequence, [this](const found& stored) {
      if (stored)
        return on_next(*stored);
      end(true);
    });
  }
  void on_next(const stored_message& stored) {
    const auto batch = unpack_batch(stored.data);
    if (!batch)
      return fail(batch.error());
    for (std::size_t i = 0; i < batch->bodies.size(); ++i) {
      const auto offset = offset_of(stored.sequence, i);
      if (offset > range_.through)
        return end(true);
      if (offset > covered_ && !add(offset, *batch, i))
        return end(false);
    }
    covered_ = offset_of(stored.sequence, batch->bodies.size() - 1);
    // What is behind the newest will be news.
    const bool followed = topic_->follower != nullptr;
    if (covered_ >= range_.through || (followed && covered_ >= topic_->newest))
      return end(true);
    if (full() && followed)
      return end(false);
    read_from(stored.sequence + 1);
  }
};

} // namespace

void read_page(
    jetstream_parts& parts, const topic_pointer& topic,
    const journal_range& range, call_deadline deadline,
    journal::done<journal_page> answer) {
  std::make_shared<forward_reading>(
      parts, topic, range, deadline, std::move(answer))
      ->start();
}

} // namespace rookery
