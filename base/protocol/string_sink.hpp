#pragma once

#include <array>
#include <cstddef>
#include <string>

namespace rookery {

/// A string as the output of msgpack-c's packer.
class string_sink {
public:
  explicit string_sink(std::string& out)
      : out_(out) {}

  void write(const char* bytes, std::size_t size) { out_.append(bytes, size); }

private:
  std::string& out_;
};

/// A string as the output of RapidJSON's Writer, which writes single
/// characters. The string is up to date after `Flush`.
class buffered_sink {
public:
  using Ch = char;

  explicit buffered_sink(std::string& out)
      : out_(out) {}

  void Put(char c) {
    if (size_ == buffer_.size())
      Flush();
    buffer_[size_++] = c;
  }
  void Flush() {
    out_.append(buffer_.data(), size_);
    size_ = 0;
  }

private:
  std::string& out_;
  std::array<char, 256> buffer_;
  std::size_t size_ = 0;
};

} // namespace rookery
