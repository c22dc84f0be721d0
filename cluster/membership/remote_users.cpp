#include "cluster/membership/remote_users.hpp"

#include <algorithm>
#include <utility>

namespace rookery {

void remote_users::set_nodes(const std::vector<node_life>& lives) {
  for (auto one = nodes_.begin(); one != nodes_.end();) {
    if (std::find(lives.begin(), lives.end(), one->first) != lives.end()) {
      ++one;
      continue;
    }
    lose(one->second); // what was asked is not waited for
    one = nodes_.erase(one);
  }
  for (const auto life : lives)
    nodes_.try_emplace(life);
}

remote_users::heard_as remote_users::heard(const user_post& post) {
  const auto found = nodes_.find(post.life);
  if (found == nodes_.end())
    return heard_as::old; // its image is asked for when it is known to live
  auto& node = found->second;
  if (!node.known) {
    keep(node, post);
    return heard_as::taken;
  }
  const bool repeats = post.changes.empty();
  if (post.sequence <= node.sequence)
    return repeats ? heard_as::taken : heard_as::old;
  if (repeats || post.sequence != node.sequence + 1) {
    lose(node);
    keep(node, post);
    return heard_as::gap;
  }
  apply(node, post.changes);
  node.sequence = post.sequence;
  return heard_as::taken;
}

void remote_users::lose_all() {
  for (auto& [life, one] : nodes_)
    lose(one);
}

void remote_users::lose(known_node& of) {
  of.known = false;
  of.newest = 0;
  of.kept.clear();
  if (std::exchange(of.asked, 0) != 0)
    --asking_;
}

void remote_users::keep(known_node& of, const user_post& post) {
  of.newest = std::max(of.newest, post.sequence);
  if (post.changes.empty())
    return;
  if (of.kept.size() >= most_.kept_max) // another image will be asked for
    of.kept.clear();
  of.kept.emplace(post.sequence, post.changes);
}

std::vector<remote_users::wanted_image> remote_users::to_ask(ms now) {
  std::vector<wanted_image> wanted;
  for (auto& [life, one] : nodes_) {
    if (asking_ >= most_.asks_max)
      break;
    if (one.known || one.asked != 0 || one.not_before > now)
      continue;
    one.asked = next_++;
    one.not_before = now + most_.ask_again;
    ++asking_;
    wanted.push_back({life, one.asked});
  }
  return wanted;
}

remote_users::known_node* remote_users::asked_node(const wanted_image& asked) {
  const auto found = nodes_.find(asked.life);
  if (found == nodes_.end() || found->second.asked != asked.number)
    return nullptr;
  found->second.asked = 0;
  --asking_;
  return &found->second;
}

bool remote_users::answered(const wanted_image& asked, user_image image) {
  auto* node = asked_node(asked);
  if (!node)
    return false;
  node->bits = std::move(image.bits);
  node->sequence = image.sequence;
  for (const auto& [sequence, changes] : node->kept) {
    if (sequence <= node->sequence)
      continue;
    if (sequence != node->sequence + 1)
      break;
    apply(*node, changes);
    node->sequence = sequence;
  }
  node->kept.clear();
  node->known = node->sequence >= node->newest;
  node->newest = 0;
  return node->known;
}

void remote_users::failed(const wanted_image& asked) {
  static_cast<void>(asked_node(asked));
}

void remote_users::apply(
    known_node& to, const std::vector<bucket_change>& changes) {
  for (const auto& one : changes)
    to.bits.set(one.bucket, one.on);
}

std::vector<node_life> remote_users::may_have(uint32_t bucket) const {
  std::vector<node_life> all;
  for (const auto& [life, one] : nodes_)
    if (!one.known || one.bits.test(bucket))
      all.push_back(life);
  return all;
}

std::size_t remote_users::unknown() const noexcept {
  return static_cast<std::size_t>(
      std::count_if(nodes_.begin(), nodes_.end(), [](const auto& one) {
        return !one.second.known;
      }));
}

} // namespace rookery
