#include "net/http/query.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

namespace rookery {

namespace {

std::optional<std::string> decoded(std::string_view text) {
  std::string plain;
  plain.reserve(text.size());
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '%') {
      plain += text[at] == '+' ? ' ' : text[at];
      continue;
    }
    const auto digits = text.substr(at + 1, 2);
    const auto* end = digits.data() + digits.size();
    unsigned char byte = 0;
    const auto read = std::from_chars(digits.data(), end, byte, 16);
    if (digits.size() < 2 || read.ec != std::errc{} || read.ptr != end)
      return std::nullopt;
    plain += static_cast<char>(byte);
    at += 2;
  }
  return plain;
}

} // namespace

result<std::vector<query_field>> read_query(std::string_view target) {
  std::vector<query_field> fields;
  const auto mark = target.find('?');
  auto rest = mark == std::string_view::npos ? std::string_view{}
                                             : target.substr(mark + 1);
  while (!rest.empty()) {
    const auto piece = rest.substr(0, rest.find('&'));
    rest.remove_prefix(std::min(rest.size(), piece.size() + 1));
    if (piece.empty())
      continue;
    const auto equals = std::min(piece.find('='), piece.size());
    auto name = decoded(piece.substr(0, equals));
    auto value = decoded(piece.substr(std::min(equals + 1, piece.size())));
    if (!name || !value)
      return refuse(errc::bad_request, "% without two digits in the query");
    fields.push_back({*std::move(name), *std::move(value)});
  }
  return fields;
}

} // namespace rookery
