// Business time comes from one injected clock; SQL never calls now(). Waiting (timeouts, back-off,
// poll intervals) uses the steady clock of the machine and is never simulated.
#pragma once

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"

namespace rectify {

// Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual absl::Time Now() const = 0;
  virtual bool simulated() const { return false; }
};

// Resolution: 1 µs, like timestamptz, so that an instant survives being stored.
const Clock& RealClock();

// A clock that several processes share through a small memory-mapped file. Readers take no lock and
// never wait for a writer, not even for one that died half-way; writers take turns by a lock on the
// file. Resolution: 1 µs. The file runs on the machine's steady clock, so it means nothing after a
// reboot: the driver sets it again.
class SimulatedClock : public Clock {
 public:
  // Creates the file, or opens and resets it in place (others may have it mapped); the clock stands
  // still at `start`. DATA_LOSS when the file is something else than a clock.
  static absl::StatusOr<std::unique_ptr<SimulatedClock>> Create(const std::string& path,
                                                                absl::Time start);
  // Opens an existing file; NOT_FOUND or DATA_LOSS when it is absent or not a clock.
  static absl::StatusOr<std::unique_ptr<SimulatedClock>> Open(const std::string& path);
  ~SimulatedClock() override;

  absl::Time Now() const override;
  bool simulated() const override { return true; }

  // Stands still at the present simulated instant.
  void Pause();
  // Moves to `t` (also backwards) and keeps running or standing as before.
  void Jump(absl::Time t);
  // Runs `rate` times as fast as the real clock; rate > 0.
  void Run(double rate);

 private:
  struct Page;
  struct Reading;
  SimulatedClock(Page* page, int fd) : page_(page), fd_(fd) {}
  // Applies `change(Reading&)` to the state, re-based to the present instant.
  template <typename Change>
  void Write(Change change);

  Page* page_;
  const int fd_;
  absl::Mutex write_mutex_;  // the lock on the file does not part threads of one process
};

// "real", or "shm:PATH" for an existing simulated clock. A simulated clock is refused
// (FAILED_PRECONDITION) unless `allow_simulated`.
absl::StatusOr<std::unique_ptr<Clock>> OpenClock(absl::string_view spec, bool allow_simulated);

// The zone of all civil dates of the law: Asia/Shanghai, no daylight saving.
absl::TimeZone ChinaZone();
absl::CivilDay CivilDayOf(absl::Time t);
// 00:00 of that day in ChinaZone.
absl::Time StartOfDay(absl::CivilDay day);
// "2023-01-03", INVALID_ARGUMENT for anything else (also for 2023-02-30).
absl::StatusOr<absl::CivilDay> ParseCivilDay(absl::string_view text);
std::string FormatCivilDay(absl::CivilDay day);
// "2023-01-03 10:15" in ChinaZone.
std::string FormatChinaMinute(absl::Time t);

}  // namespace rectify
