#include "net/tls/context.hpp"

#include "net/tls/openssl_reason.hpp"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

#include <array>
#include <fstream>
#include <iterator>
#include <utility>

namespace rookery {

namespace {

// Forward secret and authenticated (RFC 9325, section 4.2). AES-128 is first:
// its key schedule hashes with SHA-256, which CPUs have instructions for.
constexpr const char* suites_of_1_3 =
    "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:"
    "TLS_CHACHA20_POLY1305_SHA256";
constexpr const char* ciphers_of_1_2 = "ECDHE+AESGCM:ECDHE+CHACHA20";
constexpr const char* groups = "X25519:P-256:P-384";

tl::unexpected<failure>
unusable(const std::string& file, const std::string& what) {
  return refuse(
      errc::bad_request, file + ": " + what + ": " + openssl_reason());
}

/// RFC 7301: what runs on a WebSocket port is HTTP/1.1. Who offers other
/// protocols only is refused (alert no_application_protocol).
int choose_protocol(
    SSL*, const unsigned char** out, unsigned char* out_size,
    const unsigned char* offered, unsigned int offered_size, void*) {
  static constexpr unsigned char ours[]{8,   'h', 't', 't', 'p',
                                        '/', '1', '.', '1'};
  const auto chosen = SSL_select_next_proto(
      const_cast<unsigned char**>(out), out_size, ours, sizeof ours, offered,
      offered_size);
  return chosen == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK
                                          : SSL_TLSEXT_ERR_ALERT_FATAL;
}

/// Nobody sits before a server to type a passphrase.
int no_passphrase(char*, int, int, void*) {
  ERR_raise(ERR_LIB_PEM, PEM_R_BAD_PASSWORD_READ);
  return -1;
}

void set_up(SSL_CTX* context) {
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_ciphersuites(context, suites_of_1_3);
  SSL_CTX_set_cipher_list(context, ciphers_of_1_2);
  SSL_CTX_set1_groups_list(context, groups);
  SSL_CTX_set_options(
      context, SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE
                   | SSL_OP_PRIORITIZE_CHACHA);
  // The chain is what the file holds: to search for it costs each handshake a
  // verification.
  SSL_CTX_set_mode(
      context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE
                   | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER
                   | SSL_MODE_NO_AUTO_CHAIN);
  // Tickets resume sessions; a cache would cost memory for each.
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_num_tickets(context, 1);
  SSL_CTX_set_timeout(
      context, std::chrono::seconds{ticket_keys::lifetime}.count());
  SSL_CTX_set_alpn_select_cb(context, choose_protocol, nullptr);
  SSL_CTX_set_default_passwd_cb(context, no_passphrase);
}

/// OpenSSL compares the key with the certificate.
result<void> use_certificate(SSL_CTX* context, const tls_config& settings) {
  if (SSL_CTX_use_certificate_chain_file(context, settings.certificate.c_str())
      != 1)
    return unusable(settings.certificate, "certificate not usable");
  if (SSL_CTX_use_PrivateKey_file(
          context, settings.key.c_str(), SSL_FILETYPE_PEM)
      != 1)
    return unusable(settings.key, "key not usable");
  return {};
}

result<void> ask_clients(SSL_CTX* context, const tls_config& settings) {
  if (settings.client_certificate == client_certificate_use::none)
    return {};
  const auto* file = settings.client_ca.c_str();
  auto* names = SSL_load_client_CA_file(file);
  if (!names || SSL_CTX_load_verify_file(context, file) != 1) {
    sk_X509_NAME_pop_free(names, X509_NAME_free);
    return unusable(settings.client_ca, "client authorities not usable");
  }
  SSL_CTX_set_client_CA_list(context, names); // takes them
  const bool required =
      settings.client_certificate == client_certificate_use::required;
  SSL_CTX_set_verify(
      context,
      SSL_VERIFY_PEER | (required ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0),
      nullptr);
  return {};
}

/// A ticket resumes what was proven when it was made. It is worth nothing where
/// other proofs are asked for, so tickets carry what was asked.
result<void> bind_tickets(SSL_CTX* context, const tls_config& settings) {
  std::string asked{static_cast<char>(settings.client_certificate)};
  if (settings.client_certificate != client_certificate_use::none) {
    std::ifstream file{settings.client_ca, std::ios::binary};
    asked.append(std::istreambuf_iterator<char>{file}, {});
  }
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest;
  unsigned size = 0;
  const bool good =
      EVP_Digest(
          asked.data(), asked.size(), digest.data(), &size, EVP_sha256(),
          nullptr)
          == 1
      && SSL_CTX_set_session_id_context(context, digest.data(), size) == 1;
  if (!good)
    return refuse(errc::internal, std::string{"TLS: "} + openssl_reason());
  return {};
}

result<std::shared_ptr<SSL_CTX>> make_context(const tls_config& settings) {
  ERR_clear_error();
  std::shared_ptr<SSL_CTX> context{
      SSL_CTX_new(TLS_server_method()), SSL_CTX_free};
  if (!context)
    return refuse(errc::internal, std::string{"TLS: "} + openssl_reason());
  set_up(context.get());
  for (auto* step : {use_certificate, ask_clients, bind_tickets})
    if (auto done = step(context.get(), settings); !done)
      return tl::make_unexpected(std::move(done.error()));
  return context;
}

} // namespace

result<std::shared_ptr<tls_context>> tls_context::load(tls_config settings) {
  std::shared_ptr<tls_context> made{new tls_context{std::move(settings)}};
  if (auto loaded = made->reload(); !loaded)
    return tl::make_unexpected(std::move(loaded.error()));
  return made;
}

result<void> tls_context::reload() {
  auto keys = ticket_keys::read(settings_.ticket_keys);
  if (!keys)
    return tl::make_unexpected(std::move(keys.error()));
  auto fresh = make_context(settings_);
  if (!fresh)
    return tl::make_unexpected(std::move(fresh.error()));
  tickets_.replace(*std::move(keys));
  tickets_.serve(fresh->get());
  const std::lock_guard lock{mutex_};
  current_.swap(*fresh);
  return {};
}

std::shared_ptr<SSL_CTX> tls_context::current() const {
  const std::lock_guard lock{mutex_};
  return current_;
}

} // namespace rookery
