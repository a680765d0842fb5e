// Planted bugs: known mistakes, kept beside the right code, by which the tests are tested. With
// RECTIFY_PLANTED_BUG=NAME in its environment a build with RECTIFY_FAULTS makes that mistake;
// in any other build the condition is the constant `false`. tests/crash must catch every one.
#pragma once

#ifdef RECTIFY_FAULTS

#include <atomic>
#include <string>
#include <vector>

#include "libs/base/failpoint.h"

namespace rectify::faults {

// All planted bugs of this process, sorted.
std::vector<std::string> PlantedBugs();

namespace internal {

struct PlantedBug {
  explicit PlantedBug(const char* name);
};
template <Literal kName>
inline const PlantedBug kPlantedBug(kName.text);

inline std::atomic<const PlantedBug*> chosen_bug{nullptr};

}  // namespace internal

template <Literal kName>
bool IsPlanted() {
  return internal::chosen_bug.load(std::memory_order_relaxed) == &internal::kPlantedBug<kName>;
}

}  // namespace rectify::faults

// if (RECTIFY_PLANTED("trust_redis")) return 0;
#define RECTIFY_PLANTED(name) ::rectify::faults::IsPlanted<name>()
#else
#define RECTIFY_PLANTED(name) false
#endif
