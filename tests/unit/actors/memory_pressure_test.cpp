#define CAF_SUITE memory_pressure

#include "actors/supervisor/memory_pressure.hpp"

#include <caf/test/dsl.hpp>

#include <random>

using namespace rookery;

namespace {

constexpr uint64_t budget = 1000;

/// Nearly all of it is in rings.
memory_level look(memory_pressure& pressure, uint64_t used) {
  return pressure.look(used, used - used / 10);
}

memory_level after(memory_pressure& pressure, std::vector<uint64_t> looks) {
  for (const auto used : looks)
    look(pressure, used);
  return pressure.level();
}

} // namespace

CAF_TEST(each level begins at its mark and not one byte before) {
  memory_pressure pressure{budget};
  CAF_CHECK(look(pressure, 699) == memory_level::normal);
  CAF_CHECK(look(pressure, 700) == memory_level::shrink);
  CAF_CHECK(look(pressure, 799) == memory_level::shrink);
  CAF_CHECK(look(pressure, 800) == memory_level::refuse);
  CAF_CHECK(look(pressure, 899) == memory_level::refuse);
  CAF_CHECK(look(pressure, 900) == memory_level::shed);
  CAF_CHECK(look(pressure, 5000) == memory_level::shed);
}

CAF_TEST(no level is skipped on the way up) {
  memory_pressure pressure{budget};
  CAF_CHECK(look(pressure, 9999) == memory_level::shrink);
  CAF_CHECK(look(pressure, 9999) == memory_level::refuse);
  CAF_CHECK(look(pressure, 9999) == memory_level::shed);
}

CAF_TEST(each level ends below a mark of its own) {
  memory_pressure pressure{budget};
  CAF_CHECK(after(pressure, {1000, 1000, 1000}) == memory_level::shed);
  CAF_CHECK(look(pressure, 800) == memory_level::shed);
  CAF_CHECK(look(pressure, 799) == memory_level::refuse);
  CAF_CHECK(look(pressure, 700) == memory_level::refuse);
  CAF_CHECK(look(pressure, 699) == memory_level::shrink);
  CAF_CHECK(look(pressure, 600) == memory_level::shrink);
  CAF_CHECK(look(pressure, 599) == memory_level::normal);
}

CAF_TEST(all levels end at once when all memory is given back) {
  memory_pressure pressure{budget};
  CAF_CHECK(after(pressure, {1000, 1000, 1000, 0}) == memory_level::normal);
}

CAF_TEST(a use that goes up and down a little does not make the level flutter) {
  memory_pressure pressure{budget};
  after(pressure, {800, 800});
  std::minstd_rand random{1};
  for (int i = 0; i < 1000; ++i)
    CAF_CHECK(look(pressure, 700 + random() % 200) == memory_level::refuse);
}

CAF_TEST(what rooms keep halves while too much is in use and comes back) {
  memory_pressure pressure{budget};
  CAF_CHECK_EQUAL(pressure.share(), 1.0);
  look(pressure, 700);
  CAF_CHECK_EQUAL(pressure.share(), 0.5);
  look(pressure, 700);
  CAF_CHECK_EQUAL(pressure.share(), 0.25);
  look(pressure, 699); // enough was done
  look(pressure, 600);
  CAF_CHECK_EQUAL(pressure.share(), 0.25);
  look(pressure, 599);
  CAF_CHECK_EQUAL(pressure.share(), 0.5);
  look(pressure, 0);
  look(pressure, 0);
  CAF_CHECK_EQUAL(pressure.share(), 1.0);
}

CAF_TEST(rooms keep a part of the budget however much others use) {
  memory_pressure pressure{budget};
  for (int i = 0; i < 100; ++i)
    pressure.look(2000, 99);
  CAF_CHECK_EQUAL(pressure.share(), 1.0);
  pressure.look(2000, 100);
  CAF_CHECK_EQUAL(pressure.share(), 0.5);
}

CAF_TEST(rooms that fill again under pressure shrink again) {
  memory_pressure pressure{budget};
  for (int i = 0; i < 100; ++i)
    look(pressure, 2000);
  CAF_CHECK(pressure.share() < 1e-6);
  CAF_CHECK(pressure.share() > 0);
}

CAF_TEST(too much is what is above the mark at which shedding ends) {
  const memory_pressure pressure{budget};
  CAF_CHECK_EQUAL(pressure.too_much(799), 0u);
  CAF_CHECK_EQUAL(pressure.too_much(800), 0u);
  CAF_CHECK_EQUAL(pressure.too_much(1000), 200u);
}

CAF_TEST(without a budget nothing is ever done) {
  memory_pressure pressure{0};
  CAF_CHECK(look(pressure, uint64_t{1} << 50) == memory_level::normal);
  CAF_CHECK_EQUAL(pressure.share(), 1.0);
}

CAF_TEST(the largest budget of the configuration works) {
  constexpr auto most = uint64_t{1} << 50;
  memory_pressure pressure{most};
  CAF_CHECK(look(pressure, most / 2) == memory_level::normal);
  CAF_CHECK(after(pressure, {most, most, most}) == memory_level::shed);
}
