#include "net/auth/lobby_password.hpp"

#include "base/check.hpp"
#include "base/hex.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <array>

namespace rookery {

namespace {

constexpr int rounds = 1000;
constexpr std::size_t salt_bytes = 8;

std::string sealed_with(std::string_view salt, std::string_view password) {
  std::array<unsigned char, 32> key{};
  const auto made = ::PKCS5_PBKDF2_HMAC(
      password.data(), static_cast<int>(password.size()),
      reinterpret_cast<const unsigned char*>(salt.data()),
      static_cast<int>(salt.size()), rounds, ::EVP_sha256(),
      static_cast<int>(key.size()), key.data());
  ROOKERY_CHECK(made == 1, "OpenSSL has PBKDF2");
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text{salt};
  for (const auto byte : key) {
    text += digits[byte >> 4];
    text += digits[byte & 15];
  }
  return text;
}

} // namespace

std::string seal_password(std::string_view password) {
  return sealed_with(random_hex(salt_bytes), password);
}

bool opens(std::string_view sealed, std::string_view password) {
  const auto wanted = sealed_with(sealed.substr(0, 2 * salt_bytes), password);
  return wanted.size() == sealed.size()
         && ::CRYPTO_memcmp(wanted.data(), sealed.data(), wanted.size()) == 0;
}

} // namespace rookery
