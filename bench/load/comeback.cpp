#include "bench/load/comeback.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>

namespace rookery::load {

namespace {

/// Without anything for so long, the rest counts as lost.
constexpr auto patience = std::chrono::seconds{10};

[[noreturn]] void complain(const connection& about, const std::string& what) {
  throw std::runtime_error(
      "client " + std::to_string(about.number()) + " of " + about.topic() + ": "
      + what);
}

} // namespace

comeback::comeback(const target_options& target, const shape& of)
    : shape_(of)
    , format_(of.payload_bytes)
    , swarm_(target, *this)
    , receipts_(of.topics, receipt_check{dialect::receipt_id_min})
    , published_(of.topics)
    , checks_(of.clients)
    , began_(of.clients) {
  for (uint32_t i = 0; i < of.clients; ++i)
    swarm_.add(of.plays, topic_name(topic_of(i)));
  for (auto plays : {role::publisher, role::subscriber})
    for (uint32_t topic = 0; topic < of.topics; ++topic)
      swarm_.add(plays, topic_name(topic));
  open_all();
  take_positions();
}

void comeback::open_all() {
  open_up_to(swarm_, *this, static_cast<uint32_t>(swarm_.size()));
  auto subscribers = uint64_t{shape_.topics};
  if (shape_.plays == role::subscriber)
    subscribers += shape_.clients;
  serve_until("live", [&] { return live_ == subscribers; });
}

void comeback::take_positions() {
  for (uint32_t topic = 0; topic < shape_.topics; ++topic)
    if (!scout(topic).since)
      complain(scout(topic), "it has no log");
  if (shape_.plays == role::latecomer)
    for (uint32_t i = 0; i < shape_.clients; ++i)
      swarm_.at(i).since = scout(topic_of(i)).since;
  ended_ = 0;
  for (uint32_t topic = 0; topic < shape_.topics; ++topic)
    scout(topic).leave();
  serve_until("the scouts' end", [&] { return ended_ == shape_.topics; });
}

void comeback::drop_all() {
  ended_ = 0;
  for (uint32_t i = 0; i < shape_.clients; ++i)
    swarm_.at(i).drop();
  serve_until("the clients' end", [&] { return ended_ == shape_.clients; });
}

void comeback::publish(uint32_t count) {
  auto now = clock::now();
  for (uint32_t topic = 0; topic < shape_.topics; ++topic) {
    auto& from = publisher(topic);
    for (uint32_t i = 0; i < count; ++i)
      from.publish_for_receipt(
          format_.write({topic, published_[topic]++, now}),
          receipts_[topic].sends(now));
    under_way_ += count;
    from.flush();
  }
  missed_ = count;
  serve_until("receipts", [&] { return under_way_ == 0; });
}

void comeback::expect(uint32_t client) {
  auto end = published_[topic_of(client)];
  checks_[client].expect(end - missed_, end);
  began_[client] = clock::now();
}

void comeback::bring_back(uint32_t at_once) {
  live_ = received_ = 0;
  latency_ = {};
  uint32_t started = 0;
  serve_until("live", [&] {
    for (; started < std::min<uint64_t>(shape_.clients, live_ + at_once);
         ++started) {
      expect(started);
      swarm_.replace(started);
    }
    return live_ == shape_.clients;
  });
}

void comeback::subscribe_all() {
  live_ = received_ = 0;
  latency_ = {};
  for (uint32_t i = 0; i < shape_.clients; ++i) {
    expect(i);
    swarm_.at(i).subscribe();
  }
  serve_until("live", [&] { return live_ == shape_.clients; });
}

void comeback::report(outcome& into) const {
  into.connections = shape_.clients;
  into.deliveries = received_;
  into.latency = latency_;
}

void comeback::on_open(connection& which) {
  census::on_open(which);
  ++progress_;
}

void comeback::on_published(connection& which, std::string_view message) {
  auto number = which.number();
  auto found = format_.take(message);
  if (!is_client(number) || !found)
    complain(which, "not what was published: " + std::string{message});
  for (; found; found = format_.take(message)) {
    if (found->publisher != topic_of(number)
        || !checks_[number].saw(found->number))
      complain(
          which, "event " + std::to_string(found->number) + " of "
                     + std::to_string(found->publisher) + ", out of order");
    ++received_;
  }
  ++progress_;
}

void comeback::on_receipt(connection& which, uint32_t id, uint64_t offset) {
  auto topic = which.number() - shape_.clients;
  if (!receipts_.at(topic).saw(id, offset))
    complain(which, "a wrong receipt of " + std::to_string(id));
  --under_way_;
  ++progress_;
}

void comeback::on_live(connection& which) {
  auto number = which.number();
  if (is_client(number)) {
    if (!checks_[number].live())
      complain(which, "live, but not with what it missed");
    latency_.record(clock::now() - began_[number]);
  }
  ++live_;
  ++progress_;
}

void comeback::on_end(connection& which, std::string_view why) {
  census::on_end(which, why);
  ++ended_;
  ++progress_;
}

void comeback::serve_until(
    const char* what, const std::function<bool()>& done) {
  auto last = progress_;
  auto give_up = clock::now() + patience;
  while (!done()) {
    swarm_.serve(give_up);
    if (broken() > 0)
      throw std::runtime_error("a connection broke: " + broken_why());
    if (progress_ != last) {
      last = progress_;
      give_up = clock::now() + patience;
    } else if (clock::now() >= give_up) {
      throw std::runtime_error(
          std::string{"nothing happens; not all: "} + what);
    }
  }
}

} // namespace rookery::load
