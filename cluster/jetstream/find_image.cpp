#include "base/log.hpp"
#include "cluster/jetstream/stream_message.hpp"
#include "cluster/jetstream/topic_state.hpp"

namespace rookery {

namespace {

using found = stream_access::found;

/// Reads the image, and its parts one behind the other. They go when another
/// image takes its place: then that one is read.
class image_finding : public std::enable_shared_from_this<image_finding> {
public:
  image_finding(
      jetstream_parts& parts, topic_pointer topic, call_deadline deadline,
      journal::done<std::optional<journal_image>> answer)
      : parts_(parts)
      , topic_(std::move(topic))
      , deadline_(deadline)
      , epoch_(parts.epoch)
      , answer_(std::move(answer)) {}

  void start() { ask(parts_.image_subject(*topic_), &image_finding::on_head); }

private:
  void ask(const std::string& subject, void (image_finding::*next)(found)) {
    parts_.access.last(
        parts_.names.image, subject, deadline_,
        [self = shared_from_this(), next](result<found> said) {
          if (!said)
            return self->answer_(tl::make_unexpected(std::move(said.error())));
          (*self.*next)(std::move(*said));
        });
  }
  void none() { answer_(std::optional<journal_image>{}); }

  void on_head(found stored) {
    if (!stored)
      return none();
    const auto image = unpack_image(stored->data);
    if (!image)
      return answer_(tl::make_unexpected(image.error()));
    if (image->epoch != epoch_)
      return none();
    if (image->parts.empty())
      return answer_(std::optional<journal_image>{
          {image->offset, std::string{image->body}}});
    if (sequence_ == stored->sequence) // it did not fit, and is the same still
      return ignore();
    sequence_ = stored->sequence;
    count_ = image->count;
    bytes_ = image->bytes;
    if (bytes_ > parts_.settings.image_bytes_max || count_ > bytes_)
      return ignore();
    image_ = {image->offset, {}};
    image_.body.reserve(bytes_);
    prefix_ =
        parts_.image_subject(*topic_) + "." + std::string{image->parts} + ".";
    index_ = 0;
    next_part();
  }
  void next_part() {
    if (index_ == count_)
      return image_.body.size() == bytes_
                 ? answer_(std::optional<journal_image>{std::move(image_)})
                 : start();
    ask(prefix_ + std::to_string(index_), &image_finding::on_part);
  }
  void on_part(found part) {
    if (!part || image_.body.size() + part->data.size() > bytes_)
      return start();
    image_.body += part->data;
    ++index_;
    next_part();
  }
  void ignore() {
    if (!std::exchange(parts_.told_of_parts, true))
      log::error("journal.image_ignored", {{"topic", topic_->name}});
    none();
  }

  jetstream_parts& parts_;
  topic_pointer topic_;
  call_deadline deadline_;
  const std::string epoch_;
  journal::done<std::optional<journal_image>> answer_;
  journal_image image_;
  std::string prefix_;
  uint64_t sequence_ = 0; // of the head
  uint64_t bytes_ = 0;
  uint32_t count_ = 0, index_ = 0;
};

} // namespace

void find_image(
    jetstream_parts& parts, const topic_pointer& topic, call_deadline deadline,
    journal::done<std::optional<journal_image>> answer) {
  std::make_shared<image_finding>(parts, topic, deadline, std::move(answer))
      ->start();
}

} // namespace rookery
