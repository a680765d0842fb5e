// RegisterLead, GetProblemLead, ListProblemLeads, DisposeLead, ConcludeLead, and the referrals. The
// commands remember no answer, because an answer has the texts that are kept encrypted: a repeated
// request reads its lead again.
#include <functional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "google/protobuf/wrappers.pb.h"
#include "libs/base/clock.h"
#include "libs/base/status_macros.h"
#include "libs/rpc/convert.h"
#include "rectify/followup/v1/lead_service.pb.h"
#include "services/followup_visits/api/handlers.h"
#include "services/followup_visits/api/lead_convert.h"
#include "services/followup_visits/events/payloads.h"
#include "services/followup_visits/store/lead_store.h"
#include "services/followup_visits/store/visit_store.h"

namespace rectify::followup::api {
namespace {

using google::protobuf::StringValue;
using rectify::events::Change;

constexpr char kService[] = "rectify.followup.v1.FollowupLeads.";

absl::CivilDay Today(const Context& context) { return CivilDayOf(context.host.clock().Now()); }

absl::StatusOr<v1::ProblemLead> GetLead(const Context& context, const rpc::Call& call,
                                        const std::string& lead_name) {
  const NameParts name = PartsOf(lead_name);
  ASSIGN_OR_RETURN(
      const domain::Lead lead,
      context.host.pool().TransactValue("followup.get_lead", ReadOnly(call), [&](pg::Tx& tx) {
        return store::LeadStore(*context.cipher).GetLead(tx, name.district, name.id, false);
      }));
  return ToProto(lead, Today(context));
}

// Writes a lead's new version and tells of it; answers its name.
absl::StatusOr<StringValue> Written(const Context& context, Change& change,
                                    const domain::Lead& lead, const char* action,
                                    const std::string& summary) {
  RETURN_IF_ERROR(store::LeadStore(*context.cipher).SaveLead(change.sql(), lead));
  change.Audit({.subject = lead.name(),
                .related = {},
                .action = action,
                .summary = absl::StrCat(summary, "：", lead.number),
                .details = {}});
  change.Emit(lead.name(), lead.version, events::ToProblemLeadChanged(lead));
  StringValue name;
  name.set_value(lead.name());
  return name;
}

absl::StatusOr<v1::ProblemLead> RegisterLead(const Context& context, const rpc::Call& call,
                                             const v1::RegisterLeadRequest& request) {
  ASSIGN_OR_RETURN(
      const StringValue name,
      context.host.commands().Run<StringValue>(
          call, [&](Change& change) -> absl::StatusOr<StringValue> {
            domain::Lead lead = ToLead(request.lead());
            lead.district = rpc::DistrictOf(request.parent());
            ASSIGN_OR_RETURN(lead, domain::RegisterLead(std::move(lead), CivilDayOf(change.now())));
            if (!lead.visit.empty()) {
              RETURN_IF_ERROR(
                  store::GetVisit(change.sql(), lead.district, PartsOf(lead.visit).id).status());
            }
            lead.id = change.NewId("lead");
            lead.create_time = change.now();
            ASSIGN_OR_RETURN(lead.number, NextDocumentNumber(context, change, lead.district, "线"));
            return Written(context, change, lead, "RegisterLead", "登记问题线索");
          }));
  return GetLead(context, call, name.value());
}

// A verb on a lead.
absl::StatusOr<v1::ProblemLead> ChangeLead(
    const Context& context, const rpc::Call& call, const std::string& lead_name,
    const std::string& etag, const char* action, const char* summary,
    const std::function<absl::StatusOr<domain::Lead>(domain::Lead, absl::Time)>& rule) {
  const NameParts name = PartsOf(lead_name);
  RETURN_IF_ERROR(
      context.host.commands()
          .Run<StringValue>(call,
                            [&](Change& change) -> absl::StatusOr<StringValue> {
                              ASSIGN_OR_RETURN(
                                  domain::Lead lead,
                                  store::LeadStore(*context.cipher)
                                      .GetLead(change.sql(), name.district, name.id, true));
                              RETURN_IF_ERROR(rpc::CheckEtag(lead.version, etag));
                              ASSIGN_OR_RETURN(lead, rule(std::move(lead), change.now()));
                              return Written(context, change, lead, action, summary);
                            })
          .status());
  return GetLead(context, call, lead_name);
}

absl::StatusOr<v1::ListProblemLeadsResponse> ListLeads(const Context& context,
                                                       const rpc::Call& call,
                                                       const v1::ListProblemLeadsRequest& request) {
  ASSIGN_OR_RETURN(
      auto page,
      context.host.pool().TransactValue("followup.list_leads", ReadOnly(call), [&](pg::Tx& tx) {
        return store::LeadStore(*context.cipher)
            .ListLeads(tx, rpc::DistrictOf(request.parent()), request.filter(), request.page_size(),
                       request.page_token());
      }));
  v1::ListProblemLeadsResponse response;
  for (const domain::Lead& lead : page.first) {
    *response.add_leads() = ToProto(lead, Today(context));
  }
  response.set_next_page_token(page.second);
  return response;
}

// Writes a referral's new version and tells of it.
absl::Status WriteReferral(const Context& context, Change& change, const domain::Referral& referral,
                           const char* action, const char* summary) {
  RETURN_IF_ERROR(store::LeadStore(*context.cipher).SaveReferral(change.sql(), referral));
  change.Audit({.subject = referral.name(),
                .related = {},
                .action = action,
                .summary = absl::StrCat(summary, referral.number),
                .details = {}});
  change.Emit(referral.name(), referral.version, events::ToReferralChanged(referral));
  return absl::OkStatus();
}

absl::StatusOr<v1::Referral> GetReferral(const Context& context, const rpc::Call& call,
                                         const std::string& referral_name) {
  const NameParts name = PartsOf(referral_name);
  ASSIGN_OR_RETURN(
      const domain::Referral referral,
      context.host.pool().TransactValue("followup.get_referral", ReadOnly(call), [&](pg::Tx& tx) {
        return store::LeadStore(*context.cipher).GetReferral(tx, name.district, name.id, false);
      }));
  return ToProto(referral);
}

absl::StatusOr<v1::Referral> IssueReferral(const Context& context, const rpc::Call& call,
                                           const v1::IssueReferralRequest& request) {
  ASSIGN_OR_RETURN(
      const StringValue name,
      context.host.commands().Run<StringValue>(
          call, [&](Change& change) -> absl::StatusOr<StringValue> {
            domain::Referral referral;
            referral.district = rpc::DistrictOf(request.parent());
            referral.lead = request.referral().lead();
            referral.receiver = request.referral().receiver();
            referral.title = request.referral().title();
            referral.text = request.referral().text();
            if (!referral.lead.empty()) {
              RETURN_IF_ERROR(
                  store::LeadStore(*context.cipher)
                      .GetLead(change.sql(), referral.district, PartsOf(referral.lead).id, false)
                      .status());
            }
            referral.id = change.NewId("referral");
            referral.issue_time = change.now();
            referral.version = 1;
            ASSIGN_OR_RETURN(referral.number,
                             NextDocumentNumber(context, change, referral.district, "移"));
            RETURN_IF_ERROR(
                WriteReferral(context, change, referral, "IssueReferral", "发出移送函 "));
            StringValue made;
            made.set_value(referral.name());
            return made;
          }));
  return GetReferral(context, call, name.value());
}

absl::StatusOr<v1::Referral> RecordReceipt(const Context& context, const rpc::Call& call,
                                           const v1::RecordReferralReceiptRequest& request) {
  const NameParts name = PartsOf(request.name());
  RETURN_IF_ERROR(
      context.host.commands()
          .Run<StringValue>(
              call,
              [&](Change& change) -> absl::StatusOr<StringValue> {
                ASSIGN_OR_RETURN(domain::Referral referral,
                                 store::LeadStore(*context.cipher)
                                     .GetReferral(change.sql(), name.district, name.id, true));
                RETURN_IF_ERROR(rpc::CheckEtag(referral.version, request.etag()));
                ASSIGN_OR_RETURN(referral, domain::Receive(std::move(referral), request.receipt(),
                                                           change.now()));
                RETURN_IF_ERROR(WriteReferral(context, change, referral, "RecordReferralReceipt",
                                              "登记移送回执 "));
                return StringValue();
              })
          .status());
  return GetReferral(context, call, request.name());
}

absl::StatusOr<v1::ListReferralsResponse> ListReferrals(const Context& context,
                                                        const rpc::Call& call,
                                                        const v1::ListReferralsRequest& request) {
  ASSIGN_OR_RETURN(auto page, context.host.pool().TransactValue(
                                  "followup.list_referrals", ReadOnly(call), [&](pg::Tx& tx) {
                                    return store::LeadStore(*context.cipher)
                                        .ListReferrals(tx, rpc::DistrictOf(request.parent()),
                                                       request.page_size(), request.page_token());
                                  }));
  v1::ListReferralsResponse response;
  for (const domain::Referral& referral : page.first) {
    *response.add_referrals() = ToProto(referral);
  }
  response.set_next_page_token(page.second);
  return response;
}

void RegisterReferralRpcs(const ContextPtr& context) {
  rpc::Server& server = context->host.server();
  server.Unary<v1::IssueReferralRequest, v1::Referral>(
      absl::StrCat(kService, "IssueReferral"),
      [context](const rpc::Call& call, const v1::IssueReferralRequest& request) {
        return IssueReferral(*context, call, request);
      });
  server.Unary<v1::RecordReferralReceiptRequest, v1::Referral>(
      absl::StrCat(kService, "RecordReferralReceipt"),
      [context](const rpc::Call& call, const v1::RecordReferralReceiptRequest& request) {
        return RecordReceipt(*context, call, request);
      });
  server.Unary<v1::ListReferralsRequest, v1::ListReferralsResponse>(
      absl::StrCat(kService, "ListReferrals"),
      [context](const rpc::Call& call, const v1::ListReferralsRequest& request) {
        return ListReferrals(*context, call, request);
      });
}

}  // namespace

void RegisterLeadRpcs(const ContextPtr& context) {
  rpc::Server& server = context->host.server();
  server.Unary<v1::RegisterLeadRequest, v1::ProblemLead>(
      absl::StrCat(kService, "RegisterLead"),
      [context](const rpc::Call& call, const v1::RegisterLeadRequest& request) {
        return RegisterLead(*context, call, request);
      });
  server.Unary<v1::GetProblemLeadRequest, v1::ProblemLead>(
      absl::StrCat(kService, "GetProblemLead"),
      [context](const rpc::Call& call, const v1::GetProblemLeadRequest& request) {
        return GetLead(*context, call, request.name());
      });
  server.Unary<v1::ListProblemLeadsRequest, v1::ListProblemLeadsResponse>(
      absl::StrCat(kService, "ListProblemLeads"),
      [context](const rpc::Call& call, const v1::ListProblemLeadsRequest& request) {
        return ListLeads(*context, call, request);
      });
  server.Unary<v1::DisposeLeadRequest, v1::ProblemLead>(
      absl::StrCat(kService, "DisposeLead"),
      [context](const rpc::Call& call, const v1::DisposeLeadRequest& request) {
        return ChangeLead(*context, call, request.name(), request.etag(), "DisposeLead",
                          "处置问题线索", [&](domain::Lead lead, absl::Time now) {
                            return domain::Dispose(
                                std::move(lead), static_cast<domain::Disposal>(request.disposal()),
                                request.reason(), now);
                          });
      });
  server.Unary<v1::ConcludeLeadRequest, v1::ProblemLead>(
      absl::StrCat(kService, "ConcludeLead"),
      [context](const rpc::Call& call, const v1::ConcludeLeadRequest& request) {
        return ChangeLead(*context, call, request.name(), request.etag(), "ConcludeLead",
                          "办结问题线索", [&](domain::Lead lead, absl::Time) {
                            return domain::Conclude(std::move(lead),
                                                    static_cast<domain::Outcome>(request.outcome()),
                                                    request.note());
                          });
      });
  RegisterReferralRpcs(context);
}

}  // namespace rectify::followup::api
