#include "base/protocol/merge_patch.hpp"

#include "base/protocol/string_sink.hpp"
#include "base/protocol/transcode.hpp"

#include <rapidjson/document.h>
#include <rapidjson/writer.h>

namespace rookery {

namespace {

using rapidjson::Document;
using rapidjson::Value;

constexpr unsigned parse_flags =
    rapidjson::kParseIterativeFlag | rapidjson::kParseFullPrecisionFlag;

/// RFC 7396, section 2. Recurses as deep as `patch`, which the codec bounds.
void merge(Value& target, const Value& patch, Document::AllocatorType& memory) {
  if (!patch.IsObject()) {
    target.CopyFrom(patch, memory);
    return;
  }
  if (!target.IsObject())
    target.SetObject();
  for (const auto& [name, value] : patch.GetObject()) {
    const auto found = target.FindMember(name);
    const bool there = found != target.MemberEnd();
    if (value.IsNull()) {
      if (there)
        target.EraseMember(found);
    } else if (there) {
      merge(found->value, value, memory);
    } else {
      Value added;
      merge(added, value, memory);
      target.AddMember(Value{name, memory}, added, memory);
    }
  }
}

} // namespace

std::optional<std::string>
merge_patch(std::string_view document, const payload& patch) {
  std::string changes;
  if (!transcode(patch, encoding::json, changes))
    return std::nullopt;
  Document merged;
  if (!document.empty())
    merged.Parse<parse_flags>(document.data(), document.size());
  Document difference;
  difference.Parse<parse_flags>(changes.data(), changes.size());
  if (merged.HasParseError() || difference.HasParseError())
    return std::nullopt;
  merge(merged, difference, merged.GetAllocator());
  std::string text;
  buffered_sink sink{text};
  rapidjson::Writer<buffered_sink> writer{sink};
  if (!merged.Accept(writer))
    return std::nullopt;
  sink.Flush();
  return text;
}

} // namespace rookery
