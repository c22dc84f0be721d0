#include "base/protocol/envelope.hpp"

#include <gmock/gmock.h>

namespace rookery {

namespace {

using ::testing::HasSubstr;

envelope sample() {
  return {"node-a", 7,     envelope_kind::message,
          "chat:1", "ann", encoding::msgpack,
          -5,       "tag"};
}

std::string packed(std::string_view payload) {
  std::string out;
  encode(sample(), payload, out);
  return out;
}

} // namespace

TEST(envelope_test, comes_back_with_its_payload_untouched) {
  const std::string payload{"\x00\xff\x93 any", 7};
  const auto bytes = packed(payload);
  const auto read = open_envelope(bytes);
  ASSERT_TRUE(read) << read.error().message;
  const auto& e = read->header;
  EXPECT_EQ(e.node, "node-a");
  EXPECT_EQ(e.incarnation, 7u);
  EXPECT_EQ(e.kind, envelope_kind::message);
  EXPECT_EQ(e.topic, "chat:1");
  EXPECT_EQ(e.user, "ann");
  EXPECT_EQ(e.written_in, encoding::msgpack);
  EXPECT_EQ(e.at, -5);
  EXPECT_EQ(e.tag, "tag");
  EXPECT_EQ(read->payload, payload);
  EXPECT_EQ(read->payload.data() + payload.size(), bytes.data() + bytes.size());
}

TEST(envelope_test, may_have_no_payload) {
  const auto bytes = packed("");
  const auto read = open_envelope(bytes);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->payload, "");
}

TEST(envelope_test, skips_fields_of_later_nodes) {
  auto bytes = packed("");
  ASSERT_EQ(bytes[0], '\x99');
  bytes[0] = '\x9b';
  bytes += "\x05\x92\x01\x02"; // a number, and an array of two
  bytes += "rest";
  const auto read = open_envelope(bytes);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->header.tag, "tag");
  EXPECT_EQ(read->payload, "rest");
}

TEST(envelope_test, refuses_another_version_by_name) {
  const auto read = open_envelope("\x92\x02\xc0 something");
  ASSERT_FALSE(read);
  EXPECT_THAT(read.error().message, HasSubstr("version 2"));
}

TEST(envelope_test, refuses_every_header_that_is_cut_off) {
  const auto whole = packed("");
  for (std::size_t size = 0; size < whole.size(); ++size)
    EXPECT_FALSE(open_envelope(whole.substr(0, size))) << size;
}

TEST(envelope_test, refuses_lengths_that_lie) {
  EXPECT_FALSE(open_envelope("\xdd\xff\xff\xff\xff"));
  EXPECT_FALSE(open_envelope("\x99\x01\xc6\xff\xff\xff\xff"));
}

TEST(envelope_test, refuses_what_it_does_not_know) {
  envelope odd = sample();
  odd.kind = static_cast<envelope_kind>(envelope_kinds);
  std::string bytes;
  encode(odd, "", bytes);
  const auto read = open_envelope(bytes);
  ASSERT_FALSE(read);
  EXPECT_THAT(read.error().message, HasSubstr("unknown kind 4"));
  odd = sample();
  odd.written_in = static_cast<encoding>(encodings);
  bytes.clear();
  encode(odd, "", bytes);
  EXPECT_FALSE(open_envelope(bytes));
}

} // namespace rookery
