#include "base/protocol/decode.hpp"
#include "base/protocol/transcode.hpp"
#include "tests/unit/protocol/independent_codec.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

namespace rookery {
namespace {

using namespace std::literals;
using test::packed;
using test::unpacked;

std::optional<std::string>
transcoded(encoding from, std::string bytes, encoding to) {
  std::string out = "before";
  const bool done = transcode({from, std::move(bytes)}, to, out);
  EXPECT_EQ(out.substr(0, 6), "before");
  if (done)
    return out.substr(6);
  EXPECT_EQ(out, "before");
  return std::nullopt;
}

std::optional<std::string> to_msgpack(std::string json) {
  return transcoded(encoding::json, std::move(json), encoding::msgpack);
}
std::optional<std::string> to_json(std::string bytes) {
  return transcoded(encoding::msgpack, std::move(bytes), encoding::json);
}

std::string float_64(double value) {
  uint64_t bits = 0;
  std::memcpy(&bits, &value, sizeof bits);
  std::string bytes = "\xcb";
  for (int shift = 56; shift >= 0; shift -= 8)
    bytes.push_back(static_cast<char>(bits >> shift));
  return bytes;
}

TEST(transcode, leaves_what_is_written_so_already) {
  EXPECT_EQ(transcoded(encoding::json, " [ 1 ] ", encoding::json), " [ 1 ] ");
  EXPECT_EQ(
      transcoded(encoding::msgpack, "\xd0\1", encoding::msgpack), "\xd0\1");
}

TEST(transcode, keeps_every_kind_of_value_both_ways) {
  for (const std::string json :
       {"null", "true", "false", "0", "\"\"", "\"text\"", "[]", "{}",
        "[1,[2,[3]],[]]", R"({"a":{"b":{"c":null}},"":0})",
        R"({"same":1,"same":2})", R"("quote\" back\\ ü \n")"}) {
    EXPECT_EQ(to_msgpack(json), packed(json)) << json;
    EXPECT_EQ(to_json(packed(json)), json);
  }
}

TEST(transcode, keeps_integers_of_64_bits) {
  const auto all = {
      "0"s,
      "127"s,
      "128"s,
      "255"s,
      "256"s,
      "65535"s,
      "65536"s,
      "4294967295"s,
      "4294967296"s,
      "9007199254740993"s,
      "9223372036854775807"s,
      "9223372036854775808"s,
      "18446744073709551615"s,
      "-1"s,
      "-32"s,
      "-33"s,
      "-128"s,
      "-129"s,
      "-32768"s,
      "-32769"s,
      "-2147483648"s,
      "-2147483649"s,
      "-9223372036854775808"s};
  for (const auto& json : all) {
    EXPECT_EQ(to_msgpack(json), packed(json)) << json;
    EXPECT_EQ(to_json(packed(json)), json);
  }
}

TEST(transcode, reads_positive_integers_in_signed_formats) {
  EXPECT_EQ(to_json("\xd0\x05"), "5");
  EXPECT_EQ(to_json("\xd3\0\0\0\1\0\0\0\0"s), "4294967296");
}

TEST(transcode, makes_other_numbers_the_nearest_double) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  const auto all = {
      std::pair{"1.0"s, 1.0},
      std::pair{"-0.0"s, -0.0},
      std::pair{"1e2"s, 100.0},
      std::pair{"0.1"s, 0.1},
      std::pair{"18446744073709551616"s, 18446744073709551616.0},
      std::pair{"-9223372036854775809"s, -9223372036854775808.0},
      std::pair{
          "123456789012345678901234567890"s, 123456789012345678901234567890.0},
      std::pair{"2.2250738585072011e-308"s, 2.2250738585072011e-308},
      std::pair{"5e-324"s, 5e-324},
      std::pair{"1.7976931348623157e308"s, 1.7976931348623157e308},
      std::pair{"1e-400"s, 0.0},
      std::pair{"-1e-9999"s, -0.0},
      std::pair{"0." + std::string(400, '0') + "1", 0.0},
      std::pair{"1.8e308"s, infinity},
      std::pair{"-1.8e308"s, -infinity},
      std::pair{"0.18e309"s, infinity},
      std::pair{"18e307"s, infinity}};
  for (const auto& [json, value] : all)
    EXPECT_EQ(to_msgpack(json), float_64(value)) << json;
}

TEST(transcode, writes_doubles_so_that_they_read_back_the_same) {
  std::mt19937_64 random{1};
  auto all = std::vector{
      0.0,
      -0.0,
      1.0,
      -1.5,
      0.1,
      1e21,
      1e22,
      1e-7,
      5e-324,
      1.7976931348623157e308,
      2.2250738585072014e-308};
  for (int i = 0; i < 20'000; ++i) {
    double value = 0;
    const uint64_t bits = random();
    std::memcpy(&value, &bits, sizeof value);
    if (std::isfinite(value))
      all.push_back(value);
  }
  for (const double value : all) {
    const auto json = to_json(float_64(value));
    ASSERT_TRUE(json);
    EXPECT_EQ(to_msgpack(*json), float_64(value)) << *json;
  }
}

TEST(transcode, keeps_the_value_of_a_float_32) {
  EXPECT_EQ(to_json("\xca\x3f\xc0\0\0"s), "1.5");
  EXPECT_EQ(to_json("\xca\xbf\x80\0\0"s), "-1.0");
}

TEST(transcode, writes_null_for_what_json_has_no_number_for) {
  EXPECT_EQ(to_json(float_64(std::nan(""))), "null");
  EXPECT_EQ(to_json(float_64(HUGE_VAL)), "null");
  EXPECT_EQ(to_json(float_64(-HUGE_VAL)), "null");
  EXPECT_EQ(to_json("\x92\xca\x7f\x80\0\0\xca\xff\xc0\0\0"s), "[null,null]");
}

TEST(transcode, writes_bytes_as_base64) {
  // RFC 4648, section 10.
  const auto all = {
      std::pair{""s, ""s},
      std::pair{"f"s, "Zg=="s},
      std::pair{"fo"s, "Zm8="s},
      std::pair{"foo"s, "Zm9v"s},
      std::pair{"foob"s, "Zm9vYg=="s},
      std::pair{"fooba"s, "Zm9vYmE="s},
      std::pair{"foobar"s, "Zm9vYmFy"s},
      std::pair{"\xff\xfe\xfd\0"s, "//79AA=="s},
      std::pair{"\xfb"s, "+w=="s}};
  for (const auto& [bytes, text] : all) {
    const auto size = static_cast<char>(bytes.size());
    EXPECT_EQ(to_json("\xc4"s + size + bytes), '"' + text + '"');
    EXPECT_EQ(to_json("\xc5\0"s + size + bytes), '"' + text + '"');
  }
}

TEST(transcode, writes_sizes_in_their_shortest_form) {
  for (const std::size_t size : {0u, 1u, 15u, 16u, 17u, 65535u, 65536u}) {
    std::string array = "[", object = "{", text = "\"";
    for (std::size_t i = 0; i < size; ++i) {
      const auto* comma = i == 0 ? "" : ",";
      array += comma + std::to_string(i);
      object += comma + ('"' + std::to_string(i) + "\":[]");
      text += 'x';
    }
    for (const auto& json : {array + ']', object + '}', text + '"'}) {
      EXPECT_TRUE(to_msgpack(json) == packed(json)) << size;
      EXPECT_TRUE(to_json(packed(json)) == json) << size;
    }
  }
}

TEST(transcode, puts_headers_before_nested_content) {
  std::string json = "7";
  for (std::size_t depth = 0; depth < nesting_max; ++depth) {
    std::string items;
    for (int i = 0; i < 20; ++i)
      items += "\"item\",";
    json = depth % 2 == 0 ? '[' + items + json + ']' : "{\"k\":" + json + '}';
  }
  EXPECT_EQ(to_msgpack(json), packed(json));
  EXPECT_EQ(to_json(packed(json)), json);
}

TEST(transcode, refuses_what_decode_would_have_refused) {
  const auto deep = nesting_max + 1;
  for (const auto& json :
       {""s, "["s, "1 2"s, "nul"s, "\"\\udc00\""s, "{\"\\udc00\":1}"s,
        "\"\xff\""s, "1e309"s, "1\0"s,
        std::string(deep, '[') + std::string(deep, ']')})
    EXPECT_EQ(to_msgpack(json), std::nullopt) << json;
  for (const auto& bytes :
       {""s, "\xc1"s, "\x91"s, "\1\2"s, "\xa1\xff"s, "\x81\xa1\xff\1"s,
        "\x81\1\2"s, "\x81\xc0\2"s, "\x81\xc2\2"s, "\x81\xff\2"s,
        "\x81\xc4\0\2"s, "\x81\x90\2"s, "\x81\x80\2"s, "\x81\xca\0\0\0\0\2"s,
        "\xd4\1x"s, "\x91\xd4\1x"s, std::string(deep - 1, '\x91') + "\x90"})
    EXPECT_EQ(to_json(bytes), std::nullopt);
}

// -- any document -----------------------------------------------------------

/// Random documents of what both encodings have.
class document_source {
public:
  explicit document_source(uint32_t seed)
      : random_(seed) {}

  std::string value(std::size_t depth = 0) {
    switch (at_most(depth < 6 ? 8 : 5)) {
    case 0:
      return "null";
    case 1:
      return at_most(1) == 0 ? "true" : "false";
    case 2:
      return std::to_string(random_() >> at_most(63));
    case 3:
      return std::to_string(
          -static_cast<int64_t>(random_() >> (1 + at_most(62))));
    case 4:
      return text();
    case 5:
      return std::to_string(static_cast<int>(at_most(9999)) - 5000) + ".5";
    case 6:
      return items('[', ']', [&] { return value(depth + 1); });
    default:
      return items('{', '}', [&] { return text() + ':' + value(depth + 1); });
    }
  }

private:
  std::size_t at_most(std::size_t max) { return random_() % (max + 1); }

  template <class Item>
  std::string items(char begin, char end, Item item) {
    std::string all(1, begin);
    for (auto rest = at_most(at_most(9) == 0 ? 20 : 4); rest > 0; --rest)
      all += item() + (rest > 1 ? "," : "");
    return all + end;
  }

  std::string text() {
    static constexpr const char* pieces[] = {
        "a",   "Z",       " ", "\\\"", "\\\\",
        "\\n", "\\u0000", "ü", "€",    "\U0001f600"};
    std::string all = "\"";
    for (auto rest = at_most(at_most(9) == 0 ? 300 : 8); rest > 0; --rest)
      all += pieces[at_most(std::size(pieces) - 1)];
    return all + '"';
  }

  std::mt19937_64 random_;
};

TEST(transcode, keeps_any_document_there_and_back) {
  document_source source{7};
  for (int i = 0; i < 3000; ++i) {
    const auto json = source.value();
    const auto bytes = to_msgpack(json);
    ASSERT_EQ(bytes, packed(json)) << json;
    ASSERT_EQ(unpacked(*bytes), json);
    ASSERT_EQ(to_json(*bytes), json);
  }
}

TEST(transcode, gives_what_decodes_again) {
  document_source source{8};
  for (int i = 0; i < 1000; ++i) {
    const auto json = source.value();
    const auto message = decode(
        encoding::msgpack, "\x83\xa5"
                           "event\xa4send\xa4user\xa1u\xa4"
                           "data"
                               + to_msgpack(json).value());
    ASSERT_TRUE(message) << json;
    const auto& data = std::get<send_request>(message->body).data;
    ASSERT_EQ(to_json(data.bytes), json);
  }
}

} // namespace
} // namespace rookery
