#include "cluster/jetstream/jetstream_link.hpp"

#include "base/hex.hpp"
#include "base/log.hpp"

#include <climits>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <cstring>

namespace rookery {

namespace {

constexpr std::chrono::milliseconds connect_time_max{5'000};
constexpr int delivery_threads = 2;
constexpr std::size_t inbox_random_bytes = 12;

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
  made.send_asap = from.send_at_once;
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

/// What callbacks of NATS.c reach. `link` is only for what is posted.
struct jetstream_link::shared {
  shared(work_loop& loop, jetstream_link* of)
      : door(loop)
      , link(of) {}

  loop_door door;
  jetstream_link* const link;
  std::atomic<uint64_t> losses{0};

  using closure = std::shared_ptr<shared>;
  static shared& of(void* closure_) {
    return **static_cast<closure*>(closure_);
  }
  static void forget(void* closure_) { delete static_cast<closure*>(closure_); }
};

/// The closure of a live subscription, until NATS.c says that it has ended.
struct jetstream_link::hearing {
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

result<std::unique_ptr<jetstream_link>> jetstream_link::open(
    const jetstream_settings& settings, work_loop& loop, notices told) {
  if (auto ready = use_nats_library(delivery_threads); !ready)
    return tl::make_unexpected(std::move(ready.error()));
  std::unique_ptr<jetstream_link> made{
      new jetstream_link{settings, loop, std::move(told)}};
  auto done = made->connect();
  if (done)
    done = made->subscribe();
  if (!done)
    return tl::make_unexpected(std::move(done.error()));
  return made;
}

result<void> jetstream_link::connect() {
  const auto with = connection_settings(settings_);
  auto options = nats_options(with);
  if (!options)
    return tl::make_unexpected(options.error());
  auto* const to = options->get();
  // Those of questions about streams.
  if (const auto s = ::natsOptions_SetCustomInboxPrefix(
          to, settings_.inbox_prefix.c_str());
      s != NATS_OK)
    return refuse(errc::bad_request, "inbox prefix: " + nats_text(s));
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
  ::natsOptions_SetClosedCB(
      to,
      [](natsConnection*, void* of) { // the last of its calls
        auto& all = shared::of(of);
        all.door.post([link = all.link] { link->told_.closed(); });
        shared::forget(of);
      },
      closure.get());
  natsConnection* made = nullptr;
  if (const auto s = ::natsConnection_Connect(&made, to); s != NATS_OK)
    return refuse(
        reason_of(s),
        "no connection to NATS at " + server_names(with) + ": " + nats_text(s));
  connection_.reset(made);
  std::ignore = closure.release();
  return {};
}

result<void> jetstream_link::subscribe() {
  auto closure = std::make_unique<shared::closure>(shared_);
  natsSubscription* made = nullptr;
  auto status = ::natsConnection_Subscribe(
      &made, handle(), (inbox_ + "*").c_str(), &jetstream_link::on_message,
      closure.get());
  replies_.reset(made);
  // Replies are bounded by the requests that wait for them.
  if (status == NATS_OK)
    status = ::natsSubscription_SetPendingLimits(made, -1, -1);
  if (status == NATS_OK)
    status = ::natsSubscription_SetOnCompleteCB(
        made, &shared::forget, closure.get());
  if (status != NATS_OK)
    return refuse(errc::not_available, "NATS: " + nats_text(status));
  std::ignore = closure.release();
  return {};
}

jetstream_link::~jetstream_link() {
  shared_->door.shut();
  replies_.reset();
  if (connection_)
    ::natsConnection_Close(handle());
}

bool jetstream_link::up() const {
  return ::natsConnection_Status(handle()) == NATS_CONN_STATUS_CONNECTED;
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
  auto closure = std::make_unique<hearing>(hearing{std::move(into)});
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
      up() && trusted_ == losses()
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
}

natsStatus jetstream_link::send(
    const std::string& subject, const std::string& reply, const headers& with,
    std::string_view data) {
  natsMsg* made = nullptr;
  auto status = ::natsMsg_Create(
      &made, subject.c_str(), reply.c_str(), data.data(),
      static_cast<int>(data.size()));
  const nats_ptr<natsMsg> message{made};
  for (const auto& [name, value] : with)
    if (status == NATS_OK)
      status = ::natsMsgHeader_Set(message.get(), name, value.c_str());
  return status == NATS_OK
             ? ::natsConnection_PublishMsg(handle(), message.get())
             : status;
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

void jetstream_link::on_message(
    natsConnection*, natsSubscription*, natsMsg* message, void* to) {
  const nats_ptr<natsMsg> owned{message};
  auto& all = shared::of(to);
  const std::string_view subject = ::natsMsg_GetSubject(message);
  const auto id = number(subject.substr(subject.rfind('.') + 1));
  all.door.post([link = all.link, id, reply = read_reply(message)]() mutable {
    link->settle(id, std::move(reply));
  });
}

void jetstream_link::on_live(
    natsConnection*, natsSubscription* at, natsMsg* message, void* to) {
  const nats_ptr<natsMsg> owned{message};
  auto& here = *static_cast<hearing*>(to);
  // Whatever was dropped, a message waited then, and comes here after it.
  int64_t dropped = 0;
  const bool lost = ::natsSubscription_GetDropped(at, &dropped) == NATS_OK
                    && dropped != here.dropped;
  here.dropped = dropped;
  here.into->push(
      {number(header(message, "Nats-Sequence")),
       number(header(message, "Nats-Last-Sequence")),
       header(message, "Nats-Msg-Id"), data_of(message)},
      lost);
}

} // namespace rookery
