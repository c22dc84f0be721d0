#include "base/protocol/events.hpp"

namespace rookery {

std::string_view name(subscribe_mode mode) noexcept {
  switch (mode) {
  case subscribe_mode::live:
    return "live";
  case subscribe_mode::replay:
    return "replay";
  case subscribe_mode::snapshot:
    return "snapshot";
  }
  return "live";
}

} // namespace rookery
