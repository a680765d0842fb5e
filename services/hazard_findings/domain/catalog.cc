#include "services/hazard_findings/domain/catalog.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "services/hazard_findings/domain/problems.h"

namespace rectify::hazard::domain {
namespace {

bool TermsArePossible(const HazardType& type) {
  if (type.at_once) return type.min_term_days == 0 && type.max_term_days == 0;
  if (type.TransferOnly()) return type.min_term_days == 0;
  return type.min_term_days >= 0 && type.min_term_days <= type.max_term_days &&
         type.max_term_days >= 1 && type.max_term_days <= kMaxTermDays;
}

void CheckType(const HazardType& type, const std::string& path, Problems& problems) {
  const std::pair<const char*, const std::string*> texts[] = {
      {"code", &type.code},
      {"title", &type.title},
      {"duty_basis", &type.duty_basis},
      {"penalty_basis", &type.penalty_basis},
      {"required_action", &type.required_action}};
  for (const auto& [field, value] : texts) {
    if (value->empty()) {
      problems.Add(absl::StrCat(path, ".", field), "必填", "is required");
    }
  }
  if (!TermsArePossible(type)) {
    problems.Add(absl::StrCat(path, ".max_term_days"),
                 absl::StrCat("期限应在 1 至 ", kMaxTermDays, " 日之间，立即改正的为 0"),
                 absl::StrCat("must be 1 to ", kMaxTermDays, " days, 0 when to be done at once"));
  }
}

void CheckVersion(const CatalogVersion& version, Problems& problems) {
  const std::string path = absl::StrCat("catalog ", version.version);
  if (version.version < 1) problems.Add(path, "版本号应大于 0", "version must be positive");
  if (version.types.empty()) problems.Add(path, "没有隐患种类", "has no types");
  std::set<absl::string_view> codes;
  for (const HazardType& type : version.types) {
    const std::string type_path = absl::StrCat(path, ".types[", type.code, "]");
    CheckType(type, type_path, problems);
    if (!codes.insert(type.code).second) {
      problems.Add(absl::StrCat(type_path, ".code"), "编码重复", "is there twice");
    }
  }
}

}  // namespace

const HazardType* CatalogVersion::Find(absl::string_view code) const {
  auto found = std::find_if(types.begin(), types.end(),
                            [&](const HazardType& type) { return type.code == code; });
  return found == types.end() ? nullptr : &*found;
}

absl::StatusOr<Catalog> Catalog::Create(std::vector<CatalogVersion> versions) {
  std::sort(versions.begin(), versions.end(),
            [](const CatalogVersion& a, const CatalogVersion& b) { return a.version < b.version; });
  Problems problems;
  if (versions.empty()) problems.Add("catalog", "没有隐患目录", "there is no version");
  for (size_t i = 0; i < versions.size(); ++i) {
    CheckVersion(versions[i], problems);
    if (i == 0) continue;
    const std::string path = absl::StrCat("catalog ", versions[i].version);
    if (versions[i].version == versions[i - 1].version) {
      problems.Add(path, "版本号重复", "is there twice");
    } else if (versions[i].effective_date <= versions[i - 1].effective_date) {
      problems.Add(absl::StrCat(path, ".effective_date"), "应晚于前一版本的生效日期",
                   "must lie after that of the version before");
    }
  }
  if (absl::Status status = std::move(problems).Result(); !status.ok()) return status;
  return Catalog(std::move(versions));
}

const CatalogVersion* Catalog::On(absl::CivilDay day) const {
  const CatalogVersion* in_force = nullptr;
  for (const CatalogVersion& version : versions_) {
    if (version.effective_date <= day) in_force = &version;
  }
  return in_force;
}

}  // namespace rectify::hazard::domain
