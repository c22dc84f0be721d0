#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace rookery {

/// Users are told apart by buckets: of a cluster with 100,000 users per node a
/// node has about half of the buckets, and is asked in vain for half of the
/// users that it does not have; with 10,000, for one in fourteen.
inline constexpr std::size_t user_bucket_count = std::size_t{1} << 17;
inline constexpr std::size_t user_bits_bytes = user_bucket_count / 8;

/// FNV-1a of 64 bits, folded. The same on all nodes and of all versions.
[[nodiscard]] constexpr uint32_t user_bucket(std::string_view user) noexcept {
  uint64_t hash = 0xcbf29ce484222325;
  for (const char c : user) {
    hash ^= static_cast<unsigned char>(c);
    hash *= 0x100000001b3;
  }
  hash ^= hash >> 34 ^ hash >> 17;
  return static_cast<uint32_t>(hash % user_bucket_count);
}

/// One bit per bucket. Bucket 0 is the lowest bit of the first byte.
class user_bits {
public:
  user_bits()
      : bytes_(user_bits_bytes, '\0') {}

  bool test(uint32_t bucket) const noexcept {
    return (static_cast<unsigned char>(bytes_[bucket / 8]) >> bucket % 8 & 1)
           != 0;
  }
  void set(uint32_t bucket, bool on) noexcept {
    const auto bit = static_cast<unsigned char>(1u << bucket % 8);
    auto byte = static_cast<unsigned char>(bytes_[bucket / 8]);
    byte = static_cast<unsigned char>(on ? byte | bit : byte & ~bit);
    bytes_[bucket / 8] = static_cast<char>(byte);
  }
  std::string_view bytes() const noexcept { return bytes_; }
  /// False, and nothing changes: it is not as long as it should be.
  [[nodiscard]] bool assign(std::string_view bytes) {
    if (bytes.size() != user_bits_bytes)
      return false;
    bytes_.assign(bytes);
    return true;
  }

private:
  std::string bytes_;
};

struct bucket_change {
  uint32_t bucket = 0;
  bool on = false;
  bool operator==(const bucket_change&) const = default;
};

/// The users of this node. Pure. Thread: one at a time.
class own_users {
public:
  enum class effect : uint8_t {
    none,    // others know the bucket as it is
    appears, // others have to be told before they ask
    vanishes,
  };

  /// Once for each connection of a user, or once for each user: as `remove`.
  [[nodiscard]] effect add(std::string_view user);
  [[nodiscard]] effect remove(std::string_view user);

  /// At most so many of the changes that others were not told of; they count as
  /// told afterwards. Of a bucket that changed to and fro there is none.
  std::vector<bucket_change> take_changes(std::size_t most);
  bool has_changes() const noexcept { return !pending_.empty(); }

  /// As others were told. Not as it is now: a bucket that changes back before
  /// its change was taken is in no change, and may not be in an image either.
  const user_bits& told() const noexcept { return told_; }
  uint64_t size() const noexcept { return size_; }

private:
  std::vector<uint32_t> counts_ = std::vector<uint32_t>(user_bucket_count);
  user_bits now_, told_;
  std::vector<uint32_t> pending_; // buckets, once each
  user_bits is_pending_;
  uint64_t size_ = 0;

  effect note(uint32_t bucket, bool on);
};

} // namespace rookery
