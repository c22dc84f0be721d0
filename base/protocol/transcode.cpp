#include "base/protocol/transcode.hpp"

#include "base/protocol/base64.hpp"
#include "base/protocol/decode.hpp"
#include "base/protocol/json_reader.hpp"
#include "base/protocol/json_writer.hpp"
#include "base/protocol/msgpack_writer.hpp"
#include "base/protocol/utf8.hpp"

#include <msgpack/null_visitor.hpp>
#include <msgpack/unpack.hpp>

#include <array>
#include <charconv>
#include <cmath>
#include <limits>

namespace rookery {

namespace {

using rapidjson::SizeType;

// -- JSON to MessagePack ----------------------------------------------------

/// Writes what RapidJSON reads. MessagePack wants the size of a container in
/// front of it and JSON tells it behind: one byte is kept free, enough for up
/// to 15 items, and the header is put there when the container closes. Each
/// byte is moved once per level at most.
class msgpack_from_json {
public:
  explicit msgpack_from_json(std::string& out)
      : out_(out)
      , writer_(out) {}

  bool Null() {
    writer_.null();
    return true;
  }
  bool Bool(bool value) {
    writer_.boolean(value);
    return true;
  }
  bool RawNumber(const char* digits, SizeType size, bool) {
    number({digits, size});
    return true;
  }
  bool String(const char* text, SizeType size, bool) {
    if (has_half_pair({text, size}))
      return false;
    writer_.text({text, size});
    return true;
  }
  bool Key(const char* text, SizeType size, bool copy) {
    return String(text, size, copy);
  }
  bool StartObject() { return open(); }
  bool StartArray() { return open(); }
  bool EndObject(SizeType fields) {
    std::string header;
    msgpack_writer{header}.open_object(fields);
    return close(header);
  }
  bool EndArray(SizeType items) {
    std::string header;
    msgpack_writer{header}.open_array(items);
    return close(header);
  }

  // Numbers come as RawNumber.
  bool Int(int) { return false; }
  bool Uint(unsigned) { return false; }
  bool Int64(int64_t) { return false; }
  bool Uint64(uint64_t) { return false; }
  bool Double(double) { return false; }

private:
  bool open() {
    if (depth_ == nesting_max)
      return false;
    begins_[depth_++] = out_.size();
    out_.push_back('\0');
    return true;
  }
  bool close(const std::string& header) {
    out_.replace(begins_[--depth_], 1, header);
    return true;
  }

  template <class Integer>
  bool integer(std::string_view digits) {
    Integer value{};
    const auto* end = digits.data() + digits.size();
    const auto read = std::from_chars(digits.data(), end, value);
    if (read.ec != std::errc{} || read.ptr != end)
      return false;
    writer_.integer(value);
    return true;
  }

  void number(std::string_view digits) {
    const bool negative = digits.front() == '-';
    if (negative ? integer<int64_t>(digits) : integer<uint64_t>(digits))
      return;
    double value = 0;
    const auto* end = digits.data() + digits.size();
    const auto read = std::from_chars(digits.data(), end, value);
    if (read.ec == std::errc::result_out_of_range)
      value = beyond_double(digits);
    writer_.number(value);
  }

  /// Beyond the largest or below the smallest: an infinity or a zero.
  static double beyond_double(std::string_view digits) {
    long double wide = 0; // stays so when it is below the smallest of these too
    std::from_chars(digits.data(), digits.data() + digits.size(), wide);
    constexpr double infinity = std::numeric_limits<double>::infinity();
    const double magnitude = std::abs(wide) > 1 ? infinity : 0;
    return digits.front() == '-' ? -magnitude : magnitude;
  }

  std::string& out_;
  msgpack_writer writer_;
  std::array<std::size_t, nesting_max> begins_; // of the open containers
  std::size_t depth_ = 0;
};

// -- MessagePack to JSON ----------------------------------------------------

/// Writes what msgpack-c reads. False ends the parsing.
class json_from_msgpack : public msgpack::null_visitor {
public:
  explicit json_from_msgpack(std::string& out)
      : writer_(out) {}

  bool visit_nil() {
    if (key_next_)
      return false;
    writer_.null();
    return true;
  }
  bool visit_boolean(bool value) {
    if (key_next_)
      return false;
    writer_.boolean(value);
    return true;
  }
  bool visit_positive_integer(uint64_t value) { return integer(value); }
  bool visit_negative_integer(int64_t value) { return integer(value); }
  bool visit_float32(float value) { return number(value); }
  bool visit_float64(double value) { return number(value); }
  bool visit_str(const char* bytes, uint32_t size) {
    const std::string_view text{size == 0 ? "" : bytes, size};
    if (!valid_utf8(text))
      return false;
    if (key_next_)
      writer_.key(text);
    else
      writer_.text(text);
    return true;
  }
  bool visit_bin(const char* bytes, uint32_t size) {
    if (key_next_)
      return false;
    writer_.text(size == 0 ? "" : to_base64({bytes, size}));
    return true;
  }
  bool visit_ext(const char*, uint32_t) { return false; }
  bool start_array(uint32_t items) {
    if (!open())
      return false;
    writer_.open_array(items);
    return true;
  }
  bool start_map(uint32_t fields) {
    if (!open())
      return false;
    writer_.open_object(fields);
    return true;
  }
  bool end_array() {
    --depth_;
    writer_.close_array();
    return true;
  }
  bool end_map() {
    --depth_;
    writer_.close_object();
    return true;
  }
  bool start_array_item() { return expect(false); }
  bool start_map_key() { return expect(true); }
  bool start_map_value() { return expect(false); }

private:
  bool expect(bool key) {
    key_next_ = key;
    return true;
  }
  bool open() { return !key_next_ && depth_++ < nesting_max; }
  template <class Integer>
  bool integer(Integer value) {
    if (key_next_)
      return false;
    writer_.integer(value);
    return true;
  }
  bool number(double value) {
    if (key_next_)
      return false;
    if (std::isfinite(value))
      writer_.number(value);
    else
      writer_.null();
    return true;
  }

  json_writer writer_;
  std::size_t depth_ = 0;
  bool key_next_ = false;
};

bool to_msgpack(std::string_view json, std::string& out) {
  rapidjson::MemoryStream in{json.data(), json.size()};
  msgpack_from_json handler{out};
  return parse_json<rapidjson::kParseNumbersAsStringsFlag>(in, handler).empty();
}

bool to_json(std::string_view packed, std::string& out) {
  json_from_msgpack visitor{out};
  std::size_t end = 0;
  return msgpack::parse(packed.data(), packed.size(), end, visitor)
         && end == packed.size();
}

} // namespace

bool transcode(const payload& data, encoding to, std::string& out) {
  if (data.written_in == to) {
    out += data.bytes;
    return true;
  }
  const auto before = out.size();
  if (to == encoding::json ? to_json(data.bytes, out)
                           : to_msgpack(data.bytes, out))
    return true;
  out.resize(before);
  return false;
}

} // namespace rookery
