// Failpoints: places at which a test makes a process die, or steps in. There is one at every gap
// between two effects that outlive the process. Only builds with RECTIFY_FAULTS have them, never a
// release; there an unarmed one costs a relaxed load.
//
//   RECTIFY_CRASH_AT=7               the process ends by SIGKILL at the seventh failpoint it passes
//   RECTIFY_CRASH_IN=relay.,command.  counts only failpoints whose names begin so
//   RECTIFY_CRASH_LOG=FILE           gets the name of the failpoint at which the process ended
#pragma once

#ifdef RECTIFY_FAULTS

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace rectify::faults {

// A string literal as a template argument: what is named so is known from the start of the process,
// whether it is ever passed or not.
template <size_t kSize>
struct Literal {
  consteval Literal(const char (&literal)[kSize]) { std::copy_n(literal, kSize, text); }
  char text[kSize] = {};
};

// All failpoints of this process, sorted.
std::vector<std::string> Failpoints();

// Calls `hook` with the name of each failpoint that is passed from now on; nullptr ends that. To be
// set while no other thread passes any.
void SetFailpointHook(std::function<void(const std::string& name)> hook);

namespace internal {

struct Failpoint {
  explicit Failpoint(const char* name);
  const char* const name;
};
template <Literal kName>
inline const Failpoint kFailpoint(kName.text);

inline std::atomic<bool> failpoints_armed{false};
void HitFailpoint(const Failpoint& failpoint);

}  // namespace internal

template <Literal kName>
void PassFailpoint() {
  const internal::Failpoint& failpoint = internal::kFailpoint<kName>;
  if (internal::failpoints_armed.load(std::memory_order_relaxed)) internal::HitFailpoint(failpoint);
}

}  // namespace rectify::faults

// RECTIFY_FAILPOINT("sequencer.after_move");
#define RECTIFY_FAILPOINT(name) ::rectify::faults::PassFailpoint<name>()
#else
#define RECTIFY_FAILPOINT(name) static_cast<void>(0)
#endif
