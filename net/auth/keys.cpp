#include "net/auth/keys.hpp"

#include "base/check.hpp"
#include "net/auth/base64url.hpp"
#include "net/auth/jwk.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <utility>

namespace rookery {

namespace {

constexpr const char* malformed = "the token is malformed";

/// Nothing but base64url and dots (RFC 7515, section 7.1). cjose would stop at
/// padding, and forgive whatever stands behind it or end the process.
bool has_form_of_token(std::string_view token) noexcept {
  return std::all_of(token.begin(), token.end(), [](char c) {
    return is_base64url(c) || c == '.';
  });
}

jose::jws_ptr import(std::string_view token) noexcept {
  cjose_err ignored;
  if (!has_form_of_token(token))
    return nullptr;
  return jose::jws_ptr{cjose_jws_import(token.data(), token.size(), &ignored)};
}

std::string payload_of(const cjose_jws_t* jws) {
  cjose_err ignored;
  uint8_t* bytes = nullptr; // stays the property of `jws`
  std::size_t size = 0;
  if (!cjose_jws_get_plaintext(jws, &bytes, &size, &ignored))
    return {};
  return {reinterpret_cast<const char*>(bytes), size};
}

/// What the header asks for; all that we read of it.
struct signature_header {
  algorithm signed_with;
  std::string_view key_id; // within the header; empty: none
};

result<signature_header> read_header(const json_t* header) {
  // No extension is known to us, so all critical ones are unknown (RFC 7515,
  // section 4.1.11).
  if (json_object_get(header, "crit"))
    return refuse(
        errc::unauthorized,
        "the token demands an extension that is not supported");
  const auto signed_with =
      parse_algorithm(jose::text_of(json_object_get(header, "alg")));
  if (!signed_with)
    return refuse(
        errc::unauthorized, "the token's algorithm (`alg`) is not accepted");
  const auto* kid = json_object_get(header, "kid");
  if (kid && !json_is_string(kid))
    return refuse(errc::unauthorized, malformed);
  return signature_header{*signed_with, jose::text_of(kid)};
}

/// Keys without an id (the configured secret is one) are tried for every token,
/// since issuers set `kid` whether we name the key or not.
bool may_be_meant(const token_key& key, const signature_header& header) {
  return key.is_for(header.signed_with)
         && (header.key_id.empty() || key.id.empty()
             || key.id == header.key_id);
}

token_key secret_key(const std::string& secret) {
  cjose_err error;
  token_key key;
  key.jwk.reset(cjose_jwk_create_oct_spec(
      reinterpret_cast<const uint8_t*>(secret.data()), secret.size(), &error));
  ROOKERY_CHECK(key.jwk, "cjose takes any secret that is not empty");
  key.algorithms = {algorithm::hs256, algorithm::hs384, algorithm::hs512};
  key.can_sign = true;
  return key;
}

} // namespace

bool token_key::is_for(algorithm one) const noexcept {
  return std::find(algorithms.begin(), algorithms.end(), one)
         != algorithms.end();
}

result<key_set> key_set::load(const token_config& settings) {
  key_set keys;
  if (!settings.hmac_secret.empty())
    keys.add(secret_key(settings.hmac_secret), "session.token.hmac-secret");
  if (!settings.jwks_file.empty())
    if (auto added = keys.add_file(settings.jwks_file); !added)
      return tl::make_unexpected(std::move(added.error()));
  return keys;
}

void key_set::add(token_key key, const std::string& origin) {
  // RFC 7518, section 3.2 demands 32 bytes. We only say so, since the secret is
  // often the issuer's choice, and a node that does not start protects nobody.
  constexpr std::size_t secret_bits_min = 256;
  cjose_err error;
  if (cjose_jwk_get_kty(key.jwk.get(), &error) == CJOSE_JWK_KTY_OCT
      && cjose_jwk_get_keysize(key.jwk.get(), &error) < secret_bits_min)
    notes_.push_back(
        origin + ": a secret of less than 32 bytes can be guessed");
  keys_.push_back(std::move(key));
}

result<void> key_set::add_file(const std::string& path) {
  const auto fail = [&](const std::string& why) {
    return refuse(errc::bad_request, path + ": " + why);
  };
  std::ifstream file{path, std::ios::binary};
  if (!file)
    return fail(std::strerror(errno));
  std::string text(file_bytes_max + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (file.bad())
    return fail("cannot be read");
  text.resize(static_cast<std::size_t>(file.gcount()));
  if (text.size() > file_bytes_max)
    return fail("is larger than 256 KiB");
  json_error_t where;
  const jose::json_ptr jwks{
      json_loadb(text.data(), text.size(), JSON_REJECT_DUPLICATES, &where)};
  if (!jwks)
    return fail("line " + std::to_string(where.line) + ": is not JSON");
  if (auto added = add_keys(jwks.get()); !added)
    return fail(added.error().message);
  return {};
}

result<void> key_set::add_keys(const json_t* jwks) {
  const auto* list = json_object_get(jwks, "keys");
  if (!json_is_array(list))
    return refuse(errc::bad_request, "has no array `keys`");
  if (json_array_size(list) > keys_max)
    return refuse(errc::bad_request, "has more than 16 keys");
  std::string skipped;
  bool any = false;
  for (std::size_t i = 0; i < json_array_size(list); ++i) {
    const auto origin = "key " + std::to_string(i + 1);
    auto key = read_jwk(json_array_get(list, i));
    if (key) {
      add(std::move(*key), origin);
      any = true;
    } else {
      notes_.push_back(origin + " is skipped: " + key.error().message);
      skipped += "; " + notes_.back();
    }
  }
  if (!any)
    return refuse(errc::bad_request, "has no key for us" + skipped);
  return {};
}

result<std::string> key_set::verify(std::string_view token) const {
  const auto jws = import(token);
  if (!jws)
    return refuse(errc::unauthorized, malformed);
  const auto header = read_header(cjose_jws_get_protected(jws.get()));
  if (!header)
    return tl::make_unexpected(header.error());
  bool any = false;
  for (const auto& key : keys_) {
    if (!may_be_meant(key, *header))
      continue;
    any = true;
    cjose_err ignored;
    if (cjose_jws_verify(jws.get(), key.jwk.get(), &ignored))
      return payload_of(jws.get());
  }
  return refuse(
      errc::unauthorized, any ? "the token's signature is not valid"
                              : "no key fits the token's `kid` and `alg`");
}

result<std::string> key_set::sign(const std::string& payload) const {
  const auto key = std::find_if(
      keys_.begin(), keys_.end(), [](const auto& k) { return k.can_sign; });
  if (key == keys_.end())
    return refuse(
        errc::not_available,
        "no key can sign: set session.token.hmac-secret, or a "
        "session.token.jwks-file with private keys");
  jose::json_ptr header{json_object()};
  json_object_set_new(
      header.get(), "alg", json_string(name(key->algorithms.front())));
  json_object_set_new(header.get(), "typ", json_string("JWT"));
  if (!key->id.empty())
    json_object_set_new(header.get(), "kid", json_string(key->id.c_str()));
  cjose_err error;
  const jose::jws_ptr jws{cjose_jws_sign(
      key->jwk.get(), header.get(),
      reinterpret_cast<const uint8_t*>(payload.data()), payload.size(),
      &error)};
  const char* compact = nullptr; // stays the property of `jws`
  if (!jws || !cjose_jws_export(jws.get(), &compact, &error))
    return refuse(errc::internal, "the token cannot be signed");
  return std::string{compact};
}

std::optional<unverified_token> take_apart(std::string_view token) {
  const auto jws = import(token);
  if (!jws)
    return std::nullopt;
  return unverified_token{
      jose::write(cjose_jws_get_protected(jws.get())), payload_of(jws.get())};
}

} // namespace rookery
