#include "base/config/option_names.hpp"
#include "base/config/print.hpp"
#include "tests/unit/config/loading.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>

namespace rookery {
namespace {

const std::filesystem::path configs{CONFIGS_FOLDER};

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream{text};
  for (std::string line; std::getline(stream, line);)
    lines.push_back(line);
  return lines;
}

TEST(default_config, gives_exactly_the_defaults_when_it_is_loaded) {
  EXPECT_EQ(load_good(default_config()), config{});
}

TEST(default_config, is_the_reference) {
  std::ifstream file{configs / "reference.conf"};
  const std::string reference{std::istreambuf_iterator<char>{file}, {}};
  EXPECT_EQ(reference, default_config())
      << "write `rookery default-config` to configs/reference.conf";
}

TEST(default_config, has_every_key) {
  const auto text = default_config();
  const auto last_part = [](const std::string& path) {
    return path.substr(path.rfind('.') + 1);
  };
  for (const auto& path : option_paths())
    EXPECT_THAT(text, testing::HasSubstr("  " + last_part(path) + " = "));
  for (const auto& path : topic_option_paths())
    EXPECT_THAT(text, testing::HasSubstr("  " + last_part(path) + " = "));
}

TEST(default_config, has_an_example_of_a_topic_class_that_works) {
  std::string text;
  for (const auto& line : lines_of(default_config()))
    text += (line.starts_with("  # ") && line.find("For example") == line.npos
                 ? line.substr(4)
                 : line)
            + "\n";
  const auto begin = text.find("chat {");
  const auto end = text.find("\n}", begin);
  ASSERT_LT(end, text.size());
  const auto all =
      load_good("topics {" + text.substr(begin, end - begin + 2) + "\n}");
  topic_class chat;
  chat.name = "chat";
  chat.match = "chat.*";
  EXPECT_THAT(all.topics, testing::ElementsAre(chat));
}

TEST(default_config, fits_on_a_screen) {
  for (const auto& line : lines_of(default_config())) {
    EXPECT_LE(line.size(), 80u) << line;
    EXPECT_FALSE(line.ends_with(' ')) << line;
  }
}

TEST(configs, all_load) {
  int count = 0;
  for (const auto& entry : std::filesystem::directory_iterator{configs}) {
    if (entry.path().extension() != ".conf")
      continue;
    EXPECT_THAT(errors_in_file(entry.path()), testing::IsEmpty());
    ++count;
  }
  EXPECT_GE(count, 3);
}

TEST(configs, of_a_standalone_node_serves_the_demo) {
  const auto all = load_config_file(configs / "standalone.conf");
  ASSERT_TRUE(all);
  EXPECT_EQ(all->http.address, "127.0.0.1");
  EXPECT_TRUE(all->http.demo);
  EXPECT_TRUE(all->session.anonymous);
  EXPECT_FALSE(all->topics.empty());
}

} // namespace
} // namespace rookery
