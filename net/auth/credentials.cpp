#include "net/auth/credentials.hpp"

#include "net/auth/base64url.hpp"

#include <algorithm>

namespace rookery {

namespace {

constexpr std::string_view token_parameter = "token";

/// None of the characters of RFC 7515's compact form needs percent-encoding, so
/// we need no decoding.
bool may_be_token(std::string_view text) noexcept {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return is_base64url(c) || c == '.';
  });
}

bool equals_ignoring_case(std::string_view a, std::string_view b) noexcept {
  const auto lower = [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  };
  return std::equal(
      a.begin(), a.end(), b.begin(), b.end(),
      [&](char x, char y) { return lower(x) == lower(y); });
}

std::string_view trim(std::string_view text) noexcept {
  constexpr std::string_view blanks = " \t";
  const auto begin = text.find_first_not_of(blanks);
  if (begin == std::string_view::npos)
    return {};
  return text.substr(begin, text.find_last_not_of(blanks) - begin + 1);
}

struct pair {
  std::string_view name;
  std::string_view value;
};

pair split_pair(std::string_view text) noexcept {
  const auto equals = text.find('=');
  if (equals == std::string_view::npos)
    return {text, {}};
  return {text.substr(0, equals), text.substr(equals + 1)};
}

/// Calls `take` with each piece of `text` between separators.
template <class Take>
void for_each_piece(std::string_view text, char separator, Take take) {
  while (true) {
    const auto end = text.find(separator);
    take(text.substr(0, end));
    if (end == std::string_view::npos)
      return;
    text.remove_prefix(end + 1);
  }
}

/// Everything behind the first '?'.
std::string_view query_of(std::string_view target) noexcept {
  const auto mark = target.find('?');
  return mark == std::string_view::npos ? std::string_view{}
                                        : target.substr(mark + 1);
}

/// The values that a source has for us; only the first, as two are refused.
struct candidates {
  std::string_view first;
  int count = 0;

  void add(std::string_view value) noexcept {
    if (count++ == 0)
      first = value;
  }
};

candidates in_header(std::string_view authorization) noexcept {
  constexpr std::string_view scheme = "Bearer";
  candidates found;
  const auto value = trim(authorization);
  const auto end = std::min(value.find_first_of(" \t"), value.size());
  if (equals_ignoring_case(value.substr(0, end), scheme))
    found.add(trim(value.substr(end)));
  return found;
}

candidates in_query(std::string_view target) noexcept {
  candidates found;
  for_each_piece(query_of(target), '&', [&](std::string_view piece) {
    const auto [name, value] = split_pair(piece);
    if (name == token_parameter)
      found.add(value);
  });
  return found;
}

/// RFC 6265, section 4.2.1, with the quotes that the grammar allows.
candidates
in_cookie(std::string_view cookie, std::string_view wanted) noexcept {
  candidates found;
  if (wanted.empty())
    return found;
  for_each_piece(cookie, ';', [&](std::string_view piece) {
    auto [name, value] = split_pair(trim(piece));
    if (name != wanted)
      return;
    if (value.size() >= 2 && value.front() == '"' && value.back() == '"')
      value = value.substr(1, value.size() - 2);
    found.add(value);
  });
  return found;
}

} // namespace

result<std::optional<credential>>
find_credential(const credential_fields& fields, std::string_view cookie_name) {
  const struct {
    candidates found;
    credential_source source;
  } places[]{
      {in_header(fields.authorization), credential_source::header},
      {in_query(fields.target), credential_source::query},
      {in_cookie(fields.cookie, cookie_name), credential_source::cookie},
  };
  for (const auto& [found, source] : places) {
    if (found.count == 0)
      continue;
    if (found.count > 1)
      return refuse(errc::unauthorized, "the request has two tokens");
    if (!may_be_token(found.first))
      return refuse(errc::unauthorized, "the token is malformed");
    return credential{found.first, source};
  }
  return std::nullopt;
}

std::string strip_token(std::string_view target) {
  constexpr std::string_view start_of_tokens = "eyJ"; // base64url of `{"`
  const auto query = query_of(target);
  std::string stripped{target.substr(0, target.size() - query.size())};
  bool first = true;
  for_each_piece(query, '&', [&](std::string_view piece) {
    const auto [name, value] = split_pair(piece);
    if (!first)
      stripped += '&';
    first = false;
    const bool secret = equals_ignoring_case(name, token_parameter)
                        || value.starts_with(start_of_tokens)
                        || name.starts_with(start_of_tokens);
    if (!secret || piece.empty())
      stripped += piece;
    else
      stripped.append(name.starts_with(start_of_tokens) ? "" : name)
          .append("=***");
  });
  return stripped;
}

} // namespace rookery
