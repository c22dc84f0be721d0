#pragma once

#include "base/protocol/utf8.hpp"

#include <rapidjson/allocators.h>
#include <rapidjson/error/en.h>
#include <rapidjson/memorystream.h>
#include <rapidjson/reader.h>

#include <cstddef>
#include <string>
#include <string_view>

namespace rookery {

/// Whether a decoded JSON string holds half a surrogate pair. RapidJSON refuses
/// "\ud800" and lets "\udc00" pass, as ED B0 80; written without an escape it
/// would have been refused as UTF-8.
inline bool has_half_pair(std::string_view text) {
  for (auto at = text.find('\xed'); at != text.npos;
       at = text.find('\xed', at + 1)) {
    if (static_cast<unsigned char>(text[at + 1]) >= 0xa0)
      return true;
  }
  return false;
}

/// Runs `handler`, one of RapidJSON's, over the one JSON text that `in` must
/// be. Empty: it is. Otherwise why not, with the offset. Does not recurse;
/// small texts take no allocation, others a few times their size.
template <unsigned extra_flags = rapidjson::kParseNoFlags, class Handler>
std::string parse_json(rapidjson::MemoryStream& in, Handler& handler) {
  // In place of kParseValidateEncodingFlag, which looks at each byte alone.
  if (!valid_utf8({in.begin_, in.size_}))
    return "invalid UTF-8";

  constexpr unsigned flags = rapidjson::kParseIterativeFlag | extra_flags;
  constexpr std::size_t scratch_bytes = 2048;
  constexpr std::size_t chunk_bytes = 4096;
  using pool = rapidjson::MemoryPoolAllocator<>;

  alignas(std::max_align_t) char scratch[scratch_bytes];
  pool memory{scratch, sizeof scratch, chunk_bytes};
  rapidjson::GenericReader<rapidjson::UTF8<>, rapidjson::UTF8<>, pool> reader{
      &memory};
  const rapidjson::ParseResult parsed = reader.Parse<flags>(in, handler);
  if (parsed.IsError())
    return std::string{rapidjson::GetParseError_En(parsed.Code())} + " (byte "
           + std::to_string(parsed.Offset()) + ")";
  if (in.Tell() != in.size_) // RapidJSON takes a NUL byte for the end
    return "NUL behind the text (byte " + std::to_string(in.Tell()) + ")";
  return {};
}

} // namespace rookery
