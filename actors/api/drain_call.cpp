#include "actors/api/drain_call.hpp"

#include "actors/api/answers.hpp"
#include "actors/node/node_drain.hpp"
#include "base/protocol/json_object.hpp"

#include <csignal>
#include <unistd.h>

namespace rookery {

namespace {

constexpr uint64_t rate_max = 1'000'000;

http_response json(const std::string& body) {
  return {200, "application/json", body + "\n", {}};
}

std::string numbers_of(const drain_plan& plan, uint64_t connections) {
  return "\"connections\":" + std::to_string(connections)
         + ",\"window_ms\":" + std::to_string(plan.window.count())
         + ",\"rate\":" + std::to_string(plan.rate) + "}";
}

http_response progress(const node_context& node) {
  const auto plan = node.drain ? node.drain->plan() : std::nullopt;
  if (!plan)
    return json(
        "{\"draining\":false,\"others\":"
        + std::to_string(node.drain ? node.drain->others().count : 0) + "}");
  return json(
      "{\"draining\":true," + numbers_of(*plan, node.drain->connections()));
}

http_response start(const http_request& request, const node_context& node) {
  std::optional<uint64_t> rate;
  if (!request.body().empty()) {
    const auto fields = read_json_object(request.body());
    if (!fields)
      return error_answer(400, "not a JSON object: " + fields.error().message);
    for (const auto& field : *fields) {
      if (field.name != "rate")
        return error_answer(400, field.name + ": no such field", field.name);
      const auto* number = std::get_if<uint64_t>(&field.value);
      if (!number || *number < 1 || *number > rate_max)
        return error_answer(
            400, "rate: 1 to " + std::to_string(rate_max), field.name);
      rate = *number;
    }
  }
  if (!node.drain)
    return error_answer(409, "this node is in no cluster: stop it by SIGTERM");
  const auto plan = node.drain->start(rate);
  if (!plan)
    return error_answer(409, plan.error().message + ": stop it by SIGTERM");
  ::kill(::getpid(), SIGUSR1); // the node waits for signals
  return json("{" + numbers_of(*plan, plan->connections));
}

} // namespace

http_response
drain_answer(const http_request& request, const node_context& node) {
  const auto method = request.method();
  if (method == "GET" || method == "HEAD")
    return progress(node);
  if (method != "POST") {
    auto answer = error_answer(405, "GET, HEAD, POST only");
    answer.headers.emplace_back("Allow", "GET, HEAD, POST");
    return answer;
  }
  // A page in the operator's browser may send it here without being asked.
  if (!request.header("Origin").empty())
    return error_answer(403, "not from a web page");
  return start(request, node);
}

} // namespace rookery
