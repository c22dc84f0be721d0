#include "net/auth/issue.hpp"

#include "net/auth/claims.hpp"
#include "net/auth/jose.hpp"
#include "net/auth/keys.hpp"

#include <ctime>
#include <utility>

namespace rookery {

namespace {

using std::chrono::seconds;
using std::chrono::system_clock;

constexpr seconds ttl_max = std::chrono::hours{24 * 365 * 100};

void set_text(json_t* object, const char* key, std::string_view text) {
  json_object_set_new(object, key, json_stringn(text.data(), text.size()));
}

json_t* write_grants(const std::vector<topic_grant>& grants) {
  auto* topics = json_object();
  for (const auto& grant : grants)
    set_text(
        topics, grant.pattern.c_str(),
        grant.rights.empty() ? "" : describe(grant.rights));
  return topics;
}

result<jose::json_ptr> read_info(const std::string& info) {
  jose::json_ptr value{json_loadb(
      info.data(), info.size(), JSON_DECODE_ANY | JSON_REJECT_DUPLICATES,
      nullptr)};
  if (!value)
    return refuse(errc::bad_request, "the info is not one JSON value");
  return value;
}

result<std::string> write_claims(
    const token_config& settings, const token_request& request, seconds now) {
  const jose::json_ptr claims{json_object()};
  set_text(claims.get(), "sub", request.user);
  if (!settings.issuer.empty())
    set_text(claims.get(), "iss", settings.issuer);
  if (!settings.audience.empty())
    set_text(claims.get(), "aud", settings.audience);
  json_object_set_new(claims.get(), "iat", json_integer(now.count()));
  if (request.ttl)
    json_object_set_new(
        claims.get(), "exp", json_integer((now + *request.ttl).count()));
  if (request.topics)
    json_object_set_new(claims.get(), "topics", write_grants(*request.topics));
  if (!request.info.empty()) {
    auto info = read_info(request.info);
    if (!info)
      return tl::make_unexpected(std::move(info.error()));
    json_object_set_new(claims.get(), "info", info->release());
  }
  return jose::write(claims.get());
}

std::string write_time(system_clock::time_point time) {
  const auto since_1970 = system_clock::to_time_t(time);
  std::tm utc{};
  gmtime_r(&since_1970, &utc);
  char text[32];
  return {
      text, std::strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S UTC", &utc)};
}

/// JSON laid out for reading. Whoever made the token wrote it, so nothing gets
/// to the terminal that this could obey.
std::string lay_out(const std::string& json) {
  const jose::json_ptr value{json_loadb(json.data(), json.size(), 0, nullptr)};
  return value ? jose::write(value.get(), JSON_INDENT(2) | JSON_ENSURE_ASCII)
               : "no JSON";
}

std::string describe(const identity& who) {
  std::string text = "user: " + who.user + "\nexpires: "
                     + (who.expires_at ? write_time(*who.expires_at) : "never")
                     + "\nrights: ";
  if (!who.grants)
    return text + "as configured\n";
  text += "only these\n";
  for (const auto& grant : *who.grants)
    text += "  " + grant.pattern + ": " + describe(grant.rights) + "\n";
  return text;
}

} // namespace

result<std::string> issue_token(
    const token_config& settings, const token_request& request,
    system_clock::time_point now) {
  if (request.ttl && (*request.ttl <= seconds{0} || *request.ttl > ttl_max))
    return refuse(errc::bad_request, "the ttl must be 1 s to 100 years");
  const auto keys = key_set::load(settings);
  if (!keys)
    return tl::make_unexpected(keys.error());
  const auto today = std::chrono::floor<seconds>(now.time_since_epoch());
  const auto claims = write_claims(settings, request, today);
  if (!claims)
    return tl::make_unexpected(claims.error());
  if (auto judged = read_claims(*claims, settings, now); !judged)
    return refuse(errc::bad_request, std::move(judged.error().message));
  auto token = keys->sign(*claims);
  if (token && token->size() > token_bytes_max)
    return refuse(errc::bad_request, "the token would pass 8192 bytes");
  return token;
}

token_report describe_token(
    const token_verifier& verifier, std::string_view token,
    system_clock::time_point now) {
  token_report report;
  const auto judged = verifier.verify(token, now);
  report.accepted = judged.has_value();
  if (judged)
    report.text = "accepted\n" + describe(*judged);
  else
    report.text = "refused: " + judged.error().message + " ("
                  + std::string{name(judged.error().code)} + ")\n";
  if (token.size() > token_bytes_max)
    return report;
  if (const auto parts = take_apart(token))
    report.text += "header: " + lay_out(parts->header)
                   + "\nclaims: " + lay_out(parts->payload) + "\n";
  return report;
}

} // namespace rookery
