#include "libs/base/failpoint.h"

#ifdef RECTIFY_FAULTS

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <cstdlib>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"

namespace rectify::faults {
namespace {

std::vector<std::string>& FailpointNames() {
  static std::vector<std::string> names;
  return names;
}

std::string Environment(const char* name) {
  const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe)
  return value == nullptr ? "" : value;
}

struct Plan {
  Plan() : areas(absl::StrSplit(Environment("RECTIFY_CRASH_IN"), ',', absl::SkipEmpty())) {
    (void)absl::SimpleAtoi(Environment("RECTIFY_CRASH_AT"), &crash_at);
  }

  bool Counts(const std::string& name) const {
    return areas.empty() || std::any_of(areas.begin(), areas.end(), [&](const std::string& area) {
             return absl::StartsWith(name, area);
           });
  }

  int crash_at = 0;  // 0: never
  std::vector<std::string> areas;
  std::atomic<int> passed{0};
  std::function<void(const std::string&)> hook;
};

Plan& ThePlan() {
  static Plan plan;
  return plan;
}

// Without destructors and without a last word: as a power cut would.
[[noreturn]] void Crash(const std::string& name) {
  if (const std::string path = Environment("RECTIFY_CRASH_LOG"); !path.empty()) {
    const int log = open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    (void)!write(log, name.data(), name.size());
  }
  kill(getpid(), SIGKILL);
  _exit(137);
}

const bool kArmed = [] {
  internal::failpoints_armed = ThePlan().crash_at > 0;
  return true;
}();

}  // namespace

std::vector<std::string> Failpoints() {
  std::vector<std::string> names = FailpointNames();
  std::sort(names.begin(), names.end());
  // One name may be given to several places: the same gap on two ways.
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

void SetFailpointHook(std::function<void(const std::string&)> hook) {
  Plan& plan = ThePlan();
  plan.hook = std::move(hook);
  internal::failpoints_armed = plan.hook != nullptr || plan.crash_at > 0;
}

namespace internal {

Failpoint::Failpoint(const char* failpoint) : name(failpoint) {
  FailpointNames().emplace_back(failpoint);
}

void HitFailpoint(const Failpoint& failpoint) {
  Plan& plan = ThePlan();
  const std::string name = failpoint.name;
  if (plan.hook) plan.hook(name);
  if (plan.crash_at > 0 && plan.Counts(name) && ++plan.passed == plan.crash_at) Crash(name);
}

}  // namespace internal
}  // namespace rectify::faults

#endif
