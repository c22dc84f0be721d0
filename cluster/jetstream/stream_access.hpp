#pragma once

#include "cluster/jetstream/jetstream_link.hpp"
#include "cluster/jetstream/streams.hpp"

#include <deque>
#include <optional>

namespace rookery {

/// A message as a stream holds it.
struct stored_message {
  uint64_t sequence = 0;
  std::string id; // Nats-Msg-Id
  std::string subject;
  std::string data;
};

/// What a stream said to a message.
struct put_ack {
  uint64_t sequence = 0;
  bool duplicate = false; // it was there before, at `sequence`
  bool refused = false;   // the subject's last message is another
};

/// Messages of streams, read and stored by one request each. Timeouts and lost
/// connections are tried again until the deadline, which gives `not_available`.
/// A message that is tried again has the same id and is stored once.
///
/// Of several replicas the leader is asked. Others are quicker, but one that
/// has just come back does not have all yet, and after a kill it may have
/// another message at the same place (nats-server 2.9).
///
/// Thread: that of the loop.
class stream_access {
public:
  using clock = work_loop::clock;
  template <class T>
  using then = std::function<void(result<T>)>;
  using found = std::optional<stored_message>; // none: there is no such message

  struct message {
    std::string subject;
    std::string id;
    /// What the subject's last sequence has to be, 0: it has none.
    std::optional<uint64_t> last;
    std::string data;
  };

  /// `look` is called when nobody answers for a stream.
  stream_access(
      const jetstream_settings& settings, work_loop& loop, jetstream_link& link,
      work_loop::work look)
      : settings_(settings)
      , loop_(loop)
      , link_(link)
      , look_(std::move(look)) {}

  void last(
      const std::string& stream, const std::string& subject,
      clock::time_point deadline, then<found> answer);
  /// The first of the subject, which may have wildcards, from `sequence` on.
  void next(
      const std::string& stream, const std::string& subject, uint64_t sequence,
      clock::time_point deadline, then<found> answer);
  void
  at(const std::string& stream, uint64_t sequence, clock::time_point deadline,
     then<found> answer);

  /// The streams were made anew: what was given before is refused, and not sent
  /// to those.
  void forget_streams() { ++streams_; }
  /// At most `appends_in_flight_max` are on their way, the others wait.
  void put(message one, clock::time_point deadline, then<put_ack> answer);

  /// All messages of the subject, which may have wildcards. Once; it may fail.
  void purge(
      const std::string& stream, const std::string& subject,
      clock::time_point deadline);
  struct stream_look {
    bool answered = false; // else nothing is known
    bool exists = false;
    log_stream is; // without an epoch: it has none, or that is not known now
  };
  /// The stream as it is, whether or not the link is trusted. Once.
  void look_at(
      const std::string& stream,
      std::function<void(const stream_look&)> answer);

private:
  struct get_call {
    std::string stream;
    std::string query;
    clock::time_point deadline;
    then<found> answer;
  };
  struct put_call {
    message one;
    clock::time_point deadline;
    then<put_ack> answer;
    uint64_t streams; // that it is for
  };
  void get(std::shared_ptr<get_call> call);
  void send(std::shared_ptr<put_call> call);
  void answer(put_call& call, result<put_ack> said);
  std::chrono::milliseconds patience(clock::time_point deadline) const;
  template <class Again>
  bool
  again(const jetstream_reply& reply, clock::time_point deadline, Again work);

  const jetstream_settings& settings_;
  work_loop& loop_;
  jetstream_link& link_;
  work_loop::work look_;
  uint64_t in_flight_ = 0;
  uint64_t streams_ = 0; // how often they were made anew
  std::deque<std::shared_ptr<put_call>> waiting_;
};

} // namespace rookery
