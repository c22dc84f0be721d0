#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace rookery {

struct bus_header {
  std::string name, value;
  bool operator==(const bus_header&) const = default;
};

/// What came. Its bytes live as long as the callback runs.
struct bus_message {
  std::string_view subject;
  std::string_view answer_to; // empty: no answer is wanted
  std::string_view payload;
  std::span<const bus_header> headers;

  /// The last value, since what a server adds stands behind what a publisher
  /// may have forged. Empty: there is none.
  std::string_view header(std::string_view name) const noexcept {
    for (auto one = headers.rbegin(); one != headers.rend(); ++one)
      if (one->name == name)
        return one->value;
    return {};
  }
};

/// Messages were lost, or may have been: a gap.
struct bus_loss {
  enum class cause : uint8_t {
    slow,      // the subscription's bounds were reached
    reconnect, // nobody knows what was published meanwhile
    closed,    // nothing comes any more
  };
  cause why = cause::slow;
  uint64_t messages = 0; // 0: unknown
};

struct bus_handlers {
  std::function<void(const bus_message&)> message;
  /// After what was lost was published, and before the next message. What is
  /// queued then may be older than the gap. May be empty.
  std::function<void(const bus_loss&)> lost;
};

/// What may wait for one subscription. More is dropped, and told as lost.
struct bus_pending_bounds {
  std::size_t messages_max = 65'536;
  std::size_t bytes_max = 64 * 1024 * 1024; // one message must fit
};

/// The callbacks of one subscription, as a bus sees them. Thread: any.
class bus_slot {
public:
  explicit bus_slot(bus_handlers handlers)
      : handlers_(std::move(handlers)) {}

  /// False: the subscription has ended.
  bool tell(const bus_message& message) {
    const std::lock_guard guard{lock_};
    if (!closed_ && handlers_.message)
      handlers_.message(message);
    return !closed_;
  }
  void tell(const bus_loss& loss) {
    const std::lock_guard guard{lock_};
    if (!closed_ && handlers_.lost)
      handlers_.lost(loss);
  }
  /// No callback begins afterwards, and none runs, but for one that calls this.
  void close() {
    const std::lock_guard guard{lock_};
    closed_ = true;
  }

private:
  // Held while a callback runs, which may end its own subscription.
  std::recursive_mutex lock_;
  const bus_handlers handlers_;
  bool closed_ = false;
};

/// A subscription; ends with its destructor, which waits for a callback that
/// runs on another thread: not to be destroyed under a lock that the callback
/// takes. May outlive the bus. Thread: one at a time.
class bus_subscription {
public:
  bus_subscription() = default;
  /// `forget` is called after the slot was closed; of a bus that is gone, too.
  bus_subscription(std::shared_ptr<bus_slot> slot, std::function<void()> forget)
      : slot_(std::move(slot))
      , forget_(std::move(forget)) {}
  bus_subscription(bus_subscription&& other) noexcept
      : slot_(std::exchange(other.slot_, nullptr))
      , forget_(std::exchange(other.forget_, nullptr)) {}
  bus_subscription& operator=(bus_subscription&& other) noexcept {
    if (this != &other) {
      end();
      slot_ = std::exchange(other.slot_, nullptr);
      forget_ = std::exchange(other.forget_, nullptr);
    }
    return *this;
  }
  ~bus_subscription() { end(); }

  void end() {
    if (const auto slot = std::exchange(slot_, nullptr)) {
      slot->close();
      std::exchange(forget_, nullptr)();
    }
  }
  explicit operator bool() const noexcept { return slot_ != nullptr; }

private:
  std::shared_ptr<bus_slot> slot_;
  std::function<void()> forget_;
};

} // namespace rookery
