#include "bench/load/opening.hpp"
#include "bench/load/works.hpp"

#include <algorithm>

namespace rookery::load {

namespace {

class idle_run final : public census {
  void on_published(connection&, std::string_view) override {}
};

void serve_for(swarm& all, seconds length) {
  auto end = clock::now() + ticks(length);
  while (clock::now() < end)
    all.serve(end);
}

} // namespace

outcome idle(
    const target_options& target, const idle_options& options,
    const signals& tell) {
  idle_run counted;
  swarm all{target, counted};
  for (uint32_t i = 0; i < options.connections; ++i)
    all.add(role::subscriber, topic_name(i % options.topics));
  open_up_to(all, counted, std::min(options.before, options.connections));
  serve_for(all, options.settle);
  auto few = counted.opened();
  tell.give("few");
  open_up_to(all, counted, options.connections);
  serve_for(all, options.settle);
  tell.give("begin");
  auto begin = clock::now();
  serve_for(all, options.hold);
  outcome result;
  result.seconds = seconds{clock::now() - begin}.count();
  tell.give("end");
  result.connections = counted.opened();
  result.few = few;
  result.resumed = counted.resumed();
  result.broken = counted.broken();
  result.broken_why = counted.broken_why();
  return result;
}

} // namespace rookery::load
