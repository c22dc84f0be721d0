#include "base/protocol/json_object.hpp"

#include "base/protocol/json_reader.hpp"

#include <algorithm>

namespace rookery {

namespace {

using rapidjson::SizeType;

/// Takes RapidJSON's callbacks. False ends the parsing.
class object_fields {
public:
  explicit object_fields(std::size_t levels)
      : levels_(levels) {}

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
    if (skipped_ > 0)
      return true;
    auto name = prefixes_.back() + std::string{text, size};
    if (std::any_of(found.begin(), found.end(), [&](const json_field& one) {
          return one.name == name;
        }))
      return refuse_it("a field is given twice");
    found.push_back({std::move(name), {}});
    return true;
  }
  bool StartObject() {
    if (skipped_ > 0 || prefixes_.size() == levels_)
      ++skipped_;
    else
      prefixes_.push_back(prefixes_.empty() ? "" : found.back().name + ".");
    return true;
  }
  bool StartArray() {
    if (prefixes_.empty())
      return refuse_it("not an object");
    ++skipped_;
    return true;
  }
  bool EndObject(SizeType) { return close(); }
  bool EndArray(SizeType) { return close(); }

private:
  bool value(json_value what) {
    if (prefixes_.empty())
      return refuse_it("not an object");
    if (skipped_ == 0)
      found.back().value = std::move(what);
    return true;
  }
  bool close() {
    if (skipped_ > 0)
      --skipped_;
    else
      prefixes_.pop_back();
    return true;
  }
  bool whole(std::string_view text) {
    return !has_half_pair(text) || refuse_it("half a surrogate pair");
  }
  bool refuse_it(const char* why) {
    refusal = why;
    return false;
  }

  const std::size_t levels_;
  std::vector<std::string> prefixes_; // of the open objects that are told
  std::size_t skipped_ = 0;           // open, in those
};

} // namespace

result<std::vector<json_field>>
read_json_object(std::string_view text, std::size_t levels) {
  rapidjson::MemoryStream in{text.data(), text.size()};
  object_fields fields{levels};
  const auto problem = parse_json(in, fields);
  if (!fields.refusal.empty())
    return refuse(errc::bad_request, std::move(fields.refusal));
  if (!problem.empty())
    return refuse(errc::bad_request, problem);
  return std::move(fields.found);
}

} // namespace rookery
