#include "services/hazard_findings/domain/problems.h"

#include <utility>

#include "absl/strings/str_cat.h"

namespace rectify::hazard::domain {

void Problems::Add(absl::string_view field, absl::string_view zh, absl::string_view en,
                   absl::string_view reason) {
  reason_ = violations_.empty() || reason_ == reason ? std::string(reason) : "INVALID_FIELD";
  violations_.push_back({.field = std::string(field),
                         .text = {absl::StrCat(field, " ", zh), absl::StrCat(field, " ", en)}});
}

absl::Status Problems::Result() && {
  if (violations_.empty()) return absl::OkStatus();
  absl::Status status = FieldErrors(std::move(violations_));
  if (reason_ == "INVALID_FIELD") return status;
  ErrorDetail detail = *DetailOf(status);
  detail.reason = reason_;
  return MakeError(reason_ == "DISPOSITION_NOT_ALLOWED" ? absl::StatusCode::kFailedPrecondition
                                                        : absl::StatusCode::kInvalidArgument,
                   std::move(detail));
}

}  // namespace rectify::hazard::domain
