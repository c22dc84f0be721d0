#include "actors/topic/audience.hpp"

#include "base/check.hpp"

namespace rookery {

frame_encoder& frame_encoder::of_this_thread() {
  thread_local frame_encoder encoder;
  return encoder;
}

frame frame_encoder::finish(
    frame_form form, const compression_config& compression) {
  const auto kind = is_msgpack(form) ? ws::opcode::binary : ws::opcode::text;
  if (!is_compressed(form) || text_.size() < compression.message_bytes_min)
    return ws::make_frame(kind, text_);
  if (!deflater_ || level_ != compression.level) {
    deflater_ =
        std::make_unique<ws::deflater>(compression.level, ws::window_bits_max);
    level_ = compression.level;
  }
  return ws::make_compressed_frame(kind, text_, *deflater_);
}

void audience::add(const subscriber& one) {
  ++by_thread_[one.thread];
  ++by_form_[static_cast<std::size_t>(one.form)];
  ++size_;
}

void audience::remove(const subscriber& one) {
  auto& thread = by_thread_[one.thread];
  auto& form = by_form_[static_cast<std::size_t>(one.form)];
  ROOKERY_CHECK(thread > 0 && form > 0, "only who was added is taken away");
  --thread;
  --form;
  --size_;
}

} // namespace rookery
