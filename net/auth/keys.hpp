#pragma once

#include "base/config/config.hpp"
#include "base/error.hpp"
#include "net/auth/jose.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rookery {

/// The algorithms that we accept (RFC 7518, section 3.1); no others exist for
/// us, `none` least of all.
enum class algorithm : uint8_t { hs256, hs384, hs512, rs256, es256 };

/// "HS256"
const char* name(algorithm one) noexcept;
std::optional<algorithm> parse_algorithm(std::string_view name) noexcept;

/// A key and the algorithms it is for. A token that names any other algorithm
/// never meets this key, so a public key cannot be taken for a secret.
struct token_key {
  jose::jwk_ptr jwk;
  std::string id; // `kid`; empty: none
  std::vector<algorithm> algorithms;
  bool can_sign = false; // a secret, or the private half is there

  bool is_for(algorithm one) const noexcept;
};

/// A token taken apart; nothing of it is proven.
struct unverified_token {
  std::string header; // JSON
  std::string payload;
};

/// The keys of one configuration at one time. Immutable. Thread: any; cjose
/// only reads a key when it verifies or signs with it.
class key_set {
public:
  /// Of one file. All of them are tried before a forged token without `kid` is
  /// refused, which costs an I/O thread about 90 us for each ES256 key.
  static constexpr std::size_t keys_max = 16;
  static constexpr std::size_t file_bytes_max = 256 * 1024;

  /// The secret, then the keys of the JWKS file (RFC 7517, section 5). Keys in
  /// it that we cannot use are skipped and noted; if no other is left, or the
  /// file cannot be read, refuses with its name and the reason.
  [[nodiscard]] static result<key_set> load(const token_config& settings);

  /// The payload of a token that one of these keys has signed. The token has at
  /// most `token_bytes_max` bytes. Refuses with `unauthorized`.
  [[nodiscard]] result<std::string> verify(std::string_view token) const;

  /// A token with this payload, signed by the first key that can.
  [[nodiscard]] result<std::string> sign(const std::string& payload) const;

  /// What the operator should know: skipped keys, weak secrets. No secrets.
  const std::vector<std::string>& notes() const noexcept { return notes_; }

private:
  void add(token_key key, const std::string& origin);
  [[nodiscard]] result<void> add_file(const std::string& path);
  [[nodiscard]] result<void> add_keys(const json_t* jwks);

  std::vector<token_key> keys_;
  std::vector<std::string> notes_;
};

/// For diagnosis only.
std::optional<unverified_token> take_apart(std::string_view token);

} // namespace rookery
