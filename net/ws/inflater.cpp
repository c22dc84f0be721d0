#include "net/ws/inflater.hpp"

#include "base/check.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <new>

namespace rookery::ws {

namespace {

constexpr int window_bits_any = 15; // reads what any smaller window wrote
constexpr std::size_t idle_max = 8;
constexpr std::size_t idle_bytes_max = 64 * 1024; // of each one's last message

/// The end of every compressed message, which is not sent: the length of an
/// empty stored block (RFC 7692, section 7.2.1).
constexpr std::string_view message_end{"\x00\x00\xff\xff", 4};

/// zlib sets this bit when a block has ended and the next has not begun.
constexpr int between_blocks = 128;

} // namespace

inflater::inflater() {
  if (inflateInit2(&stream_, -window_bits_any) != Z_OK)
    throw std::bad_alloc{};
}

inflater::~inflater() {
  inflateEnd(&stream_);
}

inflate_result
inflater::feed(std::string_view compressed, std::size_t bytes_max) {
  ROOKERY_CHECK(
      compressed.size() <= std::numeric_limits<uInt>::max(),
      "no read buffer is as large as 4 GiB");
  // zlib only reads from next_in.
  stream_.next_in =
      reinterpret_cast<Bytef*>(const_cast<char*>(compressed.data()));
  stream_.avail_in = static_cast<uInt>(compressed.size());
  auto result = inflate_result::ok;
  auto more = !compressed.empty();
  while (more && result == inflate_result::ok) {
    result = run(bytes_max);
    // No room left means that zlib may hold back some of the message.
    more = stream_.avail_in > 0 || (stream_.avail_out == 0 && !fresh_);
  }
  return result;
}

inflate_result inflater::finish(std::size_t bytes_max) {
  if (fresh_) // empty, or ended by a final block (RFC 7692, section 7.2.3.4)
    return inflate_result::ok;
  if (const auto result = feed(message_end, bytes_max);
      result != inflate_result::ok)
    return result;
  return (stream_.data_type & between_blocks) != 0 ? inflate_result::ok
                                                   : inflate_result::invalid;
}

void inflater::reset() noexcept {
  inflateReset(&stream_);
  message_.clear(idle_bytes_max);
  fresh_ = true;
}

/// One call of zlib: until the input or the room ends, or the stream does.
inflate_result inflater::run(std::size_t bytes_max) {
  std::array<char, 1> beyond; // a full message is too big only if more comes
  auto room = message_.room(bytes_max);
  const auto full = room.empty();
  if (full)
    room = beyond;
  const auto room_bytes = static_cast<uInt>(
      std::min<std::size_t>(room.size(), std::numeric_limits<uInt>::max()));
  stream_.next_out = reinterpret_cast<Bytef*>(room.data());
  stream_.avail_out = room_bytes;
  fresh_ = false;
  const auto status = inflate(&stream_, Z_SYNC_FLUSH);
  const auto written = room_bytes - stream_.avail_out;
  if (full && written > 0)
    return inflate_result::too_big;
  if (!full)
    message_.commit(written);
  if (status == Z_STREAM_END) {
    // A final block may stand anywhere; what follows is a stream of its own.
    inflateReset(&stream_);
    fresh_ = true;
    return inflate_result::ok;
  }
  return status == Z_OK || status == Z_BUF_ERROR ? inflate_result::ok
                                                 : inflate_result::invalid;
}

inflater_pool::inflater_pool() {
  idle_.reserve(idle_max);
}

std::unique_ptr<inflater> inflater_pool::take() {
  if (idle_.empty())
    return std::make_unique<inflater>();
  auto taken = std::move(idle_.back());
  idle_.pop_back();
  return taken;
}

void inflater_pool::give(std::unique_ptr<inflater> used) noexcept {
  if (idle_.size() == idle_max)
    return;
  used->reset();
  idle_.push_back(std::move(used));
}

} // namespace rookery::ws
