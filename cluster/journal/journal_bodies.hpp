#pragma once

#include <cstddef>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace rookery {

/// The bodies of a batch, one behind the other: however many, they take two
/// allocations, which another thread frees.
class journal_bodies {
public:
  journal_bodies() = default;
  journal_bodies(std::initializer_list<std::string_view> all) {
    for (const auto one : all)
      add([one](std::string& to) { to += one; });
  }
  explicit journal_bodies(const std::vector<std::string>& all) {
    for (const auto& one : all)
      add([&one](std::string& to) { to += one; });
  }

  /// One more, which `write` appends to the string that it gets.
  template <class Write>
  void add(Write write) {
    write(bytes_);
    ends_.push_back(bytes_.size());
  }

  std::size_t size() const noexcept { return ends_.size(); }
  bool empty() const noexcept { return ends_.empty(); }
  std::size_t bytes() const noexcept { return bytes_.size(); }
  std::string_view operator[](std::size_t index) const noexcept {
    const auto begin = index == 0 ? 0 : ends_[index - 1];
    return std::string_view{bytes_}.substr(begin, ends_[index] - begin);
  }

  class iterator {
  public:
    iterator(const journal_bodies& of, std::size_t at)
        : of_(&of)
        , at_(at) {}
    std::string_view operator*() const { return (*of_)[at_]; }
    iterator& operator++() {
      ++at_;
      return *this;
    }
    bool operator==(const iterator& other) const { return at_ == other.at_; }

  private:
    const journal_bodies* of_;
    std::size_t at_;
  };
  iterator begin() const { return {*this, 0}; }
  iterator end() const { return {*this, size()}; }

private:
  std::string bytes_;
  std::vector<std::size_t> ends_;
};

} // namespace rookery
