#include "cluster/jetstream/jetstream_link.hpp"

#include "base/hex.hpp"
#include "base/log.hpp"
#include "cluster/jetstream/link_socket.hpp"

#include <climits>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <cstring>

namespace rookery {

namespace {

constexpr std::chrono::milliseconds connect_time_max{5'000};
constexpr int delivery_threads = 1; // they only copy
constexpr std::size_t inbox_random_bytes = 12;
constexpr std::size_t many = 2; // requests at a time

/// The last of the values: what the server adds stands behind what a publisher
/// may have forged.
std::string header(natsMsg* of, const char* name) {
  const char** values = nullptr;
  int count = 0;
  if (::natsMsgHeader_Values(of, name, &values, &count) != NATS_OK)
    return {};
  std::string last = count > 0 && values[count - 1] ? values[count - 1] : "";
  std::free(values);
  return last;
}

uint64_t number(std::string_view text) {
  uint64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

std::string data_of(natsMsg* from) {
  return {
      ::natsMsg_GetData(from),
      static_cast<std::size_t>(::natsMsg_GetDataLength(from))};
}

jetstream_reply read_reply(natsMsg* from) {
  jetstream_reply reply;
  const auto status = header(from, "Status");
  if (status == "503") {
    reply.what = jetstream_reply::kind::nobody;
  } else if (!status.empty()) {
    reply.what = jetstream_reply::kind::not_found; // 404, 408
  } else {
    reply.what = jetstream_reply::kind::message;
    reply.data = data_of(from);
    reply.message_id = header(from, "Nats-Msg-Id");
    reply.subject = header(from, "Nats-Subject");
    reply.sequence = number(header(from, "Nats-Sequence"));
  }
  return reply;
}

nats_bus_settings connection_settings(const jetstream_settings& from) {
  nats_bus_settings made;
  made.servers = from.servers;
  made.name = from.connection_name.empty() ? "journal " + from.name
                                           : from.connection_name;
  made.login = from.login;
  made.tls = from.tls;
  made.inbox_prefix = from.inbox_prefix;
  made.connect_timeout = connect_time_max;
  made.reconnect_wait = from.reconnect_wait;
  made.reconnect_jitter = from.reconnect_wait;
  made.ping_interval = std::chrono::milliseconds{5'000};
  made.send_asap = true; // tells the loop, which writes
  return made;
}

errc reason_of(natsStatus status) {
  switch (status) {
  case NATS_CONNECTION_AUTH_FAILED:
  case NATS_NOT_PERMITTED:
    return errc::unauthorized;
  case NATS_NO_SERVER:
  case NATS_IO_ERROR:
  case NATS_TIMEOUT:
  case NATS_CONNECTION_CLOSED:
  case NATS_STALE_CONNECTION:
  case NATS_SYS_ERROR:
    return errc::not_available;
  default:
    return errc::bad_request;
  }
}

} // namespace

/// The closure of a live subscription, until NATS.c says that it has ended.
struct jetstream_link::hearing {
  std::shared_ptr<shared> of;
  std::shared_ptr<live_feed> into;
  int64_t dropped = 0; // as told; of the delivering thread
};

jetstream_link::jetstream_link(
    const jetstream_settings& settings, work_loop& loop, notices told)
    : settings_(settings)
    , loop_(loop)
    , told_(std::move(told))
    , inbox_(settings.inbox_prefix + "." + random_hex(inbox_random_bytes) + ".")
    , shared_(std::make_shared<shared>(loop, this)) {}

result<void> jetstream_link::connect() {
  if (auto ready = use_nats_library(delivery_threads); !ready)
    return tl::make_unexpected(std::move(ready.error()));
  loop_.post([this] {
    loop_.on_ready([this](work_loop::readiness ready) { return serve(ready); });
  });
  const auto with = connection_settings(settings_);
  auto options = nats_options(with);
  if (!options)
    return tl::make_unexpected(options.error());
  auto* const to = options->get();
  if (auto good = set_up(to); !good)
    return good;
  auto closure = std::make_unique<shared::closure>(shared_);
  ::natsOptions_SetReconnectedCB(
      to,
      [](natsConnection*, void* of) {
        auto& all = shared::of(of);
        all.door.post([link = all.link] { link->told_.reconnected(); });
      },
      closure.get());
  ::natsOptions_SetDisconnectedCB(
      to,
      [](natsConnection*, void* of) {
        ++shared::of(of).losses;
        log::warn("journal.nats_lost");
      },
      closure.get());
  ::natsOptions_SetClosedCB(
      to,
      [](natsConnection*, void* of) { // the last of its calls
        auto& all = shared::of(of);
        all.door.post([link = all.link] { link->told_.closed(); });
        shared::forget(of);
      },
      closure.get());
  natsConnection* made = nullptr;
  if (const auto s = nats_connect(&made, to, with.login); s != NATS_OK)
    return refuse(
        reason_of(s),
        "no connection to NATS at " + server_names(with) + ": " + nats_text(s));
  connection_.reset(made);
  std::ignore = closure.release();
  return subscribe();
}

result<void> jetstream_link::set_up(natsOptions* to) const {
  // Those of questions about streams.
  if (const auto s = ::natsOptions_SetCustomInboxPrefix(
          to, settings_.inbox_prefix.c_str());
      s != NATS_OK)
    return refuse(errc::bad_request, "inbox prefix: " + nats_text(s));
  ::natsOptions_SetErrorHandler(
      to,
      [](natsConnection* at, natsSubscription*, natsStatus why, void*) {
        if (why == NATS_SLOW_CONSUMER)
          return; // the feed is told with the next message
        const char* text = nullptr;
        ::natsConnection_GetLastError(at, &text);
        log::error("journal.nats_refused", {{"reason", text ? text : ""}});
      },
      nullptr);
  if (const auto s = ::natsOptions_SetEventLoop(
          to, shared_.get(), &shared::attach, &shared::want_read,
          &shared::want_write, &shared::detach);
      s != NATS_OK)
    return refuse(errc::internal, "event loop: " + nats_text(s));
  return {};
}

result<void> jetstream_link::subscribe() {
  natsSubscription* made = nullptr;
  auto status =
      ::natsConnection_SubscribeSync(&made, handle(), (inbox_ + "*").c_str());
  replies_owner_.reset(made);
  // Replies are bounded by the requests that wait for them.
  if (status == NATS_OK)
    status = ::natsSubscription_SetPendingLimits(made, -1, -1);
  if (status != NATS_OK)
    return refuse(errc::not_available, "NATS: " + nats_text(status));
  replies_ = made;
  return {};
}

jetstream_link::~jetstream_link() {
  shared_->door.shut();
  replies_owner_.reset();
  if (connection_)
    ::natsConnection_Close(handle());
}

// -- the socket ---------------------------------------------------------------

/// True: many are on their way, or were.
bool jetstream_link::serve(work_loop::readiness ready) {
  if (auto* const at = shared_->connection.load(); at && ready.in) {
    ::natsConnection_ProcessReadEvent(at);
    take_replies();
  }
  if (ready.out)
    flush();
  return std::exchange(overlap_, waiting_.size() >= many)
         || waiting_.size() >= many;
}

void jetstream_link::flush() {
  if (auto* const at = shared_->connection.load())
    ::natsConnection_ProcessWriteEvent(at);
  // What the socket does not take waits for it.
  if (std::exchange(waits_to_write_, shared_->wants_to_write.load())
      != waits_to_write_)
    shared_->watch(waits_to_write_);
}

void jetstream_link::take_replies() {
  auto* const from = replies_.load();
  uint64_t count = 0;
  if (!from || ::natsSubscription_QueuedMsgs(from, &count) != NATS_OK)
    return;
  for (; count > 0; --count) {
    natsMsg* taken = nullptr;
    if (::natsSubscription_NextMsg(&taken, from, 0) != NATS_OK)
      return;
    nats_ptr<natsMsg> message{taken};
    const std::string_view subject = ::natsMsg_GetSubject(taken);
    const auto id = number(subject.substr(subject.rfind('.') + 1));
    auto reply = read_reply(taken);
    shared_->done.take(std::move(message));
    settle(id, std::move(reply));
  }
}

// -- requests -----------------------------------------------------------------

bool jetstream_link::up() const noexcept {
  return shared_->is_up;
}

uint64_t jetstream_link::losses() const noexcept {
  return shared_->losses;
}

std::size_t jetstream_link::payload_max() const {
  return static_cast<std::size_t>(::natsConnection_GetMaxPayload(handle()));
}

jetstream_link::listening jetstream_link::listen(
    const std::string& subject, std::shared_ptr<live_feed> into) {
  const auto narrow = [](std::size_t n) {
    return static_cast<int>(std::min<std::size_t>(n, INT_MAX));
  };
  auto closure = std::make_unique<hearing>(hearing{shared_, std::move(into)});
  natsSubscription* made = nullptr;
  if (::natsConnection_Subscribe(
          &made, handle(), subject.c_str(), &jetstream_link::on_live,
          closure.get())
      != NATS_OK)
    return nullptr;
  ::natsSubscription_SetPendingLimits(
      made, narrow(settings_.live_messages_max),
      narrow(settings_.live_bytes_max));
  const auto ended = [](void* of) { delete static_cast<hearing*>(of); };
  if (::natsSubscription_SetOnCompleteCB(made, ended, closure.get()) == NATS_OK)
    std::ignore = closure.release();
  else
    kept_.push_back(std::move(closure)); // the connection has just been closed
  return listening{made};
}

void jetstream_link::request(
    const std::string& subject, const headers& with, std::string_view data,
    std::chrono::milliseconds deadline, on_reply then) {
  const auto id = ++newest_;
  // What is sent without a connection would wait in its buffer, and be stored
  // after its deadline.
  const bool sent =
      up() && trusted()
      && send(subject, inbox_ + std::to_string(id), with, data) == NATS_OK;
  const auto timer = loop_.after(
      sent ? deadline : std::chrono::milliseconds{0}, [this, id, sent] {
        jetstream_reply none;
        none.what =
            sent ? jetstream_reply::kind::timeout : jetstream_reply::kind::away;
        const auto found = waiting_.find(id);
        const auto call = std::move(found->second.then);
        waiting_.erase(found);
        call(std::move(none));
      });
  waiting_.emplace(id, waiting{std::move(then), timer});
  overlap_ = overlap_ || waiting_.size() >= many;
}

natsStatus jetstream_link::send(
    const std::string& subject, const std::string& reply, const headers& with,
    std::string_view data) {
  natsMsg* made = nullptr;
  auto status = ::natsMsg_Create(
      &made, subject.c_str(), reply.c_str(), data.data(),
      static_cast<int>(data.size()));
  nats_ptr<natsMsg> message{made};
  for (const auto& [name, value] : with)
    if (status == NATS_OK)
      status = ::natsMsgHeader_Set(message.get(), name, value.c_str());
  if (status == NATS_OK)
    status = ::natsConnection_PublishMsg(handle(), message.get());
  if (message)
    shared_->done.take(std::move(message));
  return status;
}

void jetstream_link::settle(uint64_t id, jetstream_reply reply) {
  const auto found = waiting_.find(id);
  if (found == waiting_.end())
    return; // later than its deadline
  loop_.cancel(found->second.deadline);
  const auto call = std::move(found->second.then);
  waiting_.erase(found);
  call(std::move(reply));
}

void jetstream_link::on_live(
    natsConnection*, natsSubscription* at, natsMsg* message, void* to) {
  nats_ptr<natsMsg> owned{message};
  auto& here = *static_cast<hearing*>(to);
  // Whatever was dropped, a message waited then, and comes here after it.
  int64_t dropped = 0;
  const bool lost = ::natsSubscription_GetDropped(at, &dropped) == NATS_OK
                    && dropped != here.dropped;
  here.dropped = dropped;
  const std::string_view data{
      ::natsMsg_GetData(message),
      static_cast<std::size_t>(::natsMsg_GetDataLength(message))};
  if (lost || !here.into->knows(data))
    here.into->push(
        {number(header(message, "Nats-Sequence")),
         number(header(message, "Nats-Last-Sequence")),
         header(message, "Nats-Msg-Id"), std::string{data}},
        lost);
  here.of->done.take(std::move(owned));
}

} // namespace rookery
