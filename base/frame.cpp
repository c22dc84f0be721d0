#include "base/frame.hpp"

#include "base/check.hpp"
#include "base/memory_meter.hpp"

#include <cstring>
#include <limits>
#include <new>

namespace rookery {

frame frame::make(std::string_view header, std::string_view payload) {
  const auto size = header.size() + payload.size();
  ROOKERY_CHECK(
      size <= std::numeric_limits<uint32_t>::max(),
      "a message limit above 4 GiB is refused by the configuration");
  void* memory = ::operator new(sizeof(body) + size);
  process_memory.take(
      memory_kind::frames, allocated_bytes(sizeof(body) + size));
  auto* fresh = new (memory) body;
  fresh->size = static_cast<uint32_t>(size);
  if (!header.empty())
    std::memcpy(fresh->data(), header.data(), header.size());
  if (!payload.empty())
    std::memcpy(fresh->data() + header.size(), payload.data(), payload.size());
  frame made;
  made.body_ = fresh;
  return made;
}

frame frame::join(std::string_view bytes, uint32_t messages) {
  auto made = make({}, bytes);
  made.body_->messages = messages;
  return made;
}

void frame::destroy(body* dead) noexcept {
  process_memory.give_back(
      memory_kind::frames, allocated_bytes(sizeof(body) + dead->size));
  dead->~body();
  ::operator delete(dead);
}

} // namespace rookery
