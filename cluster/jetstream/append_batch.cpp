#include "cluster/jetstream/stream_message.hpp"
#include "cluster/jetstream/topic_state.hpp"

namespace rookery {

namespace {

using found = stream_access::found;

/// Stores one batch behind whatever the log ends with. At first it has to be
/// what is known here, so that the batch can say exactly what is before it, and
/// who reads backwards needs no search; where somebody else was faster, it is
/// stored without. The first that a topic ever has finds it empty. Who follows
/// the topic gets the batch as news before its receipt: at once, if the server
/// has found it right behind what was news, else when it comes back.
class appending : public std::enable_shared_from_this<appending> {
public:
  appending(
      jetstream_parts& parts, topic_pointer topic, journal_batch batch,
      call_deadline deadline, journal::done<journal_receipt> answer)
      : parts_(parts)
      , topic_(std::move(topic))
      , batch_(std::move(batch))
      , deadline_(deadline)
      , begin_(work_loop::clock::now())
      , answer_(std::move(answer)) {}

  void start() {
    if (auto why = parts_.closed(*topic_); !why.empty())
      return fail({errc::not_available, std::move(why)});
    if (batch_.id != 0 && batch_.id == topic_->batch_id) {
      topic_->receipt.reaches = topic_->reaches;
      return answer_(topic_->receipt);
    }
    const auto bytes =
        batch_overhead(batch_.bodies.size()) + batch_.bodies.bytes();
    if (batch_.bodies.size() > batch_entries_max
        || bytes + headers_bytes > parts_.link.payload_max())
      return fail(
          {errc::limit_exceeded,
           "a batch of " + std::to_string(bytes)
               + " bytes is longer than NATS takes (max_payload)"});
    id_ = topic_->id_prefix
          + (batch_.id != 0 ? std::to_string(batch_.id) : parts_.next_id());
    stored_before_ = sequence_of(topic_->newest);
    if (topic_->unsure)
      look();
    else
      store();
  }

private:
  static constexpr uint64_t headers_bytes = 512; // more than ours have

  void fail(failure why) {
    parts_.meter.failed();
    answer_(tl::make_unexpected(std::move(why)));
  }
  void store() {
    stamp_ = parts_.stamp();
    const bool first = topic_->newest == 0 && !refused_;
    stream_access::message one{parts_.log_subject(*topic_), id_, {}, {}};
    // Replicas compare with what is stored, not with what is under way.
    const bool exact = !refused_ && parts_.settings.replicas < 2;
    if (first || exact)
      one.last = first ? 0 : sequence_of(topic_->newest);
    // 0 is for the first: 1 is before all others, too.
    const auto previous = first ? 0 : std::max<uint64_t>(topic_->newest, 1);
    before_ = one.last;
    data_ = pack_batch(stamp_, previous, batch_.bodies, exact);
    one.data = data_;
    parts_.access.put(
        std::move(one), deadline_,
        [self = shared_from_this()](result<put_ack> said) {
          self->on_ack(std::move(said));
        });
  }
  void on_ack(result<put_ack> said) {
    // Set until it is known what became of it.
    topic_->unsure = true;
    if (!said) {
      parts_.meter.set_failing(true);
      return fail(std::move(said.error()));
    }
    if (auto why = parts_.closed(*topic_); !why.empty())
      return fail({errc::not_available, std::move(why)});
    if (said->refused && refused_)
      return fail({errc::not_available, "NATS refuses " + topic_->name});
    if (said->refused) {
      refused_ = true;
      return topic_->newest == 0 ? look() : store();
    }
    if (said->duplicate)
      return parts_.access.at(
          parts_.names.log, said->sequence, deadline_,
          guarded(&appending::on_stored));
    if (said->sequence <= stored_before_) {
      parts_.doubt();
      return fail({errc::not_available, topic_->name + ": it is another log"});
    }
    settle(said->sequence, stamp_, batch_.bodies.size());
  }
  stream_access::then<found> guarded(void (appending::*next)(found)) {
    return [self = shared_from_this(), next](result<found> said) {
      if (!said)
        return self->fail(std::move(said.error()));
      (*self.*next)(std::move(*said));
    };
  }
  /// The batch was stored before: the receipt is that of then.
  void on_stored(found stored) {
    before_.reset(); // of then nothing was compared now
    if (!stored)
      return fail({errc::not_available, "the batch has gone already"});
    const auto batch = unpack_batch(stored->data);
    if (!batch)
      return fail(batch.error());
    settle(stored->sequence, batch->stamp, batch->bodies.size());
  }
  void look() {
    parts_.access.last(
        parts_.names.log, parts_.log_subject(*topic_), deadline_,
        guarded(&appending::on_last));
  }
  void on_last(found last) {
    if (last && last->id == id_)
      return on_stored(std::move(last));
    if (last)
      topic_->newest = std::max(topic_->newest, offset_of(last->sequence, 0));
    store();
  }
  void settle(uint64_t sequence, int64_t stamp, std::size_t entries) {
    parts_.sequence_seen = std::max(parts_.sequence_seen, sequence);
    parts_.saw(stamp);
    journal_news own{batch_.id, {}};
    for (std::size_t i = 0; i < entries; ++i)
      own.records.push_back({offset_of(sequence, i), stamp, {}});
    if (!topic_->follower)
      return finish(sequence, own);
    // What was compared has nothing between.
    if (before_)
      topic_->follower->take_own(*before_, sequence, id_, data_);
    if (!topic_->follower) // to whom it was news has closed it
      return fail({errc::not_available, topic_->name + " was closed"});
    topic_->follower->await(
        sequence, deadline_,
        [self = shared_from_this(), sequence, own](bool well) {
          if (!well)
            return self->fail(
                {errc::not_available,
                 "a batch of " + self->topic_->name + " did not come back"});
          self->finish(sequence, own);
        });
  }
  void finish(uint64_t sequence, const journal_news& own) {
    auto& topic = *topic_;
    topic.unsure = false;
    topic.newest = std::max(topic.newest, own.records.back().offset);
    if (topic.batch_sequence != sequence) // else it is known from its news
      topic.remember(sequence, own);
    receipt_ = topic.receipt;
    parts_.meter.appended(own.records.size());
    parts_.meter.committed(work_loop::clock::now() - begin_);
    parts_.meter.set_failing(false);
    find_reaches();
  }
  /// The limits of the stream take from the beginning, and say nothing. It is
  /// looked for once in an eighth of what they leave.
  void find_reaches() {
    const auto every = static_cast<uint64_t>(
        std::max<int64_t>(parts_.settings.batches_per_topic_max / 8, 1));
    if (parts_.settings.batches_per_topic_max == 0
        || ++topic_->unlooked < every)
      return answer();
    topic_->unlooked = 0;
    parts_.access.next(
        parts_.names.log, parts_.log_subject(*topic_), 1, deadline_,
        [self = shared_from_this()](result<found> said) {
          if (said && *said)
            if (const auto batch = unpack_batch((*said)->data); batch)
              self->topic_->reaches =
                  reaches_of((*said)->sequence, batch->previous);
          self->answer(); // stored it is, whatever was found
        });
  }
  void answer() {
    receipt_.reaches = topic_->reaches;
    answer_(std::move(receipt_));
  }

  jetstream_parts& parts_;
  topic_pointer topic_;
  journal_batch batch_;
  call_deadline deadline_;
  work_loop::clock::time_point begin_;
  journal::done<journal_receipt> answer_;
  std::string id_;
  int64_t stamp_ = 0;
  std::string data_;
  std::optional<uint64_t> before_; // the sequence that it has to follow
  uint64_t stored_before_ = 0;     // a sequence of this topic
  bool refused_ = false;           // somebody else was faster
  journal_receipt receipt_;
};

} // namespace

void append_batch(
    jetstream_parts& parts, const topic_pointer& topic, journal_batch batch,
    call_deadline deadline, journal::done<journal_receipt> answer) {
  std::make_shared<appending>(
      parts, topic, std::move(batch), deadline, std::move(answer))
      ->start();
}

} // namespace rookery
