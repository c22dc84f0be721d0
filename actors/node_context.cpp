#include "actors/node_context.hpp"

#include <random>

#include <spdlog/fmt/fmt.h>

#include "base/config/topic_pattern.hpp"

namespace rookery {

const topic_class* node_context::class_of(std::string_view topic) const {
  for (const auto& one : settings.topics)
    if (matches(one.match, topic))
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

std::string random_hex(std::size_t bytes) {
  std::random_device source;
  std::string text;
  while (text.size() < 2 * bytes)
    fmt::format_to(std::back_inserter(text), "{:08x}", source());
  text.resize(2 * bytes);
  return text;
}

std::string to_text(connection_id id) {
  return fmt::format("c-{:x}-{:x}", id >> 48, id & 0xffff'ffff'ffff);
}

} // namespace rookery
