#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

namespace rookery {

/// A folder for the files of one test; gone with it.
class temporary_folder {
public:
  temporary_folder() {
    std::string name = ::testing::TempDir() + "rookery-XXXXXX";
    path_ = ::mkdtemp(name.data());
  }
  ~temporary_folder() { std::filesystem::remove_all(path_); }
  temporary_folder(const temporary_folder&) = delete;
  temporary_folder& operator=(const temporary_folder&) = delete;

  const std::string& path() const noexcept { return path_; }
  std::string file(std::string_view name) const {
    return path_ + "/" + std::string{name};
  }
  /// Writes a file; returns its path.
  std::string write(std::string_view name, std::string_view content) const {
    auto path = file(name);
    std::ofstream{path, std::ios::binary} << content;
    return path;
  }

private:
  std::string path_;
};

} // namespace rookery
