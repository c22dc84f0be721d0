#define CAF_SUITE latest_values

#include "actors/connection/latest_values.hpp"
#include "net/ws/frame_header.hpp"

#include <caf/test/dsl.hpp>

#include <map>
#include <random>

using namespace rookery;

namespace {

event_frames frames_of(const std::string& text) {
  event_frames made;
  made[frame_form::json] = ws::make_frame(ws::opcode::text, text);
  return made;
}

} // namespace

CAF_TEST(the oldest tags leave at each of the two bounds) {
  latest_values few{{3, 1'000'000}};
  for (const auto* tag : {"a", "b", "c", "a", "d"})
    few.put(tag, frames_of(tag));
  CAF_CHECK_EQUAL(few.size(), 3u); // b left
  CAF_CHECK_EQUAL(few.after(0)->tag, "c");
  latest_values small{{1000, 250}};
  for (int i = 0; i < 10; ++i)
    small.put(std::to_string(i), frames_of(std::string(100, 'x')));
  CAF_CHECK_EQUAL(small.size(), 2u);
  small.put("large", frames_of(std::string(1000, 'x')));
  CAF_CHECK_EQUAL(small.size(), 1u); // the newest always stays
}

CAF_TEST(any cursor finds the newest of each tag that came after it) {
  std::mt19937 random{11};
  latest_values values{{1000, 1'000'000}};
  std::map<std::string, uint64_t> newest;
  for (uint64_t version = 1; version <= 500; ++version) {
    const auto tag = std::to_string(random() % 20);
    values.put(tag, frames_of(tag));
    newest[tag] = version;
    CAF_REQUIRE_EQUAL(values.version(), version);
    const auto cursor = random() % (version + 1);
    std::map<std::string, uint64_t> seen;
    uint64_t last = cursor;
    for (auto one = values.after(cursor); one != values.end(); ++one) {
      CAF_REQUIRE(one->version > last);
      last = one->version;
      seen[one->tag] = one->version;
    }
    for (const auto& [name, at] : newest)
      CAF_REQUIRE_EQUAL(seen.count(name), at > cursor ? 1u : 0u);
  }
}
