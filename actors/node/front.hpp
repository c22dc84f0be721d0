#pragma once

#include "actors/api/call.hpp"
#include "actors/node_context.hpp"
#include "base/refusal.hpp"
#include "net/auth/credentials.hpp"
#include "net/http/app.hpp"

#include <atomic>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace rookery {

/// One file of web/, built into the program.
struct web_asset {
  std::string_view path; // "/app.js"
  std::string_view content_type;
  std::string_view content;
};
const std::vector<web_asset>& web_assets();

/// What the public listener serves: WebSocket upgrades, /health, /ready, and
/// the demo pages where they are switched on.
///
/// Thread: the I/O threads, concurrently.
class public_front final : public http_app {
public:
  public_front(
      const node_context& node, const transport_settings& links,
      const std::atomic<bool>& ready)
      : node_(node)
      , links_(links)
      , ready_(ready) {}

  std::unique_ptr<admission>
  admit(const http_request& request, http_response& answer) override;
  void adopt(io_thread& home, upgraded_socket&& socket) override;
  void
  serve(const http_request& request, const http_responder& respond) override;

private:
  result<user_ref> identify(const std::optional<credential>& shown) const;
  http_response refuse_entry(
      const http_request& request, refusal why, std::string_view message) const;
  http_response demo(const http_request& request) const;
  http_response demo_token(const http_request& request) const;

  const node_context& node_;
  const transport_settings& links_;
  const std::atomic<bool>& ready_;
};

/// What the internal listener serves: /metrics, /health, /ready, and the API of
/// docs/internal-api.md.
/// Thread: the I/O threads, concurrently.
class internal_front final : public http_app {
public:
  internal_front(const node_context& node, const std::atomic<bool>& ready)
      : node_(node)
      , ready_(ready) {}

  std::unique_ptr<admission>
  admit(const http_request& request, http_response& answer) override;
  void adopt(io_thread&, upgraded_socket&&) override {}
  void
  serve(const http_request& request, const http_responder& respond) override;

private:
  void call_api(const http_request& request, const http_responder& respond);

  const node_context& node_;
  const std::atomic<bool>& ready_;
};

} // namespace rookery
