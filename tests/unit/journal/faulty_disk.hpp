#pragma once

#include <cstdint>

namespace rookery {

/// While it lives, files that SQLite opens lie on a disk that fails when it is
/// told to. One at a time. Thread: any.
class faulty_disk {
public:
  enum class fault : uint8_t {
    full,  // writes: no space is left
    write, // writes fail
    sync,  // syncs fail
    read   // reads fail
  };

  faulty_disk();
  ~faulty_disk();
  faulty_disk(const faulty_disk&) = delete;
  faulty_disk& operator=(const faulty_disk&) = delete;

  /// Operations of this kind fail, after `good` more that do not; `times` of
  /// them, or until it is repaired.
  void fail(fault kind, int64_t good = 0, int64_t times = INT64_MAX);
  void repair();
  /// How many failed since `fail`.
  int64_t failures() const;
};

} // namespace rookery
