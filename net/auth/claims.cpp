#include "net/auth/claims.hpp"

#include "base/config/personal_pattern.hpp"
#include "base/config/topic_pattern.hpp"
#include "net/auth/jose.hpp"

#include <cmath>
#include <utility>

namespace rookery {

namespace {

using std::chrono::milliseconds;
using std::chrono::system_clock;

tl::unexpected<failure> bad(std::string why) {
  return refuse(errc::unauthorized, std::move(why));
}

/// C0, DEL and C1. The text is valid UTF-8; in it C1 is C2 80..9F.
bool has_control_character(std::string_view text) noexcept {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte < 0x20 || byte == 0x7F)
      return true;
    if (byte == 0xC2 && static_cast<unsigned char>(text[i + 1]) < 0xA0)
      return true;
  }
  return false;
}

result<std::string> read_user(const json_t* claims) {
  const auto* sub = json_object_get(claims, "sub");
  if (!json_is_string(sub))
    return bad("the token has no `sub`, or it is no string");
  const auto user = jose::text_of(sub);
  if (user.empty() || user.size() > user_bytes_max)
    return bad("the token's `sub` must have 1 to 128 bytes");
  if (has_control_character(user))
    return bad("the token's `sub` has control characters");
  return std::string{user};
}

/// A NumericDate (RFC 7519, section 2) since 1970. None if it is absent.
result<std::optional<milliseconds>>
read_time(const json_t* claims, const char* name) {
  constexpr double seconds_max = 253'402'300'799; // the end of the year 9999
  const auto* value = json_object_get(claims, name);
  if (!value)
    return std::nullopt;
  const double seconds = json_number_value(value); // 0 if it is no number
  if (!json_is_number(value) || seconds < 0 || seconds > seconds_max)
    return bad(std::string{"the token's `"} + name + "` is no time");
  return milliseconds{std::llround(seconds * 1000)};
}

/// What the clock, which counts nanoseconds, can say.
std::optional<system_clock::time_point>
to_time_point(milliseconds since_1970) noexcept {
  if (since_1970
      > std::chrono::floor<milliseconds>(system_clock::duration::max()))
    return std::nullopt;
  return system_clock::time_point{since_1970};
}

/// Sets the expiry, if the token is valid at `now`.
result<void> check_times(
    const json_t* claims, milliseconds leeway, system_clock::time_point now,
    identity& who) {
  const auto today = std::chrono::floor<milliseconds>(now.time_since_epoch());
  const auto not_before = read_time(claims, "nbf");
  if (!not_before)
    return tl::make_unexpected(not_before.error());
  const auto expires = read_time(claims, "exp");
  if (!expires)
    return tl::make_unexpected(expires.error());
  if (*not_before && today < **not_before - leeway)
    return bad("the token is not valid yet (`nbf`)");
  if (!*expires)
    return {};
  if (today >= **expires + leeway)
    return refuse(errc::token_expired, "the token has expired");
  who.expires_at = to_time_point(**expires);
  return {};
}

/// RFC 7519, section 4.1.3: one string, or several.
bool names_audience(const json_t* aud, std::string_view wanted) noexcept {
  if (jose::text_of(aud) == wanted)
    return true;
  for (std::size_t i = 0; i < json_array_size(aud); ++i)
    if (jose::text_of(json_array_get(aud, i)) == wanted)
      return true;
  return false;
}

result<void> check_parties(const json_t* claims, const token_config& settings) {
  if (!settings.issuer.empty()
      && jose::text_of(json_object_get(claims, "iss")) != settings.issuer)
    return bad("the token is not from the configured issuer (`iss`)");
  if (!settings.audience.empty()
      && !names_audience(json_object_get(claims, "aud"), settings.audience))
    return bad("the token is not for the configured audience (`aud`)");
  return {};
}

/// Adds the grant, unless it is for topics that this user cannot have.
result<void> add_grant(
    std::string_view pattern, right_set rights, std::string_view user,
    std::vector<topic_grant>& to) {
  if (pattern_error(with_any_id(pattern)))
    return bad("a pattern in the token's `topics` is wrong");
  if (!is_personal(pattern))
    to.push_back({std::string{pattern}, rights});
  else if (auto own = with_id(pattern, user))
    to.push_back({std::move(*own), rights});
  return {};
}

result<std::vector<topic_grant>>
read_listed(const json_t* topics, std::string_view user) {
  std::vector<topic_grant> grants;
  for (std::size_t i = 0; i < json_array_size(topics); ++i) {
    const auto pattern = jose::text_of(json_array_get(topics, i));
    if (auto added = add_grant(pattern, right_set::all(), user, grants); !added)
      return tl::make_unexpected(std::move(added.error()));
  }
  return grants;
}

result<std::vector<topic_grant>>
read_mapped(json_t* topics, std::string_view user) {
  std::vector<topic_grant> grants;
  for (auto* at = json_object_iter(topics); at;
       at = json_object_iter_next(topics, at)) {
    const auto* words = json_object_iter_value(at);
    const auto rights = parse_rights(jose::text_of(words), ' ');
    if (!json_is_string(words) || !rights)
      return bad("the rights in the token's `topics` are no words like "
                 "\"subscribe publish\"");
    if (auto added = add_grant(json_object_iter_key(at), *rights, user, grants);
        !added)
      return tl::make_unexpected(std::move(added.error()));
  }
  return grants;
}

result<std::vector<topic_grant>>
read_grants(json_t* topics, std::string_view user) {
  if (json_array_size(topics) + json_object_size(topics) > grants_max)
    return bad("the token's `topics` has more than 128 patterns");
  if (json_is_array(topics))
    return read_listed(topics, user);
  if (json_is_object(topics))
    return read_mapped(topics, user);
  return bad("the token's `topics` is neither an array nor an object");
}

} // namespace

result<identity> read_claims(
    std::string_view payload, const token_config& settings,
    system_clock::time_point now) {
  const jose::json_ptr claims{json_loadb(
      payload.data(), payload.size(), JSON_REJECT_DUPLICATES, nullptr)};
  if (!json_is_object(claims.get()))
    return bad("the token's claims are no JSON object");
  identity who;
  if (auto ok = check_times(claims.get(), settings.leeway, now, who); !ok)
    return tl::make_unexpected(std::move(ok.error()));
  if (auto ok = check_parties(claims.get(), settings); !ok)
    return tl::make_unexpected(std::move(ok.error()));
  auto user = read_user(claims.get());
  if (!user)
    return tl::make_unexpected(std::move(user.error()));
  who.user = std::move(*user);
  const auto* info = json_object_get(claims.get(), "info");
  if (info && !json_is_null(info))
    who.info = jose::write(info);
  if (auto* topics = json_object_get(claims.get(), "topics")) {
    auto grants = read_grants(topics, who.user);
    if (!grants)
      return tl::make_unexpected(std::move(grants.error()));
    who.grants = std::move(*grants);
  }
  return who;
}

} // namespace rookery
