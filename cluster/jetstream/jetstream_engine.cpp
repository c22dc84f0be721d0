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
/// Between two questions to a log that has not answered.
constexpr std::chrono::milliseconds ask_pause{250};
/// So many questions without an answer are told once.
constexpr uint64_t asks_per_warning = 40;

} // namespace

jetstream_journal::engine::engine(jetstream_settings settings)
    : settings_(std::move(settings))
    , writes_({settings_.backlog_entries_max, settings_.backlog_bytes_max})
    , reads_({settings_.reads_max, 0}) {}

result<void> jetstream_journal::engine::start() {
  if (auto good = check_settings(settings_); !good)
    return good;
  link_ = std::make_unique<jetstream_link>(
      settings_, loop_,
      jetstream_link::notices{
          [this] { look(); },
          [this] {
            lose_all("NATS has closed the connection");
            if (settings_.on_closed)
              settings_.on_closed();
          }});
  thread_ = std::thread{[this] { loop_.run(); }};
  ::pthread_setname_np(thread_.native_handle(), "journal.nats");
  if (auto connected = link_->connect(); !connected)
    return connected;
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
  parts_->doubt = [this] { check_stream(); };
  parts_->ended = [this](const std::string& topic) {
    loop_.post([this, topic] {
      if (const auto one = topics_.find(topic); one != topics_.end())
        forget_if_idle(std::shared_ptr{one->second});
    });
  };
  loop_.post([this] {
    started_ = true;
    plan_stream_check();
    if (!link_->trusted())
      look();
  });
  return {};
}

void jetstream_journal::engine::stop() {
  if (!thread_.joinable())
    return;
  writes_.shut();
  reads_.shut();
  loop_.post([this] { loop_.leave(); });
  thread_.join();
  if (ensurer_.joinable())
    ensurer_.join();
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

void jetstream_journal::engine::follow(std::string topic, follower news) {
  // In line with `open` and `close`, and bounded by those.
  loop_.post([this, topic = std::move(topic), news = std::move(news)] {
    const auto at = find(topic);
    push(at, &topic_state::writes, [at, news](const topic_state::done& done) {
      at->news = news;
      done();
    });
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
    at->news = nullptr;
    if (const auto follower = std::move(at->follower); follower)
      follower->end();
    at->follower.reset();
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
  if (!at->open && !at->news && at->writes.empty() && at->reads.empty())
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
/// opened in. Until the log is known to be nothing is sent: it may reach one
/// that was just made anew.
void jetstream_journal::engine::look() {
  if (!started_ || !link_->up())
    return; // it comes back here
  link_->distrust();
  ++look_;
  answered_ = false;
  asks_ = 0;
  ask_log();
}

/// While a leader is elected nobody answers, and what blocks would wait for the
/// whole of its patience; so it is asked again and again.
void jetstream_journal::engine::ask_log() {
  if (!link_->up())
    return; // with the next connection it looks again
  if (asks_++ % asks_per_warning == asks_per_warning / 4)
    log::warn("journal.stream_silent", {{"stream", parts_->names.log}});
  access_->look_at(
      parts_->names.log,
      [this, of = look_, losses = link_->losses(),
       seen = parts_->sequence_seen](const stream_access::stream_look& found) {
        if (of != look_ || answered_ || !found.answered)
          return;
        answered_ = true;
        if (found.exists && is_ours(found.is, seen)) {
          link_->trust(losses);
          take_over(found.is, seen);
        }
        ensure();
      });
  loop_.after(ask_pause, [this, of = look_] {
    if (of == look_ && !answered_)
      ask_log();
  });
}

/// Makes what is missing, and adapts what has other limits.
void jetstream_journal::engine::ensure() {
  if (std::exchange(ensures_, true)) {
    ensures_again_ = true;
    return;
  }
  if (ensurer_.joinable())
    ensurer_.join(); // it has said what it found
  ensurer_ = std::thread{[this, of = look_, losses = link_->losses(),
                          seen = parts_->sequence_seen] {
    auto found = ensure_streams(link_->handle(), settings_);
    loop_.post([this, of, losses, seen, found = std::move(found)] {
      ensures_ = false;
      if (std::exchange(ensures_again_, false))
        ensure();
      else if (of == look_) // else the newer look comes here
        ensured(found, losses, seen);
    });
  }};
}

void jetstream_journal::engine::ensured(
    const result<log_stream>& found, uint64_t losses, uint64_t seen) {
  if (!found) {
    log::warn("journal.streams_missing", {{"reason", found.error().message}});
    if (!link_->trusted())
      return look_soon();
    loop_.after(look_pause, [this, of = look_] {
      if (of == look_)
        ensure();
    });
    return;
  }
  const bool knew_it = link_->trusted() && is_ours(*found, seen);
  link_->trust(losses);
  if (!knew_it)
    take_over(*found, seen);
}

bool jetstream_journal::engine::is_ours(
    const log_stream& found, uint64_t seen) const {
  return found.epoch == parts_->epoch && found.last_sequence >= seen;
}

/// `seen` before they were looked at.
void jetstream_journal::engine::take_over(
    const log_stream& found, uint64_t seen) {
  const bool lost = found.last_sequence < seen;
  if (lost || found.epoch != parts_->epoch)
    parts_->sequence_seen = found.last_sequence;
  else
    parts_->sequence_seen =
        std::max(parts_->sequence_seen, found.last_sequence);
  if (found.epoch != parts_->epoch) {
    log::error(
        "journal.streams_made_anew",
        {{"was", parts_->epoch}, {"is", found.epoch}});
    parts_->epoch = found.epoch;
    access_->forget_streams();
    return lose_all("the stream was made anew");
  }
  if (lost) {
    log::error(
        "journal.stream_lost_entries",
        {{"was", seen}, {"is", found.last_sequence}});
    return lose_all("the stream has lost its newest entries");
  }
  for (const auto& [name, one] : topics_)
    if (one->follower)
      parts_->checks.ask(one->follower);
}

/// Asks without waiting whether the stream is still the one that topics were
/// opened in.
void jetstream_journal::engine::check_stream() {
  if (std::exchange(checks_stream_, true))
    return;
  const auto seen = parts_->sequence_seen;
  access_->look_at(
      parts_->names.log, [this, seen](const stream_access::stream_look& found) {
        checks_stream_ = false;
        const bool unknown =
            !found.answered || (found.exists && found.is.epoch.empty());
        if (!unknown && !(found.exists && is_ours(found.is, seen)))
          look();
      });
}

void jetstream_journal::engine::plan_stream_check() {
  loop_.after(settings_.tail_check, [this] {
    check_stream();
    plan_stream_check();
  });
}

/// No topic is open any more.
void jetstream_journal::engine::lose_all(const std::string& why) {
  std::vector<topic_pointer> all;
  for (const auto& [name, one] : topics_)
    if (one->open)
      all.push_back(one);
  for (const auto& one : all) {
    if (one->follower) {
      one->follower->fail({errc::not_available, one->name + ": " + why});
      continue;
    }
    one->open = false;
    one->batch_id = 0;
    parts_->ended(one->name);
  }
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
