#include "tests/unit/config/loading.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

namespace rookery {

namespace fs = std::filesystem;

namespace {

std::vector<std::string> lines_of(const loaded<config>& result) {
  std::vector<std::string> lines;
  if (!result)
    for (const auto& error : result.error())
      lines.push_back(error.to_string());
  return lines;
}

} // namespace

std::vector<std::string> errors_in(std::string_view text) {
  return lines_of(load_config_text(text, "x.conf"));
}

std::vector<std::string> errors_in_file(const std::string& path) {
  return lines_of(load_config_file(path));
}

config load_good(std::string_view text) {
  auto result = load_config_text(text, "x.conf");
  for (const auto& line : lines_of(result))
    ADD_FAILURE() << line;
  return result.value_or(config{});
}

std::vector<std::string> class_names(const config& all) {
  std::vector<std::string> names;
  for (const auto& topic : all.topics)
    names.push_back(topic.name);
  return names;
}

scratch_folder::scratch_folder() {
  auto pattern = (fs::temp_directory_path() / "rookery-XXXXXX").string();
  path_ = mkdtemp(pattern.data());
}

scratch_folder::~scratch_folder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

std::string
scratch_folder::write(const std::string& name, std::string_view text) const {
  const auto path = path_ / name;
  fs::create_directories(path.parent_path());
  std::ofstream{path} << text;
  return path;
}

scoped_variable::scoped_variable(const char* name, const char* value)
    : name_(name) {
  setenv(name, value, 1);
}

scoped_variable::~scoped_variable() {
  unsetenv(name_);
}

} // namespace rookery
