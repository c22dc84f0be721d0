#include "base/protocol/info_values.hpp"

#include "base/protocol/transcode.hpp"

#include <rapidjson/document.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <algorithm>

namespace rookery {

namespace {

std::string text_of(const rapidjson::Value& value) {
  rapidjson::StringBuffer text;
  rapidjson::Writer<rapidjson::StringBuffer> writer{text};
  value.Accept(writer); // as deep as the decoder lets a message be
  return {text.GetString(), text.GetSize()};
}

} // namespace

std::optional<std::string> as_json(const payload& data) {
  std::string text;
  if (!transcode(data, encoding::json, text))
    return std::nullopt;
  return text;
}

info_values values_of(const std::optional<payload>& info) {
  info_values values;
  const auto text = info ? as_json(*info) : std::nullopt;
  if (!text)
    return values;
  rapidjson::Document document;
  document.Parse<rapidjson::kParseIterativeFlag>(text->data(), text->size());
  if (document.HasParseError() || !document.IsObject())
    return values;
  for (const auto& one : document.GetObject())
    values.emplace_back(
        std::string{one.name.GetString(), one.name.GetStringLength()},
        text_of(one.value));
  std::sort(values.begin(), values.end());
  return values;
}

bool has_values(const info_values& all, const info_values& wanted) {
  return std::includes(all.begin(), all.end(), wanted.begin(), wanted.end());
}

} // namespace rookery
