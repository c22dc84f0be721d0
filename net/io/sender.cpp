#include "net/io/sender.hpp"

#include "net/io/send_ring.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <sys/socket.h>

namespace rookery {

namespace {

constexpr int send_flags = MSG_DONTWAIT | MSG_NOSIGNAL;
/// Fewer sockets than this cost the same by sendmsg.
constexpr std::size_t ring_worthwhile = 3;

} // namespace

class sender::ring final : public send_ring {};

send_way usable_way(send_way wanted) {
  if (wanted == send_way::sendmsg)
    return wanted;
  send_ring probe;
  return probe.open() ? send_way::io_uring : send_way::sendmsg;
}

sender::sender(send_way wanted)
    : way_(wanted) {}

sender::~sender() = default;

void sender::unmark(outgoing& one) noexcept {
  if (!one.marked_)
    return;
  std::replace(
      marked_.begin(), marked_.end(), &one, static_cast<outgoing*>(nullptr));
  std::replace(
      batch_.begin(), batch_.end(), &one, static_cast<outgoing*>(nullptr));
  one.marked_ = false;
}

bool sender::after_batch() {
  if (marked_.empty())
    return false;
  batch_.swap(marked_);
  if (batch_.size() >= ring_worthwhile && has_ring())
    send_all_by_ring();
  else
    send_each(0);
  batch_.clear();
  return !marked_.empty();
}

/// Opens the ring when it is first worthwhile; not in the constructor, since a
/// ring belongs to the thread that makes it.
bool sender::has_ring() {
  if (ring_ || way_ == send_way::sendmsg)
    return ring_ != nullptr;
  ring_ = std::make_unique<ring>();
  if (!ring_->open()) {
    ring_.reset();
    way_ = send_way::sendmsg;
  }
  return ring_ != nullptr;
}

void sender::send_each(std::size_t from) {
  for (auto i = from; i < batch_.size(); ++i) {
    auto* one = batch_[i];
    if (!one)
      continue;
    one->marked_ = false;
    if (auto* frames = one->frames_to_send())
      send_one(*one, *frames);
  }
}

void sender::send_one(outgoing& one, outbox& frames) {
  std::array<iovec, send_ring::parts_max> parts;
  msghdr message{};
  message.msg_iov = parts.data();
  message.msg_iovlen = frames.gather(parts);
  if (message.msg_iovlen == 0)
    return;
  ++calls_;
  const auto sent = ::sendmsg(one.descriptor(), &message, send_flags);
  one.on_sent(sent < 0 ? -errno : sent);
}

void sender::send_all_by_ring() {
  for (std::size_t next = 0; next < batch_.size();) {
    for (; next < batch_.size() && !ring_->full(); ++next) {
      auto* one = batch_[next];
      if (!one)
        continue;
      one->marked_ = false;
      if (auto* frames = one->frames_to_send())
        ring_->add(one->descriptor(), *frames, next);
    }
    if (ring_->empty())
      continue;
    ++calls_;
    const bool usable = ring_->submit([this](std::size_t index, long sent) {
      if (auto* one = batch_[index])
        one->on_sent(sent);
    });
    if (!usable) {
      ring_.reset();
      way_ = send_way::sendmsg;
      send_each(next);
      return;
    }
  }
}

} // namespace rookery
