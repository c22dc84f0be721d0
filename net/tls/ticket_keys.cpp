#include "net/tls/ticket_keys.hpp"

#include "base/check.hpp"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <utility>

namespace rookery {

namespace {

constexpr std::size_t iv_bytes = 16; // a block of AES

/// What the callback below answers to OpenSSL.
enum answer : int {
  failed = -1,
  no_such_key = 0,
  done = 1,
  done_but_renew = 2
};

ticket_keys::key_ref random_key() {
  std::array<uint8_t, ticket_key::bytes_long> bytes{};
  ROOKERY_CHECK(
      RAND_priv_bytes(bytes.data(), bytes.size()) == 1,
      "a system without random numbers cannot serve TLS");
  auto key = std::make_shared<const ticket_key>(bytes);
  OPENSSL_cleanse(bytes.data(), bytes.size());
  return key;
}

result<ticket_keys::key_ref> read_key(const std::string& file) {
  std::array<uint8_t, ticket_key::bytes_long + 1> bytes{};
  errno = 0;
  std::ifstream stream{file, std::ios::binary};
  stream.read(reinterpret_cast<char*>(bytes.data()), bytes.size());
  if (!stream && !stream.eof())
    return refuse(
        errc::bad_request, file + ": cannot be read: " + std::strerror(errno));
  const auto size = static_cast<std::size_t>(stream.gcount());
  if (size != ticket_key::bytes_long && size != ticket_key::bytes_short)
    return refuse(
        errc::bad_request,
        file + ": a ticket key has 80 bytes or 48, and this file has "
            + (size > ticket_key::bytes_long ? "more" : std::to_string(size)));
  auto key = std::make_shared<const ticket_key>(std::span{bytes}.first(size));
  OPENSSL_cleanse(bytes.data(), bytes.size());
  return key;
}

/// Fetched once, since a fetch costs more than the sealing.
const EVP_CIPHER* cipher_of(const ticket_key& key) {
  static const EVP_CIPHER* const aes_256 =
      EVP_CIPHER_fetch(nullptr, "AES-256-CBC", nullptr);
  static const EVP_CIPHER* const aes_128 =
      EVP_CIPHER_fetch(nullptr, "AES-128-CBC", nullptr);
  return key.secret_bytes == ticket_key::secret_bytes_max ? aes_256 : aes_128;
}

bool prepare_mac(EVP_MAC_CTX* mac, const ticket_key& key) {
  char digest[] = "SHA256";
  const std::array<OSSL_PARAM, 3> parameters{
      OSSL_PARAM_construct_octet_string(
          OSSL_MAC_PARAM_KEY, const_cast<uint8_t*>(key.mac_secret.data()),
          key.secret_bytes),
      OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
      OSSL_PARAM_construct_end()};
  return EVP_MAC_CTX_set_params(mac, parameters.data()) == 1;
}

answer seal(
    ticket_keys& keys, unsigned char* name, unsigned char* iv,
    EVP_CIPHER_CTX* cipher, EVP_MAC_CTX* mac) {
  const auto key = keys.first();
  std::copy(key->name.begin(), key->name.end(), name);
  const bool good =
      RAND_bytes(iv, iv_bytes) == 1
      && EVP_EncryptInit_ex2(
             cipher, cipher_of(*key), key->cipher_secret.data(), iv, nullptr)
             == 1
      && prepare_mac(mac, *key);
  return good ? done : failed;
}

answer open(
    ticket_keys& keys, bool single_use, const unsigned char* name,
    const unsigned char* iv, EVP_CIPHER_CTX* cipher, EVP_MAC_CTX* mac) {
  ticket_key::name_type wanted;
  std::copy_n(name, wanted.size(), wanted.begin());
  const auto key = keys.named(wanted);
  if (!key)
    return no_such_key;
  const bool good =
      prepare_mac(mac, *key)
      && EVP_DecryptInit_ex2(
             cipher, cipher_of(*key), key->cipher_secret.data(), iv, nullptr)
             == 1;
  if (!good)
    return failed;
  return single_use || key != keys.first() ? done_but_renew : done;
}

int on_ticket(
    SSL* session, unsigned char* name, unsigned char* iv,
    EVP_CIPHER_CTX* cipher, EVP_MAC_CTX* mac, int sealing) {
  auto& keys = *static_cast<ticket_keys*>(
      SSL_CTX_get_app_data(SSL_get_SSL_CTX(session)));
  if (sealing)
    return seal(keys, name, iv, cipher, mac);
  // Clients use a ticket of TLS 1.3 once (RFC 8446, appendix C.4).
  const bool single_use = SSL_version(session) >= TLS1_3_VERSION;
  return open(keys, single_use, name, iv, cipher, mac);
}

} // namespace

ticket_key::ticket_key(std::span<const uint8_t> bytes)
    : secret_bytes(bytes.size() == bytes_long ? 32 : 16) {
  ROOKERY_CHECK(
      bytes.size() == bytes_long || bytes.size() == bytes_short,
      "a ticket key is made of 80 or 48 bytes");
  const bool is_long = secret_bytes == 32;
  auto& second = is_long ? mac_secret : cipher_secret;
  auto& third = is_long ? cipher_secret : mac_secret;
  std::copy_n(bytes.begin(), name.size(), name.begin());
  const auto secrets = bytes.subspan(name.size());
  std::copy_n(secrets.begin(), secret_bytes, second.begin());
  std::copy_n(secrets.begin() + secret_bytes, secret_bytes, third.begin());
}

ticket_key::~ticket_key() {
  OPENSSL_cleanse(cipher_secret.data(), cipher_secret.size());
  OPENSSL_cleanse(mac_secret.data(), mac_secret.size());
}

result<ticket_keys::key_list>
ticket_keys::read(const std::vector<std::string>& files) {
  key_list keys;
  for (const auto& file : files) {
    auto key = read_key(file);
    if (!key)
      return tl::make_unexpected(std::move(key.error()));
    keys.push_back(*std::move(key));
  }
  return keys;
}

void ticket_keys::replace(key_list keys) {
  const std::lock_guard lock{mutex_};
  if (keys.empty() && random_)
    return; // those it made are as good
  random_ = keys.empty();
  keys_ = std::move(keys);
}

ticket_keys::key_ref ticket_keys::first() {
  const std::lock_guard lock{mutex_};
  rotate();
  return keys_.front();
}

ticket_keys::key_ref ticket_keys::named(const ticket_key::name_type& name) {
  const std::lock_guard lock{mutex_};
  rotate();
  for (const auto& one : keys_)
    if (one->name == name)
      return one;
  return nullptr;
}

void ticket_keys::rotate() {
  const auto now = now_();
  if (!random_ || (!keys_.empty() && now - rotated_ < lifetime))
    return;
  if (now - rotated_ >= 2 * lifetime)
    keys_.clear(); // what they sealed has expired
  keys_.insert(keys_.begin(), random_key());
  if (keys_.size() > random_keys_max)
    keys_.pop_back();
  rotated_ = now;
}

void ticket_keys::serve(SSL_CTX* context) {
  SSL_CTX_set_app_data(context, this);
  SSL_CTX_set_tlsext_ticket_key_evp_cb(context, on_ticket);
}

} // namespace rookery
