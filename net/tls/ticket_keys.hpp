#pragma once

#include "base/error.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

using SSL_CTX = struct ssl_ctx_st;

namespace rookery {

/// A secret that session tickets are sealed with: AES-CBC and HMAC-SHA256 (RFC
/// 5077, section 4). Immutable; wiped when it goes.
struct ticket_key {
  static constexpr std::size_t bytes_long = 80;
  static constexpr std::size_t bytes_short = 48;
  static constexpr std::size_t secret_bytes_max = 32;
  using name_type = std::array<uint8_t, 16>;

  /// As in the files of nginx's ssl_session_ticket_key. 80 bytes: name, 32 of
  /// the HMAC, 32 of AES-256; 48 bytes: name, 16 of AES-128, 16 of the HMAC.
  explicit ticket_key(std::span<const uint8_t> bytes);
  ~ticket_key();
  ticket_key(const ticket_key&) = delete;
  ticket_key& operator=(const ticket_key&) = delete;

  name_type name{}; // goes with each ticket in the clear
  std::array<uint8_t, secret_bytes_max> cipher_secret{};
  std::array<uint8_t, secret_bytes_max> mac_secret{};
  std::size_t secret_bytes; // of each: 16 or 32
};

/// The keys of session tickets: the first seals, all open. Nodes with the same
/// keys resume each other's sessions.
///
/// Without files the keys are random: a new one comes each `lifetime`, and the
/// one before it stays, because the last ticket that it sealed lasts as long.
///
/// Thread: any.
class ticket_keys {
public:
  using clock = std::chrono::steady_clock;
  using key_ref = std::shared_ptr<const ticket_key>;
  using key_list = std::vector<key_ref>;

  /// How long a ticket is good for. A day, since a client gets its ticket when
  /// it connects and needs it when the node is restarted.
  static constexpr std::chrono::hours lifetime{24};
  static constexpr std::size_t random_keys_max = 2;

  explicit ticket_keys(std::function<clock::time_point()> now = clock::now)
      : now_(std::move(now)) {}

  /// Reads one key from each file; an error names the file and the reason.
  [[nodiscard]] static result<key_list>
  read(const std::vector<std::string>& files);

  /// Takes these instead of those it has. None: random ones.
  void replace(key_list keys);

  /// The key that seals now.
  key_ref first();
  /// Null if no key has this name (any more).
  key_ref named(const ticket_key::name_type& name);

  /// Lets OpenSSL seal and open the tickets of `context` with these keys, which
  /// outlive it.
  void serve(SSL_CTX* context);

private:
  void rotate();

  std::function<clock::time_point()> now_;
  std::mutex mutex_; // of all below
  key_list keys_;
  bool random_ = true;
  clock::time_point rotated_;
};

} // namespace rookery
