#pragma once

#include "actors/messages.hpp"
#include "base/protocol/encode.hpp"
#include "net/ws/deflater.hpp"

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace rookery {

constexpr encoding encoding_of(frame_form form) noexcept {
  return is_msgpack(form) ? encoding::msgpack : encoding::json;
}

/// Makes frames of one thread; its buffers are reused.
/// Thread: one (`of_this_thread`).
class frame_encoder {
public:
  static frame_encoder& of_this_thread();

  /// The frame of `event` in one form. Compresses at `level` what has at least
  /// `bytes_min` bytes.
  template <class Event>
  frame make(
      const Event& event, frame_form form,
      const compression_config& compression) {
    text_.clear();
    encode(encoding_of(form), event, text_);
    return finish(form, compression);
  }

private:
  frame finish(frame_form form, const compression_config& compression);

  std::string text_;
  std::unique_ptr<ws::deflater> deflater_;
  int level_ = 0;
};

/// Who a topic's events go to, as numbers: how many subscribers each thread has
/// and how many want each form. The lists are the threads' own.
///
/// Thread: its topic's.
class audience {
public:
  explicit audience(std::size_t threads)
      : by_thread_(threads) {}

  void add(const subscriber& one);
  void remove(const subscriber& one);

  uint64_t size() const noexcept { return size_; }
  bool empty() const noexcept { return size_ == 0; }
  bool on_thread(std::size_t index) const noexcept {
    return by_thread_[index] > 0;
  }
  std::size_t threads() const noexcept { return by_thread_.size(); }

  /// Encodes `event` of the topic with number `source` once for each form that
  /// somebody wants.
  template <class Event>
  event_frames encode(
      const Event& event, uint32_t source,
      const compression_config& compression) const {
    event_frames frames;
    for (std::size_t i = 0; i < frame_forms; ++i)
      if (by_form_[i] > 0) {
        frames.by_form[i] = frame_encoder::of_this_thread().make(
            event, static_cast<frame_form>(i), compression);
        frames.by_form[i].set_source(source);
      }
    return frames;
  }

private:
  std::vector<uint64_t> by_thread_;
  std::array<uint64_t, frame_forms> by_form_{};
  uint64_t size_ = 0;
};

} // namespace rookery
