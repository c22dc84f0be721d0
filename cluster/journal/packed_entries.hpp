#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

// Entries of one topic that follow each other, as one value of the file. Each
// is a length, a checksum, a stamp (4, 4 and 8 bytes, little endian) and a
// body, so that packs are joined by joining their bytes.

namespace rookery {

/// What surrounds each body.
inline constexpr std::size_t packed_header_bytes = 16;

/// The longest body.
inline constexpr std::size_t packed_body_bytes_max = 512 * 1024 * 1024;

/// SQLite checks no contents. Half of an XXH3. Topic and offset are part of the
/// sum, so that an entry in a wrong place is seen, too.
uint32_t entry_checksum(
    int64_t topic, uint64_t offset, int64_t stamp, std::string_view body);

void pack_entry(
    std::string& to, int64_t topic, uint64_t offset, int64_t stamp,
    std::string_view body);

/// Walks through a pack that begins at offset `first`. Total: any bytes give
/// entries, an end or `damaged`.
class packed_reader {
public:
  enum class step : uint8_t { entry, end, damaged };

  packed_reader(std::string_view pack, int64_t topic, uint64_t first)
      : left_(pack)
      , topic_(topic)
      , offset_(first - 1) {}

  /// Goes to the next entry; its checksum is not looked at yet.
  step next();

  uint64_t offset() const noexcept { return offset_; }
  int64_t stamp() const noexcept { return stamp_; }
  std::string_view body() const noexcept { return body_; }
  /// Whether the present entry is what was once packed.
  bool intact() const;

private:
  std::string_view left_;
  int64_t topic_;
  uint64_t offset_;
  int64_t stamp_ = 0;
  uint32_t checksum_ = 0;
  std::string_view body_;
};

} // namespace rookery
