#pragma once

#include "net/tls/stream.hpp"
#include "tests/unit/net/temporary_folder.hpp"

#include <openssl/ssl.h>

#include <memory>
#include <string>

namespace rookery {

/// Files with a new certificate for `common_name`, which signs itself, and its
/// key.
struct certificate_files {
  std::string certificate;
  std::string key;
};
certificate_files make_certificate(
    const temporary_folder& folder, const std::string& common_name);

/// A client on OpenSSL's own memory BIOs, to speak to a tls_stream.
class tls_peer {
public:
  explicit tls_peer(
      const std::string& protocols = {}, SSL_SESSION* resumed = {});

  /// Speaks with `server` until neither has anything to say. False: one of them
  /// failed.
  bool speak_with(tls_stream& server);

  bool say(std::string_view plain);
  /// All that was decrypted so far.
  const std::string& heard() const noexcept { return heard_; }
  /// What the server said in plain, and how its stream is.
  const std::string& server_heard() const noexcept { return server_heard_; }
  tls_stream::status server_status() const noexcept { return status_; }
  /// Hands records of the server to the client.
  void take(std::string_view ciphertext);
  /// Records of the client that wait.
  std::string records();

  std::string server_name() const; // the common name of its certificate
  bool established() const { return SSL_is_init_finished(session_.get()); }
  SSL* native() const { return session_.get(); }

private:
  std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context_;
  std::unique_ptr<SSL, decltype(&SSL_free)> session_;
  BIO* in_;
  BIO* out_;
  std::string heard_;
  std::string server_heard_;
  tls_stream::status status_ = tls_stream::status::open;
};

} // namespace rookery
