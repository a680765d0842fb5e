#include "services/venue_registry/domain/checks.h"

#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "services/venue_registry/domain/uscc.h"

namespace rectify::venue::domain {
namespace {

constexpr double kMinLongitude = 73, kMaxLongitude = 136;  // China and its waters
constexpr double kMinLatitude = 3, kMaxLatitude = 54;

}  // namespace

void CheckCode(std::string& uscc, std::string& no_uscc_reason, Violations& violations) {
  const Label reason = {"no_uscc_reason", "无代码原因", "no_uscc_reason"};
  CheckText(no_uscc_reason, reason, false, kMaxText, violations);
  if (Trimmed(uscc).empty()) {
    uscc.clear();
    if (no_uscc_reason.empty()) {
      violations.Add({"uscc", "统一社会信用代码", "uscc"}, "必填；没有代码时请填写无代码原因",
                     "is required, or no_uscc_reason");
    }
    return;
  }
  absl::StatusOr<std::string> code = ParseUscc(uscc);
  if (!code.ok()) {
    violations.Add(code.status());
  } else {
    uscc = *std::move(code);
  }
  if (!no_uscc_reason.empty()) {
    violations.Add(reason, "只在没有统一社会信用代码时填写", "is only for those without a uscc");
  }
}

void CheckPoint(const Point& point, absl::string_view field, Violations& violations) {
  // Written so that NaN fails.
  if (!(point.longitude >= kMinLongitude && point.longitude <= kMaxLongitude)) {
    violations.Add({absl::StrCat(field, ".longitude"), "经度", "longitude"}, "应在73至136之间",
                   "must lie between 73 and 136");
  }
  if (!(point.latitude >= kMinLatitude && point.latitude <= kMaxLatitude)) {
    violations.Add({absl::StrCat(field, ".latitude"), "纬度", "latitude"}, "应在3至54之间",
                   "must lie between 3 and 54");
  }
  CheckEnum(point.datum, Datum::kBd09, {absl::StrCat(field, ".datum"), "坐标系", "datum"},
            violations);
}

void CheckDay(const std::optional<absl::CivilDay>& day, const Label& label,
              Violations& violations) {
  if (!day) violations.Add(label, "必填", "is required");
}

void CheckPeriod(const std::optional<absl::CivilDay>& start,
                 const std::optional<absl::CivilDay>& end, const Label& end_label,
                 Violations& violations) {
  if (start && end && *end < *start) {
    violations.Add(end_label, "早于起始日", "lies before the first day");
  }
}

}  // namespace rectify::venue::domain
