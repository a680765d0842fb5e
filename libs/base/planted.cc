#include "libs/base/planted.h"

#ifdef RECTIFY_FAULTS

#include <algorithm>
#include <cstdlib>

namespace rectify::faults {
namespace {

std::vector<std::string>& BugNames() {
  static std::vector<std::string> names;
  return names;
}

}  // namespace

std::vector<std::string> PlantedBugs() {
  std::vector<std::string> names = BugNames();
  std::sort(names.begin(), names.end());
  return names;
}

namespace internal {

PlantedBug::PlantedBug(const char* name) {
  BugNames().emplace_back(name);
  const char* chosen = std::getenv("RECTIFY_PLANTED_BUG");  // NOLINT(concurrency-mt-unsafe)
  if (chosen != nullptr && std::string(name) == chosen) chosen_bug = this;
}

}  // namespace internal
}  // namespace rectify::faults

#endif
