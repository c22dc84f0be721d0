#include "base/protocol/json_page.hpp"

#include <rapidjson/document.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

namespace rookery {

result<json_page> read_json_page(std::string_view text, const char* list) {
  rapidjson::Document document;
  document.Parse<rapidjson::kParseIterativeFlag>(text.data(), text.size());
  const bool is_object = !document.HasParseError() && document.IsObject();
  const auto found = is_object ? document.FindMember(list)
                               : rapidjson::Value::MemberIterator{};
  if (!is_object || found == document.MemberEnd() || !found->value.IsArray())
    return refuse(errc::bad_request, std::string{"no list "} + list);
  rapidjson::StringBuffer buffer;
  rapidjson::Writer<rapidjson::StringBuffer> writer{buffer};
  found->value.Accept(writer);
  json_page page;
  // Without the brackets around.
  page.items.assign(buffer.GetString() + 1, buffer.GetSize() - 2);
  page.size = found->value.Size();
  if (const auto next = document.FindMember("next");
      next != document.MemberEnd() && next->value.IsString())
    page.next.assign(next->value.GetString(), next->value.GetStringLength());
  return page;
}

} // namespace rookery
