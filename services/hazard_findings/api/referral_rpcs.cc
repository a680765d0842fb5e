// The rpcs of rectify.hazard.v1.Referrals.
#include <functional>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "libs/base/clock.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "libs/rpc/convert.h"
#include "libs/rpc/resource_name.h"
#include "rectify/hazard/v1/referral_service.pb.h"
#include "services/hazard_findings/api/callers.h"
#include "services/hazard_findings/api/convert.h"
#include "services/hazard_findings/api/handlers.h"
#include "services/hazard_findings/api/references.h"
#include "services/hazard_findings/api/referral_convert.h"
#include "services/hazard_findings/events/referral_payloads.h"
#include "services/hazard_findings/store/referral_store.h"

namespace rectify::hazard::api {
namespace {

using domain::Referral;
using rectify::events::AuditRecord;
using rectify::events::Change;

constexpr int kReferralAudience = rectify::events::kDepartments;

// Streets and departments see what is addressed to them; the fire body sees all.
bool MaySee(const rpc::Caller& caller, const Referral& referral) {
  return IsFireBody(caller) || caller.HasPost(referral.addressee);
}

absl::Status CheckAddressee(const rpc::Caller& caller, const Referral& referral) {
  if (caller.HasPost(referral.addressee)) return absl::OkStatus();
  return MakeError(absl::StatusCode::kPermissionDenied,
                   {.reason = "NOT_YOUR_TASK",
                    .text = {"只有收函单位可以这样办理（name）",
                             "only the addressee of the letter may do this (name)"},
                    .metadata = {},
                    .violations = {}});
}

AuditRecord Record(const Referral& referral, absl::string_view action, absl::string_view what) {
  AuditRecord record;
  record.subject = referral.name();
  record.related = {referral.addressee, referral.venue};
  if (referral.subject != referral.venue) record.related.push_back(referral.subject);
  record.action = std::string(action);
  record.summary = absl::StrCat("公函", what, "：", events::ToDuty(referral).title());
  if (!referral.document_number.empty()) {
    record.details["document_number"] = referral.document_number;
  }
  if (referral.reply_due_date) {
    record.details["reply_due_date"] = FormatCivilDay(*referral.reply_due_date);
  }
  return record;
}

template <typename Event>
void Emit(Change& change, const Referral& referral) {
  Event event;
  *event.mutable_referral() = events::ToFacts(referral);
  *event.mutable_duty() = events::ToDuty(referral);
  change.Emit(referral.name(), referral.version, event, kReferralAudience);
}

// Asks the registry only for names that it can have.
absl::Status CompleteNames(const Context& context, const rpc::Call& call,
                           const Referral& referral) {
  std::vector<std::string> names;
  if (domain::IsReferralSubject(referral.subject) &&
      absl::StrContains(referral.subject, "/venues/")) {
    names.push_back(referral.subject);
  }
  if (domain::IsReferralAddressee(referral.addressee)) names.push_back(referral.addressee);
  service::Host& host = context.host;
  return CompleteReferences(host.pool(), host.peer("venue"), call, referral.district,
                            std::move(names));
}

absl::StatusOr<v1::Referral> SendReferral(const Context& context, const rpc::Call& call,
                                          const v1::SendReferralRequest& request) {
  const Referral wanted = ToReferral(request);
  RETURN_IF_ERROR(CompleteNames(context, call, wanted));
  return context.host.commands().Run<v1::Referral>(
      call, [&](Change& change) -> absl::StatusOr<v1::Referral> {
        ASSIGN_OR_RETURN(const domain::ReferralReferences references,
                         store::LoadReferralReferences(change.sql(), wanted));
        ASSIGN_OR_RETURN(
            Referral referral,
            domain::SendReferral(wanted, references, *context.referral_limits, change.now()));
        referral.id = change.NewId("referral");
        RETURN_IF_ERROR(store::AddReferral(change.sql(), referral));
        change.Audit(Record(referral, "SendReferral", "发出"));
        Emit<v1::ReferralSent>(change, referral);
        return ToProto(referral);
      });
}

absl::StatusOr<v1::Referral> GetReferral(const Context& context, const rpc::Call& call,
                                         const v1::GetReferralRequest& request) {
  const NameParts name = PartsOf(request.name());
  ASSIGN_OR_RETURN(
      Referral referral,
      context.host.pool().TransactValue(
          "hazard.get_referral", {.access = pg::Access::kReadOnly, .deadline = call.deadline},
          [&](pg::Tx& tx) {
            return store::GetReferral(tx, name.district, name.id, DesksOf(call.caller));
          }));
  return ToProto(referral);
}

absl::StatusOr<v1::ListReferralsResponse> ListReferrals(const Context& context,
                                                        const rpc::Call& call,
                                                        const v1::ListReferralsRequest& request) {
  ASSIGN_OR_RETURN(
      auto page, context.host.pool().TransactValue(
                     "hazard.list_referrals",
                     {.access = pg::Access::kReadOnly, .deadline = call.deadline}, [&](pg::Tx& tx) {
                       return store::ListReferrals(tx, rpc::DistrictOf(request.parent()),
                                                   DesksOf(call.caller), request.filter(),
                                                   request.page_size(), request.page_token());
                     }));
  v1::ListReferralsResponse response;
  for (const Referral& referral : page.first) *response.add_referrals() = ToProto(referral);
  response.set_next_page_token(page.second);
  return response;
}

// The frame of every verb: lock, whether it is there for the caller, etag, change, save.
template <typename Request>
absl::StatusOr<v1::Referral> RunVerb(
    const Context& context, const rpc::Call& call, const Request& request,
    const std::function<absl::StatusOr<Referral>(Change&, Referral)>& fn) {
  const NameParts name = PartsOf(request.name());
  return context.host.commands().Run<v1::Referral>(
      call, [&](Change& change) -> absl::StatusOr<v1::Referral> {
        ASSIGN_OR_RETURN(Referral referral,
                         store::LockReferral(change.sql(), name.district, name.id));
        if (!MaySee(call.caller, referral)) return NotFoundError(request.name());
        RETURN_IF_ERROR(rpc::CheckEtag(referral.version, request.etag()));
        ASSIGN_OR_RETURN(referral, fn(change, std::move(referral)));
        RETURN_IF_ERROR(store::SaveReferral(change.sql(), referral));
        return ToProto(referral);
      });
}

absl::StatusOr<v1::Referral> AcknowledgeReferral(const Context& context, const rpc::Call& call,
                                                 const v1::AcknowledgeReferralRequest& request) {
  return RunVerb(
      context, call, request, [&](Change& change, Referral referral) -> absl::StatusOr<Referral> {
        RETURN_IF_ERROR(CheckAddressee(call.caller, referral));
        ASSIGN_OR_RETURN(referral, domain::AcknowledgeReferral(std::move(referral),
                                                               call.caller.subject, change.now()));
        change.Audit(Record(referral, "AcknowledgeReferral", "签收"));
        Emit<v1::ReferralReceived>(change, referral);
        return referral;
      });
}

absl::StatusOr<v1::Referral> DecideReferral(const Context& context, const rpc::Call& call,
                                            const v1::DecideReferralRequest& request) {
  return RunVerb(
      context, call, request, [&](Change& change, Referral referral) -> absl::StatusOr<Referral> {
        RETURN_IF_ERROR(CheckAddressee(call.caller, referral));
        ASSIGN_OR_RETURN(referral, domain::DecideReferral(std::move(referral), request.accept(),
                                                          request.reason(), change.now()));
        AuditRecord record =
            Record(referral, "DecideReferral", request.accept() ? "受理" : "不予受理");
        if (!request.accept()) record.details["reason"] = referral.refuse_reason;
        change.Audit(std::move(record));
        if (request.accept()) {
          Emit<v1::ReferralAccepted>(change, referral);
        } else {
          Emit<v1::ReferralRefused>(change, referral);
        }
        return referral;
      });
}

absl::StatusOr<v1::Referral> ReplyReferral(const Context& context, const rpc::Call& call,
                                           const v1::ReplyReferralRequest& request) {
  return RunVerb(
      context, call, request, [&](Change& change, Referral referral) -> absl::StatusOr<Referral> {
        RETURN_IF_ERROR(CheckAddressee(call.caller, referral));
        ASSIGN_OR_RETURN(
            referral, domain::ReplyReferral(std::move(referral), request.reply(),
                                            static_cast<domain::ReferralOutcome>(request.outcome()),
                                            change.now()));
        AuditRecord record = Record(referral, "ReplyReferral", "回复");
        // The row keeps the last reply only; the trail keeps each.
        record.details["reply"] = referral.reply;
        record.details["outcome"] = v1::Referral::Outcome_Name(request.outcome());
        change.Audit(std::move(record));
        Emit<v1::ReferralReplied>(change, referral);
        return referral;
      });
}

absl::StatusOr<v1::Referral> ConcludeReferral(const Context& context, const rpc::Call& call,
                                              const v1::ConcludeReferralRequest& request) {
  return RunVerb(
      context, call, request, [&](Change& change, Referral referral) -> absl::StatusOr<Referral> {
        ASSIGN_OR_RETURN(referral, domain::ConcludeReferral(std::move(referral), change.now()));
        change.Audit(Record(referral, "ConcludeReferral", "办结"));
        Emit<v1::ReferralConcluded>(change, referral);
        return referral;
      });
}

absl::StatusOr<v1::Referral> ReturnReferral(const Context& context, const rpc::Call& call,
                                            const v1::ReturnReferralRequest& request) {
  return RunVerb(
      context, call, request, [&](Change& change, Referral referral) -> absl::StatusOr<Referral> {
        ASSIGN_OR_RETURN(referral,
                         domain::ReturnReferral(std::move(referral), request.reason(),
                                                rpc::ToCivilDay(request.due_date()), change.now()));
        AuditRecord record = Record(referral, "ReturnReferral", "退回");
        record.details["reason"] = referral.return_reason;
        change.Audit(std::move(record));
        Emit<v1::ReferralReturned>(change, referral);
        return referral;
      });
}

absl::StatusOr<v1::Referral> WithdrawReferral(const Context& context, const rpc::Call& call,
                                              const v1::WithdrawReferralRequest& request) {
  return RunVerb(
      context, call, request, [&](Change& change, Referral referral) -> absl::StatusOr<Referral> {
        ASSIGN_OR_RETURN(referral, domain::WithdrawReferral(std::move(referral), request.reason(),
                                                            change.now()));
        AuditRecord record = Record(referral, "WithdrawReferral", "撤回");
        record.details["reason"] = referral.withdraw_reason;
        change.Audit(std::move(record));
        Emit<v1::ReferralWithdrawn>(change, referral);
        return referral;
      });
}

}  // namespace

void RegisterReferralRpcs(const Context& context) {
  const Methods methods(context, "rectify.hazard.v1.Referrals");
  methods.Add("SendReferral", SendReferral);
  methods.Add("GetReferral", GetReferral);
  methods.Add("ListReferrals", ListReferrals);
  methods.Add("AcknowledgeReferral", AcknowledgeReferral);
  methods.Add("DecideReferral", DecideReferral);
  methods.Add("ReplyReferral", ReplyReferral);
  methods.Add("ConcludeReferral", ConcludeReferral);
  methods.Add("ReturnReferral", ReturnReferral);
  methods.Add("WithdrawReferral", WithdrawReferral);
}

}  // namespace rectify::hazard::api
