#pragma once

#include "base/check.hpp"

#include <cstdint>

namespace rookery {

/// The life of a connection; no state comes back.
enum class link_state : uint8_t { connecting, open, closing, closed };

/// The legal moves. A socket may vanish in any state; a close frame can be sent
/// by an open connection only.
constexpr bool may_move(link_state from, link_state to) noexcept {
  switch (from) {
  case link_state::connecting:
    return to == link_state::open || to == link_state::closed;
  case link_state::open:
    return to == link_state::closing || to == link_state::closed;
  case link_state::closing:
    return to == link_state::closed;
  case link_state::closed:
    return false;
  }
  return false;
}

/// The state of one connection. An illegal move is a mistake of ours and ends
/// the process.
class lifecycle {
public:
  link_state state() const noexcept { return state_; }
  bool is(link_state one) const noexcept { return state_ == one; }

  void move_to(link_state next) {
    ROOKERY_CHECK(may_move(state_, next), "a connection's life goes forward");
    state_ = next;
  }

private:
  link_state state_ = link_state::connecting;
};

} // namespace rookery
