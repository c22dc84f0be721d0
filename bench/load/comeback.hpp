#pragma once

#include "bench/load/opening.hpp"
#include "bench/load/payload.hpp"
#include "bench/load/receipt_check.hpp"
#include "bench/load/replay_check.hpp"
#include "bench/load/works.hpp"

#include <cstdint>
#include <functional>
#include <vector>

namespace rookery::load {

/// Clients of topics with a log who miss events and come back, for works to
/// build on. Whatever is not as it should be throws. Thread: the loop's.
class comeback final : public census {
public:
  struct shape {
    uint32_t clients;
    /// Clients are spread evenly over so many topics.
    uint32_t topics;
    std::size_t payload_bytes;
    /// `subscriber` or `latecomer`.
    role plays;
  };

  /// Opens all clients, and a publisher and a scout for each topic. The scouts
  /// leave at once: latecomers have the log up to where these found it.
  comeback(const target_options& target, const shape& of);

  /// Ends all clients without a close frame, until the server has ended them.
  void drop_all();

  /// Publishes to each topic what its clients miss, until all is in the log.
  void publish(uint32_t count);

  /// Connects all clients anew, some at a time, until all have what they
  /// missed.
  void bring_back(uint32_t at_once);

  /// Subscribes all latecomers at once, until all have what they missed.
  void subscribe_all();

  void report(outcome& into) const;

private:
  void on_open(connection& which) override;
  void on_published(connection& which, std::string_view message) override;
  void on_receipt(connection& which, uint32_t id, uint64_t offset) override;
  void on_live(connection& which) override;
  void on_end(connection& which, std::string_view why) override;

  [[nodiscard]] bool is_client(uint32_t number) const {
    return number < shape_.clients;
  }
  [[nodiscard]] uint32_t topic_of(uint32_t client) const {
    return client % shape_.topics;
  }
  [[nodiscard]] connection& publisher(uint32_t topic) {
    return swarm_.at(shape_.clients + topic);
  }
  [[nodiscard]] connection& scout(uint32_t topic) {
    return swarm_.at(shape_.clients + shape_.topics + topic);
  }

  void open_all();
  void take_positions();
  void expect(uint32_t client);
  /// Throws when nothing happens for long, or a connection breaks.
  void serve_until(const char* what, const std::function<bool()>& done);

  shape shape_;
  payload_format format_;
  swarm swarm_;
  /// Of the topics' publishers.
  std::vector<receipt_check> receipts_;
  std::vector<uint32_t> published_;
  /// Of the clients.
  std::vector<replay_check> checks_;
  std::vector<instant> began_;
  /// Of the last publishing, to each topic.
  uint32_t missed_ = 0;
  uint64_t under_way_ = 0;
  uint64_t live_ = 0;
  uint64_t ended_ = 0;
  uint64_t received_ = 0;
  /// Counts all that happens.
  uint64_t progress_ = 0;
  /// From where a client subscribes until it has what it missed.
  histogram latency_;
};

} // namespace rookery::load
