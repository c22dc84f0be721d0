#include "cluster/jetstream/topic_follower.hpp"

#include "base/check.hpp"
#include "base/log.hpp"
#include "cluster/jetstream/stream_message.hpp"
#include "cluster/jetstream/topic_state.hpp"

#include <algorithm>
#include <charconv>

namespace rookery {

namespace {

using clock = work_loop::clock;

// Read, and then handed out together.
constexpr std::size_t page_messages_max = 64;
constexpr uint64_t page_bytes_max = 1024 * 1024;

std::size_t mark_of(std::string_view data) noexcept {
  return std::hash<std::string_view>{}(data);
}

} // namespace

topic_follower::topic_follower(
    jetstream_parts& parts, topic_state& topic, journal::follower news)
    : parts_(parts)
    , topic_(topic)
    , news_(std::move(news))
    , feed_(parts.settings.live_messages_max, parts.settings.live_bytes_max) {}

bool topic_follower::listen() {
  if (parts_.settings.live_messages_max == 0)
    return true;
  listening_ = parts_.link.listen(
      parts_.names.live_prefix + topic_.token,
      [weak = weak_from_this()](natsMsg* message) {
        if (const auto self = weak.lock())
          self->hear(message);
      });
  return listening_ != nullptr;
}

void topic_follower::begin(const place& at) {
  ROOKERY_CHECK(!begun_, "a follower begins once");
  place_ = at;
  begun_ = true;
  // Each topic at its own moment of the period.
  const auto moment = std::hash<std::string>{}(topic_.token) % 256;
  plan_check(parts_.settings.tail_check * (moment + 1) / 256);
  // The replica that was asked may not have known of the subscription before
  // another one stored what it did not have either.
  if (parts_.settings.replicas > 1)
    parts_.checks.ask(shared_from_this());
  drain();
}

void topic_follower::plan_check(std::chrono::milliseconds pause) {
  parts_.loop.after(pause, [weak = weak_from_this()] {
    const auto self = weak.lock();
    if (!self || self->over_)
      return;
    self->parts_.checks.ask(self);
    self->plan_check(self->parts_.settings.tail_check);
  });
}

void topic_follower::end() {
  over_ = true;
  listening_.reset();
  feed_.clear();
  page_.clear();
  release(false);
}

void topic_follower::fail(failure why) {
  if (over_)
    return;
  const auto self = shared_from_this();
  log::warn(
      "journal.topic_lost", {{"topic", topic_.name}, {"reason", why.message}});
  over_ = true;
  topic_.open = false;
  topic_.batch_id = 0;
  topic_.follower.reset();
  news_(tl::make_unexpected(std::move(why)));
  parts_.ended(topic_.name);
  end();
}

// -- what comes by itself
// ------------------------------------------------------

/// Most come after a batch of this node was handed out, and are that. Nobody
/// else stores the same behind the same batch, and if two were alike, the next
/// would show that one is missing.
void topic_follower::hear(natsMsg* message) {
  if (over_ || mark_of(data_of(message)) == passed_)
    return;
  feed_.push(read_live(message));
  drain();
}

void topic_follower::drain() {
  while (begun_ && !over_ && !repairing_) {
    if (feed_.lost())
      parts_.checks.ask(shared_from_this(), true);
    const auto next = feed_.take();
    if (!next)
      return;
    if (next->sequence <= place_.sequence)
      continue;
    if (next->last > place_.sequence) {
      parts_.meter.gap();
      return repair(next->sequence);
    }
    if (!deliver(next->sequence, next->id, next->data))
      return;
  }
}

void topic_follower::take_own(
    uint64_t before, uint64_t sequence, const std::string& id,
    std::string_view data) {
  if (!begun_ || over_ || repairing_ || place_.sequence != before)
    return;
  passed_ = mark_of(data);
  deliver(sequence, id, data);
}

/// False: it is over.
bool topic_follower::deliver(
    uint64_t sequence, const std::string& id, std::string_view data) {
  const auto batch = unpack_batch(data);
  if (!batch) {
    fail(batch.error());
    return false;
  }
  if (batch->previous == 0 && place_.is_batch) {
    parts_.doubt();
    fail({errc::not_available, topic_.name + ": this is another log"});
    return false;
  }
  place_ = {sequence, true, std::max(place_.stamp, batch->stamp)};
  parts_.saw(batch->stamp);
  parts_.sequence_seen = std::max(parts_.sequence_seen, sequence);
  journal_news news{own_id(id), {}};
  for (std::size_t i = 0; i < batch->bodies.size(); ++i)
    news.records.push_back(
        {offset_of(sequence, i), place_.stamp, std::string{batch->bodies[i]}});
  topic_.newest = std::max(topic_.newest, news.records.back().offset);
  if (id.starts_with(topic_.id_prefix))
    topic_.remember(sequence, news);
  parts_.meter.news();
  news_(std::move(news));
  if (held_ && held_->sequence <= sequence)
    release(true);
  return !over_;
}

/// 0: it is of somebody else, or of a batch that had none.
uint64_t topic_follower::own_id(const std::string& id) const {
  if (!id.starts_with(topic_.id_prefix))
    return 0;
  uint64_t number = 0;
  const auto* const end = id.data() + id.size();
  const auto read =
      std::from_chars(id.data() + topic_.id_prefix.size(), end, number);
  return read.ptr == end ? number : 0;
}

// -- what is missing
// -----------------------------------------------------------

void topic_follower::check(work_loop::work done) {
  parts_.meter.tail_check();
  parts_.access.last(
      parts_.names.log, parts_.log_subject(topic_),
      clock::now() + parts_.settings.try_deadline,
      [self = shared_from_this(), done = std::move(done)](result<found> said) {
        done();
        if (!said || !*said || self->over_ || !self->begun_)
          return; // a connection that comes back asks again
        const auto last = (*said)->sequence;
        auto& here = *self;
        if (last < here.place_.sequence && here.place_.is_batch)
          here.parts_.doubt();
        if (last > here.place_.sequence && !here.repairing_) {
          here.parts_.meter.gap();
          here.repair(last);
        }
      });
}

/// Reads on through `target`, a message that is there.
void topic_follower::repair(uint64_t target) {
  repairing_ = true;
  target_ = target;
  reached_ = place_.sequence;
  page_.clear();
  page_bytes_ = 0;
  repair_until_ = clock::now() + parts_.settings.deadline;
  read_on();
}

void topic_follower::read_on() {
  parts_.access.next(
      parts_.names.log, parts_.log_subject(topic_), reached_ + 1,
      clock::now() + parts_.settings.deadline,
      [self = shared_from_this()](result<found> said) {
        if (!self->over_)
          self->on_found(std::move(said));
      });
}

void topic_follower::on_found(result<found> said) {
  if (!said)
    return pause_repair();
  if (!*said)
    return on_none();
  auto& one = **said;
  reached_ = one.sequence;
  page_bytes_ += one.data.size();
  page_.push_back(std::move(one));
  if (reached_ >= target_ || page_.size() >= page_messages_max
      || page_bytes_ >= page_bytes_max)
    return verify();
  read_on();
}

/// What is known to be there is not found: a replica may be behind.
void topic_follower::on_none() {
  if (clock::now() >= repair_until_)
    return fail({errc::not_available, topic_.name + ": batches have gone"});
  parts_.loop.after(parts_.settings.retry_pause, [self = shared_from_this()] {
    if (!self->over_)
      self->read_on();
  });
}

/// The stream's limits take the oldest: while the first that is left is not
/// behind where the page began, nothing of it was missing.
void topic_follower::verify() {
  parts_.access.next(
      parts_.names.log, parts_.log_subject(topic_), 1,
      clock::now() + parts_.settings.deadline,
      [self = shared_from_this()](result<found> said) {
        if (!self->over_)
          self->on_first(std::move(said));
      });
}

void topic_follower::on_first(result<found> said) {
  if (!said)
    return pause_repair();
  bool whole = false;
  if (const auto& first = *said; first) {
    const auto batch = unpack_batch(first->data);
    whole =
        first->sequence <= place_.sequence || (batch && batch->previous == 0);
  }
  if (!whole)
    return fail({errc::not_available, topic_.name + ": batches have gone"});
  hand_out();
}

void topic_follower::hand_out() {
  const auto page = std::move(page_);
  page_.clear();
  for (const auto& one : page)
    if (!deliver(one.sequence, one.id, one.data))
      return;
  if (place_.sequence < target_)
    return repair(target_);
  repairing_ = false;
  drain();
}

/// There is no answer. What was read is read again.
void topic_follower::pause_repair() {
  page_.clear();
  parts_.loop.after(parts_.settings.retry_pause, [self = shared_from_this()] {
    if (!self->over_)
      self->repair(self->target_);
  });
}

// -- receipts that wait for their news
// -----------------------------------------

void topic_follower::await(
    uint64_t sequence, clock::time_point deadline,
    std::function<void(bool)> then) {
  if (over_ || sequence <= place_.sequence)
    return then(!over_);
  ROOKERY_CHECK(!held_, "the calls of a topic are done one behind the other");
  held_.emplace(held{sequence, deadline, std::move(then), {}});
  watch_held();
}

void topic_follower::watch_held() {
  const auto until =
      std::min(clock::now() + parts_.settings.news_patience, held_->deadline);
  held_->timer = parts_.loop.at(until, [this] {
    if (clock::now() >= held_->deadline) {
      const auto then = std::move(held_->then);
      held_.reset();
      return then(false);
    }
    parts_.checks.ask(shared_from_this(), true);
    watch_held();
  });
}

void topic_follower::release(bool well) {
  if (!held_)
    return;
  parts_.loop.cancel(held_->timer);
  const auto then = std::move(held_->then);
  held_.reset();
  then(well);
}

} // namespace rookery
