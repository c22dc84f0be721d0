#pragma once

#include "base/error.hpp"
#include "cluster/membership/cluster_view.hpp"

#include <string>
#include <string_view>
#include <variant>

namespace rookery {

// What nodes say on `beat.<cluster>`: MessagePack arrays that begin with a
// version and a kind. A later version may append fields, which are skipped
// here; what it can not say by that gets another version or kind, which is
// refused here.

inline constexpr std::size_t node_name_bytes_max = 255;

struct node_beat {
  std::string name;
  node_life life = 0;
  uint64_t sequence = 0; // of this life; rises, so that late ones are known
  node_state state = node_state::joining;
  bool asks = false; // others beat soon
  node_facts facts;
};

/// Says to one life that it was given up.
struct fence_notice {
  node_life life = 0;
  node_life above = 0; // where its next life has to be
  bool name_taken = false;
  std::string by;
};

using cluster_word = std::variant<node_beat, fence_notice>;

/// Texts are cut at `node_name_bytes_max`.
[[nodiscard]] std::string encode(const node_beat& beat);
[[nodiscard]] std::string encode(const fence_notice& notice);
/// Total. Refuses what `encode` did not write: `bad_request` for an unknown
/// version or kind, `internal` for all else.
[[nodiscard]] result<cluster_word> decode_word(std::string_view bytes);

/// A word of a subject: letters, digits, `-` and `_`, at most 64.
[[nodiscard]] bool valid_cluster_name(std::string_view name) noexcept;

} // namespace rookery
