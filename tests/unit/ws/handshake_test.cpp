// The opening handshake (RFC 6455, section 4.2).
#include "net/ws/handshake.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <gtest/gtest.h>

#include <map>

namespace rookery::ws {
namespace {

namespace http = boost::beast::http;

constexpr auto json = "rookery.v1.json";
constexpr auto msgpack = "rookery.v1.msgpack";

/// A request as a client writes it; a test changes what it is about.
struct written_request {
  std::string line = "GET /ws HTTP/1.1";
  std::multimap<std::string, std::string> fields{
      {"Host", "server.example.com"},
      {"Upgrade", "websocket"},
      {"Connection", "Upgrade"},
      {"Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="},
      {"Sec-WebSocket-Version", "13"}};

  written_request& with(const std::string& name, const std::string& value) {
    fields.emplace(name, value);
    return *this;
  }
  written_request& without(const std::string& name) {
    EXPECT_GT(fields.erase(name), 0u);
    return *this;
  }
  written_request& replace(const std::string& name, const std::string& value) {
    return without(name).with(name, value);
  }

  http::request_header<> parsed() const {
    auto text = line + "\r\n";
    for (const auto& [name, value] : fields)
      text += name + ": " + value + "\r\n";
    text += "\r\n";
    http::request_parser<http::empty_body> parser;
    boost::system::error_code error;
    parser.put(boost::asio::buffer(text), error);
    EXPECT_FALSE(error && error != http::error::unexpected_body) << error;
    return parser.get().base();
  }
};

const handshake_options ours{{json, msgpack}, false};
const handshake_options ours_deflated{{json, msgpack}, true};

upgrade accepted(
    const written_request& request, const handshake_options& options = ours) {
  auto answer = accept_upgrade(request.parsed(), options);
  if (!answer)
    ADD_FAILURE() << answer.error().text;
  return answer.value_or(upgrade{});
}

upgrade_refusal refused(
    const written_request& request, const handshake_options& options = ours) {
  const auto answer = accept_upgrade(request.parsed(), options);
  EXPECT_FALSE(answer);
  return answer ? upgrade_refusal{http::status::ok, "", {}} : answer.error();
}

std::string_view header_of(const upgrade_refusal& refusal, http::field name) {
  for (const auto& [field, value] : refusal.headers) {
    if (field == name)
      return value;
  }
  return "";
}

TEST(handshake, is_answered_with_the_bytes_of_the_rfc) {
  EXPECT_EQ(
      accepted({}).response,
      "HTTP/1.1 101 Switching Protocols\r\n"
      "Upgrade: websocket\r\n"
      "Connection: Upgrade\r\n"
      "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"
      "\r\n");
}

TEST(handshake, reads_tokens_in_any_case_and_in_lists) {
  written_request request;
  request.replace("Upgrade", "h2c, WebSocket");
  request.replace("Connection", "keep-alive, UPGRADE");
  accepted(request);
  accepted(written_request{}
               .replace("Connection", "keep-alive")
               .with("Connection", "upgrade"));
}

TEST(handshake, needs_get) {
  written_request request;
  request.line = "POST /ws HTTP/1.1";
  const auto refusal = refused(request);
  EXPECT_EQ(refusal.status, http::status::method_not_allowed);
  EXPECT_EQ(header_of(refusal, http::field::allow), "GET");
}

TEST(handshake, needs_http_1_1) {
  written_request request;
  request.line = "GET /ws HTTP/1.0";
  EXPECT_EQ(refused(request).status, http::status::bad_request);
}

TEST(handshake, needs_exactly_one_host) {
  for (const auto& request :
       {written_request{}.without("Host"),
        written_request{}.with("Host", "other.example.com")})
    EXPECT_EQ(refused(request).status, http::status::bad_request);
}

TEST(handshake, tells_a_plain_request_to_upgrade) {
  for (const auto& request :
       {written_request{}.without("Upgrade"),
        written_request{}.replace("Upgrade", "h2c")}) {
    const auto refusal = refused(request);
    EXPECT_EQ(refusal.status, http::status::upgrade_required);
    EXPECT_EQ(header_of(refusal, http::field::upgrade), "websocket");
    EXPECT_EQ(header_of(refusal, http::field::connection), "Upgrade");
  }
}

TEST(handshake, needs_the_connection_to_upgrade) {
  for (const auto& request :
       {written_request{}.without("Connection"),
        written_request{}.replace("Connection", "keep-alive"),
        written_request{}.replace("Connection", "upgrade-not")})
    EXPECT_EQ(refused(request).status, http::status::bad_request);
}

TEST(handshake, needs_version_13) {
  for (const auto* version : {"8", "0", "14", "13, 8", "x", ""}) {
    const auto refusal =
        refused(written_request{}.replace("Sec-WebSocket-Version", version));
    EXPECT_EQ(refusal.status, http::status::upgrade_required) << version;
    EXPECT_EQ(header_of(refusal, http::field::sec_websocket_version), "13");
  }
  EXPECT_EQ(
      refused(written_request{}.without("Sec-WebSocket-Version")).status,
      http::status::upgrade_required);
}

TEST(handshake, needs_a_key_of_16_bytes_in_base64) {
  for (const auto* key :
       {"", "dGhlIHNhbXBsZSBub25jZQ=", "dGhlIHNhbXBsZSBub25jZQ",
        "dGhlIHNhbXBsZSBub25jZ===", "dGhlIHNhbXBsZSBub25jZSEh",
        "dGhlIHNhbXBsZSBub25jZSE=", "dGhlIHNh*XBsZSBub25jZQ==",
        "dGhlIHNhbXBsZSBub25jZQ==dGhlIHNhbXBsZSBub25jZQ=="}) {
    EXPECT_EQ(
        refused(written_request{}.replace("Sec-WebSocket-Key", key)).status,
        http::status::bad_request)
        << key;
  }
  EXPECT_EQ(
      refused(written_request{}.without("Sec-WebSocket-Key")).status,
      http::status::bad_request);
  EXPECT_EQ(
      refused(written_request{}.with(
                  "Sec-WebSocket-Key", "AAAAAAAAAAAAAAAAAAAAAA=="))
          .status,
      http::status::bad_request);
}

TEST(handshake, has_no_body) {
  EXPECT_EQ(
      refused(written_request{}.with("Content-Length", "5")).status,
      http::status::bad_request);
  EXPECT_EQ(
      refused(written_request{}.with("Transfer-Encoding", "chunked")).status,
      http::status::bad_request);
  accepted(written_request{}.with("Content-Length", "0"));
}

TEST(subprotocol, is_not_answered_when_none_is_offered) {
  const auto agreed = accepted({});
  EXPECT_EQ(agreed.protocol, "");
  EXPECT_EQ(agreed.response.find("Sec-WebSocket-Protocol"), std::string::npos);
}

TEST(subprotocol, is_the_first_offered_that_we_know) {
  written_request request;
  request.with("Sec-WebSocket-Protocol", "mqtt, rookery.v1.msgpack");
  request.with("Sec-WebSocket-Protocol", "rookery.v1.json");
  const auto agreed = accepted(request);
  EXPECT_EQ(agreed.protocol, msgpack);
  EXPECT_NE(
      agreed.response.find(
          "\r\nSec-WebSocket-Protocol: rookery.v1.msgpack\r\n"),
      std::string::npos);
}

TEST(subprotocol, is_refused_when_only_others_are_offered) {
  for (const auto* offer : {"mqtt", "Rookery.V1.Json", "rookery.v2.json, x"}) {
    EXPECT_EQ(
        refused(written_request{}.with("Sec-WebSocket-Protocol", offer)).status,
        http::status::bad_request)
        << offer;
  }
}

TEST(subprotocol, is_ignored_by_a_server_that_speaks_none) {
  const auto agreed = accepted(
      written_request{}.with("Sec-WebSocket-Protocol", "anything"),
      {{}, false});
  EXPECT_EQ(agreed.protocol, "");
  EXPECT_EQ(agreed.response.find("Sec-WebSocket-Protocol"), std::string::npos);
}

TEST(compression, is_not_answered_when_it_is_off_or_not_offered) {
  const auto offered =
      written_request{}.with("Sec-WebSocket-Extensions", "permessage-deflate");
  for (const auto& agreed : {accepted(offered), accepted({}, ours_deflated)}) {
    EXPECT_FALSE(agreed.deflate);
    EXPECT_EQ(
        agreed.response.find("Sec-WebSocket-Extensions"), std::string::npos);
  }
}

TEST(compression, is_agreed_with_the_first_offer_that_we_can_serve) {
  written_request request;
  request.with(
      "Sec-WebSocket-Extensions",
      "permessage-deflate; server_max_window_bits=8");
  request.with(
      "Sec-WebSocket-Extensions",
      "permessage-deflate; server_max_window_bits=11, permessage-deflate");
  const auto agreed = accepted(request, ours_deflated);
  ASSERT_TRUE(agreed.deflate);
  EXPECT_EQ(agreed.deflate->server_window_bits, 11);
  EXPECT_NE(
      agreed.response.find(
          "\r\nSec-WebSocket-Extensions: permessage-deflate; "
          "server_no_context_takeover; client_no_context_takeover; "
          "server_max_window_bits=11\r\n"),
      std::string::npos);
}

TEST(compression, malformed_ends_the_handshake) {
  EXPECT_EQ(
      refused(
          written_request{}.with(
              "Sec-WebSocket-Extensions", "permessage-deflate;"),
          ours_deflated)
          .status,
      http::status::bad_request);
}

} // namespace
} // namespace rookery::ws
