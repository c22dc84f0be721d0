#include "base/error.hpp"

namespace rookery {

std::string_view name(errc code) noexcept {
  switch (code) {
  case errc::internal:
    return "internal";
  case errc::unauthorized:
    return "unauthorized";
  case errc::unknown_topic:
    return "unknown_topic";
  case errc::permission_denied:
    return "permission_denied";
  case errc::unknown_event:
    return "unknown_event";
  case errc::already_subscribed:
    return "already_subscribed";
  case errc::limit_exceeded:
    return "limit_exceeded";
  case errc::bad_request:
    return "bad_request";
  case errc::not_available:
    return "not_available";
  case errc::token_expired:
    return "token_expired";
  case errc::too_many_requests:
    return "too_many_requests";
  case errc::position_lost:
    return "position_lost";
  case errc::conflict:
    return "conflict";
  case errc::not_subscribed:
    return "not_subscribed";
  case errc::lobby_full:
    return "lobby_full";
  case errc::not_seated:
    return "not_seated";
  case errc::not_host:
    return "not_host";
  case errc::lobby_started:
    return "lobby_started";
  }
  return "internal";
}

std::string_view name(close_code code) noexcept {
  switch (code) {
  case close_code::normal:
    return "normal";
  case close_code::going_away:
    return "going_away";
  case close_code::protocol_error:
    return "protocol_error";
  case close_code::unsupported_data:
    return "unsupported_data";
  case close_code::no_status:
    return "no_status";
  case close_code::abnormal:
    return "abnormal";
  case close_code::invalid_utf8:
    return "invalid_utf8";
  case close_code::message_too_big:
    return "message_too_big";
  case close_code::drain:
    return "drain";
  case close_code::overloaded:
    return "overloaded";
  case close_code::laggard:
    return "laggard";
  case close_code::no_pong:
    return "no_pong";
  case close_code::server_error:
    return "server_error";
  case close_code::token_expired:
    return "token_expired";
  case close_code::unauthorized:
    return "unauthorized";
  case close_code::auth_timeout:
    return "auth_timeout";
  case close_code::malformed:
    return "malformed";
  case close_code::forbidden:
    return "forbidden";
  case close_code::connection_limit:
    return "connection_limit";
  case close_code::disconnected_by_api:
    return "disconnected_by_api";
  case close_code::flood:
    return "flood";
  case close_code::other:
    return "other";
  }
  return "other";
}

} // namespace rookery
