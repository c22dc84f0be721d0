#include "base/protocol/packed_fields.hpp"
#include "cluster/membership/remote_users.hpp"

#include <gmock/gmock.h>

#include <random>
#include <set>

namespace rookery {

namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;
using heard_as = remote_users::heard_as;
using effect = own_users::effect;

user_image
image_of(node_life life, uint64_t sequence, const std::vector<uint32_t>& on) {
  user_image made{life, sequence, {}};
  for (const auto bucket : on)
    made.bits.set(bucket, true);
  return made;
}

/// Nodes 1 and 2, of which 1 is known: it has bucket 5, at number 10.
class remote_users_test : public ::testing::Test {
protected:
  remote_users_test() {
    others.set_nodes({1, 2});
    asked = others.to_ask(0ms);
    EXPECT_THAT(asked, SizeIs(2));
    EXPECT_TRUE(others.answered(asked[0], image_of(1, 10, {5})));
  }

  remote_users others{{}};
  std::vector<remote_users::wanted_image> asked;
};

} // namespace

TEST(user_bucket, is_the_same_everywhere) {
  static_assert(user_bucket("") == 50701);
  EXPECT_EQ(user_bucket("alice"), 82297u);
  EXPECT_EQ(user_bucket("bob"), 119543u);
}

TEST(user_bucket, spreads_users_that_are_alike) {
  std::set<uint32_t> buckets;
  constexpr int users = 10'000;
  for (int i = 0; i < users; ++i)
    buckets.insert(user_bucket("user-" + std::to_string(i)));
  EXPECT_GT(buckets.size(), 9'500u); // 9,629 by chance
}

TEST(user_bits, reads_what_was_set) {
  user_bits bits;
  for (const uint32_t bucket : {0u, 7u, 8u, 131'071u})
    bits.set(bucket, true);
  bits.set(7, false);
  user_bits other;
  ASSERT_TRUE(other.assign(bits.bytes()));
  EXPECT_TRUE(other.test(0) && other.test(8) && other.test(131'071));
  EXPECT_FALSE(other.test(7) || other.test(1));
  EXPECT_FALSE(other.assign("short"));
}

TEST(own_users, tells_the_first_and_the_last_of_a_bucket) {
  own_users own;
  EXPECT_EQ(own.add("a"), effect::appears);
  EXPECT_EQ(own.add("a"), effect::none);
  EXPECT_THAT(
      own.take_changes(9), ElementsAre(bucket_change{user_bucket("a"), true}));
  EXPECT_EQ(own.remove("a"), effect::none);
  EXPECT_EQ(own.remove("a"), effect::vanishes);
  EXPECT_THAT(
      own.take_changes(9), ElementsAre(bucket_change{user_bucket("a"), false}));
  EXPECT_EQ(own.size(), 0u);
}

TEST(own_users, does_not_tell_what_changed_back) {
  own_users own;
  EXPECT_EQ(own.add("a"), effect::appears);
  static_cast<void>(own.take_changes(9));
  EXPECT_EQ(own.remove("a"), effect::vanishes);
  // An image that was made now would not be set right by any change.
  EXPECT_TRUE(own.told().test(user_bucket("a")));
  EXPECT_EQ(own.add("a"), effect::none);
  EXPECT_THAT(own.take_changes(9), IsEmpty());
  EXPECT_FALSE(own.has_changes());
}

TEST(own_users, takes_changes_in_parts) {
  own_users own;
  for (int i = 0; i < 10; ++i)
    static_cast<void>(own.add("user" + std::to_string(i)));
  EXPECT_THAT(own.take_changes(7), SizeIs(7));
  EXPECT_THAT(own.take_changes(7), SizeIs(3));
}

TEST(user_wire, says_what_it_was_given) {
  const user_post post{77, 5, {{0, true}, {131'071, false}, {70'000, true}}};
  const auto read = decode_user_post(encode(post));
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->life, 77u);
  EXPECT_EQ(read->sequence, 5u);
  EXPECT_EQ(read->changes, post.changes);
  const auto image =
      decode_user_image(encode_image(77, 5, image_of(77, 5, {9}).bits));
  ASSERT_TRUE(image);
  EXPECT_EQ(image->sequence, 5u);
  EXPECT_TRUE(image->bits.test(9));
}

TEST(user_wire, refuses_what_it_did_not_write) {
  const auto good = encode(user_post{77, 5, {{1, true}}});
  for (std::size_t i = 0; i < good.size(); ++i)
    EXPECT_FALSE(decode_user_post(good.substr(0, i)));
  EXPECT_FALSE(decode_user_image(good));
  EXPECT_FALSE(decode_user_post(encode(user_post{7, 5, {{1u << 20, true}}})));
  std::string other;
  packed_fields_writer to{other};
  to.array(1);
  to.put(uint32_t{2});
  const auto read = decode_user_post(other);
  EXPECT_THAT(read.error().message, ::testing::HasSubstr("version 2"));
}

TEST_F(remote_users_test, counts_unknown_nodes_as_having_every_user) {
  EXPECT_THAT(others.may_have(5), ElementsAre(1, 2));
  EXPECT_THAT(others.may_have(6), ElementsAre(2));
  EXPECT_EQ(others.unknown(), 1u);
}

TEST_F(remote_users_test, follows_changes) {
  EXPECT_EQ(others.heard({1, 11, {{5, false}, {6, true}}}), heard_as::taken);
  EXPECT_THAT(others.may_have(5), ElementsAre(2));
  EXPECT_THAT(others.may_have(6), ElementsAre(1, 2));
  EXPECT_EQ(others.heard({1, 11, {{5, true}}}), heard_as::old); // twice
  EXPECT_THAT(others.may_have(5), ElementsAre(2));
  EXPECT_EQ(others.heard({1, 11, {}}), heard_as::taken);
  EXPECT_EQ(others.heard({9, 1, {{5, true}}}), heard_as::old); // a stranger
}

TEST_F(remote_users_test, asks_again_after_a_gap) {
  EXPECT_EQ(others.heard({1, 12, {{7, true}}}), heard_as::gap);
  EXPECT_THAT(others.may_have(99), ElementsAre(1, 2));
  EXPECT_THAT(others.to_ask(500ms), IsEmpty()); // it was asked just now
  const auto again = others.to_ask(1s);
  ASSERT_THAT(again, SizeIs(1));
  EXPECT_EQ(again[0].life, 1u);
  // The image is older than what came meanwhile, which goes on from it.
  EXPECT_EQ(others.heard({1, 13, {{8, true}}}), heard_as::taken);
  EXPECT_TRUE(others.answered(again[0], image_of(1, 11, {6})));
  EXPECT_THAT(others.may_have(7), ElementsAre(1, 2));
  EXPECT_THAT(others.may_have(8), ElementsAre(1, 2));
  EXPECT_THAT(others.may_have(5), ElementsAre(2));
  EXPECT_EQ(others.heard({1, 14, {{9, true}}}), heard_as::taken);
}

TEST_F(remote_users_test, finds_that_the_last_change_was_lost) {
  EXPECT_EQ(others.heard({1, 10, {}}), heard_as::taken);
  EXPECT_EQ(others.heard({1, 11, {}}), heard_as::gap);
}

TEST_F(remote_users_test, refuses_an_image_that_is_too_old) {
  EXPECT_EQ(others.heard({2, 4, {{7, true}}}), heard_as::taken);
  EXPECT_FALSE(others.answered(asked[1], image_of(2, 2, {}))); // 3 is missing
  EXPECT_THAT(others.may_have(99), ElementsAre(2));
}

TEST_F(remote_users_test, refuses_an_image_that_was_asked_for_before_a_loss) {
  others.lose_all();
  EXPECT_FALSE(others.answered(asked[1], image_of(2, 2, {})));
  EXPECT_THAT(others.may_have(99), ElementsAre(1, 2));
}

TEST_F(remote_users_test, forgets_nodes_that_are_gone) {
  others.set_nodes({2, 3});
  EXPECT_THAT(others.may_have(5), ElementsAre(2, 3));
  others.failed(asked[1]);
  const auto more = others.to_ask(1s);
  ASSERT_THAT(more, SizeIs(2));
}

TEST(remote_users, asks_few_at_once) {
  remote_users others{{.asks_max = 2}};
  others.set_nodes({1, 2, 3, 4});
  auto asked = others.to_ask(0ms);
  ASSERT_THAT(asked, SizeIs(2));
  EXPECT_THAT(others.to_ask(0ms), IsEmpty());
  EXPECT_TRUE(others.answered(asked[0], image_of(1, 0, {})));
  others.set_nodes({1, 3, 4}); // nobody waits for 2
  EXPECT_THAT(others.to_ask(0ms), SizeIs(2));
}

} // namespace rookery
