#pragma once

#include "base/config/config.hpp"
#include "base/error.hpp"
#include "net/auth/identity.hpp"

#include <string_view>

// What a user may do, from two sources: the configuration of the topic's class
// (`allow`, see topic_rights) and the `topics` claim of the user's token. Pure:
// any thread, no state. Allocates only for personal classes and refusals, so a
// connection may ask once per subscription and keep the answer.
//
// - An anonymous user has the rights of `allow.anonymous`.
// - A user has the rights of `allow.users`. But if the user's token has a
//   `topics` claim, it is the whole list: the user has the rights of its
//   patterns that match, together, and no others. So a token can give more than
//   the configuration does, or less.
// - Topics of a personal class (`match = "user.{id}.>"`) are their owner's.
//   Others have no right there but `send`, unless their claim gives more.
// - On the node's own topics (`$sys.`) there is no right but to subscribe.
// - Whatever the source, rights in `allow.members-only` are for members.
//
// Example: with `chat { match = "chat.*", allow { members-only = [publish] } }`
// and a token with `"topics": {"chat.*": "subscribe publish"}`, the user may
// subscribe to chat.1, publish there once subscribed, and not ask for history.

namespace rookery {

/// Whether the user who asks is subscribed to the topic.
enum class membership : bool { none, member };

/// All that `who` may do with `topic`, which is of the class `rules`.
right_set rights_on(
    std::string_view topic, const identity& who, const topic_class& rules,
    membership is);

/// Refuses with `permission_denied` and the words "publish to chat.room-1 is
/// not allowed".
[[nodiscard]] result<void> permit(
    right wanted, std::string_view topic, const identity& who,
    const topic_class& rules, membership is);

/// Direct messages to `receiver` are rights on the topic `user.<receiver>`.
/// `rules` is the class of that name, or null where none is configured, which
/// leaves the defaults.
[[nodiscard]] result<void> permit_send(
    std::string_view receiver, const identity& who, const topic_class* rules);

/// Reads "chat.*" (all rights) or "chat.*:subscribe,publish", as the command
/// line gives it.
[[nodiscard]] result<topic_grant> parse_grant(std::string_view text);

} // namespace rookery
