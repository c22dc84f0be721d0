#pragma once

#include "base/config/load.hpp"

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace rookery {

/// What is wrong with a text that is called x.conf, one line per error; empty
/// if nothing is.
std::vector<std::string> errors_in(std::string_view text);

/// The same of a file.
std::vector<std::string> errors_in_file(const std::string& path);

/// The configuration of a text that must have no errors.
config load_good(std::string_view text);

/// The names of topic classes in order.
std::vector<std::string> class_names(const config& all);

/// A folder of files that goes when the test ends. Errors name its files by
/// `at("a.conf")`.
class scratch_folder {
public:
  scratch_folder();
  scratch_folder(const scratch_folder&) = delete;
  scratch_folder& operator=(const scratch_folder&) = delete;
  ~scratch_folder();

  std::string at(const std::string& name) const { return path_ / name; }
  std::string write(const std::string& name, std::string_view text) const;

private:
  std::filesystem::path path_;
};

/// An environment variable that goes when the test ends.
class scoped_variable {
public:
  scoped_variable(const char* name, const char* value);
  scoped_variable(const scoped_variable&) = delete;
  scoped_variable& operator=(const scoped_variable&) = delete;
  ~scoped_variable();

private:
  const char* name_;
};

} // namespace rookery
