#include "base/protocol/json_object.hpp"

#include "base/protocol/json_reader.hpp"

#include <algorithm>

namespace rookery {

namespace {

using rapidjson::SizeType;

/// Takes RapidJSON's callbacks. False ends the parsing.
class object_fields {
public:
  std::vector<json_field> found;
  std::string refusal;

  bool Null() { return value({}); }
  bool Bool(bool truth) { return value(truth); }
  bool Int(int) { return value({}); } // negative
  bool Uint(unsigned number) { return value(uint64_t{number}); }
  bool Int64(int64_t) { return value({}); } // negative
  bool Uint64(uint64_t number) { return value(number); }
  bool Double(double) { return value({}); }
  bool RawNumber(const char*, SizeType, bool) { return false; } // never called
  bool String(const char* text, SizeType size, bool) {
    return whole({text, size}) && value(std::string{text, size});
  }
  bool Key(const char* text, SizeType size, bool) {
    if (!whole({text, size}))
      return false;
    if (depth_ > 1)
      return true;
    const std::string_view name{text, size};
    if (std::any_of(found.begin(), found.end(), [&](const json_field& one) {
          return one.name == name;
        }))
      return refuse_it("a field is given twice");
    found.push_back({std::string{name}, {}});
    return true;
  }
  bool StartObject() {
    ++depth_;
    return true;
  }
  bool StartArray() { return depth_++ > 0 || refuse_it("not an object"); }
  bool EndObject(SizeType) { return close(); }
  bool EndArray(SizeType) { return close(); }

private:
  bool value(json_value what) {
    if (depth_ == 0)
      return refuse_it("not an object");
    if (depth_ == 1)
      found.back().value = std::move(what);
    return true;
  }
  bool close() {
    --depth_;
    return true;
  }
  bool whole(std::string_view text) {
    return !has_half_pair(text) || refuse_it("half a surrogate pair");
  }
  bool refuse_it(const char* why) {
    refusal = why;
    return false;
  }

  std::size_t depth_ = 0;
};

} // namespace

result<std::vector<json_field>> read_json_object(std::string_view text) {
  rapidjson::MemoryStream in{text.data(), text.size()};
  object_fields fields;
  const auto problem = parse_json(in, fields);
  if (!fields.refusal.empty())
    return refuse(errc::bad_request, std::move(fields.refusal));
  if (!problem.empty())
    return refuse(errc::bad_request, problem);
  return std::move(fields.found);
}

} // namespace rookery
