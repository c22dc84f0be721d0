#include "bench/load/opening.hpp"
#include "bench/load/works.hpp"

#include <utility>
#include <vector>

namespace rookery::load {

namespace {

// Every place of the swarm connects, is greeted, leaves, and connects again.
class handshake_run final : public census {
public:
  handshake_run(const target_options& target, uint32_t at_once)
      : swarm_(target, *this) {
    for (uint32_t i = 0; i < at_once; ++i)
      ended_.push_back(swarm_.add(role::visitor, {}).number());
  }

  /// Keeps all places busy for `length`, then lets the last visitors finish.
  void run(seconds length) {
    auto end = clock::now() + ticks(length);
    while (clock::now() < end && broken() == 0) {
      for (auto number : std::exchange(ended_, {}))
        swarm_.replace(number);
      swarm_.serve(end);
    }
    auto give_up = clock::now() + patience;
    while (ended_.size() < swarm_.size() && clock::now() < give_up)
      swarm_.serve(give_up);
  }

private:
  static constexpr auto patience = std::chrono::seconds{3};

  void on_open(connection& which) override {
    census::on_open(which);
    which.leave();
  }

  void on_published(connection&, std::string_view) override {}

  void on_end(connection& which, std::string_view why) override {
    census::on_end(which, why);
    ended_.push_back(which.number());
  }

  swarm swarm_;
  std::vector<uint32_t> ended_;
};

} // namespace

outcome handshakes(
    const target_options& target, const handshake_options& options,
    const signals& tell) {
  handshake_run work{target, options.at_once};
  work.run(options.warm_up);
  auto opened_before = work.opened();
  auto resumed_before = work.resumed();
  tell.give("begin");
  auto begin = clock::now();
  work.run(options.measure);
  outcome result;
  result.seconds = seconds{clock::now() - begin}.count();
  tell.give("end");
  result.connections = work.opened() - opened_before;
  result.resumed = work.resumed() - resumed_before;
  result.broken = work.broken();
  result.broken_why = work.broken_why();
  return result;
}

} // namespace rookery::load
