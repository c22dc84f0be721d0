#pragma once

#include "cluster/journal/journal.hpp"
#include "net/io/event_loop.hpp"
#include "net/io_thread.hpp"

namespace rookery {

/// Tells the journal when a batch of a thread ends, after its actors.
class journal_batches final : public batch_worker {
public:
  /// Before any actor that appends; `logs` may be none. This outlives both.
  void begin(journal* logs, const std::vector<io_thread*>& threads) {
    logs_ = logs;
    if (logs_)
      for (auto* one : threads)
        one->loop().post(
            [this, one] { one->add_worker_before_sending(*this); });
  }
  bool after_batch() override {
    logs_->end_batch();
    return false; // what it answers wakes the actors
  }

private:
  journal* logs_ = nullptr;
};

} // namespace rookery
