#include "cluster/jetstream/stream_message.hpp"
#include "cluster/jetstream/topic_state.hpp"

#include <algorithm>

namespace rookery {

namespace {

using found = stream_access::found;

/// Replaces the image that it looked at: if it is another by then, once more.
/// Parts are stored before the message that names them, and go after that of
/// the next image.
class saving : public std::enable_shared_from_this<saving> {
public:
  saving(
      jetstream_parts& parts, topic_pointer topic, journal_image image,
      call_deadline deadline, journal::done<uint64_t> answer)
      : parts_(parts)
      , topic_(std::move(topic))
      , image_(std::move(image))
      , deadline_(deadline)
      , answer_(std::move(answer)) {}

  void start() {
    if (image_.offset > topic_->newest && topic_->open)
      return fail(
          {errc::bad_request,
           "an image of " + topic_->name + " beyond its log"});
    if (image_.body.size() > parts_.settings.image_bytes_max)
      return fail(
          {errc::limit_exceeded,
           "an image of " + std::to_string(image_.body.size())
               + " bytes is longer than a journal keeps"});
    look();
  }

private:
  static constexpr uint64_t overhead_bytes = 1024; // more than ours
  static constexpr int looks_max = 20;

  void fail(failure why) { answer_(tl::make_unexpected(std::move(why))); }
  void look() {
    if (auto why = parts_.closed(*topic_); !why.empty())
      return give_up({errc::not_available, std::move(why)});
    if (++looks_ > looks_max)
      return give_up({errc::not_available, "others save this image, too"});
    parts_.access.last(
        parts_.names.image, parts_.image_subject(*topic_), deadline_,
        [self = shared_from_this()](result<found> said) {
          if (!said)
            return self->give_up(std::move(said.error()));
          self->on_present(*said);
        });
  }
  void on_present(const found& present) {
    present_ = present ? present->sequence : 0;
    parts_before_.clear();
    const auto image =
        present ? unpack_image(present->data) : result<image_message>{};
    if (present && image) {
      parts_before_ = image->parts;
      if (image->epoch == topic_->epoch && image->offset > image_.offset) {
        purge(id_);
        return answer_(image->offset);
      }
    }
    const auto one_piece = parts_.link.payload_max() - overhead_bytes;
    if (image_.body.size() <= one_piece)
      return replace({image_.offset, topic_->epoch, image_.body});
    part_bytes_ = std::min(one_piece, parts_.settings.image_part_bytes);
    if (!id_.empty()) // they are stored already
      return replace_by_parts();
    id_ = parts_.next_id();
    std::replace(id_.begin(), id_.end(), '.', '-');
    store_part(0);
  }
  void store_part(uint64_t index) {
    if (index * part_bytes_ >= image_.body.size())
      return replace_by_parts();
    parts_.access.put(
        {parts_.image_subject(*topic_) + "." + id_ + "."
             + std::to_string(index),
         parts_.next_id(),
         {},
         image_.body.substr(index * part_bytes_, part_bytes_)},
        deadline_, [self = shared_from_this(), index](result<put_ack> said) {
          if (!said)
            return self->give_up(std::move(said.error()));
          self->store_part(index + 1);
        });
  }
  void replace_by_parts() {
    image_message head{image_.offset, topic_->epoch, {}, id_};
    head.bytes = image_.body.size();
    head.count =
        static_cast<uint32_t>((head.bytes + part_bytes_ - 1) / part_bytes_);
    replace(head);
  }
  void replace(const image_message& by) {
    if (auto why = parts_.closed(*topic_); !why.empty())
      return give_up({errc::not_available, std::move(why)});
    parts_.access.put(
        {parts_.image_subject(*topic_), parts_.next_id(), present_,
         pack_image(by)},
        deadline_, [self = shared_from_this()](result<put_ack> said) {
          if (!said)
            self->give_up(std::move(said.error()));
          else if (said->refused)
            self->look();
          else
            self->finish();
        });
  }
  void finish() {
    if (parts_before_ != id_) // else it was stored twice
      purge(parts_before_);
    for (const auto& one : topic_->stray_parts)
      purge(one);
    topic_->stray_parts.clear();
    answer_(image_.offset);
  }
  /// Perhaps it was stored: its parts stay until there is another.
  void give_up(failure why) {
    constexpr std::size_t stray_max = 16;
    if (!id_.empty() && topic_->stray_parts.size() < stray_max)
      topic_->stray_parts.push_back(id_);
    fail(std::move(why));
  }
  void purge(const std::string& id) {
    if (!id.empty())
      parts_.access.purge(
          parts_.names.image, parts_.image_subject(*topic_) + "." + id + ".*",
          deadline_);
  }

  jetstream_parts& parts_;
  topic_pointer topic_;
  journal_image image_;
  call_deadline deadline_;
  journal::done<uint64_t> answer_;
  int looks_ = 0;
  uint64_t present_ = 0;     // sequence of the image that is to be replaced
  std::string parts_before_; // of that
  std::string id_;           // of our parts; empty: none are stored
  uint64_t part_bytes_ = 0;
};

} // namespace

void save_image(
    jetstream_parts& parts, const topic_pointer& topic, journal_image image,
    call_deadline deadline, journal::done<uint64_t> answer) {
  std::make_shared<saving>(
      parts, topic, std::move(image), deadline, std::move(answer))
      ->start();
}

} // namespace rookery
