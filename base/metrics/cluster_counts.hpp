#pragma once

#include <cstdint>

namespace rookery {

/// What a node saw of the others since the start.
struct member_counts {
  uint64_t beats = 0; // of others, that were understood
  /// Of a version or kind that this node does not know, damaged, or of more
  /// nodes than there may be.
  uint64_t beats_refused = 0;
  uint64_t joined = 0;
  uint64_t left = 0;
  uint64_t died = 0;
  uint64_t notices = 0;      // told to lives that had ended
  uint64_t fenced = 0;       // this node
  uint64_t name_clashes = 0; // heartbeats of two lives with one name
  uint64_t nodes = 0;        // now: alive, this one included
  uint64_t tombstones = 0;   // now
  bool deaf = false;         // now: it does not reach NATS, and judges nobody
};

/// Calls between nodes since the start.
struct peer_counts {
  uint64_t calls = 0;    // to others
  uint64_t failed = 0;   // of these: refused by the other node, or not sent
  uint64_t timeouts = 0; // of these: nobody answered, in time or at all
  uint64_t to_dead = 0;  // of these: the node was not alive, or died
  uint64_t handled = 0;  // of others
  /// Of others: an unknown version or kind, damaged, or too many at once.
  uint64_t refused = 0;
  uint64_t waiting = 0;  // now: without an answer
  uint64_t handling = 0; // now: not answered yet
};

/// The index of users since the start.
struct user_index_counts {
  uint64_t changes_out = 0; // of buckets
  uint64_t posts_out = 0;   // messages with them, or without
  uint64_t posts_in = 0;
  uint64_t posts_refused = 0; // an unknown version, or damaged
  uint64_t gaps = 0;          // a message of another node was missing
  uint64_t resyncs = 0;       // whole images that were taken over
  uint64_t resync_failures = 0;
  uint64_t users = 0;   // now: of this node, with a connection
  uint64_t unknown = 0; // now: nodes that count as having every user
};

/// Messages of other nodes for topics without a log that nobody here got.
struct remote_loss_counts {
  uint64_t full = 0; // as many waited for the topic as may
  uint64_t bus = 0;  // the bus could not keep up
  uint64_t unreadable = 0;
};

struct cluster_counts {
  member_counts members;
  peer_counts calls;
  user_index_counts users;
  remote_loss_counts lost;
};

} // namespace rookery
