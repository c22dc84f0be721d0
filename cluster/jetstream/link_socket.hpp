#pragma once

#include "cluster/jetstream/jetstream_link.hpp"

namespace rookery {

/// What callbacks of NATS.c reach. `link` is only for what is posted.
struct jetstream_link::shared {
  shared(work_loop& loop, jetstream_link* of)
      : door(loop)
      , link(of) {}

  loop_door door;
  jetstream_link* const link;
  nats_bin done;
  std::atomic<uint64_t> losses{0};
  std::atomic<natsConnection*> connection{nullptr};
  std::atomic<bool> is_up{false};
  std::atomic<bool> wants_to_write{false};

  using closure = std::shared_ptr<shared>;
  static shared& of(void* closure_) {
    return **static_cast<closure*>(closure_);
  }
  static void forget(void* closure_) { delete static_cast<closure*>(closure_); }

  /// Nothing, once the socket is NATS.c's to close.
  void watch(bool out) {
    const std::lock_guard guard{lock};
    if (socket >= 0)
      door.watch(socket, {true, out});
  }

  // The event loop as NATS.c sees it: called by any thread, which holds the
  // lock of the connection, so that nothing of NATS.c may be called in there.

  static natsStatus
  attach(void** data, void* loop, natsConnection* at, natsSock socket) {
    auto* const all = static_cast<shared*>(loop);
    *data = all;
    all->connection = at;
    all->wants_to_write = false;
    {
      const std::lock_guard guard{all->lock};
      all->socket = socket;
    }
    all->watch(false);
    all->is_up = true;
    return NATS_OK;
  }
  static natsStatus want_read(void* data, bool add) {
    auto* const all = static_cast<shared*>(data);
    if (add)
      return NATS_OK; // `attach` did
    all->is_up = false;
    const std::lock_guard guard{all->lock};
    if (all->socket >= 0)
      all->door.watch(all->socket, {});
    all->socket = -1;
    return NATS_OK;
  }
  /// What is at work sends more, perhaps: it is written when that is done.
  static natsStatus want_write(void* data, bool add) {
    auto* const all = static_cast<shared*>(data);
    all->wants_to_write = add;
    if (add)
      all->door.post([link = all->link] { link->flush(); });
    return NATS_OK;
  }
  static natsStatus detach(void*) { return NATS_OK; }

  std::mutex lock;
  natsSock socket = -1;
};

} // namespace rookery
