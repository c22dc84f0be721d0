#include "base/config/option_names.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace rookery {
namespace {

using testing::Contains;

TEST(option_names, are_paths_in_kebab_case) {
  EXPECT_THAT(option_paths(), Contains("http.internal-port"));
  EXPECT_THAT(option_paths(), Contains("websocket.compression.level"));
  EXPECT_THAT(option_paths(), Contains("session.token.hmac-secret"));
  EXPECT_THAT(topic_option_paths(), Contains("allow.members-only"));
  EXPECT_THAT(key_paths(), Contains("websocket.compression"));
  EXPECT_THAT(key_paths(), Contains("topics"));
  EXPECT_THAT(key_paths(), Contains("vars"));
  const std::set<std::string> all{option_paths().begin(), option_paths().end()};
  EXPECT_EQ(all.size(), option_paths().size());
  for (const auto& path : all)
    EXPECT_THAT(
        path, testing::MatchesRegex("[a-z]+(-[a-z]+)*([.][a-z]+(-[a-z]+)*)+"));
}

TEST(option_names, have_one_environment_variable_each) {
  EXPECT_EQ(
      environment_name("http.internal-port"), "ROOKERY__HTTP__INTERNAL_PORT");
  std::set<std::string> names;
  for (const auto& path : option_paths())
    EXPECT_TRUE(names.insert(environment_name(path)).second) << path;
}

TEST(nearest, finds_typing_mistakes) {
  const std::vector<std::string> known{
      "http.port", "http.address", "log.level"};
  EXPECT_EQ(nearest("http.prt", known), "http.port");
  EXPECT_EQ(nearest("http.adress", known), "http.address");
  EXPECT_EQ(nearest("http.level", known), "log.level");
  EXPECT_EQ(nearest("HTTP.PORT", known), "");
  EXPECT_EQ(nearest("", known), "");
  EXPECT_EQ(nearest(std::string(10'000, 'x'), known), "");
}

} // namespace
} // namespace rookery
