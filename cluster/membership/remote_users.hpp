#pragma once

#include "cluster/membership/user_wire.hpp"

#include <chrono>
#include <map>
#include <vector>

namespace rookery {

/// Which other nodes may have a user: pure, time is an argument.
///
/// A node is unknown until its image is there, and again whenever something of
/// it may have been missed; it counts then as having every user. Posts that
/// come meanwhile are kept, and go on from the image.
///
/// Thread: one at a time.
class remote_users {
public:
  using ms = std::chrono::milliseconds;

  struct bounds {
    std::size_t asks_max = 8;   // at once
    std::size_t kept_max = 256; // posts of a node that is unknown
    ms ask_again{1'000};        // the same node
  };
  /// Whom to ask for its image, and the number to give back with the answer.
  struct wanted_image {
    node_life life = 0;
    uint64_t number = 0;
  };

  explicit remote_users(const bounds& most)
      : most_(most) {}

  /// Others that live.
  void set_nodes(const std::vector<node_life>& lives);
  enum class heard_as : uint8_t { taken, old, gap };
  heard_as heard(const user_post& post);
  /// Something was missed, of whomever.
  void lose_all();

  /// Whom to ask now; `answered` or `failed` is to follow for each.
  std::vector<wanted_image> to_ask(ms now);
  /// False: it is of no use, since something was missed after it was asked for.
  bool answered(const wanted_image& asked, user_image image);
  void failed(const wanted_image& asked);

  /// Rising.
  std::vector<node_life> may_have(uint32_t bucket) const;
  std::size_t unknown() const noexcept;

private:
  struct known_node {
    bool known = false;
    uint64_t sequence = 0; // what the bits are of, when known
    uint64_t newest = 0;   // that was heard of, when unknown
    uint64_t asked = 0;    // number; 0: nobody was asked
    ms not_before{0};      // to ask
    user_bits bits;
    std::map<uint64_t, std::vector<bucket_change>> kept; // by sequence
  };

  void lose(known_node& of);
  void keep(known_node& of, const user_post& post);
  static void apply(known_node& to, const std::vector<bucket_change>& changes);
  known_node* asked_node(const wanted_image& asked);

  const bounds most_;
  std::map<node_life, known_node> nodes_;
  std::size_t asking_ = 0;
  uint64_t next_ = 1;
};

} // namespace rookery
