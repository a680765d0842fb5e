#include "services/hazard_findings/domain/major_hazard.h"

#include <algorithm>
#include <initializer_list>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/clock.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "services/hazard_findings/domain/problems.h"

namespace rectify::hazard::domain {
namespace {

using State = MajorHazardState;

// A date further away is a slip of the pen.
constexpr int kMaxRectificationYears = 3;

absl::string_view StateName(State state) {
  switch (state) {
    case State::kProposed:
      return "PROPOSED";
    case State::kNotDetermined:
      return "NOT_DETERMINED";
    case State::kDetermined:
      return "DETERMINED";
    case State::kServed:
      return "SERVED";
    case State::kSupervised:
      return "SUPERVISED";
    case State::kRecheckPassed:
      return "RECHECK_PASSED";
    case State::kDelisted:
      return "DELISTED";
  }
  return "";
}

absl::Status StateError(const MajorHazard& hazard) {
  const std::string state(StateName(hazard.state));
  return PreconditionError("MAJOR_HAZARD_STATE",
                           {absl::StrCat("重大火灾隐患现为 ", state, "，不能这样办理（name）"),
                            absl::StrCat("the major hazard is ", state, " (name)")},
                           {{"state", state}});
}

absl::Status CheckState(const MajorHazard& hazard, std::initializer_list<State> allowed) {
  const bool fits = std::find(allowed.begin(), allowed.end(), hazard.state) != allowed.end();
  return fits ? absl::OkStatus() : StateError(hazard);
}

void CheckFindings(const MajorHazard& draft, const Inspection& inspection, Problems& problems) {
  std::set<std::string> seen;
  for (size_t i = 0; i < draft.findings.size(); ++i) {
    const std::string path = absl::StrCat("major_hazard.findings[", i, "]");
    const auto found =
        std::find_if(inspection.findings.begin(), inspection.findings.end(),
                     [&](const Finding& finding) { return finding.name() == draft.findings[i]; });
    if (found == inspection.findings.end()) {
      problems.Add(path, "不是该次检查发现的隐患", "is no finding of the inspection");
    } else if (found->closed()) {
      problems.Add(path, "已经改正或者移送", "is closed");
    } else if (!seen.insert(draft.findings[i]).second) {
      problems.Add(path, "重复", "is there twice");
    }
  }
}

absl::Status CheckOfficers(const MajorHazardRecheck& recheck, const References& references) {
  const std::set<std::string> distinct(recheck.officers.begin(), recheck.officers.end());
  if (distinct.size() < kMinOfficers) {
    return PreconditionError("TOO_FEW_OFFICERS",
                             {"执法人员不得少于两人（recheck.officers）",
                              "at least two officers must take part (recheck.officers)"});
  }
  const absl::CivilDay day = CivilDayOf(recheck.recheck_time);
  for (const std::string& name : distinct) {
    const auto officer = references.officers.find(name);
    if (officer == references.officers.end()) return NotFoundError(name);
    if (IsQualified(officer->second, day)) continue;
    const std::string date = FormatCivilDay(day);
    return PreconditionError("OFFICER_NOT_QUALIFIED",
                             {absl::StrCat(officer->second.display_name, " 在 ", date,
                                           " 没有有效执法资格或者不在编在职（recheck.officers）"),
                              absl::StrCat(officer->second.display_name,
                                           " had no valid certificate or was not in post on ", date,
                                           " (recheck.officers)")},
                             {{"officer", name}, {"date", date}});
  }
  return absl::OkStatus();
}

}  // namespace

std::string MajorHazardName(absl::string_view district, absl::string_view id) {
  return absl::StrCat("districts/", district, "/majorHazards/", id);
}

absl::StatusOr<MajorHazard> ProposeMajorHazard(MajorHazard draft, const Inspection& inspection,
                                               const RuleBook& book, absl::Time now) {
  Problems problems;
  CheckFindings(draft, inspection, problems);
  const RuleSet* rules = book.On(CivilDayOf(inspection.inspect_time));
  for (size_t i = 0; i < draft.clauses.size(); ++i) {
    if (rules != nullptr && rules->Takes(draft.clauses[i])) continue;
    problems.Add(absl::StrCat("major_hazard.clauses[", i, "]"),
                 absl::StrCat("检查当日的判定标准没有条款 ", draft.clauses[i]),
                 absl::StrCat("is no clause of the standard of that day: ", draft.clauses[i]));
  }
  RETURN_IF_ERROR(std::move(problems).Result());
  draft.venue = inspection.venue;
  draft.rule_set = rules->code;
  draft.handling_officer = inspection.officers.front();
  draft.inspect_time = inspection.inspect_time;
  draft.propose_time = now;
  return draft;
}

absl::StatusOr<MajorHazard> RecordDetermination(MajorHazard hazard, Deliberation deliberation,
                                                const References& references, absl::Time now) {
  RETURN_IF_ERROR(CheckState(hazard, {State::kProposed}));
  deliberation.matter = Matter::kDetermination;
  RETURN_IF_ERROR(Decide(deliberation,
                         {hazard.handling_officer, hazard.inspect_time, hazard.expert_argument},
                         references, now));
  hazard.state = deliberation.carried ? State::kDetermined : State::kNotDetermined;
  if (!deliberation.carried) hazard.end_time = now;
  hazard.deliberations.push_back(std::move(deliberation));
  ++hazard.version;
  return hazard;
}

absl::StatusOr<MajorHazard> ServeNotice(MajorHazard hazard, absl::string_view number,
                                        absl::Time serve_time, absl::CivilDay due_date,
                                        absl::Time now) {
  RETURN_IF_ERROR(CheckState(hazard, {State::kDetermined}));
  const absl::CivilDay served = CivilDayOf(serve_time);
  Problems problems;
  if (serve_time > now) {
    problems.Add("serve_time", "晚于当前时间", "lies in the future", "IN_THE_FUTURE");
  } else if (serve_time < hazard.deliberations.back().meet_time) {
    problems.Add("serve_time", "早于判定时间", "lies before the determination");
  }
  if (due_date <= served || due_date > absl::CivilDay(served.year() + kMaxRectificationYears,
                                                      served.month(), served.day())) {
    problems.Add("due_date", "应在送达之后三年之内",
                 "must lie within three years after the service");
  }
  RETURN_IF_ERROR(std::move(problems).Result());
  hazard.state = State::kServed;
  hazard.notice_number = std::string(number);
  hazard.serve_time = serve_time;
  hazard.due_date = due_date;
  ++hazard.version;
  return hazard;
}

absl::StatusOr<MajorHazard> ReportToGovernment(MajorHazard hazard, absl::string_view document,
                                               absl::Time now) {
  RETURN_IF_ERROR(CheckState(hazard, {State::kDetermined, State::kServed, State::kSupervised}));
  if (hazard.report_time.has_value()) return StateError(hazard);
  hazard.report_time = now;
  hazard.report_document = std::string(document);
  ++hazard.version;
  return hazard;
}

absl::StatusOr<MajorHazard> Supervise(MajorHazard hazard, absl::string_view supervision,
                                      absl::Time now) {
  RETURN_IF_ERROR(CheckState(hazard, {State::kServed}));
  if (!hazard.report_time.has_value()) return StateError(hazard);
  hazard.state = State::kSupervised;
  hazard.supervise_time = now;
  hazard.supervision = std::string(supervision);
  ++hazard.version;
  return hazard;
}

absl::StatusOr<MajorHazard> Recheck(MajorHazard hazard, const MajorHazardRecheck& recheck,
                                    const References& references, absl::Time now) {
  RETURN_IF_ERROR(CheckState(hazard, {State::kServed, State::kSupervised}));
  Problems problems;
  if (recheck.recheck_time > now) {
    problems.Add("recheck.recheck_time", "晚于当前时间", "lies in the future", "IN_THE_FUTURE");
  } else if (recheck.recheck_time < *hazard.serve_time) {
    problems.Add("recheck.recheck_time", "早于送达时间", "lies before the service");
  }
  RETURN_IF_ERROR(std::move(problems).Result());
  RETURN_IF_ERROR(CheckOfficers(recheck, references));
  if (recheck.passed) hazard.state = State::kRecheckPassed;
  hazard.rechecks.push_back(recheck);
  ++hazard.version;
  return hazard;
}

absl::StatusOr<MajorHazard> Delist(MajorHazard hazard, Deliberation deliberation,
                                   const References& references, absl::Time now) {
  RETURN_IF_ERROR(CheckState(hazard, {State::kRecheckPassed}));
  deliberation.matter = Matter::kDelisting;
  RETURN_IF_ERROR(Decide(deliberation,
                         {hazard.handling_officer, hazard.rechecks.back().recheck_time, false},
                         references, now));
  if (deliberation.carried) {
    hazard.state = State::kDelisted;
    hazard.end_time = now;
  } else {
    hazard.state = hazard.supervise_time.has_value() ? State::kSupervised : State::kServed;
  }
  hazard.deliberations.push_back(std::move(deliberation));
  ++hazard.version;
  return hazard;
}

}  // namespace rectify::hazard::domain
