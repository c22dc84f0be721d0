#include "bench/load/opening.hpp"
#include "bench/load/payload.hpp"
#include "bench/load/works.hpp"

#include <algorithm>
#include <random>
#include <vector>

namespace rookery::load {

namespace {

/// How long a server that is far behind may take to deliver the rest.
constexpr auto drain_max = std::chrono::seconds{30};

class fan_out_run final : public census {
public:
  fan_out_run(const target_options& target, const fan_out_options& options)
      : options_(options)
      , format_(options.payload_bytes)
      , swarm_(target, *this)
      , published_(options.topics) {
    add_subscribers();
    for (uint32_t topic = 0; topic < options_.topics; ++topic)
      swarm_.add(role::publisher, topic_name(topic));
    open_up_to(swarm_, *this, static_cast<uint32_t>(swarm_.size()));
  }

  /// Publishes for `length`, then waits until all is delivered.
  void run(seconds length) {
    auto begin = clock::now();
    auto end = begin + ticks(length);
    if (options_.rate > 0)
      publish_by_the_clock(begin, end);
    else
      publish_in_a_window(end);
    drain();
  }

  /// Forgets what was delivered so far, but not what was lost.
  void reset() {
    latency_ = {};
    total_before_ = total_published_;
    delivered_before_ = delivered_;
  }

  void report(outcome& into) const {
    into.connections = swarm_.size();
    into.published = total_published_ - total_before_;
    into.deliveries = delivered_ - delivered_before_;
    into.latency = latency_;
    into.corrupt = corrupt_;
    into.broken = broken();
    into.broken_why = broken_why();
    for (std::size_t i = 0; i < checks_.size(); ++i)
      into.judged += checks_[i].judge(published_[topic_of_[i]]);
  }

private:
  void on_published(connection& which, std::string_view message) override {
    auto now = clock::now();
    auto number = which.number();
    auto found = format_.take(message);
    if (!found || number >= checks_.size())
      ++corrupt_;
    for (; found && number < checks_.size(); found = format_.take(message)) {
      if (found->publisher != topic_of_[number]) {
        ++corrupt_;
        continue;
      }
      if (!checks_[number].saw(found->number))
        continue;
      latency_.record(now - found->sent);
      ++delivered_;
    }
  }

  // In random but repeatable order, so that no server finds the members of
  // one topic side by side, or all on one thread.
  void add_subscribers() {
    topic_of_.resize(std::size_t{options_.topics} * options_.subscribers);
    for (std::size_t i = 0; i < topic_of_.size(); ++i)
      topic_of_[i] = static_cast<uint32_t>(i / options_.subscribers);
    std::shuffle(topic_of_.begin(), topic_of_.end(), std::mt19937{1});
    checks_.resize(topic_of_.size());
    for (auto topic : topic_of_)
      swarm_.add(role::subscriber, topic_name(topic));
  }

  void publish(uint32_t topic, instant due) {
    publisher(topic).publish(format_.write({topic, published_[topic]++, due}));
    ++total_published_;
  }

  connection& publisher(uint32_t topic) {
    return swarm_.at(static_cast<uint32_t>(checks_.size()) + topic);
  }

  // Topics take turns, so that the publishes spread evenly over time.
  void publish_by_the_clock(instant begin, instant end) {
    seconds gap{1 / (options_.rate * options_.topics)};
    uint64_t count = 0;
    for (;;) {
      auto due = begin + ticks(gap * static_cast<double>(count));
      if (due >= end || broken() > 0)
        return;
      while (clock::now() < due)
        swarm_.serve(due);
      auto topic = static_cast<uint32_t>(count++ % options_.topics);
      publish(topic, due);
      publisher(topic).flush();
    }
  }

  // A publish is under way until the deliveries so far amount to it.
  void publish_in_a_window(instant end) {
    auto per_publish = options_.subscribers;
    auto begin = total_published_;
    auto delivered_at_begin = delivered_;
    auto now = clock::now();
    for (; now < end && broken() == 0; now = clock::now()) {
      auto done = (delivered_ - delivered_at_begin) / per_publish;
      auto under_way = total_published_ - begin - done;
      for (; under_way < options_.window; ++under_way)
        publish(static_cast<uint32_t>(total_published_ % options_.topics), now);
      for (uint32_t topic = 0; topic < options_.topics; ++topic)
        publisher(topic).flush();
      swarm_.serve(end);
    }
  }

  void drain() {
    auto expected = total_published_ * options_.subscribers;
    auto patience = ticks(options_.patience);
    auto stop = clock::now() + drain_max;
    auto last = delivered_;
    auto give_up = std::min(stop, clock::now() + patience);
    while (delivered_ < expected && clock::now() < give_up) {
      swarm_.serve(give_up);
      if (delivered_ > last) {
        last = delivered_;
        give_up = std::min(stop, clock::now() + patience);
      }
    }
  }

  const fan_out_options& options_;
  payload_format format_;
  swarm swarm_;
  std::vector<uint32_t> topic_of_;
  std::vector<sequence_check> checks_;
  std::vector<uint32_t> published_;
  uint64_t total_published_ = 0;
  uint64_t total_before_ = 0;
  uint64_t delivered_ = 0;
  uint64_t delivered_before_ = 0;
  uint64_t corrupt_ = 0;
  histogram latency_;
};

} // namespace

outcome fan_out(
    const target_options& target, const fan_out_options& options,
    const signals& tell) {
  fan_out_run work{target, options};
  work.run(options.warm_up);
  work.reset();
  tell.give("begin");
  auto begin = clock::now();
  work.run(options.measure);
  outcome result;
  result.seconds = seconds{clock::now() - begin}.count();
  tell.give("end");
  work.report(result);
  return result;
}

} // namespace rookery::load
