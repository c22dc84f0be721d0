#include "net/auth/token.hpp"
#include "tests/unit/auth/tokens.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rookery::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

constexpr const char* claims = R"({"sub":"ann"})";

/// The message with which a file of this content is refused.
std::string refusal_of(const std::string& content) {
  const temporary_file file{content};
  const auto loaded = token_verifier::load(with_file(file.path()));
  if (loaded)
    return "loaded";
  EXPECT_THAT(loaded.error().message, StartsWith(file.path() + ": "));
  return loaded.error().message.substr(file.path().size() + 2);
}

TEST(key_file, may_hold_keys_of_all_types_told_apart_by_id) {
  const auto rsa = issuer_key::rsa("r");
  const auto ec = issuer_key::ec("e");
  const auto oct = issuer_key::oct(secret, "o");
  const temporary_file file{
      jwks({rsa.public_jwk(), ec.public_jwk(), oct.private_jwk()})};
  const auto keys = verifier(with_file(file.path()));
  EXPECT_EQ(judge(*keys, rsa.sign_as("RS256", claims)), "ann");
  EXPECT_EQ(judge(*keys, ec.sign_as("ES256", claims)), "ann");
  EXPECT_EQ(judge(*keys, oct.sign_as("HS384", claims)), "ann");
  EXPECT_THAT(keys->notes(), IsEmpty());
}

TEST(key_file, has_all_fitting_keys_tried_for_a_token_without_id) {
  const auto one = issuer_key::ec("1");
  const auto two = issuer_key::ec("2");
  const temporary_file file{jwks({one.public_jwk(), two.public_jwk()})};
  const auto keys = verifier(with_file(file.path()));
  EXPECT_EQ(judge(*keys, two.sign(R"({"alg":"ES256"})", claims)), "ann");
  EXPECT_EQ(
      judge(*keys, two.sign(R"({"alg":"ES256","kid":"1"})", claims)),
      "the token's signature is not valid");
}

TEST(key_file, rotates_by_reload_through_a_time_with_both_keys) {
  const auto old_key = issuer_key::ec("2026-01");
  const auto new_key = issuer_key::ec("2026-02");
  const auto old_token = old_key.sign_as("ES256", claims);
  const auto new_token = new_key.sign_as("ES256", claims);
  const temporary_file file{jwks({old_key.public_jwk()})};
  const auto keys = verifier(with_file(file.path()));
  EXPECT_EQ(judge(*keys, old_token), "ann");
  EXPECT_NE(judge(*keys, new_token), "ann");

  file.write(jwks({old_key.public_jwk(), new_key.public_jwk()}));
  EXPECT_NE(judge(*keys, new_token), "ann");
  ASSERT_TRUE(keys->reload());
  EXPECT_EQ(judge(*keys, old_token), "ann");
  EXPECT_EQ(judge(*keys, new_token), "ann");

  file.write(jwks({new_key.public_jwk()}));
  ASSERT_TRUE(keys->reload());
  EXPECT_NE(judge(*keys, old_token), "ann");
  EXPECT_EQ(judge(*keys, new_token), "ann");
}

TEST(key_file, that_cannot_be_reloaded_leaves_the_old_keys) {
  const auto key = issuer_key::ec("k");
  const temporary_file file{jwks({key.public_jwk()})};
  const auto keys = verifier(with_file(file.path()));
  file.write(R"({"keys":[)"); // half written
  const auto reloaded = keys->reload();
  ASSERT_FALSE(reloaded);
  EXPECT_THAT(reloaded.error().message, StartsWith(file.path() + ": "));
  std::filesystem::remove(file.path());
  const auto missing = keys->reload();
  ASSERT_FALSE(missing);
  EXPECT_EQ(
      missing.error().message, file.path() + ": No such file or directory");
  EXPECT_EQ(judge(*keys, key.sign_as("ES256", claims)), "ann");
}

TEST(key_file, that_is_wrong_is_refused_with_its_name_and_the_reason) {
  EXPECT_EQ(refusal_of(""), "line 1: is not JSON");
  EXPECT_EQ(refusal_of("{\n\"keys\": [\n}"), "line 3: is not JSON");
  EXPECT_EQ(refusal_of("[]"), "has no array `keys`");
  EXPECT_EQ(refusal_of(R"({"keys":{}})"), "has no array `keys`");
  EXPECT_EQ(refusal_of(R"({"keys":[]})"), "has no key for us");
  EXPECT_EQ(refusal_of(std::string(300'000, ' ')), "is larger than 256 KiB");
  const auto secret_key = issuer_key::oct(secret).private_jwk();
  EXPECT_EQ(refusal_of(jwks(std::vector(16, secret_key))), "loaded");
  EXPECT_EQ(
      refusal_of(jwks(std::vector(17, secret_key))), "has more than 16 keys");
  EXPECT_EQ(
      refusal_of(R"({"keys":[{"kty":"OKP","crv":"Ed25519","x":"AA"}]})"),
      "has no key for us; key 1 is skipped: EdDSA (`kty` OKP) is not "
      "supported");
}

TEST(key_file, of_a_folder_is_refused) {
  const auto folder = std::filesystem::temp_directory_path().string();
  const auto loaded = token_verifier::load(with_file(folder));
  ASSERT_FALSE(loaded);
  EXPECT_THAT(loaded.error().message, StartsWith(folder + ": "));
}

TEST(key_file, has_the_keys_that_we_cannot_use_skipped_and_noted) {
  cjose_err error;
  const uint8_t exponent[]{1, 0, 1};
  const auto short_rsa = issuer_key::from(
      cjose_jwk_create_RSA_random(1024, exponent, sizeof exponent, &error));
  const auto other_curve =
      issuer_key::from(cjose_jwk_create_EC_random(CJOSE_JWK_EC_P_384, &error));
  const auto good = issuer_key::ec("good");
  const temporary_file file{jwks({
      "7",
      R"({"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS"})",
      R"({"kty":"oct","use":"enc","k":"AAAA"})",
      R"({"kty":"oct","key_ops":["encrypt"],"k":"AAAA"})",
      R"({"kty":"oct","alg":"ES256","k":"AAAA"})",
      R"({"kty":"EC","crv":"P-256","x":"AAAA","y":"AAAA"})",
      R"({"kty":"RSA","e":"AQAB","n":"AAAAA=A"})",
      short_rsa.public_jwk(),
      other_curve.public_jwk(),
      good.public_jwk(),
  })};
  const auto keys = verifier(with_file(file.path()));
  EXPECT_EQ(judge(*keys, good.sign_as("ES256", claims)), "ann");
  EXPECT_THAT(
      keys->notes(),
      ElementsAre(
          "key 1 is skipped: it is not an object",
          "key 2 is skipped: EdDSA (`kty` OKP) is not supported",
          "key 3 is skipped: it is not for signatures (`use`, `key_ops`)",
          "key 4 is skipped: it is not for signatures (`use`, `key_ops`)",
          "key 5 is skipped: its algorithm (`alg`) is not supported for its "
          "type",
          "key 6 is skipped: its type (`kty`) is not supported, or a value is "
          "wrong",
          "key 7 is skipped: a number in it is no base64url",
          "key 8 is skipped: RSA needs 2048 bits or more",
          "key 9 is skipped: the only curve for EC is P-256"));
}

TEST(key_file, has_secrets_that_can_be_guessed_noted_and_never_shown) {
  auto settings = with_secret();
  settings.hmac_secret = std::string(31, 'x');
  EXPECT_THAT(
      verifier(settings)->notes(),
      ElementsAre("session.token.hmac-secret: a secret of less than 32 "
                  "bytes can be guessed"));
  settings.hmac_secret += 'x';
  EXPECT_THAT(verifier(settings)->notes(), IsEmpty());
}

} // namespace
} // namespace rookery::test
