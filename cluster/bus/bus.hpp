#pragma once

#include "base/error.hpp"
#include "base/metrics/bus_counts.hpp"
#include "cluster/bus/bus_slot.hpp"

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace rookery {

// What nodes talk over: bytes on subjects, at most once. What the bytes say is
// nobody's business here. For one sender and one subscription messages come in
// the order in which they were published, as long as nothing is lost.
//
// A subject is words with dots between them, "live.chat.42". In that of a
// subscription a word may be `*`, any one word, and the last may be `>`, one or
// more words.

/// What is published.
struct bus_post {
  std::string subject;
  std::string payload;
  std::vector<bus_header> headers; // names without ':', nothing with CR or LF
  std::string answer_to;           // subject; empty: no answer is wanted
};

struct bus_answer {
  std::string payload;
  std::vector<bus_header> headers;
};

struct bus_state_notice {
  bus_state state = bus_state::connecting;
  bool again = false; // connected, and was before
  std::string why;    // of `disconnected` and `closed`; names no secret
};

/// No call waits. Thread: any, for all calls. Callbacks are called on threads
/// of the bus, those of one subscription one at a time; they must neither wait
/// nor throw, and may call the bus, but not destroy it.
///
/// Errors: `bad_request` for what is never taken (subject, header, length),
/// `limit_exceeded` at a bound, which may be tried again, `not_available` once
/// the bus is closed, and for a request that nobody answers in time.
class bus {
public:
  virtual ~bus() = default;

  using state_handler = std::function<void(const bus_state_notice&)>;
  using answer_handler = std::function<void(result<bus_answer>)>;

  /// Taken: it is sent if there is a connection before too much waits. That
  /// somebody gets it is not known.
  [[nodiscard]] virtual result<void> publish(bus_post post) = 0;

  /// The subscription begins some time after the call, before anything that
  /// this bus publishes afterwards is sent, and ends with the handle.
  [[nodiscard]] virtual result<bus_subscription> subscribe(
      std::string subject, bus_handlers handlers,
      const bus_pending_bounds& most = {}) = 0;

  /// `done` is called once: with the first answer, with `not_available` when
  /// nobody is there to answer or the deadline passes, or within the call when
  /// the request is refused. `post.answer_to` is not used.
  void request(
      bus_post post, std::chrono::milliseconds deadline, answer_handler done) {
    ask(std::move(post), deadline, std::move(done), {});
  }

  /// Whether the bus carries anything now: `reached` is called when it says
  /// that nobody has subscribed `subject`, which has to be so. By then it has
  /// taken what was published before. By the deadline, or never.
  void probe(
      std::string subject, std::chrono::milliseconds deadline,
      std::function<void()> reached) {
    ask(
        {std::move(subject), {}, {}, {}}, deadline,
        [](const result<bus_answer>&) {}, std::move(reached));
  }

  /// Answers a message that has an `answer_to`.
  [[nodiscard]] result<void>
  answer(const bus_message& to, std::string payload) {
    return publish({std::string{to.answer_to}, std::move(payload), {}, {}});
  }

  virtual bus_counts counts() const = 0;

protected:
  /// `nobody` is called instead of `done` when nobody is there to answer,
  /// unless it is empty.
  virtual void
  ask(bus_post post, std::chrono::milliseconds deadline, answer_handler done,
      std::function<void()> nobody) = 0;
};

} // namespace rookery
