#include "cluster/bus/nats_options.hpp"

#include <climits>

#include <algorithm>

namespace rookery {

namespace {

/// The library from the first bus to the end of the process, whose static
/// objects it must not outlive.
struct nats_library {
  nats_library()
      : status(nats_Open(-1)) {}
  ~nats_library() {
    constexpr int64_t patience_ms = 2'000; // its threads end within
    constexpr int64_t grace_ms = 50;
    if (status != NATS_OK)
      return;
    // The thread that frees messages may end before those that hand them to it:
    // what they still do for subscriptions that ended would be leaked.
    nats_Sleep(grace_ms);
    nats_CloseAndWait(patience_ms);
  }
  const natsStatus status;
};

const char* text_or_null(const std::string& text) {
  return text.empty() ? nullptr : text.c_str();
}

int narrow(std::size_t n) {
  return static_cast<int>(std::min<std::size_t>(n, INT_MAX));
}

/// Collects the first failure of many calls.
struct first_failure {
  natsStatus status = NATS_OK;
  std::string what;

  void operator()(const char* of, natsStatus said) {
    if (status != NATS_OK || said == NATS_OK)
      return;
    status = said;
    what = std::string{of} + ": " + nats_text(said);
  }
};

void set_login(natsOptions* to, const nats_login& login, first_failure& check) {
  if (!login.user.empty())
    check(
        "user", natsOptions_SetUserInfo(
                    to, login.user.c_str(), login.password.c_str()));
  if (!login.token.empty())
    check("token", natsOptions_SetToken(to, login.token.c_str()));
  if (!login.credentials_file.empty())
    check(
        "credentials file", natsOptions_SetUserCredentialsFromFiles(
                                to, login.credentials_file.c_str(), nullptr));
  if (!login.nkey.empty())
    check(
        "NKEY", natsOptions_SetNKeyFromSeed(
                    to, login.nkey.c_str(), login.nkey_seed_file.c_str()));
}

void set_tls(natsOptions* to, const nats_tls& tls, first_failure& check) {
  if (tls.on)
    check("TLS", natsOptions_SetSecure(to, true));
  if (!tls.ca_file.empty())
    check(
        "CA file",
        natsOptions_LoadCATrustedCertificates(to, tls.ca_file.c_str()));
  if (!tls.certificate_file.empty())
    check(
        "certificate",
        natsOptions_LoadCertificatesChain(
            to, tls.certificate_file.c_str(), text_or_null(tls.key_file)));
}

void set_flow(
    natsOptions* to, const nats_bus_settings& from, first_failure& check) {
  constexpr int without_end = -1;
  constexpr int pings_out_max = 2;
  const auto jitter = from.reconnect_jitter.count();
  check(
      "connect timeout",
      natsOptions_SetTimeout(to, from.connect_timeout.count()));
  check("reconnects", natsOptions_SetMaxReconnect(to, without_end));
  check(
      "reconnect wait",
      natsOptions_SetReconnectWait(to, from.reconnect_wait.count()));
  check("jitter", natsOptions_SetReconnectJitter(to, jitter, jitter));
  check(
      "ping interval",
      natsOptions_SetPingInterval(to, from.ping_interval.count()));
  check("pings", natsOptions_SetMaxPingsOut(to, pings_out_max));
  check(
      "write deadline",
      natsOptions_SetWriteDeadline(to, from.write_deadline.count()));
  check(
      "reconnect buffer",
      natsOptions_SetReconnectBufSize(to, narrow(from.reconnect_bytes_max)));
  check("echo", natsOptions_SetNoEcho(to, !from.echo));
  check("send asap", natsOptions_SetSendAsap(to, from.send_asap));
  // Else each subscription has a thread of its own.
  check("delivery", natsOptions_UseGlobalMessageDelivery(to, true));
}

} // namespace

result<void> use_nats_library(int delivery_threads) {
  static const nats_library library;
  if (library.status != NATS_OK)
    return refuse(
        errc::internal,
        "libnats: " + std::string{natsStatus_GetText(library.status)});
  if (const auto s = nats_SetMessageDeliveryPoolSize(delivery_threads);
      s != NATS_OK)
    return refuse(errc::bad_request, "delivery threads: " + nats_text(s));
  return {};
}

result<nats_ptr<natsOptions>> nats_options(const nats_bus_settings& settings) {
  natsOptions* made = nullptr;
  if (const auto s = natsOptions_Create(&made); s != NATS_OK)
    return refuse(errc::internal, "libnats: " + nats_text(s));
  nats_ptr<natsOptions> options{made};
  std::vector<const char*> servers;
  for (const auto& one : settings.servers)
    servers.push_back(one.c_str());
  first_failure check;
  check(
      "servers",
      natsOptions_SetServers(made, servers.data(), narrow(servers.size())));
  check("name", natsOptions_SetName(made, settings.name.c_str()));
  set_login(made, settings.login, check);
  set_tls(made, settings.tls, check);
  set_flow(made, settings, check);
  if (check.status != NATS_OK)
    return refuse(errc::bad_request, check.what);
  return options;
}

natsStatus nats_connect(
    natsConnection** made, natsOptions* options, const nats_login& login) {
  const bool signs = !login.nkey.empty() || !login.credentials_file.empty();
  auto status = NATS_CONNECTION_AUTH_FAILED;
  for (int left = signs ? 3 : 1;
       left > 0 && status == NATS_CONNECTION_AUTH_FAILED; --left)
    status = natsConnection_Connect(made, options);
  return status;
}

std::string without_login(std::string_view url) {
  const auto scheme = url.find("://");
  const auto begin = scheme == std::string_view::npos ? 0 : scheme + 3;
  const auto login = url.rfind('@');
  if (login == std::string_view::npos || login < begin)
    return std::string{url};
  return std::string{url.substr(0, begin)} + std::string{url.substr(login + 1)};
}

std::string server_names(const nats_bus_settings& settings) {
  std::string all;
  for (const auto& one : settings.servers)
    all += (all.empty() ? "" : ", ") + without_login(one);
  return all;
}

std::string nats_text(natsStatus status) {
  natsStatus last = NATS_OK;
  const char* more = nats_GetLastError(&last);
  std::string text = natsStatus_GetText(status);
  if (more && *more && last == status)
    text += std::string{" ("} + more + ")";
  return text;
}

} // namespace rookery
