#include "cluster/jetstream/jetstream_link.hpp"

#include "base/hex.hpp"
#include "base/log.hpp"
#include "cluster/jetstream/link_socket.hpp"

/// Exported by libnats, which tells with it what a connection has read: before
/// a message is queued for its subscription, outside of all locks, by the
/// thread that reads. One that is taken is set to null. Not in its header: the
/// public ways wake a thread for each message.
extern "C" void natsConn_setFilterWithClosure(
    natsConnection* of, void (*filter)(natsConnection*, natsMsg**, void*),
    void* closure);

namespace rookery {

namespace {

constexpr std::chrono::milliseconds connect_time_max{5'000};
constexpr int delivery_threads = 1; // for answers to NATS.c's own requests
constexpr std::size_t inbox_random_bytes = 12;
constexpr std::size_t many = 2; // requests at a time

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

struct jetstream_link::hearing {
  const std::string subject;
  const on_live tell;
  nats_ptr<natsSubscription> subscription;
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
      [](natsConnection* at, natsSubscription*, natsStatus, void*) {
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
  natsConn_setFilterWithClosure(
      handle(),
      [](natsConnection*, natsMsg** message, void* link) {
        if (static_cast<jetstream_link*>(link)->take(*message))
          *message = nullptr;
      },
      this);
  natsSubscription* made = nullptr;
  if (const auto s = ::natsConnection_SubscribeSync(
          &made, handle(), (inbox_ + "*").c_str());
      s != NATS_OK)
    return refuse(errc::not_available, "NATS: " + nats_text(s));
  replies_.reset(made);
  return {};
}

jetstream_link::~jetstream_link() {
  shared_->door.shut();
  replies_.reset();
  if (connection_)
    ::natsConnection_Close(handle());
}

// -- the socket ---------------------------------------------------------------

/// True: many are on their way, or were.
bool jetstream_link::serve(work_loop::readiness ready) {
  if (auto* const at = shared_->connection.load(); at && ready.in) {
    ::natsConnection_ProcessReadEvent(at);
    handle_arrived();
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

/// False: NATS.c asked for it itself.
bool jetstream_link::take(natsMsg* message) {
  const std::string_view subject = ::natsMsg_GetSubject(message);
  arrival one{nullptr, {}, subject.starts_with(inbox_)};
  if (!one.is_reply) {
    const auto found = heard_->find(subject);
    if (found == heard_->end())
      return false;
    one.by = found->second;
  }
  one.message.reset(message);
  arrived_.push_back(std::move(one));
  return true;
}

void jetstream_link::handle_arrived() {
  auto all = std::exchange(arrived_, {});
  for (auto& one : all) {
    auto* const message = one.message.get();
    if (one.is_reply) {
      const std::string_view subject = ::natsMsg_GetSubject(message);
      settle(
          number_of(subject.substr(subject.rfind('.') + 1)),
          read_reply(message));
    } else if (const auto by = one.by.lock()) {
      by->tell(message);
    }
    shared_->done.take(std::move(one.message));
  }
  all.clear();
  if (arrived_.empty())
    arrived_ = std::move(all); // its memory
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

jetstream_link::listening
jetstream_link::listen(std::string subject, on_live tell) {
  natsSubscription* made = nullptr;
  if (::natsConnection_SubscribeSync(&made, handle(), subject.c_str())
      != NATS_OK)
    return nullptr;
  const auto forget = [in = std::weak_ptr{heard_}](hearing* one) {
    const std::unique_ptr<hearing> last{one};
    const auto table = in.lock();
    if (!table)
      return;
    const auto found = table->find(one->subject);
    if (found != table->end() && found->second.expired()) // not a newer one
      table->erase(found);
  };
  listening one{
      new hearing{
          std::move(subject), std::move(tell),
          nats_ptr<natsSubscription>{made}},
      forget};
  heard_->erase(one->subject);
  heard_->emplace(one->subject, one);
  return one;
}

void jetstream_link::request(
    bool may_send, const std::string& subject, const headers& with,
    std::string_view data, std::chrono::milliseconds deadline, on_reply then) {
  const auto id = ++newest_;
  // What is sent without a connection would wait in its buffer, and be stored
  // after its deadline.
  const bool sent =
      may_send
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

} // namespace rookery
