#include "cluster/journal/packed_entries.hpp"

#include "base/check.hpp"

#include <boost/endian/conversion.hpp>

#include <xxhash.h>

namespace rookery {

namespace {

using boost::endian::endian_load;
using boost::endian::endian_store;
using boost::endian::order;

template <class T>
unsigned char* put(unsigned char* at, T number) {
  endian_store<T, sizeof(T), order::little>(at, number);
  return at + sizeof(T);
}

template <class T>
T take(const unsigned char*& at) {
  const auto number = endian_load<T, sizeof(T), order::little>(at);
  at += sizeof(T);
  return number;
}

} // namespace

uint32_t entry_checksum(
    int64_t topic, uint64_t offset, int64_t stamp, std::string_view body) {
  unsigned char place[24];
  put(put(put(place, topic), offset), stamp);
  const auto seed = XXH3_64bits(place, sizeof place);
  return static_cast<uint32_t>(
      XXH3_64bits_withSeed(body.data(), body.size(), seed));
}

void pack_entry(
    std::string& to, int64_t topic, uint64_t offset, int64_t stamp,
    std::string_view body) {
  ROOKERY_CHECK(
      body.size() <= packed_body_bytes_max, "append refuses longer bodies");
  unsigned char header[packed_header_bytes];
  auto* at = put(header, static_cast<uint32_t>(body.size()));
  put(put(at, entry_checksum(topic, offset, stamp, body)), stamp);
  to.append(reinterpret_cast<const char*>(header), sizeof header);
  to.append(body);
}

packed_reader::step packed_reader::next() {
  if (left_.empty())
    return step::end;
  if (left_.size() < packed_header_bytes)
    return step::damaged;
  const auto* at = reinterpret_cast<const unsigned char*>(left_.data());
  const auto length = take<uint32_t>(at);
  checksum_ = take<uint32_t>(at);
  stamp_ = take<int64_t>(at);
  left_.remove_prefix(packed_header_bytes);
  if (length > left_.size())
    return step::damaged;
  body_ = left_.substr(0, length);
  left_.remove_prefix(length);
  ++offset_;
  return step::entry;
}

bool packed_reader::intact() const {
  return entry_checksum(topic_, offset_, stamp_, body_) == checksum_;
}

} // namespace rookery
