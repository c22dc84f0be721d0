#include "actors/remote_losses.hpp"

#include "base/log.hpp"

namespace rookery {

void remote_losses::note(
    cause why, std::string_view subject, uint64_t messages) {
  if (messages == 0)
    return; // it is not known whether there were any
  counts_[static_cast<std::size_t>(why)] += messages;
  if (!may_warn())
    return;
  const auto all = counts();
  log::warn(
      "topic.remote_lost", {{"subject", subject},
                            {"full", all.full},
                            {"bus", all.bus},
                            {"unreadable", all.unreadable}});
}

remote_loss_counts remote_losses::counts() const {
  return {counts_[0], counts_[1], counts_[2]};
}

/// True for one of those who ask within the interval.
bool remote_losses::may_warn() {
  using namespace std::chrono;
  const int64_t now = steady_clock::now().time_since_epoch().count();
  auto quiet = quiet_until_ns_.load();
  return now >= quiet
         && quiet_until_ns_.compare_exchange_strong(
             quiet, now + nanoseconds{warn_interval}.count());
}

} // namespace rookery
