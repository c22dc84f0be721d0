#include "tests/unit/auth/tokens.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <utility>

namespace rookery::test {

std::string at(std::chrono::seconds from_now) {
  const auto time = std::chrono::floor<std::chrono::seconds>(
      now.time_since_epoch() + from_now);
  return std::to_string(time.count());
}

std::string base64url(std::string_view bytes) {
  cjose_err error;
  char* text = nullptr;
  std::size_t size = 0;
  EXPECT_TRUE(cjose_base64url_encode(
      reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size(), &text,
      &size, &error));
  const std::unique_ptr<char, jose::releaser> owner{text};
  return {text, size};
}

issuer_key issuer_key::from(cjose_jwk_t* jwk, std::string_view id) {
  issuer_key key;
  key.key_.reset(jwk);
  key.id_ = id;
  EXPECT_TRUE(jwk);
  cjose_err error;
  if (!id.empty())
    cjose_jwk_set_kid(jwk, key.id_.data(), key.id_.size(), &error);
  return key;
}

issuer_key issuer_key::rsa(std::string_view id) {
  cjose_err error;
  const uint8_t exponent[]{1, 0, 1};
  return from(
      cjose_jwk_create_RSA_random(2048, exponent, sizeof exponent, &error), id);
}

issuer_key issuer_key::ec(std::string_view id) {
  cjose_err error;
  return from(cjose_jwk_create_EC_random(CJOSE_JWK_EC_P_256, &error), id);
}

issuer_key issuer_key::oct(std::string_view bytes, std::string_view id) {
  cjose_err error;
  return from(
      cjose_jwk_create_oct_spec(
          reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size(), &error),
      id);
}

std::string
issuer_key::sign(const std::string& header, const std::string& payload) const {
  const jose::json_ptr parsed{json_loads(header.c_str(), 0, nullptr)};
  cjose_err error;
  const jose::jws_ptr jws{cjose_jws_sign(
      key_.get(), parsed.get(),
      reinterpret_cast<const uint8_t*>(payload.data()), payload.size(),
      &error)};
  const char* compact = nullptr;
  if (!jws || !cjose_jws_export(jws.get(), &compact, &error)) {
    ADD_FAILURE() << "cannot sign " << header;
    return "";
  }
  return compact;
}

std::string
issuer_key::sign_as(const std::string& alg, const std::string& payload) const {
  const auto kid = id_.empty() ? "" : R"(","kid":")" + id_;
  return sign(R"({"alg":")" + alg + kid + R"("})", payload);
}

std::string issuer_key::jwk(bool with_private_half) const {
  cjose_err error;
  const std::unique_ptr<char, jose::releaser> text{
      cjose_jwk_to_json(key_.get(), with_private_half, &error)};
  EXPECT_TRUE(text);
  return text.get();
}

std::string jwks(const std::vector<std::string>& keys) {
  std::string text;
  for (const auto& key : keys)
    text += (text.empty() ? "" : ",\n") + key;
  return "{\"keys\":[\n" + text + "\n]}\n";
}

temporary_file::temporary_file(std::string_view content)
    : path_((std::filesystem::temp_directory_path() / "rookery-keys-XXXXXX")
                .string()) {
  const auto descriptor = mkstemp(path_.data());
  EXPECT_GE(descriptor, 0);
  close(descriptor);
  write(content);
}

temporary_file::~temporary_file() {
  std::filesystem::remove(path_);
}

void temporary_file::write(std::string_view content) const {
  std::ofstream file{path_, std::ios::binary | std::ios::trunc};
  file << content;
  EXPECT_TRUE(file.flush());
}

token_config with_secret() {
  token_config settings;
  settings.hmac_secret = secret;
  return settings;
}

token_config with_file(const std::string& path) {
  token_config settings;
  settings.jwks_file = path;
  return settings;
}

std::unique_ptr<token_verifier> verifier(const token_config& settings) {
  auto loaded = token_verifier::load(settings);
  if (loaded)
    return std::move(*loaded);
  ADD_FAILURE() << loaded.error().message;
  std::abort(); // the test has nothing to go on with
}

std::string judge(const token_verifier& by, std::string_view token) {
  const auto judged = by.verify(token, now);
  return judged ? judged->user : judged.error().message;
}

} // namespace rookery::test
