#pragma once

#include "base/config/config.hpp"
#include "net/auth/jose.hpp"
#include "net/auth/token.hpp"

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

// Keys, tokens and key files that the tests of net/auth make for themselves.

namespace rookery::test {

using namespace std::chrono_literals;

/// The time at which all of these tests happen.
inline constexpr std::chrono::system_clock::time_point now{1'800'000'000s};

/// `now` as a claim, moved by some seconds.
std::string at(std::chrono::seconds from_now);

inline const std::string secret = "a secret of thirty-two bytes, ok";

std::string base64url(std::string_view bytes);

/// A key of the kind that a token's issuer has: both halves.
class issuer_key {
public:
  static issuer_key rsa(std::string_view id = "");
  static issuer_key ec(std::string_view id = "");
  static issuer_key oct(std::string_view bytes, std::string_view id = "");
  static issuer_key from(cjose_jwk_t* jwk, std::string_view id = "");

  /// A token with exactly this header and payload.
  std::string sign(const std::string& header, const std::string& payload) const;

  /// With the header {"alg":ALG} and, if the key has an id, its `kid`.
  std::string sign_as(const std::string& alg, const std::string& payload) const;

  std::string public_jwk() const { return jwk(false); }
  std::string private_jwk() const { return jwk(true); }

private:
  std::string jwk(bool with_private_half) const;

  jose::jwk_ptr key_;
  std::string id_;
};

/// {"keys":[...]}
std::string jwks(const std::vector<std::string>& keys);

/// A file of the test's own, removed at the end.
class temporary_file {
public:
  explicit temporary_file(std::string_view content);
  ~temporary_file();
  temporary_file(const temporary_file&) = delete;
  temporary_file& operator=(const temporary_file&) = delete;

  void write(std::string_view content) const;
  const std::string& path() const { return path_; }

private:
  std::string path_;
};

token_config with_secret();
token_config with_file(const std::string& path);

/// Fails the test if these settings cannot be loaded.
std::unique_ptr<token_verifier> verifier(const token_config& settings);

/// The user, or the message of the refusal.
std::string judge(const token_verifier& by, std::string_view token);

} // namespace rookery::test
