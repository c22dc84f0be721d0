#pragma once

#include "cluster/jetstream/stream_message.hpp"
#include "cluster/jetstream/topic_state.hpp"

namespace rookery {

/// What both directions of reading share. It starts with the first message that
/// is left, and ends with it: what the stream's limits took meanwhile may have
/// been missed, and goes from the page.
class page_reading : public std::enable_shared_from_this<page_reading> {
public:
  page_reading(
      jetstream_parts& parts, topic_pointer topic, const journal_range& range,
      call_deadline deadline, journal::done<journal_page> answer);
  virtual ~page_reading() = default;
  page_reading(const page_reading&) = delete;
  page_reading& operator=(const page_reading&) = delete;

  void start();

protected:
  using found = stream_access::found;
  using step = std::function<void(found)>;

  /// `covered` is the beginning of the range, or how far the log goes back.
  virtual void begin(const stored_message& first) = 0;
  /// The page's beginning has gone meanwhile: `covered` is behind it.
  virtual void cut() = 0;

  void fail(failure why);
  void end(bool complete);
  void next(uint64_t sequence, step then);
  void last(step then);
  /// Of this topic; none: it is of another, or gone.
  void at(uint64_t sequence, step then);
  bool full() const;
  /// False: it does not fit.
  bool add(uint64_t offset, const batch_message& batch, std::size_t index);
  template <class T>
  std::shared_ptr<T> self() {
    return std::static_pointer_cast<T>(shared_from_this());
  }

  jetstream_parts& parts_;
  topic_pointer topic_;
  journal_range range_;
  journal_page page_;
  uint64_t covered_ = 0;
  uint64_t bytes_ = 0;

private:
  stream_access::then<found> guarded(step then);
  void on_first(const found& first);
  void on_first_again(const found& first);
  void answer();

  call_deadline deadline_;
  journal::done<journal_page> answer_;
};

} // namespace rookery
