#include "tests/unit/journal/faulty_disk.hpp"

#include <mutex>
#include <sqlite3.h>

namespace rookery {

namespace {

using fault = faulty_disk::fault;

/// What the functions below, which SQLite calls, share with the test.
struct {
  std::mutex lock;
  bool armed = false;
  fault kind = fault::full;
  int64_t good = 0;
  int64_t times = 0;
  int64_t failures = 0;

  bool fails(fault one) {
    const std::lock_guard guard{lock};
    if (!armed || kind != one || good-- > 0 || failures >= times)
      return false;
    ++failures;
    return true;
  }
} disk;

sqlite3_vfs* below = nullptr; // the system's

/// The system's file lies behind it.
struct file {
  sqlite3_file base;
  sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
};

sqlite3_file* real(sqlite3_file* one) {
  return reinterpret_cast<file*>(one)->real();
}

int on_close(sqlite3_file* f) {
  return real(f)->pMethods->xClose(real(f));
}
int on_read(sqlite3_file* f, void* to, int n, sqlite3_int64 at) {
  if (disk.fails(fault::read))
    return SQLITE_IOERR_READ;
  return real(f)->pMethods->xRead(real(f), to, n, at);
}
int on_write(sqlite3_file* f, const void* from, int n, sqlite3_int64 at) {
  if (disk.fails(fault::full))
    return SQLITE_FULL;
  if (disk.fails(fault::write))
    return SQLITE_IOERR_WRITE;
  return real(f)->pMethods->xWrite(real(f), from, n, at);
}
int on_truncate(sqlite3_file* f, sqlite3_int64 size) {
  return real(f)->pMethods->xTruncate(real(f), size);
}
int on_sync(sqlite3_file* f, int flags) {
  if (disk.fails(fault::sync))
    return SQLITE_IOERR_FSYNC;
  return real(f)->pMethods->xSync(real(f), flags);
}
int on_size(sqlite3_file* f, sqlite3_int64* size) {
  return real(f)->pMethods->xFileSize(real(f), size);
}
int on_lock(sqlite3_file* f, int how) {
  return real(f)->pMethods->xLock(real(f), how);
}
int on_unlock(sqlite3_file* f, int how) {
  return real(f)->pMethods->xUnlock(real(f), how);
}
int on_reserved(sqlite3_file* f, int* is) {
  return real(f)->pMethods->xCheckReservedLock(real(f), is);
}
int on_control(sqlite3_file* f, int what, void* with) {
  return real(f)->pMethods->xFileControl(real(f), what, with);
}
int on_sector(sqlite3_file* f) {
  return real(f)->pMethods->xSectorSize(real(f));
}
int on_traits(sqlite3_file* f) {
  return real(f)->pMethods->xDeviceCharacteristics(real(f));
}
int on_map(
    sqlite3_file* f, int page, int size, int extend, void volatile** to) {
  return real(f)->pMethods->xShmMap(real(f), page, size, extend, to);
}
int on_shm_lock(sqlite3_file* f, int from, int n, int flags) {
  return real(f)->pMethods->xShmLock(real(f), from, n, flags);
}
void on_barrier(sqlite3_file* f) {
  real(f)->pMethods->xShmBarrier(real(f));
}
int on_unmap(sqlite3_file* f, int remove) {
  return real(f)->pMethods->xShmUnmap(real(f), remove);
}

const sqlite3_io_methods methods{
    2,          on_close,  on_read,   on_write,  on_truncate,
    on_sync,    on_size,   on_lock,   on_unlock, on_reserved,
    on_control, on_sector, on_traits, on_map,    on_shm_lock,
    on_barrier, on_unmap,  nullptr,   nullptr};

int on_open(
    sqlite3_vfs*, const char* name, sqlite3_file* f, int flags, int* out) {
  f->pMethods = nullptr;
  const int code = below->xOpen(below, name, real(f), flags, out);
  if (code == SQLITE_OK)
    f->pMethods = &methods;
  return code;
}

sqlite3_vfs above{};

} // namespace

faulty_disk::faulty_disk() {
  ::sqlite3_initialize();
  below = ::sqlite3_vfs_find("unix");
  above = *below;
  above.zName = "faulty";
  above.szOsFile = static_cast<int>(sizeof(file)) + below->szOsFile;
  above.xOpen = on_open;
  ::sqlite3_vfs_register(&above, 1);
  repair();
}

faulty_disk::~faulty_disk() {
  repair();
  ::sqlite3_vfs_unregister(&above);
  ::sqlite3_vfs_register(below, 1);
}

void faulty_disk::fail(fault kind, int64_t good, int64_t times) {
  const std::lock_guard guard{disk.lock};
  disk.armed = true;
  disk.kind = kind;
  disk.good = good;
  disk.times = times;
  disk.failures = 0;
}

void faulty_disk::repair() {
  const std::lock_guard guard{disk.lock};
  disk.armed = false;
}

int64_t faulty_disk::failures() const {
  const std::lock_guard guard{disk.lock};
  return disk.failures;
}

} // namespace rookery
