#define CAF_SUITE memory_pressure

#include "actors/supervisor/memory_pressure.hpp"

#include <caf/test/dsl.hpp>

#include <random>

using namespace rookery;

namespace {

constexpr uint64_t budget = 1000;

memory_level after(memory_pressure& pressure, std::vector<uint64_t> looks) {
  for (const auto used : looks)
    pressure.look(used);
  return pressure.level();
}

} // namespace

CAF_TEST(each level begins at its mark and not one byte before) {
  memory_pressure pressure{budget};
  CAF_CHECK(pressure.look(799) == memory_level::normal);
  CAF_CHECK(pressure.look(800) == memory_level::shrink);
  CAF_CHECK(pressure.look(899) == memory_level::shrink);
  CAF_CHECK(pressure.look(900) == memory_level::refuse);
  CAF_CHECK(pressure.look(999) == memory_level::refuse);
  CAF_CHECK(pressure.look(1000) == memory_level::shed);
  CAF_CHECK(pressure.look(5000) == memory_level::shed);
}

CAF_TEST(no level is skipped on the way up) {
  memory_pressure pressure{budget};
  CAF_CHECK(pressure.look(9999) == memory_level::shrink);
  CAF_CHECK(pressure.look(9999) == memory_level::refuse);
  CAF_CHECK(pressure.look(9999) == memory_level::shed);
}

CAF_TEST(each level ends below a mark of its own) {
  memory_pressure pressure{budget};
  CAF_CHECK(after(pressure, {1000, 1000, 1000}) == memory_level::shed);
  CAF_CHECK(pressure.look(900) == memory_level::shed);
  CAF_CHECK(pressure.look(899) == memory_level::refuse);
  CAF_CHECK(pressure.look(800) == memory_level::refuse);
  CAF_CHECK(pressure.look(799) == memory_level::shrink);
  CAF_CHECK(pressure.look(700) == memory_level::shrink);
  CAF_CHECK(pressure.look(699) == memory_level::normal);
}

CAF_TEST(all levels end at once when all memory is given back) {
  memory_pressure pressure{budget};
  CAF_CHECK(after(pressure, {1000, 1000, 1000, 0}) == memory_level::normal);
}

CAF_TEST(a use that goes up and down a little does not make the level flutter) {
  memory_pressure pressure{budget};
  after(pressure, {900, 900});
  std::minstd_rand random{1};
  for (int i = 0; i < 1000; ++i)
    CAF_CHECK(pressure.look(800 + random() % 200) == memory_level::refuse);
}

CAF_TEST(what rooms keep halves while too much is in use and comes back) {
  memory_pressure pressure{budget};
  CAF_CHECK_EQUAL(pressure.share(), 1.0);
  pressure.look(800);
  CAF_CHECK_EQUAL(pressure.share(), 0.5);
  pressure.look(800);
  CAF_CHECK_EQUAL(pressure.share(), 0.25);
  pressure.look(799); // enough was done
  pressure.look(700);
  CAF_CHECK_EQUAL(pressure.share(), 0.25);
  pressure.look(699);
  CAF_CHECK_EQUAL(pressure.share(), 0.5);
  pressure.look(0);
  pressure.look(0);
  CAF_CHECK_EQUAL(pressure.share(), 1.0);
}

CAF_TEST(rooms keep a part however long the pressure lasts) {
  memory_pressure pressure{budget};
  for (int i = 0; i < 100; ++i)
    pressure.look(2000);
  CAF_CHECK_EQUAL(pressure.share(), 1.0 / 64);
}

CAF_TEST(without a budget nothing is ever done) {
  memory_pressure pressure{0};
  CAF_CHECK(pressure.look(uint64_t{1} << 50) == memory_level::normal);
  CAF_CHECK_EQUAL(pressure.share(), 1.0);
}

CAF_TEST(the largest budget of the configuration works) {
  constexpr auto most = uint64_t{1} << 50;
  memory_pressure pressure{most};
  CAF_CHECK(pressure.look(most / 2) == memory_level::normal);
  CAF_CHECK(after(pressure, {most, most, most}) == memory_level::shed);
}
