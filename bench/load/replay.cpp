#include "bench/load/comeback.hpp"
#include "bench/load/works.hpp"

namespace rookery::load {

outcome replay(
    const target_options& target, const replay_options& options,
    const signals& tell) {
  comeback work{
      target,
      {options.clients, options.topics, options.payload_bytes,
       role::latecomer}};
  work.publish(options.missed);
  tell.give("begin");
  auto begin = clock::now();
  work.subscribe_all();
  outcome result;
  result.seconds = seconds{clock::now() - begin}.count();
  tell.give("end");
  work.report(result);
  return result;
}

} // namespace rookery::load
