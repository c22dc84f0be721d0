#pragma once

#include "cluster/bus/bus.hpp"

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace rookery {

/// How a node proves who it is: one of the ways, or none.
struct nats_login {
  std::string user, password;
  std::string token;
  std::string credentials_file;     // a JWT and its NKEY, as `nsc` writes them
  std::string nkey, nkey_seed_file; // public key, and the file of its seed
};

struct nats_tls {
  bool on = false;     // besides where a server's URL begins with tls://
  std::string ca_file; // empty: those of the system
  std::string certificate_file, key_file; // of the node
};

struct nats_bus_settings {
  std::vector<std::string> servers; // nats://host:port
  std::string name = "rookery";     // shown by the server
  nats_login login;
  nats_tls tls;
  /// False: what this bus publishes does not come back to it, not even to its
  /// own answers.
  bool echo = true;
  std::string inbox_prefix = "_INBOX"; // what the login may subscribe to

  std::chrono::milliseconds connect_timeout{2'000}; // for each server
  std::chrono::milliseconds reconnect_wait{250};    // without end
  std::chrono::milliseconds reconnect_jitter{500};  // nodes come back spread
  /// A server that is silent for three of them is gone.
  std::chrono::milliseconds ping_interval{10'000};
  std::chrono::milliseconds write_deadline{5'000};
  std::chrono::milliseconds drain_timeout{5'000};

  // Published and not given to the library, whose calls may wait for a socket.
  std::size_t messages_max = 65'536;
  std::size_t bytes_max = 64 * 1024 * 1024;
  /// What the library keeps while there is no connection, besides.
  std::size_t reconnect_bytes_max = 8 * 1024 * 1024;
  std::size_t payload_bytes_max = 1024 * 1024; // as servers have it
  std::size_t requests_max = 16'384;
  std::size_t subscriptions_max = 65'536;
  /// Threads that call back, of all buses of the process. Grows only.
  int delivery_threads = 2;
  bool send_asap = false; // a fifth of the latency for half as much CPU again

  bus::state_handler on_state;
};

/// May wait `connect_timeout` for each server, twice. Refuses what trying again
/// does not cure: settings that are wrong (`bad_request`) and a login that the
/// server does not take (`unauthorized`). A server that is not there is none of
/// them: the bus is `connecting` then, and takes what its bounds allow.
///
/// A login that is refused later, twice by each server, closes the bus.
///
/// The destructor sends what was published and lets subscriptions finish what
/// they have, within `drain_timeout`; nothing is called back after it.
[[nodiscard]] result<std::unique_ptr<bus>>
open_nats_bus(nats_bus_settings settings);

} // namespace rookery
