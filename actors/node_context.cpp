#include "actors/node_context.hpp"

#include "base/config/personal_pattern.hpp"
#include "base/config/topic_pattern.hpp"
#include "base/hex.hpp"

namespace rookery {

const topic_class* node_context::class_of(std::string_view topic) const {
  for (const auto& one : settings.topics)
    if (is_personal(one.match) ? matches(with_any_id(one.match), topic)
                               : matches(one.match, topic))
      return &one;
  return nullptr;
}

void node_context::release_actors() {
  fanouts.clear();
  registry = registry_actor{};
  supervisor = supervisor_actor{};
}

int64_t system_clock_ms() {
  using namespace std::chrono;
  return duration_cast<milliseconds>(system_clock::now().time_since_epoch())
      .count();
}

std::string to_text(connection_id id) {
  return "c-" + hex(id >> 48) + "-" + hex(id & 0xffff'ffff'ffff);
}

} // namespace rookery
