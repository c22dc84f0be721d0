#include "base/protocol/collect.hpp"
#include "base/protocol/json_reader.hpp"

namespace rookery {

namespace {

using rapidjson::SizeType;

/// Hands RapidJSON's callbacks on. False ends the parsing.
class json_fields {
public:
  json_fields(
      std::string_view message, const rapidjson::MemoryStream& in,
      field_collector& found)
      : message_(message)
      , in_(in)
      , found_(found) {}

  const char* refusal() const {
    return half_pair_ ? "half a surrogate pair" : found_.refusal();
  }

  bool Null() { return found_.other(in_.Tell()); }
  bool Bool(bool value) { return found_.boolean(value, in_.Tell()); }
  bool Int(int) { return found_.other(in_.Tell()); } // negative
  bool Uint(unsigned value) { return found_.integer(value, in_.Tell()); }
  bool Int64(int64_t) { return found_.other(in_.Tell()); } // negative
  bool Uint64(uint64_t value) { return found_.integer(value, in_.Tell()); }
  bool Double(double) { return found_.other(in_.Tell()); }
  bool RawNumber(const char*, SizeType, bool) { return false; } // never called
  bool String(const char* text, SizeType size, bool) {
    return whole({text, size}) && found_.text({text, size}, in_.Tell());
  }
  bool Key(const char* text, SizeType size, bool) {
    if (!whole({text, size}))
      return false;
    // Only space and the colon may stand between a key and its value.
    if (found_.key({text, size}))
      found_.raw_begins(message_.find_first_not_of(" \t\n\r:", in_.Tell()));
    return true;
  }
  bool StartObject() { return found_.open_object(); }
  bool StartArray() { return found_.open_array(); }
  bool EndObject(SizeType) { return close(); }
  bool EndArray(SizeType) { return close(); }

private:
  bool close() {
    found_.close(in_.Tell() + 1); // called before the bracket is taken
    return true;
  }
  bool whole(std::string_view text) {
    half_pair_ = has_escapes_ && has_half_pair(text);
    return !half_pair_;
  }

  std::string_view message_;
  const rapidjson::MemoryStream& in_;
  field_collector& found_;
  bool has_escapes_ = message_.find('\\') != message_.npos;
  bool half_pair_ = false;
};

} // namespace

std::string collect_json(std::string_view message, field_collector& found) {
  rapidjson::MemoryStream in{message.data(), message.size()};
  json_fields fields{message, in, found};
  auto problem = parse_json(in, fields);
  if (const char* refusal = fields.refusal())
    return refusal;
  return problem;
}

} // namespace rookery
