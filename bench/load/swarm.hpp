#pragma once

#include "bench/load/clock.hpp"
#include "bench/load/connection.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace rookery::load {

/// How to reach the server, and in what language.
struct target_options {
  std::string dialect = "rookery";
  /// Connections take them in turn, by their numbers.
  std::vector<uint16_t> ports;
  /// A JWT that every connection presents; empty for none.
  std::string token;
  bool tls = false;
  /// Take up earlier TLS sessions.
  bool resume = false;
  /// Look at the sockets only so often; with zero, whenever one is ready.
  /// A process that sleeps is not woken by what the server sends, as a remote
  /// client is not, and the server does not pay for waking it.
  std::chrono::microseconds rest{0};
};

/// All connections of this process, and the loop that serves them.
class swarm {
public:
  swarm(const target_options& options, watcher& watch);
  ~swarm();

  swarm(const swarm&) = delete;
  swarm& operator=(const swarm&) = delete;

  /// Adds one that `start` will start; its number is how many were before it.
  connection& add(role plays, std::string topic);

  /// A fresh connection in the place of one that ended, started at once. It
  /// has the log up to where that one had it.
  connection& replace(uint32_t number);

  void start(uint32_t number);

  /// Serves what is ready, waiting for it until `until` at most.
  void serve(instant until);

  [[nodiscard]] std::size_t size() const { return connections_.size(); }
  [[nodiscard]] connection& at(uint32_t number) {
    return *connections_[number];
  }

private:
  void look(instant until);

  surroundings around_;
  std::unique_ptr<dialect> dialect_;
  std::unique_ptr<tls_client> tls_;
  std::chrono::microseconds rest_;
  instant next_look_{};
  std::vector<std::unique_ptr<connection>> connections_;
  uint32_t started_ = 0;
};

} // namespace rookery::load
