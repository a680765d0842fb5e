#include "services/followup_visits/domain/visitor.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "libs/base/error.h"

namespace rectify::followup::domain {
namespace {

bool Has(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

bool HasInterest(const Visitor& visitor, const std::string& subject) {
  return std::any_of(visitor.interests.begin(), visitor.interests.end(),
                     [&](const Interest& interest) { return interest.subject == subject; });
}

bool MayBeDeclared(const std::string& subject, const std::string& district) {
  for (absl::string_view collection : {"venues", "officers", "penalisedUnits"}) {
    if (absl::StartsWith(subject, absl::StrCat("districts/", district, "/", collection, "/"))) {
      return true;
    }
  }
  return false;
}

absl::Status Kept(absl::string_view subject) {
  return PreconditionError("INTEREST_KEPT",
                           {absl::StrCat("已申报的利害关系不能撤回：", subject),
                            absl::StrCat("a declared interest can't be taken back: ", subject)},
                           {{"subject", std::string(subject)}});
}

}  // namespace

std::string Visitor::name() const {
  return absl::StrCat("districts/", district, "/visitors/", code);
}

absl::Status CheckVisitor(const Visitor& after, const Visitor* before) {
  std::vector<FieldViolation> violations;
  if (!absl::StartsWith(after.user, "users/") || after.user.size() == 6) {
    violations.push_back(
        {"visitor.user",
         {"visitor.user 应为登录名，例如 users/ji.wei", "visitor.user must be a login users/…"}});
  }
  for (size_t i = 0; i < after.interests.size(); ++i) {
    if (MayBeDeclared(after.interests[i].subject, after.district)) continue;
    const std::string field = absl::StrCat("visitor.interests[", i, "].subject");
    violations.push_back({field,
                          {absl::StrCat(field, " 应为本区的场所、监督员或回访对象"),
                           absl::StrCat(field, " must be a venue, officer or penalised unit")}});
  }
  if (!violations.empty()) return FieldErrors(std::move(violations));
  if (before == nullptr) return absl::OkStatus();
  for (const Interest& interest : before->interests) {
    if (!HasInterest(after, interest.subject)) return Kept(interest.subject);
  }
  for (const std::string& officer : before->officers) {
    if (!Has(after.officers, officer)) return Kept(officer);
  }
  return absl::OkStatus();
}

bool IsBarred(const Visitor& visitor, const PenalisedUnit& unit) {
  if (HasInterest(visitor, unit.name())) return true;
  if (!unit.venue.empty() && HasInterest(visitor, unit.venue)) return true;
  for (const std::string& venue : unit.other_venues) {
    if (HasInterest(visitor, venue)) return true;
  }
  return std::any_of(unit.officers.begin(), unit.officers.end(), [&](const std::string& officer) {
    return Has(visitor.officers, officer) || HasInterest(visitor, officer);
  });
}

std::vector<std::string> BarredAmong(const std::vector<std::string>& codes,
                                     const std::vector<Visitor>& visitors,
                                     const PenalisedUnit& unit) {
  std::vector<std::string> barred;
  for (const Visitor& visitor : visitors) {
    if (Has(codes, visitor.code) && IsBarred(visitor, unit)) barred.push_back(visitor.code);
  }
  return barred;
}

}  // namespace rectify::followup::domain
