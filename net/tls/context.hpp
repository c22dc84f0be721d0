#pragma once

#include "base/config/config.hpp"
#include "base/error.hpp"
#include "net/tls/ticket_keys.hpp"

#include <memory>
#include <mutex>

using SSL_CTX = struct ssl_ctx_st;

namespace rookery {

/// What a listener's TLS connections have in common: TLS 1.2 and 1.3, the
/// certificate, whom it trusts, the keys of its session tickets.
///
/// Thread: any, also while it reloads. Outlives its streams.
class tls_context {
public:
  /// Reads the files of `settings`; an error names the file and the reason.
  [[nodiscard]] static result<std::shared_ptr<tls_context>>
  load(tls_config settings);

  /// Reads all files again. Handshakes that begin now get what they hold;
  /// connections stay, and tickets open as long as their key is there. If one
  /// file cannot be used, everything stays as it was.
  [[nodiscard]] result<void> reload();

  /// For OpenSSL; who takes it keeps it, whatever is reloaded.
  std::shared_ptr<SSL_CTX> current() const;

private:
  explicit tls_context(tls_config settings)
      : settings_(std::move(settings)) {}

  const tls_config settings_;
  ticket_keys tickets_;
  mutable std::mutex mutex_; // held only to copy or to replace `current_`
  std::shared_ptr<SSL_CTX> current_;
};

} // namespace rookery
