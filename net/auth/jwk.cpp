#include "net/auth/jwk.hpp"

#include "net/auth/base64url.hpp"

#include <array>

namespace rookery {

namespace {

struct algorithm_name {
  algorithm value;
  const char* name;
};

constexpr std::array algorithm_names{
    algorithm_name{algorithm::hs256, "HS256"},
    algorithm_name{algorithm::hs384, "HS384"},
    algorithm_name{algorithm::hs512, "HS512"},
    algorithm_name{algorithm::rs256, "RS256"},
    algorithm_name{algorithm::es256, "ES256"},
};

/// RFC 7518, section 3.3: smaller ones must not be used.
constexpr std::size_t rsa_bits_min = 2048;

/// What a key of this type is for, if it does not say it itself.
result<std::vector<algorithm>> algorithms_of(const cjose_jwk_t* jwk) {
  cjose_err error;
  switch (cjose_jwk_get_kty(jwk, &error)) {
  case CJOSE_JWK_KTY_OCT:
    return std::vector{algorithm::hs256, algorithm::hs384, algorithm::hs512};
  case CJOSE_JWK_KTY_RSA:
    if (cjose_jwk_get_keysize(jwk, &error) < rsa_bits_min)
      return refuse(errc::bad_request, "RSA needs 2048 bits or more");
    return std::vector{algorithm::rs256};
  case CJOSE_JWK_KTY_EC:
    if (cjose_jwk_EC_get_curve(jwk, &error) != CJOSE_JWK_EC_P_256)
      return refuse(errc::bad_request, "the only curve for EC is P-256");
    return std::vector{algorithm::es256};
  }
  return refuse(errc::bad_request, "its type (`kty`) is not supported");
}

/// Whether the key is meant for signatures (`use`, `key_ops`).
bool is_for_signatures(const json_t* jwk) noexcept {
  if (const auto* use = json_object_get(jwk, "use"))
    if (jose::text_of(use) != "sig")
      return false;
  const auto* operations = json_object_get(jwk, "key_ops");
  if (!operations)
    return true;
  for (std::size_t i = 0; i < json_array_size(operations); ++i) {
    const auto one = jose::text_of(json_array_get(operations, i));
    if (one == "verify" || one == "sign")
      return true;
  }
  return false;
}

/// cjose ends the process (an assertion) over a number with padding in it, and
/// a file that is wrong must not do that.
bool has_sound_numbers(const json_t* jwk) noexcept {
  for (const auto* member :
       {"k", "n", "e", "d", "p", "q", "dp", "dq", "qi", "x", "y"})
    if (!is_base64url(jose::text_of(json_object_get(jwk, member))))
      return false;
  return true;
}

} // namespace

const char* name(algorithm one) noexcept {
  for (const auto& known : algorithm_names)
    if (known.value == one)
      return known.name;
  return "none";
}

std::optional<algorithm> parse_algorithm(std::string_view name) noexcept {
  for (const auto& known : algorithm_names)
    if (name == known.name)
      return known.value;
  return std::nullopt;
}

result<token_key> read_jwk(json_t* jwk) {
  const auto fail = [](const char* why) {
    return refuse(errc::bad_request, why);
  };
  if (!json_is_object(jwk))
    return fail("it is not an object");
  if (!is_for_signatures(jwk))
    return fail("it is not for signatures (`use`, `key_ops`)");
  const auto* kty = json_object_get(jwk, "kty");
  if (jose::text_of(kty) == "OKP")
    return fail("EdDSA (`kty` OKP) is not supported");
  if (!has_sound_numbers(jwk))
    return fail("a number in it is no base64url");
  cjose_err error;
  token_key key;
  key.jwk.reset(cjose_jwk_import_json(jwk, &error));
  if (!key.jwk)
    return fail("its type (`kty`) is not supported, or a value is wrong");
  auto algorithms = algorithms_of(key.jwk.get());
  if (!algorithms)
    return tl::make_unexpected(std::move(algorithms.error()));
  key.algorithms = std::move(*algorithms);
  if (const auto* alg = json_object_get(jwk, "alg")) {
    const auto only = parse_algorithm(jose::text_of(alg));
    if (!only || !key.is_for(*only))
      return fail("its algorithm (`alg`) is not supported for its type");
    key.algorithms = {*only};
  }
  key.id = jose::text_of(json_object_get(jwk, "kid"));
  key.can_sign = jose::text_of(kty) == "oct" || json_object_get(jwk, "d");
  return key;
}

} // namespace rookery
