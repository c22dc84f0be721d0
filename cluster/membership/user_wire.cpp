#include "cluster/membership/user_wire.hpp"

#include "base/protocol/packed_fields.hpp"
#include "base/protocol/packed_message.hpp"

namespace rookery {

namespace {

constexpr uint32_t users_version = 1;

// A change is three bytes, the highest first: whether the bucket is on, and its
// number.
constexpr std::size_t change_bytes = 3;
constexpr uint32_t on_bit = 1u << 23;
static_assert(user_bucket_count <= on_bit);

std::string packed(const std::vector<bucket_change>& changes) {
  std::string out;
  out.reserve(changes.size() * change_bytes);
  for (const auto& one : changes) {
    const uint32_t bits = one.bucket | (one.on ? on_bit : 0);
    for (const int shift : {16, 8, 0})
      out += static_cast<char>(bits >> shift & 0xff);
  }
  return out;
}

bool unpack(std::string_view bytes, std::vector<bucket_change>& changes) {
  if (bytes.size() % change_bytes != 0)
    return false;
  changes.reserve(bytes.size() / change_bytes);
  for (; !bytes.empty(); bytes.remove_prefix(change_bytes)) {
    uint32_t bits = 0;
    for (const char c : bytes.substr(0, change_bytes))
      bits = bits << 8 | static_cast<unsigned char>(c);
    const auto bucket = bits & ~on_bit;
    if (bucket >= user_bucket_count)
      return false;
    changes.push_back({bucket, (bits & on_bit) != 0});
  }
  return true;
}

struct user_fields {
  node_life life = 0;
  uint64_t sequence = 0;
  std::string bytes;
};

std::string
encode_fields(node_life life, uint64_t sequence, std::string_view bytes) {
  constexpr std::size_t around = 32;
  std::string out;
  out.reserve(around + bytes.size());
  packed_fields_writer to{out};
  to.array(4);
  to.put(users_version);
  to.put(life);
  to.put(sequence);
  to.put(bytes);
  return out;
}

result<user_fields> decode_fields(std::string_view bytes) {
  const auto opened = open_packed(bytes);
  if (!opened)
    return refuse(errc::bad_request, "it tells nothing of users");
  packed_fields_reader in{opened->array.get()};
  uint64_t version = 0;
  user_fields made;
  if (in.fields(version) && version != users_version)
    return refuse(
        errc::bad_request,
        "what it tells of users has version " + std::to_string(version)
            + ", and this node knows " + std::to_string(users_version));
  if (!in.fields(made.life, made.sequence, made.bytes))
    return refuse(errc::bad_request, "a field is not what it should be");
  return made;
}

} // namespace

std::string encode(const user_post& post) {
  return encode_fields(post.life, post.sequence, packed(post.changes));
}

std::string
encode_image(node_life life, uint64_t sequence, const user_bits& bits) {
  return encode_fields(life, sequence, bits.bytes());
}

result<user_post> decode_user_post(std::string_view bytes) {
  auto fields = decode_fields(bytes);
  if (!fields)
    return tl::make_unexpected(std::move(fields.error()));
  user_post post{fields->life, fields->sequence, {}};
  if (!unpack(fields->bytes, post.changes))
    return refuse(errc::bad_request, "its buckets are not what they should be");
  return post;
}

result<user_image> decode_user_image(std::string_view bytes) {
  auto fields = decode_fields(bytes);
  if (!fields)
    return tl::make_unexpected(std::move(fields.error()));
  user_image image{fields->life, fields->sequence, {}};
  if (!image.bits.assign(fields->bytes))
    return refuse(errc::bad_request, "its image has another size");
  return image;
}

} // namespace rookery
