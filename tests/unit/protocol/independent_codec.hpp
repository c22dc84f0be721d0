#pragma once

#include <msgpack.hpp>
#include <rapidjson/document.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <stdexcept>
#include <string>
#include <string_view>

// The two libraries' own trees of values, so that the tests do not judge the
// codecs by themselves.

namespace rookery::test {

inline void pack_tree(
    msgpack::packer<msgpack::sbuffer>& out, const rapidjson::Value& value) {
  if (value.IsObject()) {
    out.pack_map(value.MemberCount());
    for (const auto& [name, inner] : value.GetObject()) {
      pack_tree(out, name);
      pack_tree(out, inner);
    }
  } else if (value.IsArray()) {
    out.pack_array(value.Size());
    for (const auto& inner : value.GetArray())
      pack_tree(out, inner);
  } else if (value.IsString()) {
    out.pack(std::string{value.GetString(), value.GetStringLength()});
  } else if (value.IsBool()) {
    out.pack(value.GetBool());
  } else if (value.IsUint64()) {
    out.pack(value.GetUint64());
  } else if (value.IsInt64()) {
    out.pack(value.GetInt64());
  } else if (value.IsDouble()) {
    // packer turns 1.0 into 1; as a float it keeps it.
    const double number = value.GetDouble();
    uint64_t bits = 0;
    std::memcpy(&bits, &number, sizeof bits);
    std::string bytes{"\xcb"};
    for (int shift = 56; shift >= 0; shift -= 8)
      bytes.push_back(static_cast<char>(bits >> shift));
    out.pack_ext_body(bytes.data(), static_cast<uint32_t>(bytes.size()));
  } else {
    out.pack_nil();
  }
}

/// A JSON text as MessagePack.
inline std::string packed(std::string_view json) {
  rapidjson::Document tree;
  tree.Parse<rapidjson::kParseFullPrecisionFlag>(json.data(), json.size());
  if (tree.HasParseError())
    throw std::invalid_argument{"not JSON: " + std::string{json}};
  msgpack::sbuffer buffer;
  msgpack::packer<msgpack::sbuffer> out{buffer};
  pack_tree(out, tree);
  return {buffer.data(), buffer.size()};
}

inline void unpack_tree(
    rapidjson::Writer<rapidjson::StringBuffer>& out,
    const msgpack::object& value) {
  const auto text = [&](const msgpack::object& string) {
    const auto& [size, bytes] = string.via.str;
    out.String(size == 0 ? "" : bytes, size);
  };
  switch (value.type) {
  case msgpack::type::MAP:
    out.StartObject();
    for (uint32_t i = 0; i < value.via.map.size; ++i) {
      text(value.via.map.ptr[i].key);
      unpack_tree(out, value.via.map.ptr[i].val);
    }
    out.EndObject();
    break;
  case msgpack::type::ARRAY:
    out.StartArray();
    for (uint32_t i = 0; i < value.via.array.size; ++i)
      unpack_tree(out, value.via.array.ptr[i]);
    out.EndArray();
    break;
  case msgpack::type::STR:
    text(value);
    break;
  case msgpack::type::BOOLEAN:
    out.Bool(value.via.boolean);
    break;
  case msgpack::type::POSITIVE_INTEGER:
    out.Uint64(value.via.u64);
    break;
  case msgpack::type::NEGATIVE_INTEGER:
    out.Int64(value.via.i64);
    break;
  case msgpack::type::FLOAT32:
  case msgpack::type::FLOAT64:
    out.Double(value.via.f64);
    break;
  case msgpack::type::NIL:
    out.Null();
    break;
  default:
    throw std::invalid_argument{"a type that JSON does not have"};
  }
}

/// One MessagePack value as JSON without spaces. Throws when it is none, or not
/// alone.
inline std::string unpacked(std::string_view bytes) {
  std::size_t end = 0;
  const auto tree = msgpack::unpack(bytes.data(), bytes.size(), end);
  if (end != bytes.size())
    throw std::invalid_argument{"bytes behind the value"};
  rapidjson::StringBuffer buffer;
  rapidjson::Writer<rapidjson::StringBuffer> out{buffer};
  unpack_tree(out, tree.get());
  return {buffer.GetString(), buffer.GetSize()};
}

/// Whether `text` is one JSON text, in UTF-8 throughout.
inline bool is_json(std::string_view text) {
  rapidjson::Document tree;
  tree.Parse<
      rapidjson::kParseValidateEncodingFlag | rapidjson::kParseIterativeFlag>(
      text.data(), text.size());
  return !tree.HasParseError();
}

} // namespace rookery::test
