#pragma once

#include "net/stream.hpp"
#include "net/transport.hpp"

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace rookery {

/// A request whose header and body are complete. Views are valid during the
/// call only. Header names compare without case.
class http_request {
public:
  virtual std::string_view method() const = 0; // "GET"
  virtual std::string_view target() const = 0; // "/ws?v=1"
  virtual std::string_view header(std::string_view name) const = 0;
  virtual std::string_view body() const = 0;
  /// The peer's address without port.
  virtual const std::string& remote_address() const = 0;

  /// The target without its query.
  std::string_view path() const {
    return target().substr(0, target().find('?'));
  }

protected:
  ~http_request() = default;
};

struct http_response {
  unsigned status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;
};

/// Answers one request, now or later, at most once; without an answer the
/// request runs into the time-out. Thread: any.
using http_responder = std::function<void(http_response)>;

/// What the application learned about a client before the upgrade: its user,
/// its address. Handed back with the connection.
class admission {
public:
  virtual ~admission() = default;
};

/// An upgraded connection on its way to the application.
struct upgraded_socket {
  stream socket;
  link_terms terms;
  std::string early;  // bytes that came behind the request
  std::string answer; // to the request; it goes before all frames
  std::unique_ptr<admission> admitted;
};

/// The application behind an HTTP listener. Calls come on the I/O thread that
/// accepted the socket; none may wait.
class http_app {
public:
  /// Decides on a well-formed upgrade request: an admission, or the answer that
  /// refuses it.
  virtual std::unique_ptr<admission>
  admit(const http_request& request, http_response& answer) = 0;
  /// Takes over an admitted connection, which has to be sent its 101 answer.
  virtual void adopt(io_thread& home, upgraded_socket&& socket) = 0;
  /// Answers any other request.
  virtual void
  serve(const http_request& request, const http_responder& respond) = 0;

protected:
  ~http_app() = default;
};

struct http_settings {
  std::string websocket_path = "/ws"; // empty: no upgrades here
  std::vector<std::string_view> protocols;
  bool deflate = false;
  std::size_t header_bytes_max = 8192;
  std::size_t body_bytes_max = 64 * 1024;
  std::chrono::milliseconds request_timeout{10'000};
  std::size_t send_buffer_bytes = 64 * 1024;
  uint32_t backlog = 4096;
  std::shared_ptr<tls_context> tls; // null: plain
  gate* door = nullptr;             // null: all may come in
};

} // namespace rookery
