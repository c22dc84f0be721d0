#include "net/ws/handshake.hpp"

#include "base/check.hpp"

#include <boost/beast/core/string.hpp>
#include <boost/beast/http/rfc7230.hpp>
#include <openssl/evp.h>
#include <openssl/sha.h>

#include <algorithm>
#include <array>

namespace rookery::ws {

namespace {

namespace beast = boost::beast;
namespace http = beast::http;
using header = http::request_header<>;

std::string_view to_std(beast::string_view text) {
  return {text.data(), text.size()};
}

/// The value of a field that must be there exactly once.
std::optional<std::string_view>
only_value(const header& request, http::field name) {
  if (request.count(name) != 1)
    return std::nullopt;
  return to_std(request[name]);
}

/// All lines of a list field as one (RFC 7230, section 3.2.2).
std::string joined(const header& request, http::field name) {
  std::string all;
  const auto [begin, end] = request.equal_range(name);
  for (auto line = begin; line != end; ++line)
    all.append(all.empty() ? "" : ",").append(to_std(line->value()));
  return all;
}

bool has_token(
    const header& request, http::field name, std::string_view token) {
  const auto all = joined(request, name);
  return http::token_list{all}.exists({token.data(), token.size()});
}

bool has_body(const header& request) {
  const auto length = request.find(http::field::content_length);
  return request.count(http::field::transfer_encoding) > 0
         || (length != request.end() && length->value() != "0");
}

/// Whether it is the base64 form of 16 bytes, as every key must be.
bool is_key(std::string_view text) {
  std::array<unsigned char, 18> decoded;
  return text.size() == 24 && text.find('=') == 22 && text.back() == '='
         && EVP_DecodeBlock(
                decoded.data(),
                reinterpret_cast<const unsigned char*>(text.data()),
                static_cast<int>(text.size()))
                == static_cast<int>(decoded.size());
}

/// Sec-WebSocket-Accept (RFC 6455, section 4.2.2, point 5.4).
std::string accept_value(std::string_view key) {
  const auto signed_text =
      std::string{key} + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  std::array<unsigned char, SHA_DIGEST_LENGTH> digest;
  const auto hashed = EVP_Digest(
      signed_text.data(), signed_text.size(), digest.data(), nullptr,
      EVP_sha1(), nullptr);
  ROOKERY_CHECK(hashed == 1, "OpenSSL always has SHA-1");
  std::array<unsigned char, 29> text; // 28 characters and a zero
  const auto size = EVP_EncodeBlock(
      text.data(), digest.data(), static_cast<int>(digest.size()));
  return {text.begin(), text.begin() + size};
}

/// The rules of RFC 6455, section 4.2.1, but for the lists.
std::optional<upgrade_refusal> check_request(const header& request) {
  const auto bad = [](std::string_view text) {
    return upgrade_refusal{http::status::bad_request, text, {}};
  };
  if (request.method() != http::verb::get)
    return upgrade_refusal{
        http::status::method_not_allowed,
        "a WebSocket starts with GET",
        {{http::field::allow, "GET"}}};
  if (request.version() < 11)
    return bad("a WebSocket needs HTTP/1.1");
  if (!only_value(request, http::field::host))
    return bad("exactly one Host is needed");
  if (!has_token(request, http::field::upgrade, "websocket"))
    return upgrade_refusal{
        http::status::upgrade_required,
        "this is a WebSocket endpoint",
        {{http::field::upgrade, "websocket"},
         {http::field::connection, "Upgrade"}}};
  if (!has_token(request, http::field::connection, "upgrade"))
    return bad("Connection must contain Upgrade");
  if (only_value(request, http::field::sec_websocket_version) != "13")
    return upgrade_refusal{
        http::status::upgrade_required,
        "WebSocket version 13 is needed",
        {{http::field::sec_websocket_version, "13"},
         {http::field::upgrade, "websocket"},
         {http::field::connection, "Upgrade"}}};
  const auto key = only_value(request, http::field::sec_websocket_key);
  if (!key || !is_key(*key))
    return bad("Sec-WebSocket-Key must be 16 bytes in base64");
  if (has_body(request))
    return bad("an upgrade has no body");
  return std::nullopt;
}

/// The first that the client offers and we speak; empty when it need not be
/// any; nothing when the client speaks only others.
std::optional<std::string_view> choose_protocol(
    const header& request, const std::vector<std::string_view>& ours) {
  const auto offers = joined(request, http::field::sec_websocket_protocol);
  auto chosen = std::optional{std::string_view{}};
  if (ours.empty())
    return chosen;
  for (const auto& offer : http::token_list{offers}) {
    const auto match = std::find(ours.begin(), ours.end(), to_std(offer));
    if (match != ours.end())
      return *match;
    chosen = std::nullopt;
  }
  return chosen;
}

std::string response_of(const upgrade& agreed, std::string_view key) {
  std::string text = "HTTP/1.1 101 Switching Protocols\r\n"
                     "Upgrade: websocket\r\n"
                     "Connection: Upgrade\r\n"
                     "Sec-WebSocket-Accept: ";
  text += accept_value(key);
  if (!agreed.protocol.empty())
    text.append("\r\nSec-WebSocket-Protocol: ").append(agreed.protocol);
  if (agreed.deflate)
    text.append("\r\nSec-WebSocket-Extensions: ")
        .append(agreed.deflate->answer);
  return text += "\r\n\r\n";
}

} // namespace

tl::expected<upgrade, upgrade_refusal>
accept_upgrade(const header& request, const handshake_options& options) {
  if (auto refusal = check_request(request))
    return tl::make_unexpected(*std::move(refusal));
  const auto protocol = choose_protocol(request, options.protocols);
  if (!protocol)
    return tl::make_unexpected(upgrade_refusal{
        http::status::bad_request, "none of the subprotocols is known", {}});
  auto deflate =
      negotiate_deflate(joined(request, http::field::sec_websocket_extensions));
  if (!deflate)
    return tl::make_unexpected(
        upgrade_refusal{http::status::bad_request, deflate.error().text, {}});
  upgrade agreed;
  agreed.protocol = *protocol;
  if (options.deflate)
    agreed.deflate = *std::move(deflate);
  agreed.response =
      response_of(agreed, to_std(request[http::field::sec_websocket_key]));
  return agreed;
}

} // namespace rookery::ws
