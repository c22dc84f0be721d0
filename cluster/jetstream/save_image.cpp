#include "cluster/jetstream/stream_message.hpp"
#include "cluster/jetstream/topic_state.hpp"

namespace rookery {

namespace {

using found = stream_access::found;

/// Replaces the image that it looked at: if it is another by then, once more.
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
    if (image_.body.size() + overhead_bytes > parts_.link.payload_max())
      return fail(
          {errc::limit_exceeded,
           "an image of " + std::to_string(image_.body.size())
               + " bytes is longer than NATS takes (max_payload)"});
    look();
  }

private:
  static constexpr uint64_t overhead_bytes = 1024; // more than ours
  static constexpr int looks_max = 5;

  void fail(failure why) { answer_(tl::make_unexpected(std::move(why))); }
  void look() {
    if (auto why = parts_.closed(*topic_); !why.empty())
      return fail({errc::not_available, std::move(why)});
    if (++looks_ > looks_max)
      return fail({errc::not_available, "others save this image, too"});
    parts_.access.last(
        parts_.names.image, parts_.image_subject(*topic_), deadline_,
        [self = shared_from_this()](result<found> said) {
          if (!said)
            return self->fail(std::move(said.error()));
          self->on_present(*said);
        });
  }
  void on_present(const found& present) {
    if (present) {
      const auto image = unpack_image(present->data);
      if (image && image->epoch == topic_->epoch
          && image->offset > image_.offset)
        return answer_(image->offset);
    }
    parts_.access.put(
        {parts_.image_subject(*topic_), parts_.next_id(),
         present ? present->sequence : 0,
         pack_image({image_.offset, topic_->epoch, image_.body})},
        deadline_, [self = shared_from_this()](result<put_ack> said) {
          if (!said)
            self->fail(std::move(said.error()));
          else if (said->refused)
            self->look();
          else
            self->answer_(self->image_.offset);
        });
  }

  jetstream_parts& parts_;
  topic_pointer topic_;
  journal_image image_;
  call_deadline deadline_;
  journal::done<uint64_t> answer_;
  int looks_ = 0;
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
