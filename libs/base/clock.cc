#include "libs/base/clock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cassert>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"

namespace rectify {
namespace {

constexpr uint64_t kMagic = 0x6b636f6c63666372;  // "rcfclock" as bytes of a little-endian machine
constexpr uint64_t kVersion = 1;

class SystemClock : public Clock {
 public:
  absl::Time Now() const override {
    return absl::FromUnixMicros(absl::GetCurrentTimeNanos() / 1000);
  }
};

int64_t SteadyNanos() {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

// Holds the lock on a file while it lives.
class FileLock {
 public:
  FileLock(int fd, int operation) : fd_(fd) {
    while (flock(fd_, operation) != 0 && errno == EINTR) {
    }
  }
  ~FileLock() { flock(fd_, LOCK_UN); }
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;

 private:
  const int fd_;
};

// Closes a descriptor that nobody took over.
class FdGuard {
 public:
  explicit FdGuard(int fd) : fd_(fd) {}
  ~FdGuard() {
    if (fd_ >= 0) close(fd_);
  }
  FdGuard(const FdGuard&) = delete;
  FdGuard& operator=(const FdGuard&) = delete;
  int get() const { return fd_; }
  int Release() { return std::exchange(fd_, -1); }

 private:
  int fd_;
};

absl::StatusOr<int64_t> FileSize(int fd, const std::string& path) {
  struct stat info;
  if (fstat(fd, &info) != 0) return absl::ErrnoToStatus(errno, path);
  return int64_t{info.st_size};
}

absl::StatusOr<void*> MapShared(int fd, size_t size, const std::string& path) {
  void* address = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (address == MAP_FAILED) return absl::ErrnoToStatus(errno, path);
  return address;
}

absl::Status NotAClock(const std::string& path) {
  return absl::DataLossError(absl::StrCat(path, " is not a simulated clock of this version"));
}

}  // namespace

struct SimulatedClock::Reading {
  int64_t base_wall_us;
  int64_t base_steady_ns;
  double rate;  // 0 while the clock stands

  absl::Time At(int64_t steady_ns) const {
    // A steady clock behind the base means that the machine was restarted.
    const int64_t elapsed = std::max<int64_t>(0, steady_ns - base_steady_ns);
    return absl::FromUnixMicros(base_wall_us) +
           absl::Trunc(absl::Nanoseconds(elapsed) * rate, absl::Microseconds(1));
  }
};

// The state of number `sequence` is in slot `sequence % 2`. A writer fills the other slot and then
// counts up, so that there is a complete state at any moment, even if the writer is killed.
struct SimulatedClock::Page {
  struct Slot {
    std::atomic<int64_t> base_wall_us;
    std::atomic<int64_t> base_steady_ns;
    std::atomic<double> rate;
  };

  std::atomic<uint64_t> magic;
  std::atomic<uint64_t> version;
  std::atomic<uint64_t> sequence;
  Slot slots[2];

  bool IsClock() const { return magic.load() == kMagic && version.load() == kVersion; }

  Reading Load() const {
    while (true) {
      const uint64_t before = sequence.load(std::memory_order_acquire);
      const Slot& slot = slots[before % 2];
      const Reading reading = {slot.base_wall_us.load(std::memory_order_relaxed),
                               slot.base_steady_ns.load(std::memory_order_relaxed),
                               slot.rate.load(std::memory_order_relaxed)};
      std::atomic_thread_fence(std::memory_order_acquire);
      // The slot is written again only after the count went on.
      if (sequence.load(std::memory_order_relaxed) == before) return reading;
    }
  }

  // The caller holds the lock on the file.
  void Store(const Reading& reading) {
    const uint64_t next = sequence.load(std::memory_order_relaxed) + 1;
    std::atomic_thread_fence(std::memory_order_release);
    Slot& slot = slots[next % 2];
    slot.base_wall_us.store(reading.base_wall_us, std::memory_order_relaxed);
    slot.base_steady_ns.store(reading.base_steady_ns, std::memory_order_relaxed);
    slot.rate.store(reading.rate, std::memory_order_relaxed);
    sequence.store(next, std::memory_order_release);
  }
};

absl::StatusOr<std::unique_ptr<SimulatedClock>> SimulatedClock::Create(const std::string& path,
                                                                       absl::Time start) {
  static_assert(std::atomic<uint64_t>::is_always_lock_free &&
                std::atomic<double>::is_always_lock_free);
  FdGuard fd(open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644));
  if (fd.get() < 0) return absl::ErrnoToStatus(errno, path);
  FileLock lock(fd.get(), LOCK_EX);
  ASSIGN_OR_RETURN(const int64_t size, FileSize(fd.get(), path));
  if (size != 0 && size != sizeof(Page)) return NotAClock(path);
  if (size == 0 && ftruncate(fd.get(), sizeof(Page)) != 0) return absl::ErrnoToStatus(errno, path);
  ASSIGN_OR_RETURN(void* address, MapShared(fd.get(), sizeof(Page), path));
  auto* page = static_cast<Page*>(address);
  // Zero is a file whose creator died before it was done.
  if (!page->IsClock() && page->magic.load() != 0) {
    munmap(page, sizeof(Page));
    return NotAClock(path);
  }
  page->Store({absl::ToUnixMicros(start), SteadyNanos(), 0});
  page->version.store(kVersion);
  page->magic.store(kMagic);
  return std::unique_ptr<SimulatedClock>(new SimulatedClock(page, fd.Release()));
}

absl::StatusOr<std::unique_ptr<SimulatedClock>> SimulatedClock::Open(const std::string& path) {
  FdGuard fd(open(path.c_str(), O_RDWR | O_CLOEXEC));
  if (fd.get() < 0) return absl::ErrnoToStatus(errno, path);
  FileLock lock(fd.get(), LOCK_SH);  // a creator at work is awaited
  ASSIGN_OR_RETURN(const int64_t size, FileSize(fd.get(), path));
  if (size != sizeof(Page)) return NotAClock(path);
  ASSIGN_OR_RETURN(void* address, MapShared(fd.get(), sizeof(Page), path));
  auto* page = static_cast<Page*>(address);
  if (!page->IsClock()) {
    munmap(page, sizeof(Page));
    return NotAClock(path);
  }
  return std::unique_ptr<SimulatedClock>(new SimulatedClock(page, fd.Release()));
}

SimulatedClock::~SimulatedClock() {
  munmap(page_, sizeof(Page));
  close(fd_);
}

absl::Time SimulatedClock::Now() const {
  const Reading reading = page_->Load();
  return reading.At(SteadyNanos());
}

template <typename Change>
void SimulatedClock::Write(Change change) {
  absl::MutexLock thread_lock(&write_mutex_);
  FileLock file_lock(fd_, LOCK_EX);
  const int64_t steady = SteadyNanos();
  Reading reading = page_->Load();
  reading.base_wall_us = absl::ToUnixMicros(reading.At(steady));
  reading.base_steady_ns = steady;
  change(reading);
  page_->Store(reading);
}

void SimulatedClock::Pause() {
  Write([](Reading& reading) { reading.rate = 0; });
}

void SimulatedClock::Jump(absl::Time t) {
  Write([t](Reading& reading) { reading.base_wall_us = absl::ToUnixMicros(t); });
}

void SimulatedClock::Run(double rate) {
  assert(rate > 0);
  Write([rate](Reading& reading) { reading.rate = rate; });
}

const Clock& RealClock() {
  static const SystemClock clock;
  return clock;
}

absl::StatusOr<std::unique_ptr<Clock>> OpenClock(absl::string_view spec, bool allow_simulated) {
  if (spec == "real") return std::make_unique<SystemClock>();
  if (!absl::ConsumePrefix(&spec, "shm:") || spec.empty()) {
    return absl::InvalidArgumentError("the clock is \"real\" or \"shm:PATH\"");
  }
  if (!allow_simulated) {
    return absl::FailedPreconditionError("a simulated clock needs the flag that allows it");
  }
  return SimulatedClock::Open(std::string(spec));
}

// Fixed, so that it needs no zone files; daylight saving (1986-1991) lies before all our dates.
constexpr std::chrono::seconds kChinaOffset = std::chrono::hours(8);

absl::TimeZone ChinaZone() {
  static const absl::TimeZone zone = absl::FixedTimeZone(kChinaOffset.count());
  return zone;
}

// Due dates are computed by the million, and with a fixed offset the days of <chrono> take a tenth
// of what the general conversions by zone do. Years that <chrono> lacks are left to these.
absl::CivilDay CivilDayOf(absl::Time t) {
  constexpr int64_t kReach = 250'000'000'000;  // seconds: 7 900 years
  const int64_t seconds = absl::ToUnixSeconds(t);
  if (seconds < -kReach || seconds > kReach) return absl::ToCivilDay(t, ChinaZone());
  const std::chrono::sys_seconds local(std::chrono::seconds(seconds) + kChinaOffset);
  const std::chrono::year_month_day date(std::chrono::floor<std::chrono::days>(local));
  return absl::CivilDay(static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                        static_cast<unsigned>(date.day()));
}

absl::Time StartOfDay(absl::CivilDay day) {
  if (day.year() < -9999 || day.year() > 9999) return absl::FromCivil(day, ChinaZone());
  const std::chrono::sys_seconds midnight =
      std::chrono::sys_days(std::chrono::year(static_cast<int>(day.year())) /
                            static_cast<unsigned>(day.month()) / static_cast<unsigned>(day.day()));
  return absl::FromUnixSeconds((midnight.time_since_epoch() - kChinaOffset).count());
}

absl::StatusOr<absl::CivilDay> ParseCivilDay(absl::string_view text) {
  constexpr absl::string_view kForm = "dddd-dd-dd";
  bool formed = text.size() == kForm.size();
  for (size_t i = 0; formed && i < kForm.size(); ++i) {
    formed = kForm[i] == 'd' ? absl::ascii_isdigit(text[i]) : text[i] == kForm[i];
  }
  int year = 0, month = 0, day = 0;
  if (formed && absl::SimpleAtoi(text.substr(0, 4), &year) &&
      absl::SimpleAtoi(text.substr(5, 2), &month) && absl::SimpleAtoi(text.substr(8, 2), &day)) {
    const absl::CivilDay result(year, month, day);  // carries 02-30 over to March
    if (year > 0 && result.month() == month && result.day() == day) return result;
  }
  return MakeError(absl::StatusCode::kInvalidArgument,
                   {.reason = "INVALID_FIELD",
                    .text = {"日期应为真实存在的一天，格式如2023-01-03",
                             "a date is an existing day in the form 2023-01-03"},
                    .metadata = {},
                    .violations = {}});
}

std::string FormatCivilDay(absl::CivilDay day) {
  return absl::StrFormat("%04d-%02d-%02d", day.year(), day.month(), day.day());
}

std::string FormatChinaMinute(absl::Time t) {
  return absl::FormatTime("%Y-%m-%d %H:%M", t, ChinaZone());
}

}  // namespace rectify
