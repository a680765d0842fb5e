// Faults of a mapping file.
#pragma once

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "libs/base/file_check.h"
#include "rectify/hazard/v1/lead.pb.h"

namespace rectify::gateway {

class MappingCheck : public FileCheck {
 public:
  using FileCheck::FileCheck;

  // Every state of a lead, and each outcome of it, has one of `stages` (with `state` and
  // `outcome`).
  template <typename Stages>
  void RequireEveryState(const Stages& stages, absl::string_view place);
};

// The first of `stages` that fits; nullptr when none does.
template <typename Stages>
auto* FindStage(const Stages& stages, hazard::v1::Lead::State state,
                hazard::v1::Lead::Outcome outcome) {
  for (const auto& stage : stages) {
    const bool any = stage.outcome() == hazard::v1::Lead::OUTCOME_UNSPECIFIED;
    if (stage.state() == state && (any || stage.outcome() == outcome)) return &stage;
  }
  return static_cast<decltype(&*stages.begin())>(nullptr);
}

template <typename Stages>
void MappingCheck::RequireEveryState(const Stages& stages, absl::string_view place) {
  using hazard::v1::Lead;
  for (int state = Lead::State_MIN + 1; state <= Lead::State_MAX; ++state) {
    for (int outcome = Lead::Outcome_MIN; outcome <= Lead::Outcome_MAX; ++outcome) {
      // Only what was verified has an outcome, and it always has one.
      const bool verified = state == Lead::STATE_VERIFIED || state == Lead::STATE_CLOSED;
      if (verified != (outcome != Lead::OUTCOME_UNSPECIFIED)) continue;
      const auto in_state = static_cast<Lead::State>(state);
      const auto with_outcome = static_cast<Lead::Outcome>(outcome);
      const std::string what =
          absl::StrCat(Lead::State_Name(in_state), " ", Lead::Outcome_Name(with_outcome));
      Require(FindStage(stages, in_state, with_outcome) != nullptr, place,
              absl::StrCat("缺少 ", what), absl::StrCat("lacks ", what));
    }
  }
}

}  // namespace rectify::gateway
