#include "cluster/membership/heartbeat.hpp"

#include "base/protocol/packed_fields.hpp"
#include "base/protocol/packed_message.hpp"

#include <algorithm>

namespace rookery {

namespace {

constexpr uint32_t word_version = 1;
constexpr std::size_t cluster_name_bytes_max = 64;

enum class word_kind : uint32_t { beat, fence };

constexpr std::size_t beat_fields = 17;
constexpr std::size_t fence_fields = 6;

std::string_view cut(std::string_view text) {
  return text.substr(0, node_name_bytes_max);
}

bool valid(node_life life) {
  return life > 0 && life >> 63 == 0;
}

tl::unexpected<failure> damaged() {
  return refuse(errc::internal, "a field is not what it should be");
}

result<cluster_word> read_beat(packed_fields_reader& in) {
  node_beat b;
  auto& f = b.facts;
  uint64_t state = 0;
  const bool fits = in.fields(
      b.name, b.life, b.sequence, state, b.asks, f.version, f.protocol,
      f.connections, f.topics, f.users, f.accepts_per_second, f.journal_lag_ms,
      f.journal_backlog, f.address, f.started_at);
  if (!fits || !valid(b.life) || state >= node_states || b.name.empty()
      || b.name.size() > node_name_bytes_max
      || f.version.size() > node_name_bytes_max
      || f.address.size() > node_name_bytes_max)
    return damaged();
  b.state = static_cast<node_state>(state);
  return b;
}

result<cluster_word> read_fence(packed_fields_reader& in) {
  fence_notice n;
  if (!in.fields(n.life, n.above, n.name_taken, n.by) || !valid(n.life)
      || !valid(n.above) || n.by.size() > node_name_bytes_max)
    return damaged();
  return n;
}

} // namespace

std::string encode(const node_beat& beat) {
  std::string out;
  packed_fields_writer to{out};
  const auto& f = beat.facts;
  to.array(beat_fields);
  to.put(word_version);
  to.put(static_cast<uint32_t>(word_kind::beat));
  to.put(cut(beat.name));
  to.put(beat.life);
  to.put(beat.sequence);
  to.put(static_cast<uint32_t>(beat.state));
  to.put(beat.asks);
  to.put(cut(f.version));
  to.put(f.protocol);
  to.put(f.connections);
  to.put(f.topics);
  to.put(f.users);
  to.put(f.accepts_per_second);
  to.put(f.journal_lag_ms);
  to.put(f.journal_backlog);
  to.put(cut(f.address));
  to.put(f.started_at);
  return out;
}

std::string encode(const fence_notice& notice) {
  std::string out;
  packed_fields_writer to{out};
  to.array(fence_fields);
  to.put(word_version);
  to.put(static_cast<uint32_t>(word_kind::fence));
  to.put(notice.life);
  to.put(notice.above);
  to.put(notice.name_taken);
  to.put(cut(notice.by));
  return out;
}

result<cluster_word> decode_word(std::string_view bytes) {
  const auto opened = open_packed(bytes);
  if (!opened)
    return tl::make_unexpected(opened.error());
  packed_fields_reader in{opened->array.get()};
  uint64_t version = 0, kind = 0;
  if (!in.fields(version, kind))
    return damaged();
  if (version != word_version)
    return refuse(
        errc::bad_request, "a heartbeat of version " + std::to_string(version)
                               + ", and this node knows "
                               + std::to_string(word_version));
  switch (static_cast<word_kind>(kind)) {
  case word_kind::beat:
    return read_beat(in);
  case word_kind::fence:
    return read_fence(in);
  }
  return refuse(
      errc::bad_request,
      "a heartbeat of the unknown kind " + std::to_string(kind));
}

bool valid_cluster_name(std::string_view name) noexcept {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')
           || (c >= '0' && c <= '9') || c == '-' || c == '_';
  };
  return !name.empty() && name.size() <= cluster_name_bytes_max
         && std::all_of(name.begin(), name.end(), fits);
}

} // namespace rookery
