#include "actors/lobby/lobby_topics.hpp"

#include "base/config/personal_pattern.hpp"
#include "base/config/topic_pattern.hpp"
#include "base/topic_name.hpp"

#include <algorithm>

namespace rookery {

namespace {

std::vector<std::string_view> parts_of(std::string_view name) {
  std::vector<std::string_view> parts;
  for (;;) {
    const auto dot = name.find('.');
    parts.push_back(name.substr(0, dot));
    if (dot == std::string_view::npos)
      return parts;
    name.remove_prefix(dot + 1);
  }
}

std::string joined(const std::vector<std::string_view>& parts, std::size_t n) {
  std::string text;
  for (std::size_t i = 0; i < n; ++i) {
    text += i > 0 ? "." : "";
    text += parts[i];
  }
  return text;
}

bool is_fixed(std::string_view part) {
  return part != "*" && part != ">" && part.find('{') == part.npos;
}

/// How many parts at the front of a pattern are the same in all names, but for
/// the last part, which is a lobby's own.
std::size_t fixed_parts(const std::vector<std::string_view>& pattern) {
  const auto first_open =
      std::find_if_not(pattern.begin(), pattern.end(), is_fixed);
  const auto fixed = static_cast<std::size_t>(first_open - pattern.begin());
  return std::min(fixed, pattern.size() - 1);
}

/// Whether names of this pattern can go on behind `prefix`.
bool leads_to(std::string_view prefix, std::string_view match) {
  const auto own = parts_of(prefix);
  const auto pattern = parts_of(match);
  const auto fixed = fixed_parts(pattern);
  if (fixed == 0 || own.size() < fixed)
    return false;
  for (std::size_t i = 0; i < own.size(); ++i) {
    if (i + 1 >= pattern.size())
      return pattern.back() == ">";
    if (pattern[i] == ">")
      return true;
    if (is_fixed(pattern[i]) && pattern[i] != own[i])
      return false;
  }
  return true;
}

} // namespace

lobby_topics::lobby_topics(const std::vector<topic_class>& topics) {
  for (const auto& one : topics) {
    auto& added = all_.emplace_back(entry{one.match, {}});
    if (one.kind != topic_kind::lobby)
      continue;
    auto& made = added.lobbies.emplace(family{one.match, one, one});
    made.listing.kind = topic_kind::listing;
    made.listing.overflow = overflow_policy::automatic;
    made.listing.presence_hold = {};
    made.play.kind = topic_kind::topic;
    made.play.overflow = overflow_policy::keep_latest;
    made.play.hold = {};
  }
}

const topic_class* lobby_topics::class_of(std::string_view topic) const {
  const bool is_listing = topic.starts_with(listing_prefix);
  topic.remove_prefix(is_listing ? listing_prefix.size() : play_prefix.size());
  for (const auto& one : all_) {
    const auto any = with_any_id(one.match);
    if (is_listing && one.lobbies && leads_to(topic, any))
      return &one.lobbies->listing;
    if (!is_listing && matches(any, topic))
      return one.lobbies ? &one.lobbies->play : nullptr;
  }
  return nullptr;
}

std::vector<std::string> lobby_topics::roots() const {
  std::vector<std::string> names;
  for (const auto& one : all_) {
    if (!one.lobbies)
      continue;
    const auto pattern = parts_of(one.match);
    const auto fixed = fixed_parts(pattern);
    auto name = std::string{listing_prefix} + joined(pattern, fixed);
    if (fixed > 0 && std::find(names.begin(), names.end(), name) == names.end())
      names.push_back(std::move(name));
  }
  return names;
}

std::vector<std::string>
listings_of(std::string_view lobby, std::string_view match) {
  const auto parts = parts_of(lobby);
  const auto fixed = fixed_parts(parts_of(match));
  std::vector<std::string> names;
  for (auto n = fixed; n > 0 && n < parts.size(); ++n)
    names.push_back(std::string{listing_prefix} + joined(parts, n));
  return names;
}

std::string lobby_like(std::string_view listing, std::string_view match) {
  listing.remove_prefix(listing_prefix.size());
  std::string name{listing};
  const auto pattern = parts_of(match);
  const auto given = parts_of(listing).size();
  for (auto i = std::min(given, pattern.size() - 1); i < pattern.size(); ++i)
    name += is_fixed(pattern[i]) ? "." + std::string{pattern[i]} : ".any";
  return name;
}

std::optional<std::string> listing_for(std::string_view prefix) {
  const auto dot = prefix.rfind('.');
  if (dot == std::string_view::npos)
    return std::nullopt;
  auto name = std::string{listing_prefix} + std::string{prefix.substr(0, dot)};
  if (!valid_topic_name(name))
    return std::nullopt;
  return name;
}

} // namespace rookery
