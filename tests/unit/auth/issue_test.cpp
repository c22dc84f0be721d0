#include "net/auth/issue.hpp"
#include "net/auth/rights.hpp"
#include "tests/unit/auth/tokens.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rookery::test {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

token_request request_for(std::string user) {
  token_request request;
  request.user = std::move(user);
  return request;
}

std::string
refusal_of(const token_config& settings, const token_request& request) {
  const auto token = issue_token(settings, request, now);
  return token ? "issued" : token.error().message;
}

TEST(issued_tokens, are_accepted_with_all_that_was_asked_for) {
  auto settings = with_secret();
  settings.issuer = "me";
  settings.audience = "chat";
  auto request = request_for("Zoë");
  request.ttl = 60s;
  request.info = R"({ "name": "Zoë" })";
  request.topics = {
      {"chat.*", {right::subscribe}}, {"b", right_set::all()}, {"c", {}}};
  const auto token = issue_token(settings, request, now);
  ASSERT_TRUE(token) << token.error().message;
  const auto who = verifier(settings)->verify(*token, now);
  ASSERT_TRUE(who) << who.error().message;
  EXPECT_EQ(
      *who, (identity{
                .user = "Zoë",
                .anonymous = false,
                .expires_at = now + 60s,
                .info = R"({"name":"Zoë"})",
                .grants = request.topics}));
}

TEST(issued_tokens, without_a_ttl_never_expire_and_are_good_for_an_hour_else) {
  auto request = request_for("ann");
  const auto expiry = [&] {
    const auto token = issue_token(with_secret(), request, now);
    return verifier(with_secret())->verify(token.value(), now)->expires_at;
  };
  EXPECT_EQ(expiry(), now + 1h);
  request.ttl = std::nullopt;
  EXPECT_EQ(expiry(), std::nullopt);
}

TEST(issued_tokens, are_signed_by_a_key_of_the_file_where_no_secret_is_set) {
  const auto published = issuer_key::rsa("public");
  const auto own = issuer_key::ec("own");
  const temporary_file file{jwks({published.public_jwk(), own.private_jwk()})};
  const auto settings = with_file(file.path());
  const auto token = issue_token(settings, request_for("ann"), now);
  ASSERT_TRUE(token) << token.error().message;
  EXPECT_EQ(judge(*verifier(settings), *token), "ann");
  EXPECT_THAT(
      describe_token(*verifier(settings), *token, now).text,
      HasSubstr(R"("kid": "own")"));
}

TEST(issued_tokens, need_a_key_that_can_sign) {
  const auto key = issuer_key::rsa();
  const temporary_file file{jwks({key.public_jwk()})};
  EXPECT_THAT(
      refusal_of(with_file(file.path()), request_for("ann")),
      StartsWith("no key can sign"));
  EXPECT_THAT(
      refusal_of({}, request_for("ann")), StartsWith("no key can sign"));
  EXPECT_THAT(
      refusal_of(with_file("/nowhere/keys.json"), request_for("ann")),
      StartsWith("/nowhere/keys.json: "));
}

TEST(issued_tokens, are_none_that_would_be_refused) {
  const auto settings = with_secret();
  EXPECT_EQ(
      refusal_of(settings, request_for("")),
      "the token's `sub` must have 1 to 128 bytes");
  EXPECT_EQ(
      refusal_of(settings, request_for("\xff")),
      "the token has no `sub`, or it is no string");
  auto request = request_for("ann");
  for (const auto ttl : {0s, -1s, std::chrono::seconds::max()}) {
    request.ttl = ttl;
    EXPECT_EQ(
        refusal_of(settings, request), "the ttl must be 1 s to 100 years");
  }
  request = request_for("ann");
  for (const auto* info : {"{", "1 2", "\xff"}) {
    request.info = info;
    EXPECT_EQ(refusal_of(settings, request), "the info is not one JSON value");
  }
  request.info = '"' + std::string(token_bytes_max, 'x') + '"';
  EXPECT_EQ(refusal_of(settings, request), "the token would pass 8192 bytes");
}

TEST(described_tokens, say_who_until_when_and_what) {
  auto request = request_for("ann");
  request.topics = {parse_grant("chat.*:subscribe,publish").value()};
  const auto token = issue_token(with_secret(), request, now).value();
  const auto report = describe_token(*verifier(with_secret()), token, now);
  EXPECT_TRUE(report.accepted);
  EXPECT_THAT(
      report.text, StartsWith("accepted\n"
                              "user: ann\n"
                              "expires: 2027-01-15 09:00:00 UTC\n"
                              "rights: only these\n"
                              "  chat.*: subscribe publish\n"
                              "header: {\n"
                              "  \"alg\": \"HS256\",\n"));
  EXPECT_THAT(report.text, HasSubstr(R"("sub": "ann")"));
  EXPECT_THAT(report.text, Not(HasSubstr(token.substr(token.rfind('.')))));
}

TEST(described_tokens, say_why_they_are_bad_and_still_what_they_claim) {
  const auto token = issue_token(with_secret(), request_for("ann"), now);
  const auto keys = verifier(with_secret());
  const auto late = describe_token(*keys, token.value(), now + 2h);
  EXPECT_FALSE(late.accepted);
  EXPECT_THAT(
      late.text, StartsWith("refused: the token has expired "
                            "(token_expired)\nheader: {"));
  EXPECT_THAT(late.text, HasSubstr(R"("sub": "ann")"));
  EXPECT_EQ(
      describe_token(*keys, "nonsense", now).text,
      "refused: the token is malformed (unauthorized)\n");
  EXPECT_EQ(
      describe_token(*keys, std::string(9000, 'x'), now).text,
      "refused: the token is longer than 8192 bytes (unauthorized)\n");
}

TEST(described_tokens, keep_control_characters_from_the_terminal) {
  const auto key = issuer_key::oct(secret);
  const auto keys = verifier(with_secret());
  const auto describe = [&](const std::string& claims) {
    return describe_token(*keys, key.sign_as("HS256", claims), now).text;
  };
  EXPECT_THAT(
      describe(R"({"sub":"\u001b[2J\u009b"})"),
      HasSubstr(R"("sub": "\u001B[2J\u009B")"));
  EXPECT_THAT(describe("\x1b[2J"), EndsWith("claims: no JSON\n"));
}

} // namespace
} // namespace rookery::test
