#include "cluster/bus/nats_bus.hpp"

#include "cluster/bus/nats_link.hpp"

namespace rookery {

namespace {

class nats_bus final : public bus {
public:
  explicit nats_bus(std::shared_ptr<nats_link> link)
      : link_(std::move(link)) {}
  ~nats_bus() override { link_->stop(); }

  result<void> publish(bus_post post) override {
    return link_->publish(std::move(post));
  }
  result<bus_subscription> subscribe(
      std::string subject, bus_handlers handlers,
      const bus_pending_bounds& most) override {
    return link_->subscribe(std::move(subject), std::move(handlers), most);
  }
  bus_counts counts() const override { return link_->counts(); }

private:
  void
  ask(bus_post post, std::chrono::milliseconds deadline, answer_handler done,
      std::function<void()> nobody) override {
    link_->ask(std::move(post), deadline, std::move(done), std::move(nobody));
  }

  const std::shared_ptr<nats_link> link_;
};

} // namespace

result<std::unique_ptr<bus>> open_nats_bus(nats_bus_settings settings) {
  if (settings.servers.empty())
    return refuse(errc::bad_request, "a bus needs a server");
  auto link = std::make_shared<nats_link>(std::move(settings));
  if (auto opened = link->open(); !opened)
    return tl::make_unexpected(opened.error());
  return std::make_unique<nats_bus>(std::move(link));
}

} // namespace rookery
