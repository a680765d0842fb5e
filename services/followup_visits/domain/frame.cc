#include "services/followup_visits/domain/frame.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "libs/base/clock.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"

namespace rectify::followup::domain {
namespace {

// As many as a person reads; the metadata says how many there are.
constexpr size_t kMaxTold = 50;

absl::Status Unusable(const char* zh, const std::string& en) {
  return PreconditionError("FRAME_UNUSABLE", {zh, en});
}

absl::Status CheckOfficials(const FrameDraft& draft) {
  const std::vector<std::string>& officials = draft.officials;
  const bool two = officials.size() == 2 && officials[0] != officials[1];
  const bool logins = std::all_of(officials.begin(), officials.end(), [](const std::string& each) {
    return absl::StartsWith(each, "users/");
  });
  if (!logins || !(two || officials.empty())) {
    return FieldError("officials", {"officials 应为两名不同人员的登录名，或不填",
                                    "officials must be the logins of two people, or none"});
  }
  if (!officials.empty() || !draft.public_source.empty()) return absl::OkStatus();
  return FieldError("officials",
                    {"随机种子没有来源：请指定两名人员（officials）或公开数值（public_source）",
                     "the seed has no source: name two officials or a public_source"});
}

absl::Status CheckPicks(const FrameDraft& draft) {
  std::set<std::string> frame;
  for (const PenalisedUnit& unit : draft.units) frame.insert(unit.id);
  std::set<std::string> seen;
  std::vector<FieldViolation> violations;
  const auto check = [&](const std::vector<Pick>& picks, const char* list) {
    for (size_t i = 0; i < picks.size(); ++i) {
      const std::string field = absl::StrCat(list, "[", i, "].unit");
      if (frame.count(picks[i].unit) == 0) {
        violations.push_back({field,
                              {absl::StrCat(field, " 不在本次抽样框内"),
                               absl::StrCat(field, " is not in the frame")}});
      } else if (!seen.insert(picks[i].unit).second) {
        violations.push_back({field,
                              {absl::StrCat(field, " 已列出，不能重复，也不能既必查又排除"),
                               absl::StrCat(field, " is named twice")}});
      }
    }
  };
  check(draft.forced, "forced");
  check(draft.excluded, "excluded");
  return violations.empty() ? absl::OkStatus() : FieldErrors(std::move(violations));
}

std::vector<Pick> Sorted(std::vector<Pick> picks) {
  std::sort(picks.begin(), picks.end(),
            [](const Pick& a, const Pick& b) { return a.unit < b.unit; });
  return picks;
}

absl::Status Infeasible(const std::vector<const PenalisedUnit*>& units, int wanted) {
  ErrorDetail detail;
  detail.reason = "RECUSAL_INFEASIBLE";
  detail.text = {
      absl::StrCat("有", units.size(), "个回访对象可用的无利害关系回访人员不足", wanted,
                   "人：请说明理由排除，或增加回访人员"),
      absl::StrCat(units.size(), " units have fewer than ", wanted,
                   " visitors without ties: exclude them with a reason or add visitors")};
  detail.metadata = {{"units", absl::StrCat(units.size())}};
  for (size_t i = 0; i < std::min(units.size(), kMaxTold); ++i) {
    detail.violations.push_back(
        {"excluded",
         {absl::StrCat(units[i]->name(), "（", units[i]->party, "）回避后人员不足"),
          absl::StrCat(units[i]->name(), " has too few visitors without ties")}});
  }
  return MakeError(absl::StatusCode::kFailedPrecondition, std::move(detail));
}

class Freezer {
 public:
  Freezer(const FrameDraft& draft, const DrawPolicy& policy) : draft_(draft), policy_(policy) {
    for (const Pick& pick : draft.excluded) excluded_.insert(pick.unit);
    for (const Visitor& visitor : draft.visitors) {
      if (!visitor.retired) visitors_[visitor.code] = &visitor;
    }
  }

  absl::Status Take(const PenalisedUnit& unit, const std::string& salt) {
    const StratumRule* rule = policy_.StratumOf(unit);
    if (rule == nullptr) {
      return Unusable("有回访对象不属于任何抽样层", absl::StrCat(unit.name(), " fits no stratum"));
    }
    FrameRow row = {.unit = unit.id, .stratum = rule->code, .barred = {}, .facts = {}};
    for (const auto& [code, visitor] : visitors_) {
      if (IsBarred(*visitor, unit)) row.barred.push_back(code);
    }
    row.facts = FactsDigest(unit, salt);
    const size_t free = visitors_.size() - row.barred.size();
    frozen_.rows.push_back(std::move(row));
    if (excluded_.count(unit.id) > 0) return absl::OkStatus();
    if (free < static_cast<size_t>(policy_.visitors_per_unit)) infeasible_.push_back(&unit);
    const int waited = std::max(0, draft_.quarter.index() - unit.entry_quarter.index());
    const int remaining = std::max(1, policy_.span_quarters - waited);
    remaining_[rule->code].push_back(remaining);
    if (remaining == 1) frozen_.terms.due.push_back(unit.id);
    return absl::OkStatus();
  }

  absl::StatusOr<FrozenFrame> Finish() && {
    if (!infeasible_.empty()) return Infeasible(infeasible_, policy_.visitors_per_unit);
    std::sort(frozen_.rows.begin(), frozen_.rows.end(),
              [](const FrameRow& a, const FrameRow& b) { return a.unit < b.unit; });
    Terms& terms = frozen_.terms;
    std::sort(terms.due.begin(), terms.due.end());
    for (const StratumRule& rule : policy_.strata) {
      const std::vector<int>& remaining = remaining_[rule.code];
      terms.strata.push_back({.code = rule.code,
                              .title = rule.title,
                              .rate_percent = rule.rate_percent,
                              .size = static_cast<int>(remaining.size()),
                              .quota = QuotaOf(rule.rate_percent, remaining)});
    }
    for (const auto& [code, visitor] : visitors_) terms.visitors.push_back(code);
    terms.district = draft_.district;
    terms.draw = draft_.draw;
    terms.number = draft_.number;
    terms.previous = draft_.previous;
    terms.quarter = draft_.quarter.text();
    for (CaseKind kind : draft_.case_kinds) terms.case_kinds.emplace_back(NameOf(kind));
    terms.streets = draft_.streets;
    terms.freeze_time = FormatChinaMinute(draft_.now);
    terms.policy_version = policy_.version;
    terms.span_quarters = policy_.span_quarters;
    terms.visitors_per_unit = policy_.visitors_per_unit;
    terms.frame_hash = FrameHash(frozen_.rows);
    terms.frame_size = static_cast<int>(frozen_.rows.size());
    terms.forced = Sorted(draft_.forced);
    terms.excluded = Sorted(draft_.excluded);
    terms.officials = draft_.officials;
    terms.public_source = draft_.public_source;
    return std::move(frozen_);
  }

 private:
  const FrameDraft& draft_;
  const DrawPolicy& policy_;
  std::set<std::string> excluded_;
  std::map<std::string, const Visitor*> visitors_;     // in service, by code
  std::map<std::string, std::vector<int>> remaining_;  // by stratum
  std::vector<const PenalisedUnit*> infeasible_;
  FrozenFrame frozen_;
};

}  // namespace

absl::StatusOr<FrozenFrame> FreezeFrame(
    const FrameDraft& draft, const DrawPolicy& policy,
    const std::function<std::string(const PenalisedUnit&)>& salt) {
  if (draft.units.empty()) return Unusable("抽样框为空", "the frame is empty");
  if (draft.units.size() > kMaxFrame) {
    return Unusable("抽样框超过10000个回访对象，请按街道或类别分次抽取",
                    "the frame has more than 10000 units, draw by street or kind");
  }
  RETURN_IF_ERROR(CheckOfficials(draft));
  RETURN_IF_ERROR(CheckPicks(draft));
  Freezer freezer(draft, policy);
  for (const PenalisedUnit& unit : draft.units) RETURN_IF_ERROR(freezer.Take(unit, salt(unit)));
  return std::move(freezer).Finish();
}

}  // namespace rectify::followup::domain
