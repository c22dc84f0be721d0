#include "tests/unit/net/tls_peer.hpp"

#include <openssl/pem.h>
#include <openssl/x509.h>

#include <array>

namespace rookery {

certificate_files make_certificate(
    const temporary_folder& folder, const std::string& common_name) {
  certificate_files files{
      folder.file(common_name + ".pem"), folder.file(common_name + ".key")};
  auto* key = EVP_EC_gen("P-256");
  auto* certificate = X509_new();
  X509_set_version(certificate, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate), -60);
  X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
  X509_set_pubkey(certificate, key);
  auto* name = X509_get_subject_name(certificate);
  X509_NAME_add_entry_by_txt(
      name, "CN", MBSTRING_ASC,
      reinterpret_cast<const unsigned char*>(common_name.c_str()), -1, -1, 0);
  X509_set_issuer_name(certificate, name);
  X509_sign(certificate, key, EVP_sha256());
  auto* file = BIO_new_file(files.certificate.c_str(), "w");
  PEM_write_bio_X509(file, certificate);
  BIO_free(file);
  file = BIO_new_file(files.key.c_str(), "w");
  PEM_write_bio_PrivateKey(file, key, nullptr, nullptr, 0, nullptr, nullptr);
  BIO_free(file);
  X509_free(certificate);
  EVP_PKEY_free(key);
  return files;
}

tls_peer::tls_peer(const std::string& protocols, SSL_SESSION* resumed)
    : context_(SSL_CTX_new(TLS_client_method()), SSL_CTX_free)
    , session_(SSL_new(context_.get()), SSL_free)
    , in_(BIO_new(BIO_s_mem()))
    , out_(BIO_new(BIO_s_mem())) {
  SSL_set_bio(session_.get(), in_, out_); // takes them
  SSL_set_connect_state(session_.get());
  if (!protocols.empty())
    SSL_set_alpn_protos(
        session_.get(),
        reinterpret_cast<const unsigned char*>(protocols.data()),
        static_cast<unsigned>(protocols.size()));
  if (resumed)
    SSL_set_session(session_.get(), resumed);
}

bool tls_peer::say(std::string_view plain) {
  return SSL_write(session_.get(), plain.data(), static_cast<int>(plain.size()))
         > 0;
}

void tls_peer::take(std::string_view ciphertext) {
  BIO_write(in_, ciphertext.data(), static_cast<int>(ciphertext.size()));
  std::array<char, 4096> buffer;
  for (int got = 1; got > 0;) {
    got = SSL_read(session_.get(), buffer.data(), buffer.size());
    if (got > 0)
      heard_.append(buffer.data(), static_cast<std::size_t>(got));
  }
}

std::string tls_peer::records() {
  std::string all(BIO_ctrl_pending(out_), '\0');
  BIO_read(out_, all.data(), static_cast<int>(all.size()));
  return all;
}

bool tls_peer::speak_with(tls_stream& server) {
  take({}); // begins
  for (auto said = records(); !said.empty(); said = records()) {
    std::string answer;
    status_ = server.receive(said, server_heard_, answer);
    take(answer);
    if (status_ == tls_stream::status::failed)
      return false;
  }
  return established() && server.established();
}

std::string tls_peer::server_name() const {
  std::array<char, 256> text{};
  auto* certificate = SSL_get0_peer_certificate(session_.get());
  X509_NAME_get_text_by_NID(
      X509_get_subject_name(certificate), NID_commonName, text.data(),
      text.size());
  return text.data();
}

} // namespace rookery
