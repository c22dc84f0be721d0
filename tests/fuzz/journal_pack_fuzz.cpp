#include "base/check.hpp"
#include "cluster/journal/packed_entries.hpp"

// Walks through bytes as through a pack of a journal's entries. What a flipped
// bit or a torn page makes of one must end somewhere, and what passes the
// checksum must be what packing gives.

using namespace rookery;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  constexpr int64_t topic = 3;
  constexpr uint64_t first = 17;
  const std::string_view bytes{reinterpret_cast<const char*>(data), size};
  std::string again;
  uint64_t offset = first;
  bool intact = true;
  packed_reader walk{bytes, topic, first};
  auto step = packed_reader::step::entry;
  while ((step = walk.next()) == packed_reader::step::entry) {
    ROOKERY_CHECK(walk.offset() == offset++, "offsets are dense");
    intact = intact && walk.intact();
    pack_entry(again, topic, walk.offset(), walk.stamp(), walk.body());
  }
  if (step == packed_reader::step::end) {
    ROOKERY_CHECK(again.size() == size, "a walk to the end sees all bytes");
    ROOKERY_CHECK(
        intact == (again == bytes), "only what was packed passes the checksum");
  }
  return 0;
}
