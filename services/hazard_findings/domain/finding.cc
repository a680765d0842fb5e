#include "services/hazard_findings/domain/finding.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"

namespace rectify::hazard::domain {
namespace {

absl::string_view StateName(FindingState state) {
  switch (state) {
    case FindingState::kOpen:
      return "OPEN";
    case FindingState::kOrdered:
      return "ORDERED";
    case FindingState::kRectified:
      return "RECTIFIED";
    case FindingState::kTransferred:
      return "TRANSFERRED";
  }
  return "";
}

}  // namespace

std::string FindingName(absl::string_view district, absl::string_view id) {
  return absl::StrCat("districts/", district, "/findings/", id);
}

std::string InspectionName(absl::string_view district, absl::string_view id) {
  return absl::StrCat("districts/", district, "/inspections/", id);
}

absl::StatusOr<Finding> ConcludeTransfer(Finding finding, absl::string_view outcome,
                                         absl::Time now) {
  if (finding.state != FindingState::kOpen || finding.disposition != Disposition::kTransfer) {
    return PreconditionError(
        "FINDING_STATE",
        {"只有处置方式为移送、尚未移送完毕的隐患可以办结移送（name）",
         "only an open finding whose disposition is transfer can be concluded (name)"},
        {{"state", std::string(StateName(finding.state))}});
  }
  finding.state = FindingState::kTransferred;
  finding.transfer_outcome = std::string(outcome);
  finding.close_time = now;
  ++finding.version;
  return finding;
}

std::optional<Finding> Ordered(Finding finding, absl::string_view order) {
  if (finding.closed() || finding.order == order) return std::nullopt;
  finding.state = FindingState::kOrdered;
  finding.order = std::string(order);
  ++finding.version;
  return finding;
}

std::optional<Finding> Rectified(Finding finding, absl::Time time) {
  if (finding.closed()) return std::nullopt;
  finding.state = FindingState::kRectified;
  finding.close_time = time;
  ++finding.version;
  return finding;
}

}  // namespace rectify::hazard::domain
