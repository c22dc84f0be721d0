#define CAF_SUITE key_window

#include "actors/room/key_window.hpp"
#include "base/memory_meter.hpp"

#include <caf/test/dsl.hpp>

#include <map>
#include <random>

using namespace rookery;
using namespace std::chrono_literals;

namespace {

/// Stamps are milliseconds.
constexpr int64_t start = 3'600'000;
constexpr int64_t ms(std::chrono::milliseconds time) {
  return time.count();
}

} // namespace

CAF_TEST(a key is found with its user until it is too old) {
  key_window keys{{10, 1min}};
  keys.remember("ann", "k", 7, start);
  CAF_CHECK(keys.find("ann", "k", start + ms(59s)) == 7u);
  CAF_CHECK(!keys.find("bob", "k", start));
  CAF_CHECK(!keys.find("ann", "other", start));
  CAF_CHECK(!keys.find("annk", "", start));
  CAF_CHECK(!keys.find("ann", "k", start + ms(1min)));
}

CAF_TEST(a user and a key are not another user and another key) {
  key_window keys{{10, 1min}};
  keys.remember("ab", "c", 1, start);
  keys.remember("a", "bc", 2, start);
  CAF_CHECK(keys.find("ab", "c", start) == 1u);
  CAF_CHECK(keys.find("a", "bc", start) == 2u);
}

CAF_TEST(the oldest leave when there are too many) {
  key_window keys{{3, 1min}};
  for (uint64_t at = 1; at <= 5; ++at)
    keys.remember("ann", std::to_string(at), at, start);
  CAF_CHECK_EQUAL(keys.size(), 3u);
  CAF_CHECK(!keys.find("ann", "2", start));
  CAF_CHECK(keys.find("ann", "3", start) == 3u);
}

CAF_TEST(a window of no keys remembers none) {
  key_window keys{{0, 1min}};
  keys.remember("ann", "k", 1, start);
  CAF_CHECK(!keys.find("ann", "k", start));
}

CAF_TEST(random use agrees with a model and gives all memory back) {
  const auto before = process_memory.in_use().of(memory_kind::rings);
  {
    constexpr std::size_t keys_max = 20;
    constexpr auto age_max = 50s;
    struct taken {
      uint64_t offset;
      int64_t at;
      uint64_t turn;
    };
    key_window keys{{keys_max, age_max}};
    std::map<std::string, taken> model;
    std::mt19937 random{7};
    auto now = start;
    for (uint64_t turn = 1; turn <= 20'000; ++turn) {
      now += ms(std::chrono::seconds{random() % 4});
      const auto key = std::to_string(random() % 60);
      std::erase_if(model, [&](const auto& one) {
        return now - one.second.at >= ms(age_max);
      });
      const auto expected = model.find(key);
      const auto found = keys.find("ann", key, now);
      CAF_REQUIRE_EQUAL(found.has_value(), expected != model.end());
      if (found) {
        CAF_REQUIRE_EQUAL(*found, expected->second.offset);
        continue;
      }
      if (model.size() == keys_max)
        model.erase(std::min_element(
            model.begin(), model.end(), [](const auto& a, const auto& b) {
              return a.second.turn < b.second.turn;
            }));
      model[key] = {turn, now, turn};
      keys.remember("ann", key, turn, now);
      CAF_REQUIRE(keys.size() <= keys_max);
    }
  }
  CAF_CHECK_EQUAL(process_memory.in_use().of(memory_kind::rings), before);
}
