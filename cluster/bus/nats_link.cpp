#include "cluster/bus/nats_link.hpp"

#include "base/hex.hpp"
#include "base/log.hpp"
#include "cluster/bus/subject.hpp"

#include <charconv>

namespace rookery {

namespace {

/// Links by their numbers: the library may call back a little longer than a
/// link lives.
struct link_table {
  std::mutex lock;
  std::unordered_map<uintptr_t, std::weak_ptr<nats_link>> links;
  uintptr_t next = 1;
};
link_table& links() {
  static auto* const all = new link_table; // outlives the library's threads
  return *all;
}
uintptr_t new_number() {
  const std::lock_guard guard{links().lock};
  return links().next++;
}
std::shared_ptr<nats_link> link_of(void* id) {
  const std::lock_guard guard{links().lock};
  const auto found = links().links.find(reinterpret_cast<uintptr_t>(id));
  return found == links().links.end() ? nullptr : found->second.lock();
}

constexpr std::size_t inbox_random_bytes = 12;
constexpr auto far_away = std::chrono::hours{1};

} // namespace

nats_link::nats_link(nats_bus_settings settings)
    : settings_(std::move(settings))
    , servers_(server_names(settings_))
    , inbox_(
          settings_.inbox_prefix + "." + random_hex(inbox_random_bytes) + ".")
    , number_(new_number())
    , queue_({settings_.messages_max, settings_.bytes_max})
    , requests_(settings_.requests_max) {}

nats_link::~nats_link() {
  const std::lock_guard guard{links().lock};
  links().links.erase(number_);
}

result<void> nats_link::open() {
  if (auto ready = use_nats_library(settings_.delivery_threads); !ready)
    return ready;
  auto options = nats_options(settings_);
  if (!options)
    return tl::make_unexpected(options.error());
  {
    const std::lock_guard guard{links().lock};
    links().links.emplace(number_, weak_from_this());
  }
  const auto status = connect(options->get());
  if (status != NATS_OK && status != NATS_NOT_YET_CONNECTED) {
    const bool login =
        status == NATS_CONNECTION_AUTH_FAILED || status == NATS_NOT_PERMITTED;
    return refuse(
        login ? errc::unauthorized : errc::bad_request,
        servers_ + ": " + nats_text(status));
  }
  if (status == NATS_OK)
    set_state(bus_state::connected, false, {});
  else
    log::warn("bus.absent", {{"servers", servers_}});
  timer_ = std::thread{[this] { run_timer(); }};
  sender_ = std::thread{[this] { run_sender(); }};
  bus_handlers inbox;
  inbox.message = [weak = weak_from_this()](const bus_message& message) {
    if (const auto self = weak.lock())
      self->answered(message);
  };
  add_listener(
      {inbox_ + "*",
       std::make_shared<bus_slot>(std::move(inbox)),
       {2 * settings_.requests_max, settings_.bytes_max},
       nullptr});
  return {};
}

natsStatus nats_link::connect(natsOptions* options) {
  const auto id = reinterpret_cast<void*>(number_);
  natsOptions_SetDisconnectedCB(options, on_disconnected, id);
  natsOptions_SetReconnectedCB(options, on_reconnected, id);
  natsOptions_SetClosedCB(options, on_closed, id);
  natsOptions_SetErrorHandler(options, on_error, id);
  natsConnection* made = nullptr;
  // Without trying again first: only so is a login that is refused told apart
  // from a server that is not there.
  auto status = nats_connect(&made, options, settings_.login);
  const bool absent =
      status == NATS_NO_SERVER || status == NATS_IO_ERROR
      || status == NATS_TIMEOUT || status == NATS_CONNECTION_CLOSED
      || status == NATS_STALE_CONNECTION || status == NATS_SYS_ERROR;
  if (absent) {
    natsOptions_SetRetryOnFailedConnect(options, true, on_connected, id);
    status = nats_connect(&made, options, settings_.login);
  }
  at_.reset(made);
  return status;
}

// -- calls --------------------------------------------------------------------

result<void> nats_link::publish(bus_post post) {
  const auto refused = [&](errc code, std::string why) -> result<void> {
    ++refused_;
    return refuse(code, std::move(why));
  };
  const auto size = size_of(post);
  const auto bytes = post.payload.size();
  if (const auto fits = check_post(post, settings_.payload_bytes_max); !fits)
    return refused(fits.error().code, fits.error().message);
  {
    const std::lock_guard guard{state_lock_};
    if (state_ == bus_state::closed || stopping_)
      return refused(errc::not_available, "the bus is closed");
  }
  call one{call::what::publish, std::move(post), 0};
  if (!queue_.push(one, {1, size}))
    return refused(errc::limit_exceeded, "too much waits for the bus");
  ++out_;
  out_bytes_ += bytes;
  return {};
}

result<bus_subscription> nats_link::subscribe(
    std::string subject, bus_handlers handlers,
    const bus_pending_bounds& most) {
  if (!valid_subject(subject, true))
    return refuse(
        errc::bad_request, "\"" + subject + "\" is no subject to subscribe");
  {
    const std::lock_guard guard{state_lock_};
    if (state_ == bus_state::closed || stopping_)
      return refuse(errc::not_available, "the bus is closed");
  }
  const auto slot = std::make_shared<bus_slot>(std::move(handlers));
  const auto id = add_listener({std::move(subject), slot, most, nullptr});
  if (!id)
    return refuse(errc::limit_exceeded, "too many subscriptions");
  return bus_subscription{slot, [weak = weak_from_this(), id = *id] {
                            if (const auto self = weak.lock())
                              self->forget(id);
                          }};
}

std::optional<uint64_t> nats_link::add_listener(listener made) {
  call one{call::what::subscribe, {}, 0};
  {
    const std::lock_guard guard{listeners_lock_};
    if (listeners_.size() > settings_.subscriptions_max) // and the inbox
      return std::nullopt;
    one.id = next_++;
    listeners_.emplace(one.id, std::make_shared<listener>(std::move(made)));
  }
  const auto id = one.id;
  (void)queue_.push_always(one); // false: at the end, where all are closed
  return id;
}

void nats_link::forget(uint64_t id) {
  call one{call::what::unsubscribe, {}, id};
  (void)queue_.push_always(one);
}

void nats_link::ask(
    bus_post post, std::chrono::milliseconds deadline, bus::answer_handler done,
    std::function<void()> nobody) {
  request_table::entry waiting{
      std::move(done), post.subject, std::move(nobody)};
  const auto until = clock::now() + deadline;
  const auto id = requests_.add(waiting, until);
  if (!id) {
    waiting.done(refuse(errc::limit_exceeded, "too many requests"));
    return;
  }
  post.answer_to = inbox_ + std::to_string(*id);
  if (const auto taken = publish(std::move(post)); !taken) {
    requests_.answer(*id, tl::make_unexpected(taken.error()));
    return;
  }
  const std::lock_guard guard{timer_lock_};
  if (until < timer_wakes_) {
    timer_wakes_ = until;
    timer_changed_.notify_one();
  }
}

void nats_link::answered(const bus_message& message) {
  const auto word = message.subject.substr(message.subject.rfind('.') + 1);
  uint64_t id = 0;
  std::from_chars(word.data(), word.data() + word.size(), id);
  if (message.payload.empty() && message.header("Status") == "503")
    requests_.nobody_answers(id);
  else
    requests_.answer(
        id, bus_answer{
                std::string{message.payload},
                {message.headers.begin(), message.headers.end()}});
}

void nats_link::run_timer() {
  std::unique_lock guard{timer_lock_};
  while (!timer_over_) {
    timer_wakes_ = requests_.next_deadline().value_or(clock::now() + far_away);
    timer_changed_.wait_until(guard, timer_wakes_);
    guard.unlock();
    requests_.expire(clock::now());
    guard.lock();
  }
}

bus_counts nats_link::counts() const {
  bus_counts now;
  now.out = out_;
  now.out_bytes = out_bytes_;
  now.refused = refused_;
  now.in = tally_->in;
  now.in_bytes = tally_->in_bytes;
  now.dropped = tally_->dropped;
  now.unsent = unsent_;
  now.reconnects = reconnects_;
  const auto load = queue_.load();
  now.waiting = load.entries;
  now.waiting_bytes = load.bytes;
  now.requests = requests_.size();
  {
    const std::lock_guard guard{listeners_lock_};
    now.subscriptions = listeners_.empty() ? 0 : listeners_.size() - 1;
  }
  const std::lock_guard guard{state_lock_};
  now.state = state_;
  return now;
}

// -- state --------------------------------------------------------------------

void nats_link::set_state(bus_state to, bool again, const std::string& why) {
  {
    const std::lock_guard guard{state_lock_};
    // `open` may come to tell of the connection when it has ended.
    if (to == bus_state::connected && !again && state_ != bus_state::connecting)
      return;
    state_ = to;
    state_changed_.notify_all();
  }
  constexpr std::string_view names[]{
      "bus.connecting", "bus.connected", "bus.disconnected", "bus.closed"};
  log::info(
      names[static_cast<std::size_t>(to)],
      {{"servers", servers_}, {"again", again}, {"why", why}});
  const std::lock_guard guard{notice_lock_};
  if (!mute_ && settings_.on_state)
    settings_.on_state({to, again, why});
}

void nats_link::tell_all(const bus_loss& loss) {
  std::vector<std::shared_ptr<bus_slot>> slots;
  {
    const std::lock_guard guard{listeners_lock_};
    for (const auto& [id, one] : listeners_)
      slots.push_back(one->slot);
  }
  for (const auto& slot : slots)
    slot->tell(loss);
}

std::string nats_link::last_error(natsConnection* at) const {
  const char* text = nullptr;
  const auto status = natsConnection_GetLastError(at, &text);
  std::string why = servers_ + ": ";
  if (status == NATS_OK)
    return why + "the connection has ended";
  return why + (text && *text ? text : natsStatus_GetText(status));
}

void nats_link::on_connected(natsConnection*, void* id) {
  if (const auto self = link_of(id))
    self->set_state(bus_state::connected, false, {});
}

void nats_link::on_disconnected(natsConnection* at, void* id) {
  if (const auto self = link_of(id))
    self->set_state(bus_state::disconnected, false, self->last_error(at));
}

void nats_link::on_reconnected(natsConnection*, void* id) {
  const auto self = link_of(id);
  if (!self)
    return;
  ++self->reconnects_;
  self->set_state(bus_state::connected, true, {});
  // The library has subscribed again by now.
  self->tell_all({bus_loss::cause::reconnect, 0});
}

void nats_link::on_closed(natsConnection* at, void* id) {
  const auto self = link_of(id);
  if (!self)
    return;
  self->set_state(bus_state::closed, false, self->last_error(at));
  self->tell_all({bus_loss::cause::closed, 0});
  self->requests_.refuse_all("the bus is closed");
  const std::lock_guard guard{self->state_lock_};
  self->told_closed_ = true;
  self->state_changed_.notify_all();
}

void nats_link::on_error(
    natsConnection* at, natsSubscription*, natsStatus why, void* id) {
  const auto self = link_of(id);
  if (!self)
    return;
  // The subscription may be destroyed by now: the library holds no reference.
  // That one is slow is told by `on_message`, and comes often.
  log::write(
      why == NATS_SLOW_CONSUMER ? log::level::debug : log::level::warn,
      why == NATS_SLOW_CONSUMER ? "bus.slow" : "bus.error",
      {{"why", natsStatus_GetText(why)}, {"last", self->last_error(at)}});
}

} // namespace rookery
