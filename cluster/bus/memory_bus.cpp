#include "cluster/bus/memory_bus.hpp"

#include "base/check.hpp"
#include "cluster/bus/memory_hub_core.hpp"
#include "cluster/bus/subject.hpp"

#include <charconv>

namespace rookery {

class memory_hub::attached final : public bus {
public:
  attached(std::shared_ptr<core> hub, std::shared_ptr<station> me)
      : hub_(std::move(hub))
      , me_(std::move(me)) {}
  ~attached() override;

  result<void> publish(bus_post post) override;
  result<bus_subscription> subscribe(
      std::string subject, bus_handlers handlers,
      const bus_pending_bounds& most) override;
  bus_counts counts() const override;

private:
  void
  ask(bus_post post, std::chrono::milliseconds deadline, answer_handler done,
      std::function<void()> nobody) override;

  const std::shared_ptr<core> hub_;
  const std::shared_ptr<station> me_;
};

memory_hub::attached::~attached() {
  std::vector<std::shared_ptr<bus_slot>> slots;
  {
    const std::lock_guard guard{hub_->lock};
    hub_->stations.erase(me_->id);
    std::erase_if(hub_->ears, [&](const auto& one) {
      if (one.second->at == me_.get())
        slots.push_back(one.second->slot);
      return one.second->at == me_.get();
    });
  }
  for (const auto& slot : slots)
    slot->close();
  me_->requests.refuse_all("the bus is closed");
}

result<void> memory_hub::attached::publish(bus_post post) {
  const auto fits = check_post(post, me_->most.payload_bytes_max);
  const std::lock_guard guard{hub_->lock};
  auto& counts = me_->counts;
  const auto size = size_of(post);
  const bool full = counts.waiting >= me_->most.messages_max
                    || counts.waiting_bytes + size > me_->most.bytes_max;
  if (!fits || full) {
    ++counts.refused;
    return fits ? refuse(errc::limit_exceeded, "too much waits for the bus")
                : fits;
  }
  ++counts.out;
  counts.out_bytes += post.payload.size();
  ++counts.waiting;
  counts.waiting_bytes += size;
  hub_->send(me_, std::make_shared<const bus_post>(std::move(post)));
  return {};
}

result<bus_subscription> memory_hub::attached::subscribe(
    std::string subject, bus_handlers handlers,
    const bus_pending_bounds& most) {
  if (!valid_subject(subject, true))
    return refuse(
        errc::bad_request, "\"" + subject + "\" is no subject to subscribe");
  const std::lock_guard guard{hub_->lock};
  if (me_->counts.subscriptions >= me_->most.subscriptions_max)
    return refuse(errc::limit_exceeded, "too many subscriptions");
  ++me_->counts.subscriptions;
  ear made;
  made.wanted = std::move(subject);
  made.slot = std::make_shared<bus_slot>(std::move(handlers));
  made.most = most;
  const auto slot = made.slot;
  const auto id = hub_->listen(*me_, std::move(made));
  return bus_subscription{slot, [weak = std::weak_ptr{hub_}, id] {
                            const auto hub = weak.lock();
                            if (!hub)
                              return;
                            const std::lock_guard inner{hub->lock};
                            const auto found = hub->ears.find(id);
                            if (found == hub->ears.end())
                              return;
                            --found->second->at->counts.subscriptions;
                            hub->ears.erase(found);
                          }};
}

void memory_hub::attached::ask(
    bus_post post, std::chrono::milliseconds deadline, answer_handler done,
    std::function<void()> nobody) {
  request_table::entry waiting{
      std::move(done), post.subject, std::move(nobody)};
  const auto until = request_table::clock::time_point{[&] {
    const std::lock_guard guard{hub_->lock};
    return hub_->now;
  }() + deadline};
  const auto id = me_->requests.add(waiting, until);
  if (!id) {
    waiting.done(refuse(errc::limit_exceeded, "too many requests"));
    return;
  }
  post.answer_to =
      "_INBOX." + std::to_string(me_->id) + "." + std::to_string(*id);
  if (auto taken = publish(std::move(post)); !taken)
    me_->requests.answer(*id, tl::make_unexpected(taken.error()));
}

bus_counts memory_hub::attached::counts() const {
  const std::lock_guard guard{hub_->lock};
  auto counts = me_->counts;
  counts.requests = me_->requests.size();
  return counts;
}

// -- the hub ------------------------------------------------------------------

memory_hub::memory_hub(uint64_t seed, const memory_bus_faults& faults)
    : core_(std::make_shared<core>()) {
  core_->random.seed(seed);
  core_->faults = faults;
}

memory_hub::~memory_hub() = default;

std::unique_ptr<bus> memory_hub::attach(
    std::string node, bus::state_handler on_state,
    const memory_bus_bounds& most) {
  const std::lock_guard guard{core_->lock};
  ROOKERY_CHECK(!core_->find(node), "two buses of one node");
  auto made = std::make_shared<station>(
      core_->next++, std::move(node), most, std::move(on_state));
  core_->stations.emplace(made->id, made);
  core_->tell_state(*made, {bus_state::connected, false, {}});
  ear inbox;
  inbox.wanted = "_INBOX." + std::to_string(made->id) + ".*";
  inbox.slot = std::make_shared<bus_slot>(bus_handlers{
      [weak = std::weak_ptr{made}](const bus_message& got) {
        const auto asked = weak.lock();
        if (!asked)
          return;
        const auto word = got.subject.substr(got.subject.rfind('.') + 1);
        uint64_t id = 0;
        std::from_chars(word.data(), word.data() + word.size(), id);
        asked->requests.answer(
            id, bus_answer{
                    std::string{got.payload},
                    {got.headers.begin(), got.headers.end()}});
      },
      {}});
  core_->listen(*made, std::move(inbox));
  return std::make_unique<attached>(core_, std::move(made));
}

bool memory_hub::run_one() {
  return core_->run_next(std::nullopt);
}

void memory_hub::run() {
  while (run_one()) {
  }
}

void memory_hub::run_until(std::chrono::milliseconds at) {
  while (core_->run_next(at)) {
  }
  const std::lock_guard guard{core_->lock};
  core_->now = std::max(core_->now, at);
}

std::chrono::milliseconds memory_hub::now() const {
  const std::lock_guard guard{core_->lock};
  return core_->now;
}

void memory_hub::set_faults(const memory_bus_faults& faults) {
  const std::lock_guard guard{core_->lock};
  core_->faults = faults;
}

void memory_hub::cut(const std::string& a, const std::string& b) {
  const std::lock_guard guard{core_->lock};
  core_->cuts.insert({std::min(a, b), std::max(a, b)});
}

void memory_hub::heal(const std::string& a, const std::string& b) {
  const std::lock_guard guard{core_->lock};
  core_->cuts.erase({std::min(a, b), std::max(a, b)});
}

void memory_hub::down(const std::string& node) {
  const std::lock_guard guard{core_->lock};
  auto* one = core_->find(node);
  if (one && one->counts.state == bus_state::connected)
    core_->tell_state(*one, {bus_state::disconnected, false, "taken down"});
}

void memory_hub::up(const std::string& node) {
  const std::lock_guard guard{core_->lock};
  auto* one = core_->find(node);
  if (!one || one->counts.state == bus_state::connected)
    return;
  ++one->counts.reconnects;
  core_->tell_state(*one, {bus_state::connected, true, {}});
  for (const auto& [id, heard] : core_->ears)
    if (heard->at == one)
      core_->at(core_->now, [slot = heard->slot] {
        slot->tell(bus_loss{bus_loss::cause::reconnect, 0});
      });
  for (auto& post : std::exchange(one->held, {}))
    core_->send(core_->stations.at(one->id), std::move(post));
}

} // namespace rookery
