#include "cluster/jetstream/stream_access.hpp"

#include "base/log.hpp"
#include "cluster/jetstream/stream_epoch.hpp"

#include <algorithm>
#include <charconv>

namespace rookery {

namespace {

/// A number of the server's flat JSON; 0: there is none. Names of streams have
/// no quotes, so that nothing else looks like a key.
uint64_t number_of(std::string_view json, std::string_view key) {
  const auto place = json.find("\"" + std::string{key} + "\":");
  if (place == std::string_view::npos)
    return 0;
  auto rest = json.substr(place + key.size() + 3);
  while (!rest.empty() && rest.front() == ' ')
    rest.remove_prefix(1);
  uint64_t value = 0;
  std::from_chars(rest.data(), rest.data() + rest.size(), value);
  return value;
}

bool has(std::string_view json, std::string_view part) {
  return json.find(part) != std::string_view::npos;
}

failure too_late(const jetstream_reply& reply) {
  using kind = jetstream_reply::kind;
  const auto* const why =
      reply.what == kind::away      ? "there is no connection to NATS"
      : reply.what == kind::nobody  ? "no server has the stream"
      : reply.what == kind::refused ? "NATS refused"
                                    : "NATS did not answer in time";
  return {errc::not_available, why};
}

} // namespace

std::chrono::milliseconds
stream_access::patience(clock::time_point deadline) const {
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
      deadline - clock::now());
  return std::clamp(left, std::chrono::milliseconds{1}, settings_.try_deadline);
}

/// False: it is too late for that.
template <class Again>
bool stream_access::again(
    const jetstream_reply& reply, clock::time_point deadline, Again work) {
  if (reply.what == jetstream_reply::kind::nobody)
    look_();
  const auto pause = reply.what == jetstream_reply::kind::timeout
                         ? std::chrono::milliseconds{0}
                         : settings_.retry_pause;
  if (clock::now() + pause >= deadline)
    return false;
  loop_.after(pause, std::move(work));
  return true;
}

void stream_access::last(
    const std::string& stream, const std::string& subject,
    clock::time_point deadline, then<found> answer) {
  get(std::make_shared<get_call>(get_call{
      stream, "{\"last_by_subj\":\"" + subject + "\"}", deadline,
      std::move(answer)}));
}

void stream_access::next(
    const std::string& stream, const std::string& subject, uint64_t sequence,
    clock::time_point deadline, then<found> answer) {
  get(std::make_shared<get_call>(get_call{
      stream,
      "{\"seq\":" + std::to_string(std::max<uint64_t>(sequence, 1))
          + ",\"next_by_subj\":\"" + subject + "\"}",
      deadline, std::move(answer)}));
}

void stream_access::at(
    const std::string& stream, uint64_t sequence, clock::time_point deadline,
    then<found> answer) {
  get(std::make_shared<get_call>(get_call{
      stream,
      "{\"seq\":" + std::to_string(std::max<uint64_t>(sequence, 1)) + "}",
      deadline, std::move(answer)}));
}

void stream_access::get(std::shared_ptr<get_call> call) {
  link_.request(
      get_subject(call->stream, settings_.replicas), {}, call->query,
      patience(call->deadline), [this, call](jetstream_reply said) {
        auto reply = read_got(std::move(said), settings_.replicas);
        if (reply.ok())
          return call->answer(found{stored_message{
              reply.sequence, std::move(reply.message_id),
              std::move(reply.subject), std::move(reply.data)}});
        if (reply.what == jetstream_reply::kind::not_found)
          return call->answer(found{});
        if (!again(reply, call->deadline, [this, call] { get(call); }))
          call->answer(tl::make_unexpected(too_late(reply)));
      });
}

void stream_access::put(
    message one, clock::time_point deadline, then<put_ack> answer) {
  auto call = std::make_shared<put_call>(
      put_call{std::move(one), deadline, std::move(answer), streams_});
  if (in_flight_ >= settings_.appends_in_flight_max) {
    waiting_.push_back(std::move(call));
    return;
  }
  ++in_flight_;
  send(std::move(call));
}

void stream_access::send(std::shared_ptr<put_call> call) {
  if (call->streams != streams_)
    return answer(
        *call, refuse(errc::not_available, "the stream was made anew"));
  const auto& one = call->one;
  jetstream_link::headers with{{"Nats-Msg-Id", one.id}};
  if (one.last)
    with.emplace_back(
        "Nats-Expected-Last-Subject-Sequence", std::to_string(*one.last));
  link_.request(
      one.subject, with, one.data, patience(call->deadline),
      [this, call](jetstream_reply reply) {
        if (!reply.ok()) {
          if (!again(reply, call->deadline, [this, call] { send(call); }))
            answer(*call, tl::make_unexpected(too_late(reply)));
          return;
        }
        const auto error = number_of(reply.data, "err_code");
        if (error == JSStreamWrongLastSequenceErr)
          return answer(*call, put_ack{.refused = true});
        const auto sequence = number_of(reply.data, "seq");
        if (error != 0 || has(reply.data, "\"error\"") || sequence == 0)
          return answer(
              *call,
              refuse(errc::not_available, "NATS refused: " + reply.data));
        answer(*call, put_ack{sequence, has(reply.data, "\"duplicate\"")});
      });
}

void stream_access::answer(put_call& call, result<put_ack> said) {
  --in_flight_;
  while (!waiting_.empty() && in_flight_ < settings_.appends_in_flight_max) {
    ++in_flight_;
    // From the loop: the reply of one that is sent now may be here already.
    loop_.post([this, next = std::move(waiting_.front())] { send(next); });
    waiting_.pop_front();
  }
  call.answer(std::move(said));
}

void stream_access::purge(
    const std::string& stream, const std::string& subject,
    clock::time_point deadline) {
  link_.request(
      "$JS.API.STREAM.PURGE." + stream, {}, "{\"filter\":\"" + subject + "\"}",
      patience(deadline), [subject](const jetstream_reply& reply) {
        if (!reply.ok() || has(reply.data, "\"error\""))
          log::warn("journal.parts_left", {{"subject", subject}});
      });
}

void stream_access::look_at(
    const std::string& stream, std::function<void(const stream_look&)> answer) {
  link_.ask(
      "$JS.API.STREAM.INFO." + stream, settings_.try_deadline,
      [answer = std::move(answer)](const jetstream_reply& reply) {
        answer(
            {reply.ok(),
             number_of(reply.data, "err_code") != JSStreamNotFoundErr,
             {epoch_of_info(reply.data), number_of(reply.data, "last_seq")}});
      });
}

} // namespace rookery
