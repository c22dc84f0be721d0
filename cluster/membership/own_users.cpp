#include "base/check.hpp"
#include "cluster/membership/user_bits.hpp"

namespace rookery {

own_users::effect own_users::add(std::string_view user) {
  const auto bucket = user_bucket(user);
  ++size_;
  return ++counts_[bucket] == 1 ? note(bucket, true) : effect::none;
}

own_users::effect own_users::remove(std::string_view user) {
  const auto bucket = user_bucket(user);
  ROOKERY_CHECK(counts_[bucket] > 0, "who is removed was added");
  --size_;
  return --counts_[bucket] == 0 ? note(bucket, false) : effect::none;
}

own_users::effect own_users::note(uint32_t bucket, bool on) {
  now_.set(bucket, on);
  if (!is_pending_.test(bucket)) {
    is_pending_.set(bucket, true);
    pending_.push_back(bucket);
  }
  if (told_.test(bucket) == on)
    return effect::none;
  return on ? effect::appears : effect::vanishes;
}

std::vector<bucket_change> own_users::take_changes(std::size_t most) {
  std::vector<bucket_change> changes;
  while (!pending_.empty() && changes.size() < most) {
    const auto bucket = pending_.back();
    pending_.pop_back();
    is_pending_.set(bucket, false);
    const bool on = now_.test(bucket);
    if (told_.test(bucket) == on)
      continue;
    told_.set(bucket, on);
    changes.push_back({bucket, on});
  }
  return changes;
}

} // namespace rookery
