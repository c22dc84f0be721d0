#include "base/protocol/json_rows.hpp"

#include <rapidjson/document.h>
#include <rapidjson/error/en.h>

namespace rookery {

namespace {

std::string text_of(const rapidjson::Value& value) {
  return {value.GetString(), value.GetStringLength()};
}

json_cell cell_of(const rapidjson::Value& value) {
  if (value.IsBool())
    return value.GetBool();
  if (value.IsNumber())
    return value.GetDouble();
  if (value.IsString())
    return text_of(value);
  if (!value.IsArray())
    return {};
  std::string joined;
  for (const auto& one : value.GetArray())
    if (one.IsString())
      joined.append(joined.empty() ? "" : " ").append(text_of(one));
  return joined;
}

json_row row_of(const rapidjson::Value& object) {
  json_row row;
  for (const auto& field : object.GetObject()) {
    const auto name = text_of(field.name);
    if (!field.value.IsObject()) {
      row.cells[name] = cell_of(field.value);
      continue;
    }
    for (const auto& inner : field.value.GetObject())
      row.cells[name + '.' + text_of(inner.name)] = cell_of(inner.value);
  }
  return row;
}

template <class T>
T value_or_empty(const json_row& row, std::string_view name) {
  const auto found = row.cells.find(name);
  const auto* value =
      found == row.cells.end() ? nullptr : std::get_if<T>(&found->second);
  return value ? *value : T{};
}

} // namespace

std::string json_row::text(std::string_view name) const {
  return value_or_empty<std::string>(*this, name);
}
double json_row::number(std::string_view name) const {
  return value_or_empty<double>(*this, name);
}
bool json_row::truth(std::string_view name) const {
  return value_or_empty<bool>(*this, name);
}

result<std::vector<json_row>>
read_json_rows(std::string_view text, const char* list) {
  rapidjson::Document document;
  document.Parse<rapidjson::kParseIterativeFlag>(text.data(), text.size());
  if (document.HasParseError())
    return refuse(
        errc::bad_request,
        rapidjson::GetParseError_En(document.GetParseError()));
  const auto* found = document.IsObject() && document.HasMember(list)
                          ? &document[list]
                          : nullptr;
  if (!found || !found->IsArray())
    return refuse(errc::bad_request, std::string{"no list "} + list);
  std::vector<json_row> rows;
  for (const auto& one : found->GetArray()) {
    if (!one.IsObject())
      return refuse(errc::bad_request, std::string{list} + ": no objects");
    rows.push_back(row_of(one));
  }
  return rows;
}

} // namespace rookery
