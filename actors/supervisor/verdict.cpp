#include "actors/supervisor/verdict.hpp"

#include <algorithm>

namespace rookery {

namespace {

/// RFC 6455, section 5.5: a control frame has 125 bytes, 2 are the code.
constexpr std::size_t reason_bytes_max = 123;

std::string cause_of(const slow_report& report) {
  switch (report.why) {
  case slow_report::cause::overflow:
    return " on " + report.topic;
  case slow_report::cause::blocking:
    return ", kept the publishers of " + report.topic + " waiting";
  case slow_report::cause::memory:
    return ", the node is short of memory";
  case slow_report::cause::stalled:
    break;
  }
  const auto tenths = report.stalled.count() / 100;
  return ", nothing read for " + std::to_string(tenths / 10) + '.'
         + std::to_string(tenths % 10) + " s";
}

} // namespace

std::optional<std::string>
laggard_verdict(const slow_report& report, const laggard_config& limits) {
  if (report.why == slow_report::cause::stalled
      && report.stalled < limits.grace)
    return std::nullopt;
  auto reason = std::string{name(close_code::laggard)} + ": "
                + std::to_string(report.traffic.outbox_messages) + " messages ("
                + std::to_string(report.traffic.outbox_bytes) + " bytes) behind"
                + cause_of(report);
  reason.resize(std::min(reason.size(), reason_bytes_max));
  return reason;
}

} // namespace rookery
