#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

namespace rookery {

/// Reference-counted, immutable bytes in one allocation: a complete WebSocket
/// frame as it goes to sockets, header included, or several behind each other.
/// Server frames are unmasked (RFC 6455, section 5.1), so every recipient gets
/// the same bytes.
///
/// Thread: any; the count is atomic and the bytes never change after `make`.
class frame {
public:
  frame() noexcept = default;
  frame(const frame& other) noexcept
      : body_(other.body_) {
    acquire();
  }
  frame(frame&& other) noexcept
      : body_(std::exchange(other.body_, nullptr)) {}
  frame& operator=(frame other) noexcept {
    std::swap(body_, other.body_);
    return *this;
  }
  ~frame() { release(); }

  /// Copies `header` and then `payload` into a new frame.
  static frame make(std::string_view header, std::string_view payload);
  /// Copies complete frames that stand behind each other in `bytes`; they are
  /// queued and sent as one, and count as `messages`.
  static frame join(std::string_view bytes, uint32_t messages);

  /// Says which topic this is of: frames of one `source` may make room for each
  /// other in an outbox. Before the frame is shared.
  void set_source(uint32_t source) noexcept {
    if (body_)
      body_->source = source;
  }

  explicit operator bool() const noexcept { return body_ != nullptr; }

  /// All bytes: header and payload.
  std::string_view bytes() const noexcept {
    return body_ ? std::string_view{body_->data(), body_->size}
                 : std::string_view{};
  }
  std::size_t size() const noexcept { return body_ ? body_->size : 0; }
  /// How many WebSocket frames these are.
  uint32_t messages() const noexcept { return body_ ? body_->messages : 0; }
  /// 0: of no topic.
  uint32_t source() const noexcept { return body_ ? body_->source : 0; }

private:
  struct body {
    std::atomic<uint32_t> references{1};
    uint32_t size = 0;
    uint32_t messages = 1;
    uint32_t source = 0;
    char* data() noexcept { return reinterpret_cast<char*>(this + 1); }
  };

  void acquire() noexcept {
    if (body_)
      body_->references.fetch_add(1, std::memory_order_relaxed);
  }
  void release() noexcept {
    if (body_ && body_->references.fetch_sub(1, std::memory_order_acq_rel) == 1)
      destroy(body_);
  }
  static void destroy(body* dead) noexcept;

  body* body_ = nullptr;
};

} // namespace rookery
