#include "bench/load/comeback.hpp"
#include "bench/load/works.hpp"

namespace rookery::load {

outcome reconnect(
    const target_options& target, const reconnect_options& options,
    const signals& tell) {
  comeback work{
      target,
      {options.clients, options.topics, options.payload_bytes,
       role::subscriber}};
  // Once to warm up.
  work.drop_all();
  work.publish(options.missed);
  work.bring_back(options.at_once);
  tell.give("dropping");
  work.drop_all();
  tell.give("dropped");
  work.publish(options.missed);
  tell.give("begin");
  auto begin = clock::now();
  work.bring_back(options.at_once);
  outcome result;
  result.seconds = seconds{clock::now() - begin}.count();
  tell.give("end");
  work.report(result);
  return result;
}

} // namespace rookery::load
