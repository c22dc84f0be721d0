#include "cluster/jetstream/stream_message.hpp"
#include "cluster/jetstream/topic_state.hpp"

namespace rookery {

namespace {

using found = stream_access::found;

/// Looks for the last message, the first one and the image, in this order: what
/// is trimmed meanwhile makes `reaches` greater, never too small.
class opening : public std::enable_shared_from_this<opening> {
public:
  opening(
      jetstream_parts& parts, topic_pointer topic, call_deadline deadline,
      journal::done<journal_head> answer)
      : parts_(parts)
      , topic_(std::move(topic))
      , deadline_(deadline)
      , answer_(std::move(answer)) {}

  void start() {
    head_.epoch = parts_.epoch;
    parts_.access.last(
        parts_.names.log, parts_.log_subject(*topic_), deadline_,
        guarded(&opening::on_last));
  }

private:
  /// A failure ends it all.
  stream_access::then<found> guarded(void (opening::*next)(found)) {
    return [self = shared_from_this(), next](result<found> said) {
      if (!said)
        return self->fail(std::move(said.error()));
      (*self.*next)(std::move(*said));
    };
  }
  void fail(failure why) { answer_(tl::make_unexpected(std::move(why))); }

  void on_last(found last) {
    if (!last)
      return parts_.access.next(
          parts_.names.log, parts_.names.log_prefix + "*", 1, deadline_,
          guarded(&opening::on_oldest_of_all));
    const auto batch = unpack_batch(last->data);
    if (!batch)
      return fail(batch.error());
    parts_.saw(batch->stamp);
    sequence_ = last->sequence;
    parts_.sequence_seen = std::max(parts_.sequence_seen, sequence_);
    head_.newest = offset_of(sequence_, batch->bodies.size() - 1);
    parts_.access.next(
        parts_.names.log, parts_.log_subject(*topic_), 1, deadline_,
        guarded(&opening::on_first));
  }
  /// The topic has nothing: what it had went with what the stream let go of.
  void on_oldest_of_all(found oldest) {
    const auto gone = oldest ? oldest->sequence - 1 : parts_.sequence_seen;
    head_.newest = gone == 0 ? 0 : offset_of(gone, batch_entries_max - 1);
    head_.reaches = head_.newest;
    find_image();
  }
  void on_first(found first) {
    head_.reaches = head_.newest; // unless something is left
    if (first) {
      const auto batch = unpack_batch(first->data);
      if (!batch)
        return fail(batch.error());
      head_.reaches = std::min(batch->previous, head_.newest);
    }
    find_image();
  }
  void find_image() {
    parts_.access.last(
        parts_.names.image, parts_.image_subject(*topic_), deadline_,
        guarded(&opening::on_image));
  }
  void on_image(found stored) {
    if (parts_.epoch != head_.epoch)
      return fail({errc::not_available, "the stream was made anew"});
    if (stored) {
      const auto image = unpack_image(stored->data);
      if (!image)
        return fail(image.error());
      // A log that lost its newest entries can have an image of them.
      const bool known = image->offset <= head_.newest || sequence_ == 0;
      if (image->epoch == head_.epoch && known)
        head_.image = journal_image{image->offset, std::string{image->body}};
    }
    if (head_.image && head_.image->offset > head_.newest)
      head_.newest = head_.reaches = head_.image->offset;
    open();
  }
  void open() {
    auto& topic = *topic_;
    if (!topic.open || topic.epoch != head_.epoch) {
      topic.id_prefix = parts_.next_id() + ".";
      topic.batch_id = 0;
      topic.unsure = false;
    }
    topic.open = true;
    topic.epoch = head_.epoch;
    topic.newest = head_.newest;
    topic.reaches = head_.reaches;
    topic.sequence = sequence_;
    topic.unlooked = 0;
    answer_(std::move(head_));
  }

  jetstream_parts& parts_;
  topic_pointer topic_;
  call_deadline deadline_;
  journal::done<journal_head> answer_;
  journal_head head_;
  uint64_t sequence_ = 0;
};

} // namespace

void open_topic(
    jetstream_parts& parts, const topic_pointer& topic, call_deadline deadline,
    journal::done<journal_head> answer) {
  std::make_shared<opening>(parts, topic, deadline, std::move(answer))->start();
}

} // namespace rookery
