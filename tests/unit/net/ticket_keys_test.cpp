#include "net/tls/ticket_keys.hpp"
#include "tests/unit/net/temporary_folder.hpp"

#include <gmock/gmock.h>

namespace rookery {

namespace {

using ::testing::HasSubstr;
using namespace std::chrono_literals;

std::vector<uint8_t> counting(std::size_t bytes) {
  std::vector<uint8_t> all;
  for (std::size_t i = 0; i < bytes; ++i)
    all.push_back(static_cast<uint8_t>(i));
  return all;
}

ticket_keys::key_ref key_of(uint8_t filler) {
  return std::make_shared<const ticket_key>(
      std::vector<uint8_t>(ticket_key::bytes_long, filler));
}

TEST(ticket_key, is_laid_out_as_in_files_of_nginx) {
  const ticket_key large{counting(80)};
  EXPECT_EQ(large.name.front(), 0);
  EXPECT_EQ(large.name.back(), 15);
  EXPECT_EQ(large.secret_bytes, 32u);
  EXPECT_EQ(large.mac_secret.front(), 16);
  EXPECT_EQ(large.cipher_secret.front(), 48);
  EXPECT_EQ(large.cipher_secret.back(), 79);
  const ticket_key small{counting(48)};
  EXPECT_EQ(small.secret_bytes, 16u);
  EXPECT_EQ(small.cipher_secret.front(), 16);
  EXPECT_EQ(small.mac_secret.front(), 32);
  EXPECT_EQ(small.mac_secret[15], 47);
}

TEST(ticket_keys, are_read_in_the_order_of_their_files) {
  temporary_folder folder;
  const auto first = folder.write("first", std::string(80, 'a'));
  const auto second = folder.write("second", std::string(48, 'b'));
  const auto keys = ticket_keys::read({first, second});
  ASSERT_TRUE(keys);
  ASSERT_EQ(keys->size(), 2u);
  EXPECT_EQ((*keys)[0]->name.front(), 'a');
  EXPECT_EQ((*keys)[0]->secret_bytes, 32u);
  EXPECT_EQ((*keys)[1]->name.front(), 'b');
  EXPECT_EQ((*keys)[1]->secret_bytes, 16u);
}

TEST(ticket_keys, of_a_bad_file_are_refused_with_its_name_and_the_reason) {
  temporary_folder folder;
  for (const std::size_t size : {0, 1, 47, 49, 79, 81, 5000}) {
    const auto file = folder.write("odd", std::string(size, 'x'));
    const auto keys = ticket_keys::read({file});
    ASSERT_FALSE(keys) << size;
    EXPECT_THAT(keys.error().message, HasSubstr(file + ": a ticket key has"));
  }
  const auto missing = ticket_keys::read({"/none"});
  ASSERT_FALSE(missing);
  EXPECT_THAT(missing.error().message, HasSubstr("/none: cannot be read: No"));
  const auto directory = ticket_keys::read({folder.path()});
  ASSERT_FALSE(directory);
  EXPECT_THAT(directory.error().message, HasSubstr(folder.path()));
}

TEST(ticket_keys, that_are_given_seal_with_the_first_and_open_with_all) {
  ticket_keys keys;
  const auto first = key_of(1), second = key_of(2);
  keys.replace({first, second});
  EXPECT_EQ(keys.first(), first);
  EXPECT_EQ(keys.named(first->name), first);
  EXPECT_EQ(keys.named(second->name), second);
  EXPECT_EQ(keys.named(key_of(3)->name), nullptr);
  keys.replace({key_of(3), first});
  EXPECT_EQ(keys.named(second->name), nullptr);
}

struct random_ticket_keys : ::testing::Test {
  ticket_keys::clock::time_point now = ticket_keys::clock::now();
  ticket_keys keys{[this] { return now; }};
};

TEST_F(random_ticket_keys, open_every_ticket_as_long_as_it_lasts) {
  const auto first = keys.first();
  now += ticket_keys::lifetime - 1s;
  EXPECT_EQ(keys.first(), first); // and seals one more ticket
  now += ticket_keys::lifetime;
  const auto second = keys.first();
  EXPECT_NE(second, first);
  EXPECT_EQ(keys.named(first->name), first);
  EXPECT_EQ(keys.named(second->name), second);
}

TEST_F(random_ticket_keys, forget_keys_whose_tickets_have_expired) {
  const auto first = keys.first();
  now += ticket_keys::lifetime;
  const auto second = keys.first();
  now += ticket_keys::lifetime;
  EXPECT_EQ(keys.named(first->name), nullptr);
  EXPECT_EQ(keys.named(second->name), second);
}

TEST_F(random_ticket_keys, of_a_node_that_slept_are_forgotten_too) {
  const auto first = keys.first();
  now += 2 * ticket_keys::lifetime;
  EXPECT_EQ(keys.named(first->name), nullptr);
}

TEST_F(random_ticket_keys, stay_when_files_are_read_again_and_there_are_none) {
  const auto first = keys.first();
  keys.replace({});
  EXPECT_EQ(keys.first(), first);
}

TEST_F(random_ticket_keys, do_not_follow_given_ones_that_were_taken_away) {
  const auto given = key_of(1);
  keys.replace({given});
  now += 3 * ticket_keys::lifetime;
  EXPECT_EQ(keys.first(), given); // who gives keys changes them
  keys.replace({});
  EXPECT_NE(keys.first(), given);
  EXPECT_EQ(keys.named(given->name), nullptr);
}

} // namespace

} // namespace rookery
