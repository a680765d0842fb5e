#include "services/followup_visits/domain/unit.h"

#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "libs/base/clock.h"
#include "libs/base/error.h"
#include "libs/base/ids.h"
#include "libs/base/text.h"
#include "libs/crypto/hash.h"

namespace rectify::followup::domain {
namespace {

constexpr size_t kMaxText = 200;
constexpr size_t kMaxOfficers = 10;

class Problems {
 public:
  void Add(absl::string_view column, absl::string_view zh, absl::string_view en) {
    violations_.push_back({.field = std::string(column),
                           .text = {absl::StrCat(column, " ", zh), absl::StrCat(column, " ", en)}});
  }
  void CheckText(absl::string_view column, const std::string& value, bool required) {
    if (!IsCleanUtf8(value)) {
      Add(column, "不是有效的文本", "is not valid text");
    } else if (required && value.empty()) {
      Add(column, "必填", "is required");
    } else if (CodePoints(value) > kMaxText) {
      Add(column, "最多200个字符", "has more than 200 characters");
    }
  }
  // "" or a name of the district's collection.
  void CheckName(absl::string_view column, const std::string& name, const std::string& district,
                 absl::string_view collection) {
    const std::string prefix = absl::StrCat("districts/", district, "/", collection, "/");
    if (name.empty() || (absl::StartsWith(name, prefix) && name.size() > prefix.size() &&
                         name.find('/', prefix.size()) == std::string::npos)) {
      return;
    }
    Add(column, absl::StrCat("应为本区资源名 ", prefix, "…"),
        absl::StrCat("must be a name ", prefix, "… of the district"));
  }
  absl::Status Result() && {
    return violations_.empty() ? absl::OkStatus() : FieldErrors(std::move(violations_));
  }

 private:
  std::vector<FieldViolation> violations_;
};

}  // namespace

absl::string_view NameOf(CaseKind kind) {
  switch (kind) {
    case CaseKind::kOpeningCheck:
      return "OPENING_CHECK";
    case CaseKind::kPenalty:
      return "PENALTY";
    case CaseKind::kInspection:
      return "INSPECTION";
  }
  return "";
}

std::string UnitName(absl::string_view district, absl::string_view id) {
  return absl::StrCat("districts/", district, "/penalisedUnits/", id);
}

std::string PenalisedUnit::name() const { return UnitName(district, id); }

absl::Status CheckUnit(const PenalisedUnit& unit, absl::CivilDay today) {
  Problems problems;
  problems.CheckText("decision_number", unit.decision_number, true);
  problems.CheckText("party", unit.party, true);
  problems.CheckText("basis", unit.basis, false);
  problems.CheckText("penalty", unit.penalty, false);
  problems.CheckText("venue", unit.venue, false);
  problems.CheckText("street", unit.street, false);
  problems.CheckName("venue", unit.venue, unit.district, "venues");
  problems.CheckName("street", unit.street, unit.district, "streets");
  for (const std::string& officer : unit.officers) {
    problems.CheckText("officers", officer, true);
    problems.CheckName("officers", officer, unit.district, "officers");
  }
  if (unit.officers.empty()) problems.Add("officers", "必填", "is required");
  if (unit.officers.size() > kMaxOfficers) {
    problems.Add("officers", "最多10人", "has more than 10 names");
  }
  if (unit.decision_date > today) {
    problems.Add("decision_date", "晚于今天", "lies in the future");
  }
  return std::move(problems).Result();
}

std::string FactsDigest(const PenalisedUnit& unit, absl::string_view salt) {
  std::vector<std::string> facts = {unit.decision_number,
                                    FormatCivilDay(unit.decision_date),
                                    absl::StrCat(static_cast<int>(unit.case_kind)),
                                    unit.party,
                                    unit.venue,
                                    unit.entry_quarter.text()};
  facts.insert(facts.end(), unit.officers.begin(), unit.officers.end());
  return absl::BytesToHexString(crypto::HmacSha256(salt, absl::StrJoin(facts, "\n")));
}

}  // namespace rectify::followup::domain
