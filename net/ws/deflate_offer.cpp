#include "net/ws/deflate_offer.hpp"

#include "net/ws/deflater.hpp"

#include <boost/beast/core/string.hpp>
#include <boost/beast/http/rfc7230.hpp>

#include <algorithm>
#include <charconv>
#include <utility>

namespace rookery::ws {

namespace {

namespace beast = boost::beast;
namespace http = beast::http;

/// The parameters of one offer, each at most once.
struct offer {
  bool server_no_context_takeover = false;
  bool client_no_context_takeover = false;
  bool client_max_window_bits = false;
  std::optional<int> server_max_window_bits;
};

/// A window of RFC 7692: a decimal number from 8 to 15, without leading zeros.
std::optional<int> parse_window_bits(beast::string_view text) {
  int bits = 0;
  const auto* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, bits);
  if (error != std::errc{} || stop != end || text.front() == '0' || bits < 8
      || bits > window_bits_max)
    return std::nullopt;
  return bits;
}

/// Sets a parameter that has no value. False: it has one, or came before.
bool set_flag(bool& flag, beast::string_view value) {
  return value.empty() && !std::exchange(flag, true);
}

/// False for whatever obliges us to decline (RFC 7692, section 7.1).
bool set_parameter(
    offer& to, beast::string_view name, beast::string_view value) {
  if (beast::iequals(name, "server_no_context_takeover"))
    return set_flag(to.server_no_context_takeover, value);
  if (beast::iequals(name, "client_no_context_takeover"))
    return set_flag(to.client_no_context_takeover, value);
  if (beast::iequals(name, "client_max_window_bits")) {
    // Only a hint: our inflaters read any window.
    const auto valid = value.empty() || parse_window_bits(value);
    return valid && !std::exchange(to.client_max_window_bits, true);
  }
  if (beast::iequals(name, "server_max_window_bits")) {
    const auto bits = parse_window_bits(value);
    if (!bits || *bits < window_bits_min || to.server_max_window_bits)
      return false;
    to.server_max_window_bits = bits;
    return true;
  }
  return false;
}

/// Cuts the first element off a list of extensions. A comma within quotes does
/// not end it.
std::string_view take_element(std::string_view& list) {
  auto quoted = false;
  std::size_t end = 0;
  for (; end < list.size() && (quoted || list[end] != ','); ++end) {
    if (list[end] == '"')
      quoted = !quoted;
    else if (list[end] == '\\' && quoted)
      ++end;
  }
  const auto element = list.substr(0, end);
  list.remove_prefix(std::min(list.size(), end + 1));
  return element;
}

enum class reading : uint8_t { acceptable, declined, malformed };

/// Beast ends a list silently where it is malformed, and takes a parameter
/// without value for that unless another one follows. So each element is read
/// by itself, and a parameter of ours behind it must come out again.
reading read_element(std::string_view element, offer& to) {
  static constexpr beast::string_view mark = "rookery-end";
  auto marked = std::string{element};
  marked.append(";").append(mark.data(), mark.size());
  const http::ext_list extensions{marked};
  const auto extension = extensions.begin();
  if (extension == extensions.end())
    return reading::malformed;
  auto complete = false;
  auto acceptable = beast::iequals(extension->first, "permessage-deflate");
  for (const auto& [name, value] : extension->second) {
    complete = name == mark;
    acceptable = acceptable && (complete || set_parameter(to, name, value));
  }
  if (!complete)
    return reading::malformed;
  return acceptable ? reading::acceptable : reading::declined;
}

deflate_agreement accept(const offer& chosen) {
  deflate_agreement agreed;
  agreed.answer = "permessage-deflate; server_no_context_takeover"
                  "; client_no_context_takeover";
  if (chosen.server_max_window_bits) {
    agreed.server_window_bits = *chosen.server_max_window_bits;
    agreed.answer +=
        "; server_max_window_bits=" + std::to_string(agreed.server_window_bits);
  }
  return agreed;
}

} // namespace

tl::expected<std::optional<deflate_agreement>, violation>
negotiate_deflate(std::string_view extensions) {
  std::optional<deflate_agreement> agreed;
  while (!extensions.empty()) {
    const auto element = take_element(extensions);
    if (element.find_first_not_of(" \t") == std::string_view::npos)
      continue; // lists may have empty elements (RFC 7230, section 7)
    offer read;
    const auto how = read_element(element, read);
    if (how == reading::malformed)
      return tl::make_unexpected(
          protocol_error("malformed Sec-WebSocket-Extensions"));
    if (how == reading::acceptable && !agreed)
      agreed = accept(read);
  }
  return agreed;
}

} // namespace rookery::ws
