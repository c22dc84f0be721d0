#pragma once

#include "base/error.hpp"
#include "base/protocol/messages.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace rookery {

// An event on its way between nodes: a header, which is a MessagePack array,
// and behind it the payload as the client sent it, which no node reads or
// copies into another form. A later version may append fields to the array,
// which are skipped here; what it can not say by that gets another version or
// kind, which is refused here.

enum class envelope_kind : uint8_t { message, joined, left, state };
inline constexpr std::size_t envelope_kinds = 4;

struct envelope {
  std::string node;         // who sends it
  uint64_t incarnation = 0; // which life of that node; rises
  envelope_kind kind = envelope_kind::message;
  std::string topic;
  std::string user;
  encoding written_in = encoding::json; // the payload
  int64_t at = 0;  // ms since 1970, the wall clock of the node
  std::string tag; // of topics that keep the latest; empty: none
};

/// An envelope as it came. `payload` is part of what was decoded.
struct opened_envelope {
  envelope header;
  std::string_view payload;
};

/// Appends to `out`.
void encode(const envelope& header, std::string_view payload, std::string& out);
/// Total. Refuses (`internal`) what `encode` did not write. Needs memory for
/// the fields only, however long they claim to be.
[[nodiscard]] result<opened_envelope> open_envelope(std::string_view bytes);

} // namespace rookery
