#include "base/protocol/envelope.hpp"

#include "base/protocol/packed_fields.hpp"

#include <msgpack/unpack.hpp>

#include <exception>

namespace rookery {

namespace {

constexpr uint32_t envelope_version = 1;
constexpr std::size_t fields = 9;

// What a header may hold, of any version.
constexpr std::size_t fields_max = 64;
constexpr std::size_t text_bytes_max = 64 * 1024;
constexpr std::size_t depth_max = 2;

tl::unexpected<failure> damaged() {
  return refuse(
      errc::internal, "a field of the envelope is not what it should be");
}

result<envelope> read_header(const msgpack::object& all) {
  packed_fields_reader in{all};
  uint64_t version = 0;
  if (!in.fields(version))
    return refuse(errc::internal, "it is no envelope");
  if (version != envelope_version)
    return refuse(
        errc::internal, "an envelope of version " + std::to_string(version)
                            + ", and this node knows "
                            + std::to_string(envelope_version));
  envelope e;
  uint64_t kind = 0, written_in = 0;
  if (!in.fields(
          e.node, e.incarnation, kind, e.topic, e.user, written_in, e.at, e.tag)
      || written_in >= encodings)
    return damaged();
  if (kind >= envelope_kinds)
    return refuse(
        errc::internal,
        "an envelope of the unknown kind " + std::to_string(kind));
  e.kind = static_cast<envelope_kind>(kind);
  e.written_in = static_cast<encoding>(written_in);
  return e;
}

} // namespace

void encode(
    const envelope& header, std::string_view payload, std::string& out) {
  constexpr std::size_t around = 64; // numbers, and lengths of texts
  out.reserve(
      out.size() + around + header.node.size() + header.topic.size()
      + header.user.size() + header.tag.size() + payload.size());
  packed_fields_writer to{out};
  to.array(fields);
  to.put(envelope_version);
  to.put(std::string_view{header.node});
  to.put(header.incarnation);
  to.put(static_cast<uint64_t>(header.kind));
  to.put(std::string_view{header.topic});
  to.put(std::string_view{header.user});
  to.put(static_cast<uint64_t>(header.written_in));
  to.put(header.at);
  to.put(std::string_view{header.tag});
  out += payload;
}

result<opened_envelope> open_envelope(std::string_view bytes) {
  // Lengths are checked before memory is taken for them.
  const msgpack::unpack_limit limits(
      fields_max, fields_max, text_bytes_max, text_bytes_max, text_bytes_max,
      depth_max);
  const auto by_reference = [](auto...) { return true; };
  try {
    std::size_t end = 0;
    const auto handle = msgpack::unpack(
        bytes.data(), bytes.size(), end, by_reference, nullptr, limits);
    auto header = read_header(handle.get());
    if (!header)
      return tl::make_unexpected(std::move(header.error()));
    return opened_envelope{std::move(*header), bytes.substr(end)};
  } catch (const std::exception&) { // msgpack-c throws
    return refuse(errc::internal, "it is no envelope");
  }
}

} // namespace rookery
