#include "cluster/jetstream/jetstream_engine.hpp"

#include "base/hex.hpp"
#include "base/log.hpp"
#include "cluster/jetstream/stream_message.hpp"
#include "cluster/jetstream/streams.hpp"

#include <pthread.h>

namespace rookery {

namespace {

/// Between two looks at the streams while nobody answers for them.
constexpr std::chrono::milliseconds look_pause{1'000};

} // namespace

jetstream_journal::engine::engine(jetstream_settings settings)
    : settings_(std::move(settings))
    , writes_({settings_.backlog_entries_max, settings_.backlog_bytes_max})
    , reads_({settings_.reads_max, 0}) {}

result<void> jetstream_journal::engine::start() {
  auto link = jetstream_link::open(settings_, loop_, [this] { look(); });
  if (!link)
    return tl::make_unexpected(std::move(link.error()));
  link_ = std::move(*link);
  const auto losses = link_->losses();
  const auto found = ensure_streams(link_->handle(), settings_);
  if (!found)
    return tl::make_unexpected(found.error());
  link_->trust(losses);
  access_.emplace(settings_, loop_, *link_, [this] { look_soon(); });
  parts_.emplace(settings_, loop_, *access_, *link_, meter_);
  parts_->epoch = found->epoch;
  parts_->sequence_seen = found->last_sequence;
  parts_->nonce = random_hex(6);
  thread_ = std::thread{[this] { loop_.run(); }};
  ::pthread_setname_np(thread_.native_handle(), "journal.nats");
  return {};
}

void jetstream_journal::engine::stop() {
  if (!thread_.joinable())
    return;
  writes_.shut();
  reads_.shut();
  loop_.post([this] { loop_.leave(); });
  thread_.join();
}

topic_pointer jetstream_journal::engine::find(const std::string& name) {
  auto& place = topics_[name];
  if (!place) {
    place = std::make_shared<topic_state>();
    place->name = name;
    place->token = subject_token(name);
  }
  return place;
}

void jetstream_journal::engine::push(
    const topic_pointer& at, line in, topic_state::work work) {
  auto& calls = (*at).*in;
  calls.push_back(std::move(work));
  if (calls.size() == 1)
    run_first(at, in);
}

void jetstream_journal::engine::run_first(const topic_pointer& at, line in) {
  const auto work = std::move(((*at).*in).front());
  work([this, at, in] {
    auto& calls = (*at).*in;
    calls.pop_front();
    if (calls.empty())
      return forget_if_idle(at);
    // Not within the one before: many that are refused at once would pile up.
    loop_.post([this, at, in] { run_first(at, in); });
  });
}

void jetstream_journal::engine::close(std::string topic) {
  // Bounded by the topics that are open. After `stop` it is not done any more.
  loop_.post([this, topic = std::move(topic)] {
    const auto found = topics_.find(topic);
    if (found == topics_.end())
      return;
    const auto at = found->second;
    push(at, &topic_state::writes, [this, at](topic_state::done done) {
      shut(at, std::move(done));
    });
  });
}

/// Once what was read is answered, too.
void jetstream_journal::engine::shut(
    const topic_pointer& at, topic_state::done done) {
  const auto end = [at, done = std::move(done)] {
    at->open = false;
    at->batch_id = 0;
    done();
  };
  if (at->reads.empty())
    return end();
  push(at, &topic_state::reads, [end](topic_state::done read) {
    end();
    read();
  });
}

void jetstream_journal::engine::forget_if_idle(const topic_pointer& at) {
  if (!at->open && at->writes.empty() && at->reads.empty())
    topics_.erase(at->name);
}

void jetstream_journal::engine::look_soon() {
  if (look_planned_)
    return;
  look_planned_ = true;
  loop_.after(look_pause, [this] {
    look_planned_ = false;
    look();
  });
}

/// Makes sure that the streams are there, and are those that the topics were
/// opened in. Until then nothing is sent over a connection that is new.
void jetstream_journal::engine::look() {
  if (!link_->up())
    return; // it comes back here
  const auto losses = link_->losses();
  const auto found = ensure_streams(link_->handle(), settings_);
  if (!found) {
    log::warn("journal.streams_missing", {{"reason", found.error().message}});
    return look_soon();
  }
  link_->trust(losses);
  if (found->epoch == parts_->epoch) {
    parts_->sequence_seen =
        std::max(parts_->sequence_seen, found->last_sequence);
    return;
  }
  log::error(
      "journal.streams_made_anew",
      {{"was", parts_->epoch}, {"is", found->epoch}});
  parts_->epoch = found->epoch;
  parts_->sequence_seen = found->last_sequence;
}

int64_t jetstream_journal::engine::now() const {
  return parts_->stamp();
}

journal_counts jetstream_journal::engine::counts() const {
  auto now = meter_.counts();
  const auto load = writes_.load();
  now.backlog_entries = load.entries;
  now.backlog_bytes = load.bytes;
  return now;
}

} // namespace rookery
