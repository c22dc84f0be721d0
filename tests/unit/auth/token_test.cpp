#include "net/auth/keys.hpp"
#include "net/auth/token.hpp"
#include "tests/unit/auth/tokens.hpp"

#include <gtest/gtest.h>
#include <openssl/err.h>

#include <atomic>
#include <thread>

namespace rookery::test {
namespace {

struct secret_algorithms : testing::TestWithParam<const char*> {};

TEST_P(secret_algorithms, are_verified_with_the_configured_secret) {
  const auto token =
      issuer_key::oct(secret).sign_as(GetParam(), R"({"sub":"ann"})");
  EXPECT_EQ(judge(*verifier(with_secret()), token), "ann");
}

TEST_P(secret_algorithms, are_verified_with_a_secret_of_a_jwks_file) {
  const auto key = issuer_key::oct(secret, "k1");
  const temporary_file file{jwks({key.private_jwk()})};
  const auto token = key.sign_as(GetParam(), R"({"sub":"ann"})");
  EXPECT_EQ(judge(*verifier(with_file(file.path())), token), "ann");
}

TEST_P(secret_algorithms, refuse_a_signature_of_another_secret) {
  const auto other = issuer_key::oct("another secret, of as many bytes");
  const auto token = other.sign_as(GetParam(), R"({"sub":"ann"})");
  EXPECT_EQ(
      judge(*verifier(with_secret()), token),
      "the token's signature is not valid");
}

INSTANTIATE_TEST_SUITE_P(
    tokens, secret_algorithms, testing::Values("HS256", "HS384", "HS512"));

TEST(tokens, are_verified_with_a_public_rsa_key) {
  const auto key = issuer_key::rsa();
  const temporary_file file{jwks({key.public_jwk()})};
  const auto token = key.sign_as("RS256", R"({"sub":"ann"})");
  EXPECT_EQ(judge(*verifier(with_file(file.path())), token), "ann");
  EXPECT_EQ(
      judge(
          *verifier(with_file(file.path())),
          issuer_key::rsa().sign_as("RS256", R"({"sub":"ann"})")),
      "the token's signature is not valid");
}

TEST(tokens, are_verified_with_a_public_elliptic_key) {
  const auto key = issuer_key::ec();
  const temporary_file file{jwks({key.public_jwk()})};
  const auto token = key.sign_as("ES256", R"({"sub":"ann"})");
  EXPECT_EQ(judge(*verifier(with_file(file.path())), token), "ann");
  EXPECT_EQ(
      judge(
          *verifier(with_file(file.path())),
          issuer_key::ec().sign_as("ES256", R"({"sub":"ann"})")),
      "the token's signature is not valid");
}

/// RFC 7515, appendix A.1 to A.3: other people's keys and signatures.
TEST(tokens, of_rfc_7515_are_verified) {
  const std::string claims =
      "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFt"
      "cGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
  const temporary_file file{jwks({
      R"({"kty":"oct","k":"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZ)"
      R"(H75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"})",
      R"({"kty":"RSA","e":"AQAB","n":"ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQo)"
      R"(Tbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-p)"
      R"(CgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z)"
      R"(5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5Z)"
      R"(wKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2P)"
      R"(AcDTW9gb54h4FRWyuXpoQ"})",
      R"({"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHv)"
      R"(RVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"})",
  })};
  const auto keys = key_set::load(with_file(file.path()));
  ASSERT_TRUE(keys) << keys.error().message;
  for (
      const auto& token :
      {"eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9." + claims
           + ".dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
       "eyJhbGciOiJSUzI1NiJ9." + claims
           + ".cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7"
             "AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4"
             "BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K"
             "0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqv"
             "hJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrB"
             "p0igcN_IoypGlUPQGe77Rw",
       "eyJhbGciOiJFUzI1NiJ9." + claims
           + ".DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSA"
             "pmWQxfKTUJqPP3-Kg6NU1Q"}) {
    const auto payload = keys->verify(token);
    ASSERT_TRUE(payload) << payload.error().message;
    EXPECT_EQ(payload->substr(0, 13), R"({"iss":"joe",)");
  }
}

/// The next TLS operation of the thread would take such an error for its own.
TEST(tokens, leave_nothing_in_the_error_queue_of_openssl) {
  const auto rsa = issuer_key::rsa();
  const auto ec = issuer_key::ec();
  const temporary_file file{jwks({rsa.public_jwk(), ec.public_jwk()})};
  const auto keys = verifier(with_file(file.path()));
  file.write(jwks({R"({"kty":"EC","crv":"P-256","x":"AAAA","y":"AAAA"})"}));
  ERR_clear_error();
  for (const auto& [alg, key] :
       {std::pair{"RS256", &rsa}, std::pair{"ES256", &ec}}) {
    const auto good = key->sign_as(alg, R"({"sub":"ann"})");
    const auto cut = good.substr(0, good.rfind('.') + 1);
    EXPECT_EQ(judge(*keys, good), "ann");
    for (const auto size : {0, 1, 64, 256})
      for (const auto octet : {'\0', '\xff'})
        judge(*keys, cut + base64url(std::string(size, octet)));
    EXPECT_EQ(ERR_peek_error(), 0u) << alg;
  }
  ASSERT_FALSE(keys->reload());
  EXPECT_EQ(ERR_peek_error(), 0u);
}

TEST(tokens, are_refused_where_no_key_is_configured) {
  const auto token = issuer_key::oct(secret).sign_as("HS256", R"({"sub":"a"})");
  EXPECT_EQ(
      judge(*verifier({}), token), "no key fits the token's `kid` and `alg`");
}

TEST(tokens, of_the_largest_size_are_read_and_larger_ones_are_not) {
  const auto key = issuer_key::oct(secret);
  const auto of_size = [&](std::size_t wanted) {
    std::string token;
    for (std::size_t filler = wanted / 2; token.size() < wanted; ++filler)
      token = key.sign_as(
          "HS256",
          R"({"sub":"ann","filler":")" + std::string(filler, 'x') + R"("})");
    return token;
  };
  const auto largest = of_size(token_bytes_max);
  ASSERT_EQ(largest.size(), token_bytes_max);
  EXPECT_EQ(judge(*verifier(with_secret()), largest), "ann");
  EXPECT_EQ(
      judge(*verifier(with_secret()), of_size(token_bytes_max + 1)),
      "the token is longer than 8192 bytes");
}

TEST(tokens, are_verified_by_many_threads_while_the_keys_rotate) {
  const auto old_key = issuer_key::ec("old");
  const auto new_key = issuer_key::ec("new");
  const temporary_file file{jwks({old_key.public_jwk()})};
  const auto both = verifier(with_file(file.path()));
  const auto token = old_key.sign_as("ES256", R"({"sub":"ann"})");
  std::atomic<int> wrong = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 3; ++i)
    threads.emplace_back([&] {
      for (int round = 0; round < 200; ++round)
        wrong += judge(*both, token) != "ann";
    });
  for (int round = 0; round < 50; ++round) {
    file.write(jwks({new_key.public_jwk(), old_key.public_jwk()}));
    EXPECT_TRUE(both->reload());
    file.write(jwks({old_key.public_jwk()}));
    EXPECT_TRUE(both->reload());
  }
  for (auto& thread : threads)
    thread.join();
  EXPECT_EQ(wrong, 0);
}

} // namespace
} // namespace rookery::test
