#include "cluster/jetstream/jetstream_link.hpp"

#include "base/log.hpp"

#include <charconv>
#include <cstring>

namespace rookery {

namespace {

constexpr int64_t connect_ms_max = 5'000;

std::string header(natsMsg* of, const char* name) {
  const char* value = nullptr;
  return ::natsMsgHeader_Get(of, name, &value) == NATS_OK && value ? value : "";
}

uint64_t number(std::string_view text) {
  uint64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
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
    reply.data.assign(
        ::natsMsg_GetData(from),
        static_cast<std::size_t>(::natsMsg_GetDataLength(from)));
    reply.message_id = header(from, "Nats-Msg-Id");
    reply.subject = header(from, "Nats-Subject");
    reply.sequence = number(header(from, "Nats-Sequence"));
  }
  return reply;
}

} // namespace

result<std::unique_ptr<jetstream_link>> jetstream_link::open(
    const jetstream_settings& settings, work_loop& loop,
    work_loop::work on_reconnect) {
  std::unique_ptr<jetstream_link> made{
      new jetstream_link{loop, std::move(on_reconnect)}};
  auto status = made->connect(settings);
  if (status == NATS_OK)
    status = made->subscribe();
  if (status != NATS_OK)
    return refuse(
        errc::not_available,
        "no connection to NATS at "
            + (settings.servers.empty() ? "?" : settings.servers.front()) + ": "
            + ::natsStatus_GetText(status));
  return made;
}

natsStatus jetstream_link::connect(const jetstream_settings& settings) {
  natsOptions* options = nullptr;
  if (const auto status = ::natsOptions_Create(&options); status != NATS_OK)
    return status;
  const std::unique_ptr<
      natsOptions, jetstream_deleter<natsOptions, natsOptions_Destroy>>
      guard{options};
  std::vector<const char*> servers;
  for (const auto& one : settings.servers)
    servers.push_back(one.c_str());
  const auto wait = settings.reconnect_wait.count();
  std::vector<natsStatus> set{
      ::natsOptions_SetServers(
          options, servers.data(), static_cast<int>(servers.size())),
      ::natsOptions_SetName(options, ("journal " + settings.name).c_str()),
      ::natsOptions_SetTimeout(options, connect_ms_max),
      ::natsOptions_SetSendAsap(options, settings.send_at_once),
      ::natsOptions_SetMaxReconnect(options, -1),
      ::natsOptions_SetReconnectWait(options, wait),
      ::natsOptions_SetReconnectJitter(options, wait, wait),
      // A dead peer is seen after two of these.
      ::natsOptions_SetPingInterval(options, 5'000),
      ::natsOptions_SetMaxPingsOut(options, 2),
      ::natsOptions_SetReconnectedCB(
          options,
          [](natsConnection*, void* self) {
            auto& link = *static_cast<jetstream_link*>(self);
            link.loop_.post(link.on_reconnect_);
          },
          this),
      ::natsOptions_SetDisconnectedCB(
          options,
          [](natsConnection*, void* self) {
            ++static_cast<jetstream_link*>(self)->losses_;
            log::warn("journal.nats_lost");
          },
          this),
      ::natsOptions_SetClosedCB(
          options,
          [](natsConnection*, void* self) {
            static_cast<jetstream_link*>(self)->closed_.set_value();
          },
          this)};
  if (!settings.credentials_file.empty())
    set.push_back(::natsOptions_SetUserCredentialsFromFiles(
        options, settings.credentials_file.c_str(), nullptr));
  if (!settings.ca_file.empty()) {
    set.push_back(::natsOptions_SetSecure(options, true));
    set.push_back(::natsOptions_LoadCATrustedCertificates(
        options, settings.ca_file.c_str()));
  }
  for (const auto one : set)
    if (one != NATS_OK)
      return one;
  return ::natsConnection_Connect(&connection_, options);
}

natsStatus jetstream_link::subscribe() {
  natsInbox* inbox = nullptr;
  auto status = ::natsInbox_Create(&inbox);
  if (status != NATS_OK)
    return status;
  inbox_ = std::string{inbox} + ".";
  ::natsInbox_Destroy(inbox);
  status = ::natsConnection_Subscribe(
      &replies_, connection_, (inbox_ + "*").c_str(),
      &jetstream_link::on_message, this);
  if (status == NATS_OK)
    status = ::natsSubscription_SetOnCompleteCB(
        replies_,
        [](void* self) {
          static_cast<jetstream_link*>(self)->unsubscribed_.set_value();
        },
        this);
  // Replies are bounded by the requests that wait for them.
  if (status == NATS_OK)
    status = ::natsSubscription_SetPendingLimits(replies_, -1, -1);
  return status;
}

jetstream_link::~jetstream_link() {
  constexpr std::chrono::seconds patience{10};
  if (replies_) {
    // Fails when the connection is lost; closing it ends the rest.
    std::ignore = ::natsSubscription_Unsubscribe(replies_);
  }
  if (connection_) {
    ::natsConnection_Close(connection_);
    closed_.get_future().wait_for(patience);
  }
  if (replies_) {
    unsubscribed_.get_future().wait_for(patience);
    ::natsSubscription_Destroy(replies_);
  }
  if (connection_)
    ::natsConnection_Destroy(connection_);
}

bool jetstream_link::up() const {
  return ::natsConnection_Status(connection_) == NATS_CONN_STATUS_CONNECTED;
}

std::size_t jetstream_link::payload_max() const {
  return static_cast<std::size_t>(::natsConnection_GetMaxPayload(connection_));
}

void jetstream_link::request(
    const std::string& subject, const headers& with, std::string_view data,
    std::chrono::milliseconds deadline, on_reply then) {
  const auto id = ++newest_;
  // What is sent without a connection would wait in its buffer, and be stored
  // after its deadline.
  const bool sent =
      up() && trusted_ == losses_
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
  const nats_message message{made};
  for (const auto& [name, value] : with)
    if (status == NATS_OK)
      status = ::natsMsgHeader_Set(message.get(), name, value.c_str());
  return status == NATS_OK
             ? ::natsConnection_PublishMsg(connection_, message.get())
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
    natsConnection*, natsSubscription*, natsMsg* message, void* self) {
  const nats_message owned{message};
  auto& link = *static_cast<jetstream_link*>(self);
  const std::string_view subject = ::natsMsg_GetSubject(message);
  const auto id = number(subject.substr(link.inbox_.size()));
  link.loop_.post([&link, id, reply = read_reply(message)]() mutable {
    link.settle(id, std::move(reply));
  });
}

} // namespace rookery
