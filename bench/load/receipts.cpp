#include "bench/load/opening.hpp"
#include "bench/load/payload.hpp"
#include "bench/load/receipt_check.hpp"
#include "bench/load/works.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>
#include <vector>

namespace rookery::load {

namespace {

/// Without a single receipt for so long, the rest counts as lost.
constexpr auto patience = std::chrono::seconds{10};

// Every publisher has a window of publishes under way. The receipts that one
// look at the sockets finds are answered by one write for each publisher.
class receipts_run final : public census {
public:
  receipts_run(const target_options& target, const receipts_options& options)
      : options_(options)
      , format_(options.payload_bytes)
      , swarm_(target, *this)
      , checks_(options.publishers, receipt_check{dialect::receipt_id_min})
      , published_(options.publishers)
      , offsets_(options.topics) {
    for (uint32_t i = 0; i < options.publishers; ++i)
      swarm_.add(role::publisher, topic_name(topic_of(i)));
    open_up_to(swarm_, *this, options.publishers);
  }

  /// Publishes for `length`, then waits until every receipt is there.
  void run(seconds length) {
    last_receipt_ = clock::now();
    const auto end = clock::now() + ticks(length);
    if (options_.rate > 0)
      publish_in_turn(end);
    else
      publish_all_the_time(end);
    while (under_way_ > 0)
      serve(instant::max());
    to_fill_.clear();
  }

  void reset() {
    latency_ = {};
    receipts_ = 0;
  }

  void report(outcome& into) const {
    into.connections = swarm_.size();
    into.receipts = receipts_;
    into.latency = latency_;
  }

private:
  void on_published(connection&, std::string_view) override {
    throw std::runtime_error(
        "a publisher that does not subscribe got an event");
  }

  void on_receipt(connection& which, uint32_t id, uint64_t offset) override {
    auto now = clock::now();
    auto number = which.number();
    auto sent = checks_[number].saw(id, offset);
    if (!sent || (offset > 0 && !offsets_[topic_of(number)].saw(offset)))
      throw std::runtime_error(
          "a wrong receipt: id " + std::to_string(id) + ", offset "
          + std::to_string(offset) + " in " + which.topic());
    latency_.record(now - *sent);
    ++receipts_;
    --under_way_;
    last_receipt_ = now;
    if (checks_[number].under_way() + 1 == options_.window) // the first
      to_fill_.push_back(number);
  }

  [[nodiscard]] uint32_t topic_of(uint32_t publisher) const {
    return publisher % options_.topics;
  }

  void publish_all_the_time(instant end) {
    for (uint32_t i = 0; i < options_.publishers; ++i)
      fill_window(i);
    while (clock::now() < end) {
      serve(end);
      for (auto number : std::exchange(to_fill_, {}))
        fill_window(number);
    }
  }

  /// Who has too many under way is passed over.
  void publish_in_turn(instant end) {
    const auto step = ticks(seconds{1 / options_.rate});
    for (auto due = clock::now(); due < end; due += step) {
      while (clock::now() < due)
        serve(std::min(due, end));
      if (checks_[next_].under_way() < options_.window)
        publish(next_, 1);
      next_ = (next_ + 1) % options_.publishers;
    }
  }

  void fill_window(uint32_t number) {
    publish(number, options_.window - checks_[number].under_way());
  }

  void publish(uint32_t number, uint64_t count) {
    auto& publisher = swarm_.at(number);
    auto& check = checks_[number];
    auto now = clock::now();
    under_way_ += count;
    for (; count > 0; --count)
      publisher.publish_for_receipt(
          format_.write({number, published_[number]++, now}), check.sends(now));
    publisher.flush();
  }

  void serve(instant until) {
    swarm_.serve(std::min(until, last_receipt_ + patience));
    if (broken() > 0)
      throw std::runtime_error("a publisher broke: " + broken_why());
    if (clock::now() >= last_receipt_ + patience)
      throw std::runtime_error(
          std::to_string(under_way_) + " publishes got no receipt");
  }

  const receipts_options& options_;
  payload_format format_;
  swarm swarm_;
  std::vector<receipt_check> checks_;
  std::vector<uint32_t> published_;
  /// Those that had receipts since they last filled their windows.
  std::vector<uint32_t> to_fill_;
  std::vector<offset_check> offsets_;
  uint64_t under_way_ = 0;
  uint32_t next_ = 0; // who publishes, in turn
  uint64_t receipts_ = 0;
  instant last_receipt_{};
  histogram latency_;
};

} // namespace

outcome receipts(
    const target_options& target, const receipts_options& options,
    const signals& tell) {
  receipts_run work{target, options};
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
