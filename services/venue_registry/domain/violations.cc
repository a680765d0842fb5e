#include "services/venue_registry/domain/violations.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace rectify::venue::domain {
namespace {

bool IsControl(unsigned char c) { return (c < 0x20 && c != '\n' && c != '\t') || c == 0x7F; }

}  // namespace

void Violations::Add(const Label& label, absl::string_view zh, absl::string_view en) {
  violations_.push_back(
      {label.field, {absl::StrCat(label.zh, zh), absl::StrCat(label.en, " ", en)}});
}

void Violations::Add(const absl::Status& error) {
  std::optional<ErrorDetail> detail = DetailOf(error);
  if (!detail) return;
  if (reason_ == "INVALID_FIELD") reason_ = detail->reason;
  violations_.insert(violations_.end(), detail->violations.begin(), detail->violations.end());
}

void Violations::AddOther(const absl::Status& error) {
  std::optional<ErrorDetail> detail = DetailOf(error);
  if (!detail) return;
  for (FieldViolation& violation : detail->violations) {
    const bool known =
        std::any_of(violations_.begin(), violations_.end(),
                    [&](const FieldViolation& each) { return each.field == violation.field; });
    if (!known) violations_.push_back(std::move(violation));
  }
}

absl::Status Violations::Result() && {
  if (violations_.empty()) return absl::OkStatus();
  absl::Status status = FieldErrors(std::move(violations_));
  if (reason_ == "INVALID_FIELD") return status;
  ErrorDetail detail = *DetailOf(status);
  detail.reason = reason_;
  return MakeError(absl::StatusCode::kInvalidArgument, std::move(detail));
}

void CheckText(std::string& value, const Label& label, bool required, size_t max,
               Violations& violations) {
  if (!IsCleanUtf8(value)) {
    violations.Add(label, "不是有效的UTF-8文本", "is not valid UTF-8 text");
    return;
  }
  value = Trimmed(value);
  if (value.empty()) {
    if (required) violations.Add(label, "必填", "is required");
  } else if (std::any_of(value.begin(), value.end(), IsControl)) {
    violations.Add(label, "含有控制字符", "has control characters");
  } else if (CodePoints(value) > max) {
    violations.Add(label, absl::StrCat("最多", max, "个字符"),
                   absl::StrCat("has more than ", max, " characters"));
  }
}

}  // namespace rectify::venue::domain
