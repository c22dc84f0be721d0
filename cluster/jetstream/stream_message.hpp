#pragma once

#include "base/error.hpp"
#include "cluster/journal/journal_bodies.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

// What a journal puts into the streams of NATS, for all who read them. Numbers
// are little endian.

namespace rookery {

/// A batch is one message. Its entry `index` has the offset
/// `sequence << batch_index_bits | index`: JavaScript's 2^53 is reached after
/// 2^43 messages of a stream, which takes 278 years at 1,000 a second.
inline constexpr int batch_index_bits = 10;
inline constexpr uint64_t batch_entries_max = uint64_t{1} << batch_index_bits;

constexpr uint64_t offset_of(uint64_t sequence, uint64_t index) noexcept {
  return sequence << batch_index_bits | index;
}
constexpr uint64_t sequence_of(uint64_t offset) noexcept {
  return offset >> batch_index_bits;
}
constexpr uint64_t index_of(uint64_t offset) noexcept {
  return offset & (batch_entries_max - 1);
}

/// The topic as one token of a subject, since topics hold dots, and a
/// republished subject is made of tokens: all but letters, digits, '-', '_' and
/// ':' becomes %xx. Different topics have different tokens.
std::string subject_token(std::string_view topic);

/// The payload of a batch: 0x01, stamp (8), previous (8), count (2), the
/// length of each body (4), the bodies.
struct batch_message {
  int64_t stamp = 0;
  /// The newest offset of the topic that the writer knew; others may have
  /// appended behind it. 0 only for the first batch that a topic ever had.
  uint64_t previous = 0;
  bool exact = false;                   // nothing is between that and this
  std::vector<std::string_view> bodies; // into what was unpacked
};
/// Of at most `batch_entries_max` bodies.
std::string pack_batch(
    int64_t stamp, uint64_t previous, const journal_bodies& bodies,
    bool exact = false);
/// Total; `internal`: this is no batch.
result<batch_message> unpack_batch(std::string_view payload);
/// What surrounds the bodies.
constexpr uint64_t batch_overhead(uint64_t bodies) noexcept {
  return 19 + 4 * bodies;
}

/// How far back a log goes whose first batch that is left is this one: exactly
/// what was before it is not known.
constexpr uint64_t reaches_of(uint64_t sequence, uint64_t previous) noexcept {
  return previous == 0 ? 0 : offset_of(sequence, 0) - 1;
}

/// The payload of an image: 0x01, offset (8), length of the epoch (1), epoch,
/// body. An image of another epoch is of another log.
///
/// If it is longer than a message may be, it is in parts, which are stored
/// before it under `<subject of the image>.<parts>.<index>`: 0x02, offset,
/// length of the epoch, epoch, length of the body (8), count of parts (4),
/// `parts`.
struct image_message {
  uint64_t offset = 0;
  std::string_view epoch;
  std::string_view body;
  // In parts: `body` is empty.
  std::string_view parts; // a token; empty: it is in one piece
  uint64_t bytes = 0;
  uint32_t count = 0;
};
std::string pack_image(const image_message& image);
result<image_message> unpack_image(std::string_view payload);

} // namespace rookery
