#include "cluster/jetstream/stream_message.hpp"
#include "cluster/jetstream/topic_state.hpp"

namespace rookery {

namespace {

using found = stream_access::found;

/// Subscribes, then looks for the image, the last message and the first one, in
/// this order: what comes later is news, an image is of what is in the log, and
/// what is trimmed meanwhile makes `reaches` greater, never too small.
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
    if (topic_->open && topic_->epoch == parts_.epoch)
      follower_ = topic_->follower;
    goes_on_ = follower_ != nullptr;
    if (!goes_on_ && topic_->news) {
      follower_ =
          std::make_shared<topic_follower>(parts_, *topic_, topic_->news);
      if (!follower_->listen())
        return fail({errc::not_available, "there is no connection to NATS"});
    }
    find_image(
        parts_, topic_, deadline_,
        [self = shared_from_this()](result<std::optional<journal_image>> said) {
          if (!said)
            return self->fail(std::move(said.error()));
          self->head_.image = std::move(*said);
          self->find_last();
        });
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
  void fail(failure why) {
    if (follower_ && !goes_on_)
      follower_->end();
    answer_(tl::make_unexpected(std::move(why)));
  }
  void find_last() {
    parts_.access.last(
        parts_.names.log, parts_.log_subject(*topic_), deadline_,
        guarded(&opening::on_last));
  }

  void on_last(found last) {
    if (!last)
      return parts_.access.next(
          parts_.names.log, parts_.names.log_prefix + "*", 1, deadline_,
          guarded(&opening::on_oldest_of_all));
    const auto batch = unpack_batch(last->data);
    if (!batch)
      return fail(batch.error());
    parts_.saw(batch->stamp);
    end_ = {last->sequence, true, batch->stamp};
    parts_.sequence_seen = std::max(parts_.sequence_seen, end_.sequence);
    head_.newest = offset_of(end_.sequence, batch->bodies.size() - 1);
    parts_.access.next(
        parts_.names.log, parts_.log_subject(*topic_), 1, deadline_,
        guarded(&opening::on_first));
  }
  /// The topic has nothing: what it had went with what the stream let go of.
  void on_oldest_of_all(found oldest) {
    const auto gone = oldest ? oldest->sequence - 1 : parts_.sequence_seen;
    head_.newest = gone == 0 ? 0 : offset_of(gone, batch_entries_max - 1);
    head_.reaches = head_.newest;
    judge_image();
  }
  void on_first(found first) {
    head_.reaches = head_.newest; // unless something is left
    if (first) {
      const auto batch = unpack_batch(first->data);
      if (!batch)
        return fail(batch.error());
      head_.reaches =
          std::min(reaches_of(first->sequence, batch->previous), head_.newest);
    }
    judge_image();
  }
  void judge_image() {
    if (parts_.epoch != head_.epoch)
      return fail({errc::not_available, "the stream was made anew"});
    auto& image = head_.image;
    if (image && image->offset > head_.newest) {
      if (end_.is_batch)
        image.reset(); // of a log that lost its newest entries
      else
        head_.newest = head_.reaches = image->offset;
    }
    if (!goes_on_)
      return open();
    follower_->await(
        end_.sequence, deadline_, [self = shared_from_this()](bool well) {
          if (!well)
            return self->fail(
                {errc::not_available, "what is followed lags behind"});
          self->head_.newest =
              std::max(self->head_.newest, self->topic_->newest);
          self->open();
        });
  }
  void open() {
    auto& topic = *topic_;
    if (!topic.open || topic.epoch != head_.epoch) {
      topic.id_prefix = parts_.next_id() + ".";
      topic.batch_id = 0;
      topic.batch_sequence = 0;
      topic.unsure = false;
    }
    topic.open = true;
    topic.epoch = head_.epoch;
    topic.newest = head_.newest;
    topic.reaches = head_.reaches;
    topic.unlooked = 0;
    topic.follower = follower_;
    if (goes_on_ && topic.news)
      follower_->replace(topic.news);
    topic.news = nullptr;
    if (!end_.is_batch)
      end_.sequence = sequence_of(head_.newest);
    answer_(std::move(head_));
    if (follower_ && !goes_on_)
      follower_->begin(end_);
  }

  jetstream_parts& parts_;
  topic_pointer topic_;
  call_deadline deadline_;
  journal::done<journal_head> answer_;
  journal_head head_;
  topic_follower::place end_;
  std::shared_ptr<topic_follower> follower_; // null: nobody follows
  bool goes_on_ = false;                     // it was open, and stays so
};

} // namespace

void open_topic(
    jetstream_parts& parts, const topic_pointer& topic, call_deadline deadline,
    journal::done<journal_head> answer) {
  std::make_shared<opening>(parts, topic, deadline, std::move(answer))->start();
}

} // namespace rookery
