#include "net/auth/rights.hpp"

#include "base/config/personal_pattern.hpp"
#include "base/config/topic_pattern.hpp"

namespace rookery {

namespace {

right_set granted(
    const std::vector<topic_grant>& grants, std::string_view topic) noexcept {
  right_set rights;
  for (const auto& grant : grants)
    if (matches(grant.pattern, topic))
      rights = rights | grant.rights;
  return rights;
}

bool owns(
    std::string_view user, std::string_view topic, const topic_class& rules) {
  const auto own = with_id(rules.match, user);
  return own && matches(*own, topic);
}

right_set configured(
    std::string_view topic, const identity& who, const topic_class& rules) {
  const auto rights = who.anonymous ? rules.allow.anonymous : rules.allow.users;
  if (is_personal(rules.match) && !owns(who.user, topic, rules))
    return rights & right_set{right::send};
  return rights;
}

std::string_view phrase(right one) noexcept {
  switch (one) {
  case right::subscribe:
    return "subscribe to ";
  case right::publish:
    return "publish to ";
  case right::presence:
    return "presence of ";
  case right::history:
    return "history of ";
  case right::send:
    return "send to ";
  case right::lobby:
    return "playing in ";
  case right::state:
    return "changing the state of ";
  }
  return "access to ";
}

tl::unexpected<failure> denied(right wanted, std::string_view object) {
  std::string message{phrase(wanted)};
  message += object;
  message += " is not allowed";
  return refuse(errc::permission_denied, std::move(message));
}

} // namespace

right_set rights_on(
    std::string_view topic, const identity& who, const topic_class& rules,
    membership is) {
  auto rights =
      who.grants ? granted(*who.grants, topic) : configured(topic, who, rules);
  if (is_system_topic(topic))
    rights = rights & right_set{right::subscribe};
  return is == membership::member ? rights : rights - rules.allow.members_only;
}

result<void> permit(
    right wanted, std::string_view topic, const identity& who,
    const topic_class& rules, membership is) {
  if (rights_on(topic, who, rules, is).has(wanted))
    return {};
  return denied(wanted, topic);
}

result<void> permit_send(
    std::string_view receiver, const identity& who, const topic_class* rules) {
  static const topic_class defaults;
  std::string topic = "user.";
  topic += receiver;
  // `members-only` does not apply: nobody joins a person.
  const auto rights =
      rights_on(topic, who, rules ? *rules : defaults, membership::member);
  if (rights.has(right::send))
    return {};
  return denied(right::send, receiver);
}

result<topic_grant> parse_grant(std::string_view text) {
  const auto colon = text.find(':');
  const auto pattern = text.substr(0, colon);
  if (const auto error = pattern_error(with_any_id(pattern)))
    return refuse(
        errc::bad_request, "\"" + std::string{pattern} + "\": " + *error);
  if (colon == std::string_view::npos)
    return topic_grant{std::string{pattern}, right_set::all()};
  const auto words = text.substr(colon + 1);
  const auto rights = parse_rights(words, ',');
  if (!rights)
    return refuse(
        errc::bad_request,
        "\"" + std::string{words}
            + "\": rights are subscribe, publish, presence, history, "
              "send, lobby, state or all, separated by ','");
  return topic_grant{std::string{pattern}, *rights};
}

} // namespace rookery
