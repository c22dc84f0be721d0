#include "base/config/units.hpp"

#include <gtest/gtest.h>

namespace rookery {
namespace {

using namespace std::chrono_literals;

TEST(units, read_whole_numbers) {
  EXPECT_EQ(parse_number("0"), 0u);
  EXPECT_EQ(parse_number(" 8000 "), 8000u);
  EXPECT_EQ(parse_number("18446744073709551615"), UINT64_MAX);
  for (const auto* text :
       {"", " ", "-1", "+1", "1.0", "1e3", "0x10", "18446744073709551616",
        "1 2", "a"})
    EXPECT_EQ(parse_number(text), std::nullopt) << text;
}

TEST(units, read_sizes) {
  EXPECT_EQ(parse_bytes("65536"), 65536u);
  EXPECT_EQ(parse_bytes("1 B"), 1u);
  EXPECT_EQ(parse_bytes("64 KiB"), 65536u);
  EXPECT_EQ(parse_bytes("64KiB"), 65536u);
  EXPECT_EQ(parse_bytes("64K"), 65536u);
  EXPECT_EQ(parse_bytes("1 MiB"), 1048576u);
  EXPECT_EQ(parse_bytes("2 GiB"), 2147483648u);
  EXPECT_EQ(parse_bytes("1 kB"), 1000u);
  EXPECT_EQ(parse_bytes("3 megabytes"), 3000000u);
  EXPECT_EQ(parse_bytes("1.5 KiB"), 1536u);
  for (const auto* text :
       {"", "KiB", "-1 KiB", "1 kib", "1 TiB", "1.5", "0.3 B", "1 KiB KiB",
        "inf", "nan", "99999999999 GiB", "1e3", "K",
        "1 "
        "  x"})
    EXPECT_EQ(parse_bytes(text), std::nullopt) << text;
}

TEST(units, read_durations) {
  EXPECT_EQ(parse_duration("250"), 250ms);
  EXPECT_EQ(parse_duration("250ms"), 250ms);
  EXPECT_EQ(parse_duration("25s"), 25s);
  EXPECT_EQ(parse_duration("25 seconds"), 25s);
  EXPECT_EQ(parse_duration("0.5s"), 500ms);
  EXPECT_EQ(parse_duration("1m"), 1min);
  EXPECT_EQ(parse_duration("2 hours"), 2h);
  EXPECT_EQ(parse_duration("1d"), 24h);
  for (const auto* text :
       {"", "s", "-5s", "5 parsecs", "1us", "1ns", "0.1ms", "5 s s", "inf s",
        "1000000000000d"})
    EXPECT_EQ(parse_duration(text), std::nullopt) << text;
}

TEST(units, read_flags) {
  for (const auto* text : {"true", "yes", "on"})
    EXPECT_EQ(parse_flag(text), true) << text;
  for (const auto* text : {"false", "no", "off"})
    EXPECT_EQ(parse_flag(text), false) << text;
  for (const auto* text : {"", "True", "1", "0", "truefalse"})
    EXPECT_EQ(parse_flag(text), std::nullopt) << text;
}

TEST(units, are_written_as_the_largest_that_fits) {
  EXPECT_EQ(format_bytes(0), "0 B");
  EXPECT_EQ(format_bytes(1023), "1023 B");
  EXPECT_EQ(format_bytes(65536), "64 KiB");
  EXPECT_EQ(format_bytes(1048576), "1 MiB");
  EXPECT_EQ(format_bytes(1048577), "1048577 B");
  EXPECT_EQ(format_bytes(uint64_t{4} << 30), "4 GiB");
  EXPECT_EQ(format_duration(0ms), "0ms");
  EXPECT_EQ(format_duration(1500ms), "1500ms");
  EXPECT_EQ(format_duration(25s), "25s");
  EXPECT_EQ(format_duration(90s), "90s");
  EXPECT_EQ(format_duration(60min), "1h");
  EXPECT_EQ(format_duration(48h), "2d");
}

TEST(units, are_read_as_they_are_written) {
  for (uint64_t count = 1; count < uint64_t{1} << 50; count = count * 3 + 1)
    EXPECT_EQ(parse_bytes(format_bytes(count)), count);
  for (int64_t count = 1; count < int64_t{1} << 50; count = count * 3 + 1) {
    const std::chrono::milliseconds length{count};
    EXPECT_EQ(parse_duration(format_duration(length)), length);
  }
}

} // namespace
} // namespace rookery
