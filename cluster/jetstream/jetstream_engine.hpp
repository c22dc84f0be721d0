#pragma once

#include "cluster/jetstream/call_bounds.hpp"
#include "cluster/jetstream/jetstream_journal.hpp"
#include "cluster/jetstream/topic_state.hpp"

#include <optional>
#include <thread>
#include <unordered_map>

namespace rookery {

/// Takes calls from any thread and does them in one of its own, those of a
/// topic one behind the other.
class jetstream_journal::engine {
public:
  explicit engine(jetstream_settings settings);
  ~engine() { stop(); }
  engine(const engine&) = delete;
  engine& operator=(const engine&) = delete;

  result<void> start();
  /// Answers what was given, each call at its deadline at the latest.
  void stop();

  // Thread: any, from here on.

  /// Writes are put into their order by `line`, which is that of the topic;
  /// `begin` gets the answer that it has to call. Refuses what is too much.
  template <class T, class Begin>
  void
  give(std::string topic, const call_load& load, done<T> answer, Begin begin) {
    enter(
        writes_, std::move(topic), load, std::move(answer),
        &topic_state::writes, std::move(begin));
  }
  template <class T, class Begin>
  void give_read(std::string topic, done<T> answer, Begin begin) {
    enter(
        reads_, std::move(topic), {1, 0}, std::move(answer),
        &topic_state::reads, std::move(begin));
  }
  void follow(std::string topic, follower news);
  void close(std::string topic);
  int64_t now() const;
  journal_counts counts() const;
  jetstream_parts& parts() noexcept { return *parts_; }

private:
  using line = std::deque<topic_state::work> topic_state::*;

  template <class T, class Begin>
  void enter(
      call_bounds& within, std::string topic, const call_load& load,
      done<T> answer, line in, Begin begin) {
    if (!within.enter(load))
      return answer(refuse(
          errc::not_available,
          "journal " + settings_.name + ": too much waits for NATS already"));
    const auto deadline = work_loop::clock::now() + settings_.deadline;
    loop_.post([=, this, &within, topic = std::move(topic),
                answer = std::move(answer),
                begin = std::move(begin)]() mutable {
      const auto at = find(topic);
      push(
          at, in,
          [=, &within, answer = std::move(answer),
           begin = std::move(begin)](topic_state::done done) mutable {
            begin(
                at, deadline, [=, &within, done = std::move(done)](auto said) {
                  within.leave(load); // who is answered may give more at once
                  answer(std::move(said));
                  done();
                });
          });
    });
  }
  topic_pointer find(const std::string& name);
  void push(const topic_pointer& at, line in, topic_state::work work);
  void run_first(const topic_pointer& at, line in);
  void shut(const topic_pointer& at, topic_state::done done);
  void forget_if_idle(const topic_pointer& at);
  void look();
  void ask_log();
  void ensure();
  void look_soon();
  void ensured(const result<log_stream>& found, uint64_t losses, uint64_t seen);
  bool is_ours(const log_stream& found, uint64_t seen) const;
  void take_over(const log_stream& found, uint64_t seen);
  void check_stream();
  void plan_stream_check();
  void lose_all(const std::string& why);

  const jetstream_settings settings_;
  work_loop loop_;
  std::unique_ptr<jetstream_link> link_;
  std::optional<stream_access> access_;
  std::optional<jetstream_parts> parts_;
  journal_meter meter_;
  call_bounds writes_;
  call_bounds reads_;
  std::unordered_map<std::string, topic_pointer> topics_;
  bool started_ = false;
  bool look_planned_ = false;
  bool ensures_ = false;
  uint64_t look_ = 0;     // the newest
  bool answered_ = false; // the log, since it began
  uint64_t asks_ = 0;     // since then
  bool ensures_again_ = false;
  bool checks_stream_ = false;
  std::thread ensurer_; // asks for the streams, which blocks
  std::thread thread_;
};

} // namespace rookery
