#include "base/check.hpp"
#include "net/io/outbox.hpp"

#include <cstdint>
#include <deque>
#include <string>
#include <vector>

// Plays operations on an outbox and on a model of it that is plainly right.

namespace {

using namespace rookery;

constexpr outbox_limits limits{8, 64};

class model {
public:
  bool push(const std::string& text, uint32_t messages, uint32_t source) {
    if (size() + messages > limits.messages_max
        || bytes() + text.size() > limits.bytes_max)
      return false;
    frames_.push_back({text, messages, source});
    return true;
  }
  bool push_over_oldest(
      const std::string& text, uint32_t messages, uint32_t source,
      uint32_t& dropped) {
    while (!push(text, messages, source)) {
      auto oldest = frames_.begin() + (sent_ > 0 ? 1 : 0);
      while (oldest < frames_.end() && oldest->source != source)
        ++oldest;
      if (oldest == frames_.end())
        return false;
      dropped += oldest->messages;
      frames_.erase(oldest);
    }
    return true;
  }
  void answer(const std::string& text, uint32_t messages) {
    frames_.push_back({text, messages, 0});
  }
  void control(const std::string& text) {
    const auto place = (sent_ > 0 ? 1 : 0) + controls_;
    frames_.insert(frames_.begin() + static_cast<long>(place), {text, 1, 0});
    ++controls_;
  }
  void consume(std::size_t bytes) {
    while (bytes > 0) {
      if (sent_ == 0 && controls_ > 0)
        --controls_;
      const auto left = frames_.front().text.size() - sent_;
      if (bytes < left) {
        sent_ += bytes;
        return;
      }
      bytes -= left;
      frames_.pop_front();
      sent_ = 0;
    }
  }
  void drop() {
    frames_.erase(frames_.begin() + (sent_ > 0 ? 1 : 0), frames_.end());
    controls_ = 0;
  }
  std::size_t bytes() const {
    std::size_t sum = 0;
    for (const auto& one : frames_)
      sum += one.text.size();
    return sum;
  }
  std::string waiting() const {
    std::string all;
    for (const auto& one : frames_)
      all += one.text;
    return all.substr(sent_);
  }
  std::size_t size() const {
    std::size_t sum = 0;
    for (const auto& one : frames_)
      sum += one.messages;
    return sum;
  }

private:
  struct joined {
    std::string text;
    uint32_t messages;
    uint32_t source;
  };
  std::deque<joined> frames_;
  std::size_t sent_ = 0;
  std::size_t controls_ = 0;
};

std::string waiting(const outbox& box) {
  std::vector<iovec> parts(box.messages() + 1); // at least as many as frames
  parts.resize(box.gather(parts));
  std::string all;
  for (const auto& part : parts)
    all.append(static_cast<const char*>(part.iov_base), part.iov_len);
  return all;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  outbox real;
  model expected;
  for (size_t i = 0; i + 1 < size && i < 4096; i += 2) {
    const std::string text(
        1 + data[i + 1] % 20, static_cast<char>('a' + i / 2 % 26));
    const uint32_t messages = 1 + data[i + 1] / 20 % 4;
    auto joined = frame::join(text, messages);
    const uint32_t source = 1 + data[i] / 6 % 3;
    switch (data[i] % 6) {
    case 0:
      joined.set_source(source);
      ROOKERY_CHECK(
          (real.push(joined, limits) == push_result::queued)
              == expected.push(text, messages, source),
          "both take the frame or both refuse it");
      break;
    case 1:
      if (real.messages() < 64) {
        real.push_answer(joined);
        expected.answer(text, messages);
      }
      break;
    case 2:
      if (real.messages() < 64) {
        real.push_control(frame::make({}, text));
        expected.control(text);
      }
      break;
    case 3: {
      const auto most = expected.waiting().size();
      const auto some = most == 0 ? 0 : data[i + 1] % (most + 1);
      real.consume(some);
      expected.consume(some);
      break;
    }
    case 4: {
      uint32_t dropped = 0;
      uint32_t expected_dropped = 0;
      joined.set_source(source);
      const auto taken = real.push_over_oldest(joined, limits, dropped);
      ROOKERY_CHECK(
          (taken == push_result::queued)
              == expected.push_over_oldest(
                  text, messages, source, expected_dropped),
          "both make room or neither can");
      ROOKERY_CHECK(dropped == expected_dropped, "the same frames left");
      break;
    }
    default:
      real.drop_waiting();
      expected.drop();
    }
    ROOKERY_CHECK(real.messages() == expected.size(), "as many frames");
    ROOKERY_CHECK(real.bytes() == expected.bytes(), "as many bytes");
    ROOKERY_CHECK(waiting(real) == expected.waiting(), "the same bytes wait");
  }
  return 0;
}
