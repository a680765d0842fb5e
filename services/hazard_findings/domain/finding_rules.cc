#include "services/hazard_findings/domain/finding_rules.h"

#include "absl/strings/str_cat.h"
#include "libs/base/clock.h"

namespace rectify::hazard::domain {
namespace {

void CheckDisposition(const FindingDraft& finding, const std::string& path, const HazardType& type,
                      Problems& problems) {
  if (!type.TransferOnly() || finding.disposition == Disposition::kTransfer) return;
  problems.Add(
      absl::StrCat(path, ".disposition"), absl::StrCat(type.code, " 属其他部门职权，只能移送"),
      absl::StrCat(type.code, " is another department's power and can only be transferred"),
      "DISPOSITION_NOT_ALLOWED");
}

void CheckTerm(const FindingDraft& finding, const std::string& path, Problems& problems) {
  const std::string field = absl::StrCat(path, ".term_days");
  if (finding.term_days < 0 || finding.term_days > kMaxTermDays) {
    problems.Add(field, absl::StrCat("应在 1 至 ", kMaxTermDays, " 之间，0 为目录的默认期限"),
                 absl::StrCat("must be 1 to ", kMaxTermDays, ", or 0 for the catalogue's default"));
  } else if (finding.term_days != 0 && finding.disposition != Disposition::kOrder) {
    problems.Add(field, "只用于责令改正", "is only for orders");
  } else if (finding.term_days != 0 && finding.stated_due_date.has_value()) {
    problems.Add(field, "不能与 stated_due_date 同时使用", "excludes stated_due_date");
  }
}

void CheckStatedDate(const InspectionDraft& inspection, const FindingDraft& finding,
                     const std::string& path, const HazardType* type, Problems& problems) {
  if (!finding.stated_due_date.has_value()) return;
  const std::string field = absl::StrCat(path, ".stated_due_date");
  const absl::CivilDay day = CivilDayOf(inspection.inspect_time);
  if (finding.disposition != Disposition::kOrder) {
    problems.Add(field, "只用于责令改正", "is only for orders");
  } else if (type != nullptr && type->at_once) {
    problems.Add(field, absl::StrCat(type->code, " 应当立即改正，不能另定日期"),
                 absl::StrCat(type->code, " must be corrected at once, no date can be stated"));
  } else if (*finding.stated_due_date <= day || *finding.stated_due_date > day + kMaxTermDays) {
    problems.Add(field, absl::StrCat("应在检查日之后 ", kMaxTermDays, " 日之内"),
                 absl::StrCat("must lie within ", kMaxTermDays, " days after the inspection"));
  }
}

void CheckDepartment(const FindingDraft& finding, const std::string& path,
                     const References& references, Problems& problems) {
  const std::string field = absl::StrCat(path, ".transfer_department");
  const bool transfer = finding.disposition == Disposition::kTransfer;
  if (transfer && finding.transfer_department.empty()) {
    problems.Add(field, "移送时必填", "is required for a transfer");
  } else if (!transfer && !finding.transfer_department.empty()) {
    problems.Add(field, "只用于移送", "is only for transfers");
  } else if (transfer && !references.departments.contains(finding.transfer_department)) {
    problems.Add(field, "没有这个部门", "names no department of this district");
  }
}

}  // namespace

const HazardType* CheckFinding(const InspectionDraft& inspection, const FindingDraft& finding,
                               const std::string& path, const CatalogVersion* version,
                               const References& references, Problems& problems) {
  const HazardType* type = version == nullptr ? nullptr : version->Find(finding.catalog_code);
  if (type == nullptr) {
    problems.Add(absl::StrCat(path, ".catalog_code"),
                 absl::StrCat("检查当日的隐患目录没有编码 ", finding.catalog_code),
                 absl::StrCat("is not in the catalogue of that day: ", finding.catalog_code),
                 "CATALOG_CODE_UNKNOWN");
  } else {
    CheckDisposition(finding, path, *type, problems);
  }
  CheckTerm(finding, path, problems);
  CheckStatedDate(inspection, finding, path, type, problems);
  CheckDepartment(finding, path, references, problems);
  return type;
}

Finding MakeFinding(const InspectionDraft& inspection, const FindingDraft& draft,
                    const HazardType& type) {
  Finding finding;
  finding.district = inspection.district;
  finding.venue = inspection.venue;
  finding.catalog_code = type.code;
  finding.title = type.title;
  finding.description = draft.description;
  finding.location = draft.location;
  finding.disposition = draft.disposition;
  finding.stated_due_date = draft.stated_due_date;
  if (draft.disposition == Disposition::kOrder && !type.at_once &&
      !draft.stated_due_date.has_value()) {
    finding.term_days = draft.term_days != 0 ? draft.term_days : type.max_term_days;
  }
  finding.transfer_department = draft.transfer_department;
  finding.find_time = inspection.inspect_time;
  finding.state = FindingState::kOpen;
  if (draft.disposition == Disposition::kCorrectedOnSpot) {
    finding.state = FindingState::kRectified;
    finding.close_time = inspection.inspect_time;
  }
  return finding;
}

}  // namespace rectify::hazard::domain
