// Lets ThreadSanitizer see absl::Mutex and absl::CondVar.
//
// Debian's Abseil is not instrumented, and its mutex is made of atomics and futexes rather than of
// pthread calls: TSan would take everything that a Mutex protects for a race. Hiding those reports
// would hide the real races too. So each test binary defines the locking functions itself: being in
// the executable, they come before those of the shared library, for our code and for gRPC alike.
// They call the library's and tell TSan of the order that they made.
#include <dlfcn.h>
#include <sanitizer/tsan_interface.h>

#include <cstdio>
#include <cstdlib>

#include "absl/synchronization/mutex.h"

namespace {

// The library's function. The names are those of the Itanium C++ ABI, with Debian's inline
// namespace.
template <typename Function>
Function Original(const char* name) {
  void* found = dlsym(RTLD_NEXT, name);
  if (found == nullptr) {
    std::fprintf(stderr, "tests/tsan/absl_mutex.cc: libabsl_synchronization has no %s\n", name);
    std::abort();
  }
  return reinterpret_cast<Function>(found);
}

// Whoever holds the lock evaluates a condition, also another thread on behalf of the waiting one.
struct Seen {
  absl::Mutex* mutex;
  const absl::Condition* condition;
  static bool Holds(Seen* seen) {
    __tsan_acquire(seen->mutex);
    const bool holds = seen->condition->Eval();
    __tsan_release(seen->mutex);
    return holds;
  }
};

}  // namespace

#define MUTEX "_ZN4absl7debian35Mutex"
#define CONDVAR "_ZN4absl7debian37CondVar"
#define CONDITION "ERKNS0_9ConditionE"
#define ORIGINAL(name, result, ...) \
  static const auto original = Original<result (*)(__VA_ARGS__)>(name)

namespace absl {
ABSL_NAMESPACE_BEGIN

void Mutex::Lock() {
  ORIGINAL(MUTEX "4LockEv", void, Mutex*);
  original(this);
  __tsan_acquire(this);
}

bool Mutex::TryLock() {
  ORIGINAL(MUTEX "7TryLockEv", bool, Mutex*);
  const bool locked = original(this);
  if (locked) __tsan_acquire(this);
  return locked;
}

void Mutex::Unlock() {
  ORIGINAL(MUTEX "6UnlockEv", void, Mutex*);
  __tsan_release(this);
  original(this);
}

void Mutex::ReaderLock() {
  ORIGINAL(MUTEX "10ReaderLockEv", void, Mutex*);
  original(this);
  __tsan_acquire(this);
}

bool Mutex::ReaderTryLock() {
  ORIGINAL(MUTEX "13ReaderTryLockEv", bool, Mutex*);
  const bool locked = original(this);
  if (locked) __tsan_acquire(this);
  return locked;
}

void Mutex::ReaderUnlock() {
  ORIGINAL(MUTEX "12ReaderUnlockEv", void, Mutex*);
  __tsan_release(this);
  original(this);
}

void Mutex::LockWhen(const Condition& condition) {
  ORIGINAL(MUTEX "8LockWhen" CONDITION, void, Mutex*, const Condition&);
  Seen seen{this, &condition};
  original(this, Condition(&Seen::Holds, &seen));
  __tsan_acquire(this);
}

bool Mutex::LockWhenWithTimeout(const Condition& condition, Duration timeout) {
  ORIGINAL(MUTEX "19LockWhenWithTimeout" CONDITION "NS0_8DurationE", bool, Mutex*, const Condition&,
           Duration);
  Seen seen{this, &condition};
  const bool held = original(this, Condition(&Seen::Holds, &seen), timeout);
  __tsan_acquire(this);
  return held;
}

bool Mutex::LockWhenWithDeadline(const Condition& condition, Time deadline) {
  ORIGINAL(MUTEX "20LockWhenWithDeadline" CONDITION "NS0_4TimeE", bool, Mutex*, const Condition&,
           Time);
  Seen seen{this, &condition};
  const bool held = original(this, Condition(&Seen::Holds, &seen), deadline);
  __tsan_acquire(this);
  return held;
}

void Mutex::ReaderLockWhen(const Condition& condition) {
  ORIGINAL(MUTEX "14ReaderLockWhen" CONDITION, void, Mutex*, const Condition&);
  Seen seen{this, &condition};
  original(this, Condition(&Seen::Holds, &seen));
  __tsan_acquire(this);
}

void Mutex::Await(const Condition& condition) {
  ORIGINAL(MUTEX "5Await" CONDITION, void, Mutex*, const Condition&);
  Seen seen{this, &condition};
  __tsan_release(this);
  original(this, Condition(&Seen::Holds, &seen));
  __tsan_acquire(this);
}

bool Mutex::AwaitWithTimeout(const Condition& condition, Duration timeout) {
  ORIGINAL(MUTEX "16AwaitWithTimeout" CONDITION "NS0_8DurationE", bool, Mutex*, const Condition&,
           Duration);
  Seen seen{this, &condition};
  __tsan_release(this);
  const bool held = original(this, Condition(&Seen::Holds, &seen), timeout);
  __tsan_acquire(this);
  return held;
}

bool Mutex::AwaitWithDeadline(const Condition& condition, Time deadline) {
  ORIGINAL(MUTEX "17AwaitWithDeadline" CONDITION "NS0_4TimeE", bool, Mutex*, const Condition&,
           Time);
  Seen seen{this, &condition};
  __tsan_release(this);
  const bool held = original(this, Condition(&Seen::Holds, &seen), deadline);
  __tsan_acquire(this);
  return held;
}

void CondVar::Wait(Mutex* mutex) {
  ORIGINAL(CONDVAR "4WaitEPNS0_5MutexE", void, CondVar*, Mutex*);
  __tsan_release(mutex);
  original(this, mutex);
  __tsan_acquire(mutex);
}

bool CondVar::WaitWithTimeout(Mutex* mutex, Duration timeout) {
  ORIGINAL(CONDVAR "15WaitWithTimeoutEPNS0_5MutexENS0_8DurationE", bool, CondVar*, Mutex*,
           Duration);
  __tsan_release(mutex);
  const bool timed_out = original(this, mutex, timeout);
  __tsan_acquire(mutex);
  return timed_out;
}

bool CondVar::WaitWithDeadline(Mutex* mutex, Time deadline) {
  ORIGINAL(CONDVAR "16WaitWithDeadlineEPNS0_5MutexENS0_4TimeE", bool, CondVar*, Mutex*, Time);
  __tsan_release(mutex);
  const bool timed_out = original(this, mutex, deadline);
  __tsan_acquire(mutex);
  return timed_out;
}

ABSL_NAMESPACE_END
}  // namespace absl
