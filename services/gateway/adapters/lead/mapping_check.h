// Faults of a mapping file, all at once, so that it is mended at once.
#pragma once

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "libs/base/error.h"
#include "rectify/hazard/v1/lead.pb.h"

namespace rectify::gateway {

class MappingCheck {
 public:
  // `file` names it in the faults.
  explicit MappingCheck(absl::string_view file) : file_(file) {}

  void Require(bool holds, absl::string_view place, absl::string_view zh, absl::string_view en) {
    if (holds) return;
    faults_.push_back(
        {std::string(place),
         {absl::StrCat(file_, ": ", place, " ", zh), absl::StrCat(file_, ": ", place, " ", en)}});
  }
  // A name, or a word that must be there once among its kind.
  void RequireNew(std::set<std::string>& known, const std::string& word, absl::string_view place) {
    Require(!word.empty() && known.insert(word).second, place, "为空或者重复",
            "is empty or there twice");
  }
  // Every state of a lead, and each outcome of it, has one of `stages` (with `state` and
  // `outcome`).
  template <typename Stages>
  void RequireEveryState(const Stages& stages, absl::string_view place);

  // OK, or INVALID_ARGUMENT with all faults.
  absl::Status Result() const { return faults_.empty() ? absl::OkStatus() : FieldErrors(faults_); }

 private:
  const std::string file_;
  std::vector<FieldViolation> faults_;
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
