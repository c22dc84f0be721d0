#include "cluster/jetstream/stream_message.hpp"

#include "base/check.hpp"

#include <boost/endian/conversion.hpp>

namespace rookery {

namespace {

using boost::endian::endian_load;
using boost::endian::endian_store;
using boost::endian::order;

constexpr uint8_t version = 1;
constexpr uint8_t version_parts = 2; // of an image

template <class T>
void put(std::string& to, T number) {
  unsigned char bytes[sizeof(T)];
  endian_store<T, sizeof(T), order::little>(bytes, number);
  to.append(reinterpret_cast<const char*>(bytes), sizeof(T));
}

/// Reads on while there is something; `failed` once there was not.
class byte_reader {
public:
  explicit byte_reader(std::string_view from)
      : left_(from) {}

  template <class T>
  T number() {
    const auto bytes = text(sizeof(T));
    if (failed_)
      return T{};
    return endian_load<T, sizeof(T), order::little>(
        reinterpret_cast<const unsigned char*>(bytes.data()));
  }
  std::string_view text(std::size_t length) {
    failed_ = failed_ || length > left_.size();
    if (failed_)
      return {};
    const auto taken = left_.substr(0, length);
    left_.remove_prefix(length);
    return taken;
  }
  std::string_view rest() const noexcept { return left_; }
  bool failed() const noexcept { return failed_; }

private:
  std::string_view left_;
  bool failed_ = false;
};

/// Of the count of bodies.
constexpr uint16_t exact_bit = 0x8000;

bool plain(char one) {
  return (one >= 'a' && one <= 'z') || (one >= 'A' && one <= 'Z')
         || (one >= '0' && one <= '9') || one == '-' || one == '_'
         || one == ':';
}

} // namespace

std::string subject_token(std::string_view topic) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string token;
  token.reserve(topic.size());
  for (const char one : topic) {
    if (plain(one)) {
      token += one;
      continue;
    }
    const auto byte = static_cast<unsigned char>(one);
    token += '%';
    token += digits[byte >> 4];
    token += digits[byte & 15];
  }
  return token.empty() ? "%" : token;
}

std::string pack_batch(
    int64_t stamp, uint64_t previous, const journal_bodies& bodies,
    bool exact) {
  ROOKERY_CHECK(
      bodies.size() <= batch_entries_max, "append refuses longer batches");
  std::string to;
  to.reserve(batch_overhead(bodies.size()) + bodies.bytes());
  put(to, version);
  put(to, stamp);
  put(to, previous);
  put(to, static_cast<uint16_t>(bodies.size() | (exact ? exact_bit : 0)));
  for (const auto one : bodies)
    put(to, static_cast<uint32_t>(one.size()));
  for (const auto one : bodies)
    to += one;
  return to;
}

result<batch_message> unpack_batch(std::string_view payload) {
  byte_reader from{payload};
  batch_message batch;
  const auto first = from.number<uint8_t>();
  batch.stamp = from.number<int64_t>();
  batch.previous = from.number<uint64_t>();
  const auto counted = from.number<uint16_t>();
  batch.exact = (counted & exact_bit) != 0;
  const uint64_t count = counted & ~exact_bit;
  byte_reader lengths{from.text(count * 4)};
  bool whole = !from.failed() && first == version && count > 0
               && count <= batch_entries_max;
  for (uint64_t i = 0; whole && i < count; ++i) {
    batch.bodies.push_back(from.text(lengths.number<uint32_t>()));
    whole = !from.failed();
  }
  if (!whole || !from.rest().empty())
    return refuse(errc::internal, "a message of the stream is no batch");
  return batch;
}

std::string pack_image(const image_message& image) {
  ROOKERY_CHECK(image.epoch.size() < 256, "an epoch is short");
  std::string to;
  to.reserve(10 + image.epoch.size() + image.body.size());
  put(to, image.parts.empty() ? version : version_parts);
  put(to, image.offset);
  put(to, static_cast<uint8_t>(image.epoch.size()));
  to += image.epoch;
  if (image.parts.empty()) {
    to += image.body;
    return to;
  }
  put(to, image.bytes);
  put(to, image.count);
  to += image.parts;
  return to;
}

result<image_message> unpack_image(std::string_view payload) {
  byte_reader from{payload};
  image_message image;
  const auto first = from.number<uint8_t>();
  image.offset = from.number<uint64_t>();
  image.epoch = from.text(from.number<uint8_t>());
  const bool parts = first == version_parts;
  if (parts) {
    image.bytes = from.number<uint64_t>();
    image.count = from.number<uint32_t>();
  }
  (parts ? image.parts : image.body) = from.rest();
  if (from.failed() || (first != version && (!parts || image.parts.empty())))
    return refuse(errc::internal, "a message of the stream is no image");
  return image;
}

} // namespace rookery
