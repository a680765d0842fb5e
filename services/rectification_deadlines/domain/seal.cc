#include "services/rectification_deadlines/domain/seal.h"

#include <algorithm>
#include <initializer_list>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/clock.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "services/rectification_deadlines/domain/coverage.h"

namespace rectify::deadline::domain {
namespace {

constexpr int kMaxSealDays = 30;  // 行政强制法 25, 消防监督检查规定 22
constexpr const char* kChain[] = {"DEPARTMENT_HEAD", "LEGAL_REVIEWER", "CHIEF"};

absl::Status StateError(const Seal& seal, absl::string_view zh, absl::string_view en) {
  return PreconditionError("SEAL_STATE", {std::string(zh), std::string(en)},
                           {{"state", std::string(NameOf(seal.state))}});
}

absl::Status RequireState(const Seal& seal, std::initializer_list<SealState> allowed) {
  if (std::find(allowed.begin(), allowed.end(), seal.state) != allowed.end()) {
    return absl::OkStatus();
  }
  return StateError(seal, "该查封现在的状态不允许此操作", "the seal's state does not allow this");
}

absl::Status DateError(absl::string_view field, absl::string_view zh, absl::string_view en) {
  const Text text{std::string(zh), std::string(en)};
  return MakeError(absl::StatusCode::kFailedPrecondition,
                   {.reason = "DATE_ORDER",
                    .text = text,
                    .metadata = {},
                    .violations = {{std::string(field), text}}});
}

absl::Status RequirePast(absl::string_view field, absl::Time time, absl::Time now) {
  if (time <= now) return absl::OkStatus();
  return DateError(field, "不能晚于现在", "lies in the future");
}

Seal Next(Seal seal, SealState state) {
  seal.state = state;
  ++seal.version;
  return seal;
}

absl::Status CheckUrgent(const Seal& seal, absl::Time now) {
  if (!seal.urgent) return absl::OkStatus();
  RETURN_IF_ERROR(RequirePast("seal.urgent.seal_time", seal.urgent->seal_time, now));
  if (seal.urgent->approve_time > seal.urgent->seal_time) {
    return FieldError("seal.urgent.approve_time",
                      {"口头批准须在查封之前", "the approval must come before the sealing"});
  }
  if (seal.urgent->seal_time < seal.inspect_time) {
    return DateError("seal.urgent.seal_time", "查封时间早于检查时间",
                     "the sealing lies before the inspection");
  }
  return absl::OkStatus();
}

absl::Status StudyError(absl::string_view cause, absl::string_view zh, absl::string_view en) {
  return PreconditionError("STUDY_INCOMPLETE", {std::string(zh), std::string(en)},
                           {{"cause", std::string(cause)}});
}

absl::Status CheckStudy(const Seal& seal, const SealStudy& study) {
  RETURN_IF_ERROR(
      CheckMeeting(study.opinions, study.chair, seal.officers.front(), "STUDY_INCOMPLETE"));
  if (!study.justified || IsCarried(study.opinions)) return absl::OkStatus();
  return StudyError("NOT_CARRIED", "集体研究多数不同意查封", "the majority of the study disagreed");
}

bool Signed(const Approval& approval, const Signer& signer) {
  return approval.approver == signer.name || approval.user == signer.user ||
         std::find(signer.officers.begin(), signer.officers.end(), approval.approver) !=
             signer.officers.end();
}

absl::Status CheckSigner(const Seal& seal, const Signer& signer) {
  const std::string role = kChain[seal.approvals.size()];
  if (std::find(signer.roles.begin(), signer.roles.end(), role) == signer.roles.end()) {
    return MakeError(absl::StatusCode::kPermissionDenied,
                     {"NOT_YOUR_TASK",
                      {"下一步须由他人审批", "the next step is another role's"},
                      {{"role", role}},
                      {}});
  }
  const bool officer = std::any_of(signer.officers.begin(), signer.officers.end(),
                                   [&](const std::string& o) { return seal.HasOfficer(o); });
  const bool before = std::any_of(seal.approvals.begin(), seal.approvals.end(),
                                  [&](const Approval& a) { return Signed(a, signer); });
  if (!officer && !before) return absl::OkStatus();
  return PreconditionError(
      "APPROVER_NOT_DISTINCT",
      {"承办人、承办部门负责人、法核人员、消防机构负责人须为不同的人",
       "the officers of the seal and the signers of each step must be different people"});
}

}  // namespace

absl::string_view NameOf(SealState state) {
  switch (state) {
    case SealState::kInReview:
      return "IN_REVIEW";
    case SealState::kApproved:
      return "APPROVED";
    case SealState::kSealed:
      return "SEALED";
    case SealState::kLiftApplied:
      return "LIFT_APPLIED";
    case SealState::kLiftChecked:
      return "LIFT_CHECKED";
    case SealState::kLifted:
      return "LIFTED";
    case SealState::kRefused:
      return "REFUSED";
  }
  return "";
}

absl::string_view NameOf(SealGround ground) {
  switch (ground) {
    case SealGround::kExits:
      return "不具备安全疏散条件";
    case SealGround::kFacilities:
      return "消防设施严重损坏";
    case SealGround::kFlammables:
      return "违规使用、储存易燃易爆危险品";
    case SealGround::kDecoration:
      return "采用易燃可燃材料装修";
    case SealGround::kOtherGrave:
      return "其他严重威胁公共安全的火灾隐患";
  }
  return "";
}

bool Seal::HasOfficer(absl::string_view officer) const {
  return std::find(officers.begin(), officers.end(), officer) != officers.end();
}

std::string Seal::PartsText() const {
  if (parts.size() == 1) return parts.front();
  return absl::StrCat(parts.front(), "等 ", parts.size(), " 处");
}

absl::StatusOr<absl::CivilDay> LastDayOfSeal(absl::Time seal_time, int term_days) {
  ASSIGN_OR_RETURN(
      const Deadline deadline,
      Compute(
          {{.code = "seal_term", .amount = term_days, .unit = Unit::kNaturalDays, .coercive = true},
           seal_time},
          NoNotices()));
  return *deadline.last_day;
}

absl::StatusOr<Seal> ProposeSeal(Seal seal, const Officers& officers, absl::Time now) {
  if (seal.term_days < 1 || seal.term_days > kMaxSealDays) {
    return FieldError("seal.term_days",
                      {absl::StrCat("查封期限须为 1 至 ", kMaxSealDays, " 日"),
                       absl::StrCat("the term must be from 1 to ", kMaxSealDays, " days")});
  }
  RETURN_IF_ERROR(RequirePast("seal.inspect_time", seal.inspect_time, now));
  RETURN_IF_ERROR(CheckUrgent(seal, now));
  RETURN_IF_ERROR(RequireQualified(seal.officers, officers, CivilDayOf(seal.inspect_time)));
  if (seal.urgent) seal.seal_time = seal.urgent->seal_time;
  seal.state = SealState::kInReview;
  seal.create_time = now;
  return seal;
}

absl::Status RequireEnded(const Seal& former, absl::Time now) {
  if (former.state == SealState::kLifted || former.state == SealState::kRefused) {
    return absl::OkStatus();
  }
  if (former.last_day && CivilDayOf(now) > *former.last_day) return absl::OkStatus();
  return StateError(former, "原查封尚未到期或者解除，不能再次查封",
                    "the former seal still holds, so the same danger can't be sealed again");
}

absl::StatusOr<Seal> StudySeal(Seal seal, SealStudy study, absl::Time now) {
  RETURN_IF_ERROR(RequireState(seal, {SealState::kInReview}));
  if (seal.study) return StateError(seal, "集体研究已经记录", "the study is recorded already");
  RETURN_IF_ERROR(RequirePast("study.study_time", study.study_time, now));
  if (study.study_time < seal.inspect_time) {
    return DateError("study.study_time", "集体研究早于检查", "lies before the inspection");
  }
  RETURN_IF_ERROR(CheckStudy(seal, study));
  seal.study = std::move(study);
  return Next(std::move(seal), SealState::kInReview);
}

absl::StatusOr<Seal> ApproveSeal(Seal seal, const Signer& signer, absl::string_view opinion,
                                 absl::Time now) {
  RETURN_IF_ERROR(RequireState(seal, {SealState::kInReview}));
  RETURN_IF_ERROR(CheckSigner(seal, signer));
  const std::string role = kChain[seal.approvals.size()];
  const bool last = seal.approvals.size() + 1 == std::size(kChain);
  if (last && !seal.study) {
    return StudyError("MISSING", "须先经集体研究再作决定",
                      "the chief decides after the collective study");
  }
  if (last && !seal.study->justified) {
    return StudyError("NOT_CARRIED", "集体研究认为不应查封",
                      "the collective study found it not justified");
  }
  seal.approvals.push_back({.role = role,
                            .approver = signer.name,
                            .approve_time = now,
                            .opinion = std::string(opinion),
                            .user = signer.user});
  return Next(std::move(seal), last ? SealState::kApproved : SealState::kInReview);
}

absl::StatusOr<Seal> RefuseSeal(Seal seal, std::string reason, absl::Time now) {
  RETURN_IF_ERROR(RequireState(seal, {SealState::kInReview, SealState::kApproved}));
  seal.end_time = now;
  seal.end_reason = std::move(reason);
  return Next(std::move(seal), SealState::kRefused);
}

absl::StatusOr<Seal> ServeSeal(Seal seal, SealService service, const Officers& officers,
                               absl::Time now) {
  RETURN_IF_ERROR(RequireState(seal, {SealState::kApproved}));
  RETURN_IF_ERROR(RequirePast("service.serve_time", service.serve_time, now));
  // Recorded to the minute, so it may seem to lie some seconds before the decision.
  if (service.serve_time + absl::Minutes(1) <= *seal.approvals.back().approve_time) {
    return DateError("service.serve_time", "送达时间早于决定时间", "lies before the decision");
  }
  RETURN_IF_ERROR(RequireQualified(service.officers, officers, CivilDayOf(service.serve_time)));
  if (!seal.seal_time) seal.seal_time = service.serve_time;
  ASSIGN_OR_RETURN(seal.last_day, LastDayOfSeal(*seal.seal_time, seal.term_days));
  if (CivilDayOf(service.serve_time) > *seal.last_day) {
    return DateError("service.serve_time", "送达时查封期限已满", "the term has ended before");
  }
  seal.service = std::move(service);
  return Next(std::move(seal), SealState::kSealed);
}

absl::StatusOr<Seal> ApplySealLift(Seal seal, std::string statement, absl::Time now) {
  RETURN_IF_ERROR(RequireState(seal, {SealState::kSealed}));
  seal.apply_time = now;
  seal.apply_statement = std::move(statement);
  seal.check.reset();
  return Next(std::move(seal), SealState::kLiftApplied);
}

absl::StatusOr<Seal> CheckSealLift(Seal seal, SealCheck check, const Officers& officers,
                                   absl::Time now) {
  RETURN_IF_ERROR(RequireState(seal, {SealState::kLiftApplied}));
  RETURN_IF_ERROR(RequirePast("check.check_time", check.check_time, now));
  if (check.check_time + absl::Minutes(1) <= *seal.apply_time) {
    return DateError("check.check_time", "核查时间早于申请时间", "lies before the application");
  }
  RETURN_IF_ERROR(RequireQualified(check.officers, officers, CivilDayOf(check.check_time)));
  seal.check = std::move(check);
  return Next(std::move(seal), SealState::kLiftChecked);
}

absl::StatusOr<Seal> DecideSealLift(Seal seal, bool lifted, std::string reason, absl::Time now) {
  if (lifted) {
    RETURN_IF_ERROR(
        RequireState(seal, {SealState::kSealed, SealState::kLiftApplied, SealState::kLiftChecked}));
    seal.end_time = now;
  } else {
    RETURN_IF_ERROR(RequireState(seal, {SealState::kLiftChecked}));
  }
  seal.end_reason = std::move(reason);
  return Next(std::move(seal), lifted ? SealState::kLifted : SealState::kSealed);
}

}  // namespace rectify::deadline::domain
