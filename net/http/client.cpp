#include "net/http/client.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>

#include <charconv>
#include <string_view>

namespace rookery {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;

/// The longest answer that is read.
constexpr std::size_t body_bytes_max = 16 * 1024 * 1024;

template <class Future>
auto finish(asio::io_context& io, Future&& begun) {
  io.restart();
  io.run();
  return begun.get();
}

using whole_request = http::request<http::string_body>;

std::string exchange(
    const http_server& from, whole_request request,
    std::chrono::milliseconds timeout) {
  asio::io_context io;
  asio::ip::tcp::resolver resolver{io};
  const auto places = resolver.resolve(from.host, std::to_string(from.port));
  beast::tcp_stream stream{io};
  stream.expires_after(timeout); // for all of it together
  finish(io, stream.async_connect(places, asio::use_future));
  const bool is_v6 = from.host.find(':') != std::string::npos;
  request.set(
      http::field::host, (is_v6 ? '[' + from.host + ']' : from.host) + ':'
                             + std::to_string(from.port));
  request.set(http::field::connection, "close");
  request.prepare_payload();
  finish(io, http::async_write(stream, request, asio::use_future));
  beast::flat_buffer buffer;
  http::response_parser<http::string_body> parser;
  parser.body_limit(body_bytes_max);
  finish(io, http::async_read(stream, buffer, parser, asio::use_future));
  auto answer = parser.release();
  if (answer.result() != http::status::ok)
    throw std::runtime_error(
        "answered " + std::to_string(answer.result_int()) + ": "
        + answer.body());
  return std::move(answer.body());
}

result<std::string> answer_of(
    const http_server& from, whole_request request,
    std::chrono::milliseconds timeout) {
  const std::string target{request.target()};
  try {
    return exchange(from, std::move(request), timeout);
  } catch (const std::exception& error) {
    return refuse(
        errc::not_available, from.host + ':' + std::to_string(from.port)
                                 + target + ": " + error.what());
  }
}

} // namespace

result<http_server> parse_http_url(const std::string& url) {
  constexpr std::string_view scheme = "http://";
  const auto wrong = [&] {
    return refuse(errc::bad_request, "\"" + url + "\" is no http://HOST:PORT");
  };
  std::string_view rest = url;
  if (!rest.starts_with(scheme))
    return wrong();
  rest.remove_prefix(scheme.size());
  if (rest.ends_with('/'))
    rest.remove_suffix(1);
  const auto colon = rest.rfind(':');
  if (colon == std::string_view::npos || colon == 0)
    return wrong();
  auto host = rest.substr(0, colon);
  const auto digits = rest.substr(colon + 1);
  http_server server;
  const auto* end = digits.data() + digits.size();
  const auto read = std::from_chars(digits.data(), end, server.port);
  if (read.ec != std::errc{} || read.ptr != end || server.port == 0)
    return wrong();
  if (host.starts_with('[') && host.ends_with(']'))
    host = host.substr(1, host.size() - 2);
  if (host.empty() || host.find_first_of("/?#@[]") != std::string_view::npos)
    return wrong();
  server.host = host;
  return server;
}

result<std::string> http_get(
    const http_server& from, const std::string& target,
    std::chrono::milliseconds timeout) {
  return answer_of(from, {http::verb::get, target, 11}, timeout);
}

result<std::string> http_post(
    const http_server& to, const std::string& target, const std::string& body,
    std::chrono::milliseconds timeout) {
  return answer_of(to, {http::verb::post, target, 11, body}, timeout);
}

} // namespace rookery
