#include "net/auth/origin.hpp"

#include <boost/algorithm/string/predicate.hpp>

#include <algorithm>

namespace rookery {

namespace {

constexpr std::string_view after_scheme = "://";

bool same_text(std::string_view one, std::string_view other) {
  return boost::algorithm::iequals(one, other, std::locale::classic());
}

bool matches_one(std::string_view pattern, std::string_view origin) {
  if (pattern == "*")
    return true;
  const auto scheme = pattern.find("://*.");
  if (scheme == std::string_view::npos)
    return same_text(pattern, origin);
  // "https://" and ".example.com" with at least a letter in between.
  const auto begin = pattern.substr(0, scheme + after_scheme.size());
  const auto end = pattern.substr(begin.size() + 1);
  return origin.size() > begin.size() + end.size()
         && same_text(origin.substr(0, begin.size()), begin)
         && same_text(origin.substr(origin.size() - end.size()), end);
}

} // namespace

bool origin_matches(
    const std::vector<std::string>& patterns, std::string_view origin) {
  return std::any_of(
      patterns.begin(), patterns.end(),
      [&](const std::string& one) { return matches_one(one, origin); });
}

bool is_same_host(std::string_view origin, std::string_view host) {
  const auto scheme = origin.find(after_scheme);
  return scheme != std::string_view::npos && !host.empty()
         && same_text(origin.substr(scheme + after_scheme.size()), host);
}

bool origin_allowed(
    const std::vector<std::string>& patterns, std::string_view origin,
    std::string_view host, bool cookie_names_user) {
  if (origin.empty())
    return true;
  if (patterns.empty())
    return !cookie_names_user || is_same_host(origin, host);
  return origin_matches(patterns, origin) || is_same_host(origin, host);
}

} // namespace rookery
