#include "base/log.hpp"
#include "cluster/bus/nats_link.hpp"
#include "cluster/bus/subject.hpp"

#include <climits>

#include <algorithm>
#include <cstdlib>

namespace rookery {

namespace {

constexpr auto idle_time = std::chrono::hours{1};
/// The library says that a connection is closed as soon as its thread runs.
constexpr auto close_patience = std::chrono::seconds{1};
/// The library does not tell when its buffer has room again.
constexpr auto room_poll = std::chrono::milliseconds{20};

int narrow(std::size_t n) {
  return static_cast<int>(std::min<std::size_t>(n, INT_MAX));
}

std::vector<bus_header> headers_of(natsMsg* message) {
  std::vector<bus_header> all;
  const char** names = nullptr;
  int count = 0;
  if (natsMsgHeader_Keys(message, &names, &count) != NATS_OK)
    return all;
  for (int i = 0; i < count; ++i) {
    const char** values = nullptr;
    int of_name = 0;
    if (natsMsgHeader_Values(message, names[i], &values, &of_name) != NATS_OK)
      continue;
    for (int j = 0; j < of_name; ++j)
      all.push_back({names[i], values[j] ? values[j] : ""});
    std::free(values);
  }
  std::free(names);
  return all;
}

} // namespace

// -- the library's delivering threads -----------------------------------------

void nats_link::on_message(
    natsConnection*, natsSubscription* sub, natsMsg* message, void* closure) {
  const nats_ptr<natsMsg> owned{message};
  auto& here = *static_cast<hearing*>(closure);
  // Whatever was dropped, a message waited then, and comes here after it.
  int64_t dropped = 0;
  if (natsSubscription_GetDropped(sub, &dropped) == NATS_OK
      && dropped > here.told) {
    const auto more = static_cast<uint64_t>(dropped - here.told);
    here.told = dropped;
    here.counts->dropped += more;
    here.slot->tell(bus_loss{bus_loss::cause::slow, more});
  }
  const auto headers = headers_of(message);
  const char* answer_to = natsMsg_GetReply(message);
  const bus_message view{
      natsMsg_GetSubject(message),
      answer_to ? answer_to : "",
      {natsMsg_GetData(message),
       static_cast<std::size_t>(natsMsg_GetDataLength(message))},
      headers};
  ++here.counts->in;
  here.counts->in_bytes += view.payload.size();
  here.slot->tell(view);
}

void nats_link::on_ended(void* closure) {
  delete static_cast<hearing*>(closure);
}

// -- the sending thread -------------------------------------------------------

void nats_link::run_sender() {
  const call_load all{UINT64_MAX / 2, UINT64_MAX / 2};
  for (;;) {
    auto round = queue_.take(all, clock::now() + idle_time);
    if (round.over)
      break;
    for (auto& one : round.calls) {
      act(one);
      queue_.answered(
          {1, one.kind == call::what::publish ? size_of(one.post) : 0});
    }
  }
  nats_ReleaseThreadMemory();
}

void nats_link::act(call& one) {
  switch (one.kind) {
  case call::what::publish:
    return send(one.post);
  case call::what::subscribe:
    return begin(one.id);
  case call::what::unsubscribe:
    return end(one.id);
  }
}

void nats_link::send(const bus_post& post) {
  auto status = NATS_CONNECTION_CLOSED;
  while (may_send()) {
    status = send_now(post);
    if (status != NATS_INSUFFICIENT_BUFFER)
      break;
    std::unique_lock guard{state_lock_};
    state_changed_.wait_for(guard, room_poll);
  }
  if (status == NATS_OK)
    return;
  ++unsent_;
  if (status != NATS_CONNECTION_CLOSED
      && std::exchange(last_refusal_, status) != status) // not for each message
    log::warn(
        "bus.unsent", {{"why", nats_text(status)}, {"subject", post.subject}});
}

bool nats_link::may_send() const {
  const std::lock_guard guard{state_lock_};
  return state_ != bus_state::closed
         && (!stopping_ || clock::now() < stop_until_);
}

natsStatus nats_link::send_now(const bus_post& post) {
  const auto* answer_to =
      post.answer_to.empty() ? nullptr : post.answer_to.c_str();
  const auto size = narrow(post.payload.size());
  if (post.headers.empty())
    return answer_to
               ? natsConnection_PublishRequest(
                   at_.get(), post.subject.c_str(), answer_to,
                   post.payload.data(), size)
               : natsConnection_Publish(
                   at_.get(), post.subject.c_str(), post.payload.data(), size);
  natsMsg* made = nullptr;
  auto status = natsMsg_Create(
      &made, post.subject.c_str(), answer_to, post.payload.data(), size);
  const nats_ptr<natsMsg> owned{made};
  for (const auto& [name, value] : post.headers)
    if (status == NATS_OK)
      status = natsMsgHeader_Add(made, name.c_str(), value.c_str());
  return status == NATS_OK ? natsConnection_PublishMsg(at_.get(), made)
                           : status;
}

void nats_link::begin(uint64_t id) {
  std::shared_ptr<listener> one;
  {
    const std::lock_guard guard{listeners_lock_};
    one = listeners_.at(id);
  }
  auto made = std::make_unique<hearing>(hearing{one->slot, tally_, 0});
  natsSubscription* at = nullptr;
  const auto status = natsConnection_Subscribe(
      &at, at_.get(), one->subject.c_str(), on_message, made.get());
  if (status != NATS_OK) {
    log::warn(
        "bus.unsubscribed",
        {{"why", nats_text(status)}, {"subject", one->subject}});
    one->slot->tell(bus_loss{bus_loss::cause::closed, 0});
    return;
  }
  one->at.reset(at);
  natsSubscription_SetPendingLimits(
      at, narrow(one->most.messages_max), narrow(one->most.bytes_max));
  if (natsSubscription_SetOnCompleteCB(at, on_ended, made.get()) == NATS_OK)
    (void)made.release(); // `on_ended` deletes it
  else
    kept_.push_back(std::move(made)); // the connection has just been closed
}

void nats_link::end(uint64_t id) {
  std::shared_ptr<listener> one;
  {
    const std::lock_guard guard{listeners_lock_};
    const auto found = listeners_.find(id);
    one = std::move(found->second);
    listeners_.erase(found);
  }
  if (one->at)
    natsSubscription_Unsubscribe(one->at.get());
}

// -- the end ------------------------------------------------------------------

void nats_link::stop() {
  {
    const std::lock_guard guard{state_lock_};
    stopping_ = true;
    stop_until_ = clock::now() + settings_.drain_timeout;
    state_changed_.notify_all();
  }
  queue_.close();
  sender_.join();
  drain();
  {
    const std::lock_guard guard{notice_lock_};
    mute_ = true;
  }
  decltype(listeners_) ended;
  {
    const std::lock_guard guard{listeners_lock_};
    ended.swap(listeners_);
  }
  for (const auto& [id, one] : ended)
    one->slot->close();
  ended.clear();
  at_.reset();
  requests_.refuse_all("the bus is closed");
  {
    const std::lock_guard guard{timer_lock_};
    timer_over_ = true;
    timer_changed_.notify_one();
  }
  timer_.join();
  kept_.clear();
}

void nats_link::drain() {
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
      stop_until_ - clock::now());
  const auto wait_until = [&](clock::time_point until) {
    std::unique_lock guard{state_lock_};
    state_changed_.wait_until(guard, until, [&] { return told_closed_; });
  };
  const bool try_it =
      natsConnection_Status(at_.get()) == NATS_CONN_STATUS_CONNECTED
      && left.count() > 0;
  if (try_it && natsConnection_DrainTimeout(at_.get(), left.count()) == NATS_OK)
    wait_until(stop_until_);
  natsConnection_Close(at_.get());
  wait_until(clock::now() + close_patience);
}

} // namespace rookery
