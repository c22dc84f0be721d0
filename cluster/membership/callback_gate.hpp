#pragma once

#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <utility>

namespace rookery {

/// Lets an owner wait in its destructor until what others call back has ended.
/// Held shared by who calls back. Thread: any.
class callback_gate {
public:
  /// While it lives, `close` waits. Empty: the gate was closed before.
  class pass {
  public:
    explicit pass(callback_gate* of)
        : of_(of) {}
    pass(pass&& other) noexcept
        : of_(std::exchange(other.of_, nullptr)) {}
    pass& operator=(pass&&) = delete;
    ~pass() {
      if (of_)
        of_->leave();
    }
    explicit operator bool() const noexcept { return of_ != nullptr; }

  private:
    callback_gate* of_;
  };

  [[nodiscard]] pass enter() {
    const std::lock_guard guard{lock_};
    if (closed_)
      return pass{nullptr};
    ++inside_;
    return pass{this};
  }
  /// Nobody is let in afterwards, and nobody is inside. Not to be called by one
  /// who is.
  void close() {
    std::unique_lock guard{lock_};
    closed_ = true;
    empty_.wait(guard, [&] { return inside_ == 0; });
  }

private:
  void leave() {
    const std::lock_guard guard{lock_};
    if (--inside_ == 0)
      empty_.notify_all();
  }

  std::mutex lock_;
  std::condition_variable empty_;
  std::size_t inside_ = 0;
  bool closed_ = false;
};

} // namespace rookery
