#include "cluster/journal/shared_memory_log.hpp"

#include "base/hex.hpp"

#include <algorithm>

namespace rookery {

namespace {

constexpr int index_bits = 10; // of an offset, as in a stream

failure away() {
  return {errc::not_available, "the log in memory was told to fail"};
}

} // namespace

/// What one node asked and is to be told, by topic. Each line is worked off
/// from its front.
class shared_memory_log::attached final : public journal {
public:
  explicit attached(shared_memory_log& log)
      : log_(log) {}
  ~attached() override { std::erase(log_.nodes_, this); }

  void open(
      std::string topic, const journal_retention&,
      done<journal_head> answer) override {
    ask(topic, [=, this] { do_open(topic, answer); });
  }
  void follow(std::string topic, follower news) override {
    ask(topic, [=, this] { lines_[topic].news = news; });
  }
  void append(
      std::string topic, journal_batch batch,
      done<journal_receipt> answer) override {
    auto given = std::make_shared<journal_batch>(std::move(batch));
    ask(topic, [=, this] { do_append(topic, *given, answer); });
  }
  void read(
      std::string topic, const journal_range& range,
      done<journal_page> answer) override {
    lines_[topic].reads.push_back([=, this] { do_read(topic, range, answer); });
  }
  void
  save(std::string topic, journal_image image, done<uint64_t> answer) override {
    ask(topic, [=, this] { do_save(topic, image, answer); });
  }
  void close(std::string topic) override {
    ask(topic, [=, this] {
      lines_[topic].open = false;
      lines_[topic].news = {};
      lines_[topic].told.clear();
    });
  }
  void stop() override {
    while (run_one()) {
    }
  }
  bool is_shared() const noexcept override { return true; }
  int64_t now() const override { return log_.clock_.now(); }
  journal_counts counts() const override { return {}; }

  bool run_one() {
    std::vector<std::deque<work>*> ready;
    for (auto& [topic, line] : lines_)
      for (auto* one : {&line.asked, &line.reads, &line.told})
        if (!one->empty() && !(is_cut_ && one == &line.told))
          ready.push_back(one);
    if (ready.empty())
      return false;
    auto& from = *ready[log_.random_() % ready.size()];
    const auto next = std::move(from.front());
    from.pop_front();
    next();
    return true;
  }
  void set_cut(bool is_cut) noexcept { is_cut_ = is_cut; }
  void
  hear(const std::string& topic, const stored_batch& batch, uint64_t own_id) {
    auto& line = lines_[topic];
    if (line.open)
      line.told.push_back([news = line.news, batch, own_id] {
        news(journal_news{own_id, batch.records});
      });
  }
  void lose_all() {
    for (auto& [topic, line] : lines_)
      if (std::exchange(line.open, false))
        line.told.push_back([news = std::exchange(line.news, {})] {
          news(refuse(errc::not_available, "the log is another one"));
        });
  }

private:
  using work = std::function<void()>;
  struct topic_lines {
    bool open = false;
    follower news;
    std::deque<work> asked, reads, told;
  };

  void ask(const std::string& topic, work what) {
    lines_[topic].asked.push_back(std::move(what));
  }
  /// Behind what is news already.
  void tell(const std::string& topic, work what) {
    lines_[topic].told.push_back(std::move(what));
  }
  template <class T>
  bool refused(const std::string& topic, const done<T>& answer) {
    if (!is_cut_ && lines_[topic].open)
      return false;
    answer(tl::make_unexpected(away()));
    return true;
  }
  void do_open(const std::string& topic, const done<journal_head>& answer) {
    if (is_cut_)
      return answer(tl::make_unexpected(away()));
    lines_[topic].open = true;
    const auto& log = log_.logs_[topic];
    tell(
        topic, [answer, head = journal_head{
                            log_.epoch_, log.newest, log.reaches, log.image}] {
          answer(head);
        });
  }
  void do_append(
      const std::string& topic, const journal_batch& batch,
      const done<journal_receipt>& answer) {
    if (refused(topic, answer))
      return;
    const bool fails = log_.happens(log_.failing_);
    if (fails && log_.happens(0.5))
      return answer(tl::make_unexpected(away()));
    auto& log = log_.logs_[topic];
    stored_batch stored{++log_.sequence_, {}};
    const auto stamp = log_.clock_.now();
    journal_receipt receipt{{}, stamp, 0};
    for (const auto body : batch.bodies) {
      const auto offset = stored.sequence << index_bits | stored.records.size();
      receipt.offsets.push_back(offset);
      stored.records.push_back({offset, stamp, std::string{body}});
    }
    log.newest = receipt.offsets.back();
    log.batches.push_back(stored);
    log_.trim(log);
    receipt.reaches = log.reaches;
    if (fails) // and is news later
      answer(tl::make_unexpected(away()));
    for (auto* node : log_.nodes_)
      node->hear(topic, stored, node == this ? batch.id : 0);
    if (!fails)
      tell(topic, [answer, receipt] { answer(receipt); });
  }
  void do_read(
      const std::string& topic, const journal_range& range,
      const done<journal_page>& answer) {
    if (refused(topic, answer))
      return;
    ++log_.reads_;
    auto all = log_.records(topic);
    journal_page page{{}, true, log_.logs_[topic].reaches};
    if (range.newest_first)
      std::reverse(all.begin(), all.end());
    uint64_t bytes = 0;
    for (auto& one : all) {
      if (one.offset <= range.after || one.offset > range.through)
        continue;
      bytes += one.body.size();
      if (!page.records.empty()
          && (page.records.size() >= range.entries_max
              || bytes > range.bytes_max)) {
        page.complete = false;
        break;
      }
      page.records.push_back(std::move(one));
    }
    answer(page);
  }
  void do_save(
      const std::string& topic, const journal_image& image,
      const done<uint64_t>& answer) {
    if (refused(topic, answer))
      return;
    auto& log = log_.logs_[topic];
    if (image.offset > log.newest)
      return answer(refuse(errc::bad_request, "an image beyond the log"));
    if (!log.image || image.offset >= log.image->offset)
      log.image = image;
    answer(log.image->offset);
  }

  shared_memory_log& log_;
  std::map<std::string, topic_lines> lines_;
  bool is_cut_ = false;
};

shared_memory_log::shared_memory_log(uint64_t seed, clock_source clock)
    : random_(seed)
    , clock_(0, std::move(clock))
    , epoch_(random_hex(7)) {}

shared_memory_log::~shared_memory_log() = default;

std::unique_ptr<journal> shared_memory_log::attach() {
  auto made = std::make_unique<attached>(*this);
  nodes_.push_back(made.get());
  return made;
}

bool shared_memory_log::run_one() {
  auto order = nodes_;
  std::shuffle(order.begin(), order.end(), random_);
  return std::any_of(
      order.begin(), order.end(), [](auto* node) { return node->run_one(); });
}

void shared_memory_log::run() {
  while (run_one()) {
  }
}

void shared_memory_log::cut(const journal& node, bool is_cut) {
  for (auto* one : nodes_)
    if (one == &node)
      one->set_cut(is_cut);
}

void shared_memory_log::lose() {
  epoch_ = random_hex(7);
  sequence_ = 0;
  logs_.clear();
  for (auto* node : nodes_)
    node->lose_all();
}

std::vector<journal_record>
shared_memory_log::records(const std::string& topic) const {
  std::vector<journal_record> all;
  const auto found = logs_.find(topic);
  if (found != logs_.end())
    for (const auto& batch : found->second.batches)
      all.insert(all.end(), batch.records.begin(), batch.records.end());
  return all;
}

bool shared_memory_log::happens(double chance) {
  return chance > 0 && std::bernoulli_distribution{chance}(random_);
}

void shared_memory_log::trim(topic_log& log) const {
  while (log.batches.size() > batches_max_) {
    log.reaches = log.batches.front().records.back().offset;
    log.batches.pop_front();
  }
}

} // namespace rookery
