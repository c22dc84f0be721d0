#pragma once

#include "bench/load/histogram.hpp"
#include "bench/load/sequence_check.hpp"
#include "bench/load/swarm.hpp"

#include <chrono>
#include <cstdint>
#include <string>

namespace rookery::load {

struct fan_out_options {
  uint32_t topics = 1;
  /// Of each topic.
  uint32_t subscribers = 1000;
  /// Publishes per second and topic, whatever the server does. With zero,
  /// as many as go: `window` publishes are always under way.
  double rate = 20;
  uint32_t window = 64;
  std::size_t payload_bytes = 128;
  seconds warm_up{2};
  seconds measure{5};
  /// How long without any delivery until what is missing counts as lost. Long,
  /// because a busy machine may not run the server for seconds.
  seconds patience{10};
};

struct idle_options {
  uint32_t connections = 1000;
  /// Connections are spread evenly over so many topics.
  uint32_t topics = 100;
  /// Connections that come before the first reading of the server's memory,
  /// so that what it needs once is not counted.
  uint32_t before = 1000;
  seconds settle{2};
  seconds hold{5};
};

struct handshake_options {
  /// Connections under way at once.
  uint32_t at_once = 16;
  seconds warm_up{1};
  seconds measure{3};
};

/// Publishers without subscribers, each with so many publishes under way.
struct receipts_options {
  uint32_t publishers = 100;
  /// Publishers are spread evenly over so many topics.
  uint32_t topics = 10;
  /// Below the credit of a connection, so that the server always reads.
  uint32_t window = 16;
  /// Of all publishers together, one after the other; 0: as many as go.
  double rate = 0;
  std::size_t payload_bytes = 150;
  seconds warm_up{2};
  seconds measure{5};
};

/// Connected clients that subscribe all at once, from where they had the log.
struct replay_options {
  uint32_t clients = 1000;
  /// Clients are spread evenly over so many topics.
  uint32_t topics = 1;
  /// Events of each topic that its clients lack.
  uint32_t missed = 1000;
  std::size_t payload_bytes = 128;
};

/// Subscribers that are dropped, miss some events, and come back.
struct reconnect_options {
  uint32_t clients = 2000;
  uint32_t topics = 1;
  uint32_t missed = 10;
  /// Clients under way at once.
  uint32_t at_once = 100;
  std::size_t payload_bytes = 128;
};

/// The result of any work; what does not apply is zero.
struct outcome {
  double seconds = 0;
  uint64_t connections = 0;
  /// Of these, how many there were at the signal "few".
  uint64_t few = 0;
  uint64_t resumed = 0;
  uint64_t published = 0;
  uint64_t deliveries = 0;
  uint64_t receipts = 0;
  verdict judged;
  /// Payloads of another topic or without a sound stamp.
  uint64_t corrupt = 0;
  /// Connections that the server ended, and why the first of them.
  uint64_t broken = 0;
  std::string broken_why;
  histogram latency;
};

/// Tells whoever measures the server that an interval begins or ends.
class signals {
public:
  /// With `in_step`, each signal waits for a line on the standard input, so
  /// that no work is done between the signal and the reading.
  explicit signals(bool in_step)
      : in_step_(in_step) {}

  void give(const char* word) const;

private:
  bool in_step_;
};

// Each work runs to its end; what cannot even start throws. The works around
// logs throw at the first mistake of the server as well.
outcome fan_out(const target_options&, const fan_out_options&, const signals&);
outcome idle(const target_options&, const idle_options&, const signals&);
outcome
handshakes(const target_options&, const handshake_options&, const signals&);

outcome
receipts(const target_options&, const receipts_options&, const signals&);
outcome replay(const target_options&, const replay_options&, const signals&);
outcome
reconnect(const target_options&, const reconnect_options&, const signals&);

} // namespace rookery::load
