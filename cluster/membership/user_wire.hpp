#pragma once

#include "base/error.hpp"
#include "cluster/membership/life.hpp"
#include "cluster/membership/user_bits.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace rookery {

// What nodes tell each other of their users: MessagePack arrays that begin with
// a version, as heartbeats do.

/// On `users.<cluster>`. Without changes it repeats the number of the last one
/// that had some, so that its loss is found.
struct user_post {
  node_life life = 0;
  uint64_t sequence = 0; // of this life; the first with changes is 1
  std::vector<bucket_change> changes;
};

/// The answer to `peer_kind::users_image`. Posts above `sequence` go on from
/// it.
struct user_image {
  node_life life = 0;
  uint64_t sequence = 0;
  user_bits bits;
};

[[nodiscard]] std::string encode(const user_post& post);
[[nodiscard]] std::string
encode_image(node_life life, uint64_t sequence, const user_bits& bits);
/// Both total. They refuse (`bad_request`) what was not written so.
[[nodiscard]] result<user_post> decode_user_post(std::string_view bytes);
[[nodiscard]] result<user_image> decode_user_image(std::string_view bytes);

} // namespace rookery
