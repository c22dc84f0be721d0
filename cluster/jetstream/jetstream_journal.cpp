#include "cluster/jetstream/jetstream_journal.hpp"

#include "base/check.hpp"
#include "base/log.hpp"
#include "cluster/jetstream/jetstream_engine.hpp"

namespace rookery {

result<std::unique_ptr<jetstream_journal>>
jetstream_journal::open(jetstream_settings settings) {
  auto made = std::make_unique<engine>(std::move(settings));
  if (auto started = made->start(); !started)
    return tl::make_unexpected(std::move(started.error()));
  log::info("journal.opened", {{"epoch", made->parts().epoch}});
  return std::unique_ptr<jetstream_journal>{
      new jetstream_journal{std::move(made)}};
}

jetstream_journal::jetstream_journal(std::unique_ptr<engine> made)
    : engine_(std::move(made)) {}

jetstream_journal::~jetstream_journal() = default;

void jetstream_journal::open(
    std::string topic, const journal_retention& keep,
    done<journal_head> answer) {
  auto& parts = engine_->parts();
  const auto most = static_cast<uint64_t>(parts.settings.batches_per_topic_max);
  if (most != 0 && keep.entries_max > most && !warned_.exchange(true))
    log::warn(
        "journal.keeps_less",
        {{"topic", topic}, {"wanted", keep.entries_max}, {"batches", most}});
  engine_->give<journal_head>(
      std::move(topic), {1, 0}, std::move(answer),
      [&parts](const topic_pointer& at, call_deadline until, auto then) {
        open_topic(parts, at, until, std::move(then));
      });
}

void jetstream_journal::append(
    std::string topic, journal_batch batch, done<journal_receipt> answer) {
  ROOKERY_CHECK(!batch.bodies.empty(), "a batch has a body at least");
  auto& parts = engine_->parts();
  const call_load load{batch.bodies.size(), batch.bodies.bytes()};
  engine_->give<journal_receipt>(
      std::move(topic), load, std::move(answer),
      [&parts, batch = std::move(batch)](
          const topic_pointer& at, call_deadline until, auto then) mutable {
        append_batch(parts, at, std::move(batch), until, std::move(then));
      });
}

void jetstream_journal::read(
    std::string topic, const journal_range& range, done<journal_page> answer) {
  auto& parts = engine_->parts();
  engine_->give_read<journal_page>(
      std::move(topic), std::move(answer),
      [&parts, range](const topic_pointer& at, call_deadline until, auto then) {
        const auto begin = range.newest_first ? read_back : read_page;
        begin(parts, at, range, until, std::move(then));
      });
}

void jetstream_journal::save(
    std::string topic, journal_image image, done<uint64_t> answer) {
  auto& parts = engine_->parts();
  const call_load load{1, image.body.size()};
  engine_->give<uint64_t>(
      std::move(topic), load, std::move(answer),
      [&parts, image = std::move(image)](
          const topic_pointer& at, call_deadline until, auto then) mutable {
        save_image(parts, at, std::move(image), until, std::move(then));
      });
}

void jetstream_journal::follow(std::string topic, follower news) {
  engine_->follow(std::move(topic), std::move(news));
}

void jetstream_journal::close(std::string topic) {
  engine_->close(std::move(topic));
}

void jetstream_journal::stop() {
  engine_->stop();
}

int64_t jetstream_journal::now() const {
  return engine_->now();
}

journal_counts jetstream_journal::counts() const {
  return engine_->counts();
}

} // namespace rookery
