#include "net/auth/token.hpp"
#include "tests/unit/auth/tokens.hpp"

#include <gtest/gtest.h>
#include <openssl/bn.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>

// What an attacker would send who knows everything but the private keys.

namespace rookery::test {
namespace {

constexpr const char* claims = R"({"sub":"mallory"})";
constexpr const char* malformed = "the token is malformed";
constexpr const char* bad_algorithm =
    "the token's algorithm (`alg`) is not accepted";
constexpr const char* bad_signature = "the token's signature is not valid";
constexpr const char* no_key = "no key fits the token's `kid` and `alg`";

std::string unsigned_part(const std::string& header) {
  return base64url(header) + "." + base64url(claims);
}

std::string hmac_token(const std::string& header, const std::string& key) {
  const auto text = unsigned_part(header);
  unsigned char mac[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  HMAC(
      EVP_sha256(), key.data(), static_cast<int>(key.size()),
      reinterpret_cast<const unsigned char*>(text.data()), text.size(), mac,
      &size);
  return text + "." + base64url({reinterpret_cast<const char*>(mac), size});
}

/// An RSA key as OpenSSL writes it, made for one test.
struct rsa_key {
  EVP_PKEY* key = EVP_RSA_gen(2048);
  ~rsa_key() { EVP_PKEY_free(key); }

  std::string number(const char* name) const {
    BIGNUM* value = nullptr;
    EXPECT_EQ(EVP_PKEY_get_bn_param(key, name, &value), 1);
    std::string bytes(static_cast<std::size_t>(BN_num_bytes(value)), '\0');
    BN_bn2bin(value, reinterpret_cast<unsigned char*>(bytes.data()));
    BN_free(value);
    return bytes;
  }
  std::string public_jwk() const {
    return R"({"kty":"RSA","n":")" + base64url(number("n")) + R"(","e":")"
           + base64url(number("e")) + R"("})";
  }
  std::string public_pem() const {
    BIO* out = BIO_new(BIO_s_mem());
    EXPECT_EQ(PEM_write_bio_PUBKEY(out, key), 1);
    char* text = nullptr;
    const auto size = BIO_get_mem_data(out, &text);
    std::string pem{text, static_cast<std::size_t>(size)};
    BIO_free(out);
    return pem;
  }
};

TEST(forgery, with_the_public_key_as_secret_fails) {
  const rsa_key key;
  const temporary_file file{jwks({key.public_jwk()})};
  const auto keys = verifier(with_file(file.path()));
  const auto header = R"({"alg":"HS256","typ":"JWT"})";
  for (const auto& as_secret :
       {key.public_pem(), key.public_jwk(), key.number("n")})
    EXPECT_EQ(judge(*keys, hmac_token(header, as_secret)), no_key);
}

TEST(forgery, with_the_public_key_as_secret_fails_beside_a_real_secret) {
  const rsa_key key;
  const temporary_file file{jwks({key.public_jwk()})};
  auto settings = with_file(file.path());
  settings.hmac_secret = secret;
  EXPECT_EQ(
      judge(
          *verifier(settings),
          hmac_token(R"({"alg":"HS256"})", key.public_pem())),
      bad_signature);
}

struct unsigned_algorithms : testing::TestWithParam<const char*> {};

TEST_P(unsigned_algorithms, are_refused_with_and_without_a_signature) {
  const auto keys = verifier(with_secret());
  const auto header = std::string{R"({"alg":")"} + GetParam() + R"("})";
  for (const auto& token :
       {unsigned_part(header) + ".",
        unsigned_part(header) + "." + base64url("x"),
        hmac_token(header, secret)}) {
    const auto judged = keys->verify(token, now);
    ASSERT_FALSE(judged);
    EXPECT_EQ(judged.error().code, errc::unauthorized);
    EXPECT_TRUE(
        judged.error().message == bad_algorithm
        || judged.error().message == malformed)
        << judged.error().message;
  }
}

INSTANTIATE_TEST_SUITE_P(
    forgery, unsigned_algorithms,
    testing::Values(
        "none", "None", "NONE", "nOnE", "", "hs256", "HS256 ", "HS1", "EdDSA"));

TEST(forgery, by_another_algorithm_of_the_same_key_type_fails) {
  const auto key = issuer_key::rsa();
  const temporary_file file{jwks({key.public_jwk()})};
  const auto keys = verifier(with_file(file.path()));
  ASSERT_EQ(judge(*keys, key.sign_as("RS256", claims)), "mallory");
  for (const auto* alg : {"RS384", "RS512", "PS256"})
    EXPECT_EQ(judge(*keys, key.sign_as(alg, claims)), bad_algorithm) << alg;
}

TEST(forgery, by_changing_the_algorithm_or_the_claims_of_a_good_token_fails) {
  const auto keys = verifier(with_secret());
  const auto good = issuer_key::oct(secret).sign_as("HS256", claims);
  ASSERT_EQ(judge(*keys, good), "mallory");
  const auto first = good.find('.');
  const auto second = good.rfind('.');
  const auto other_header = base64url(R"({"alg":"HS512"})");
  EXPECT_EQ(judge(*keys, other_header + good.substr(first)), bad_signature);
  const auto other_claims = base64url(R"({"sub":"root"})");
  EXPECT_EQ(
      judge(
          *keys,
          good.substr(0, first + 1) + other_claims + good.substr(second)),
      bad_signature);
}

TEST(forgery, with_a_key_that_is_kept_for_another_algorithm_fails) {
  const auto key = issuer_key::oct(secret);
  const temporary_file file{jwks(
      {R"({"kty":"oct","alg":"HS512","k":")" + base64url(secret) + R"("})"})};
  const auto keys = verifier(with_file(file.path()));
  EXPECT_EQ(judge(*keys, key.sign_as("HS512", claims)), "mallory");
  EXPECT_EQ(judge(*keys, key.sign_as("HS256", claims)), no_key);
}

TEST(forgery, with_a_key_out_of_the_token_itself_fails) {
  const auto own = issuer_key::ec();
  const auto keys = verifier(with_secret());
  EXPECT_EQ(
      judge(
          *keys,
          own.sign(
              R"({"alg":"ES256","jwk":)" + own.public_jwk() + "}", claims)),
      no_key);
}

TEST(forgery, with_an_unknown_key_id_fails) {
  const auto key = issuer_key::ec("k1");
  const temporary_file file{jwks({key.public_jwk()})};
  const auto keys = verifier(with_file(file.path()));
  EXPECT_EQ(
      judge(*keys, key.sign(R"({"alg":"ES256","kid":"k2"})", claims)), no_key);
  EXPECT_EQ(
      judge(*keys, key.sign(R"({"alg":"ES256","kid":7})", claims)), malformed);
}

TEST(forgery, with_an_extension_that_we_do_not_know_fails) {
  const auto key = issuer_key::oct(secret);
  const auto* header = R"({"alg":"HS256","crit":["b64"],"b64":false})";
  EXPECT_EQ(
      judge(*verifier(with_secret()), hmac_token(header, secret)),
      "the token demands an extension that is not supported");
}

TEST(forgery, with_an_empty_elliptic_signature_fails) {
  const auto key = issuer_key::ec();
  const temporary_file file{jwks({key.public_jwk()})};
  const auto keys = verifier(with_file(file.path()));
  const auto text = unsigned_part(R"({"alg":"ES256"})") + ".";
  for (const auto& signature :
       {std::string{}, std::string(64, '\0'), std::string(63, '\1')})
    EXPECT_EQ(judge(*keys, text + base64url(signature)), bad_signature);
}

TEST(tokens, that_are_malformed_are_refused_as_that) {
  const auto keys = verifier(with_secret());
  const auto good = issuer_key::oct(secret).sign_as("HS256", claims);
  ASSERT_EQ(judge(*keys, good), "mallory");
  for (const auto& token :
       {std::string{}, std::string{"."}, std::string{".."}, std::string{"..."},
        std::string{"a.b.c"}, std::string(8192, '.'), std::string(8192, 'A'),
        good + ".", good + "=", good + " ", "Bearer " + good,
        good + std::string{"\0", 1}, good + "\xff",
        base64url("[]") + good.substr(good.find('.')),
        base64url(std::string(2000, '[')) + good.substr(good.find('.')),
        base64url("{}") + good.substr(good.find('.')),
        base64url(R"({"alg":7})") + good.substr(good.find('.'))})
    EXPECT_EQ(judge(*keys, token), malformed) << token;
}

TEST(refusals, say_nothing_of_the_token) {
  const auto keys = verifier(with_secret());
  const auto key = issuer_key::oct(secret);
  const std::string mark = "MARK1234";
  for (const auto& token :
       {mark, mark + "." + mark + "." + mark,
        key.sign(R"({"alg":"HS256","kid":7,"x":")" + mark + R"("})", claims),
        key.sign_as("HS256", R"({"sub":["MARK1234"]})"),
        key.sign_as("HS256", R"({"sub":"a","exp":"MARK1234"})"),
        key.sign_as("HS256", R"({"sub":"a","topics":["MARK1234..x"]})"),
        key.sign_as("HS256", R"({"sub":"a","topics":{"x":"MARK1234"}})")}) {
    const auto judged = keys->verify(token, now);
    ASSERT_FALSE(judged);
    EXPECT_EQ(judged.error().message.find(mark), std::string::npos)
        << judged.error().message;
  }
}

} // namespace
} // namespace rookery::test
