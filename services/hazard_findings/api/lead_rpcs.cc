// The rpcs of rectify.hazard.v1.Leads.
#include <functional>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/empty.pb.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "libs/rpc/convert.h"
#include "libs/rpc/resource_name.h"
#include "services/hazard_findings/api/callers.h"
#include "services/hazard_findings/api/convert.h"
#include "services/hazard_findings/api/handlers.h"
#include "services/hazard_findings/api/lead_convert.h"
#include "services/hazard_findings/api/references.h"
#include "services/hazard_findings/events/lead_payloads.h"
#include "services/hazard_findings/store/inspection_store.h"
#include "services/hazard_findings/store/lead_store.h"
#include "services/hazard_findings/store/reference_store.h"
#include "services/hazard_findings/store/venue_names.h"

namespace rectify::hazard::api {
namespace {

using rectify::events::Change;

constexpr int kLeadAudience = rectify::events::kDepartments;
// Names the officer, whose conduct the discipline committee follows.
constexpr int kOfficerAudience = rectify::events::kDepartments | rectify::events::kDiscipline;

bool IsDesk(absl::string_view post) {
  return absl::StrContains(post, "/streets/") || absl::StrContains(post, "/departments/");
}

std::string ReporterOf(const rpc::Caller& caller) {
  for (const std::string& post : caller.posts) {
    if (IsDesk(post)) return post;
  }
  return "";
}

absl::Status NotYourLead() {
  return MakeError(absl::StatusCode::kPermissionDenied,
                   {.reason = "NOT_YOUR_TASK",
                    .text = {"只有该线索的承办人可以办理（name）",
                             "only the officer of this lead may do this (name)"},
                    .metadata = {},
                    .violations = {}});
}

rectify::events::AuditRecord Record(const domain::Lead& lead, absl::string_view action,
                                    absl::string_view what) {
  rectify::events::AuditRecord record;
  record.subject = lead.name();
  record.action = std::string(action);
  record.summary = absl::StrCat("线索（", domain::DutyTitle(lead), "）", what);
  for (const std::string* related :
       {&lead.venue, &lead.officer, &lead.transfer_department, &lead.inspection}) {
    if (!related->empty()) record.related.push_back(*related);
  }
  return record;
}

absl::StatusOr<v1::Lead> Known(const store::KnownLead& known, const std::string& content_mark) {
  if (known.content_mark == content_mark) return ToProto(known.lead);
  return MakeError(absl::StatusCode::kAlreadyExists,
                   {.reason = "ALREADY_EXISTS",
                    .text = {"该来源的同一编号已有内容不同的线索（lead.external_id）",
                             "another lead of this source has the same id (lead.external_id)"},
                    .metadata = {{"field", "lead.external_id"}},
                    .violations = {}});
}

absl::StatusOr<v1::Lead> CreateLead(const Context& context, const rpc::Call& call,
                                    const v1::CreateLeadRequest& request) {
  service::Host& host = context.host;
  const std::string& venue = request.lead().venue();
  RETURN_IF_ERROR(CompleteReferences(host.pool(), host.peer("venue"), call,
                                     rpc::DistrictOf(request.parent()), {venue}));
  return host.commands().Run<v1::Lead>(call, [&](Change& change) -> absl::StatusOr<v1::Lead> {
    domain::Lead lead = ToLead(request, change.now());
    const domain::Complainant complainant = ToComplainant(request.complainant());
    lead.id = change.NewId("lead");
    lead.reporter = ReporterOf(call.caller);
    ASSIGN_OR_RETURN(const domain::References references,
                     store::LoadReferences(change.sql(), lead.district,
                                           {.venue = venue, .officers = {}, .departments = {}}));
    RETURN_IF_ERROR(domain::CheckNewLead(lead, references, change.now()));
    // Of what was handed in: the same again is a repeat, also when the venue was merged meanwhile.
    const std::string mark = store::ContentMark(*context.cipher, lead, complainant);
    if (references.venue.has_value()) lead.venue = references.venue->name;
    ASSIGN_OR_RETURN(const auto known, store::AddLead(change.sql(), lead, mark));
    if (known.has_value()) return Known(*known, mark);
    if (lead.has_complainant) {
      RETURN_IF_ERROR(store::AddComplainant(change.sql(), *context.cipher, lead, complainant));
    }
    rectify::events::AuditRecord record = Record(lead, "CreateLead", "接收");
    if (!lead.external_id.empty()) record.details["external_id"] = lead.external_id;
    change.Audit(std::move(record));
    change.Emit(lead.name(), lead.version, events::ToLeadReceived(lead), kLeadAudience);
    return ToProto(lead);
  });
}

absl::StatusOr<v1::Lead> GetLead(const Context& context, const rpc::Call& call,
                                 const v1::GetLeadRequest& request) {
  const NameParts name = PartsOf(request.name());
  ASSIGN_OR_RETURN(
      domain::Lead lead,
      context.host.pool().TransactValue(
          "hazard.get_lead", {.access = pg::Access::kReadOnly, .deadline = call.deadline},
          [&](pg::Tx& tx) {
            return store::GetLead(tx, name.district, name.id, DesksOf(call.caller));
          }));
  return ToProto(lead);
}

absl::StatusOr<v1::ListLeadsResponse> ListLeads(const Context& context, const rpc::Call& call,
                                                const v1::ListLeadsRequest& request) {
  ASSIGN_OR_RETURN(
      auto page, context.host.pool().TransactValue(
                     "hazard.list_leads",
                     {.access = pg::Access::kReadOnly, .deadline = call.deadline}, [&](pg::Tx& tx) {
                       return store::ListLeads(tx, rpc::DistrictOf(request.parent()),
                                               DesksOf(call.caller), request.filter(),
                                               request.page_size(), request.page_token());
                     }));
  v1::ListLeadsResponse response;
  for (const domain::Lead& lead : page.first) *response.add_leads() = ToProto(lead);
  response.set_next_page_token(page.second);
  return response;
}

// The frame of every verb: lock, etag, change, save; `change_lead` also audits and emits.
template <typename Request>
absl::StatusOr<v1::Lead> RunVerb(
    const Context& context, const rpc::Call& call, const Request& request,
    const std::function<absl::StatusOr<domain::Lead>(Change&, domain::Lead)>& change_lead) {
  const NameParts name = PartsOf(request.name());
  return context.host.commands().Run<v1::Lead>(
      call, [&](Change& change) -> absl::StatusOr<v1::Lead> {
        ASSIGN_OR_RETURN(domain::Lead lead, store::LockLead(change.sql(), name.district, name.id));
        RETURN_IF_ERROR(rpc::CheckEtag(lead.version, request.etag()));
        ASSIGN_OR_RETURN(lead, change_lead(change, std::move(lead)));
        RETURN_IF_ERROR(store::SaveLead(change.sql(), lead));
        return ToProto(lead);
      });
}

absl::StatusOr<v1::Lead> AcceptLead(const Context& context, const rpc::Call& call,
                                    const v1::AcceptLeadRequest& request) {
  service::Host& host = context.host;
  RETURN_IF_ERROR(CompleteReferences(host.pool(), host.peer("venue"), call,
                                     rpc::DistrictOf(request.name()), {request.officer()}));
  return RunVerb(
      context, call, request,
      [&](Change& change, domain::Lead lead) -> absl::StatusOr<domain::Lead> {
        ASSIGN_OR_RETURN(const domain::References references,
                         store::LoadReferences(
                             change.sql(), lead.district,
                             {.venue = "", .officers = {request.officer()}, .departments = {}}));
        ASSIGN_OR_RETURN(
            lead, domain::AcceptLead(std::move(lead), request.officer(), references, change.now()));
        change.Audit(Record(lead, "AcceptLead", "受理并指定承办人"));
        change.Emit(lead.name(), lead.version, events::ToLeadAccepted(lead), kOfficerAudience);
        return lead;
      });
}

absl::StatusOr<v1::Lead> RefuseLead(const Context& context, const rpc::Call& call,
                                    const v1::RefuseLeadRequest& request) {
  return RunVerb(
      context, call, request,
      [&](Change& change, domain::Lead lead) -> absl::StatusOr<domain::Lead> {
        ASSIGN_OR_RETURN(lead, domain::RefuseLead(std::move(lead), request.reason(), change.now()));
        change.Audit(Record(lead, "RefuseLead", "不予受理"));
        change.Emit(lead.name(), lead.version, events::ToLeadRefused(lead), kLeadAudience);
        return lead;
      });
}

absl::StatusOr<v1::Lead> TransferLead(const Context& context, const rpc::Call& call,
                                      const v1::TransferLeadRequest& request) {
  service::Host& host = context.host;
  RETURN_IF_ERROR(CompleteReferences(host.pool(), host.peer("venue"), call,
                                     rpc::DistrictOf(request.name()), {request.department()}));
  return RunVerb(
      context, call, request,
      [&](Change& change, domain::Lead lead) -> absl::StatusOr<domain::Lead> {
        ASSIGN_OR_RETURN(const domain::References references,
                         store::LoadReferences(
                             change.sql(), lead.district,
                             {.venue = "", .officers = {}, .departments = {request.department()}}));
        ASSIGN_OR_RETURN(lead, domain::TransferLead(std::move(lead), request.department(),
                                                    request.reason(), references, change.now()));
        change.Audit(Record(lead, "TransferLead", "移送有关部门"));
        change.Emit(lead.name(), lead.version, events::ToLeadTransferred(lead), kLeadAudience);
        return lead;
      });
}

absl::StatusOr<v1::Lead> VerifyLead(const Context& context, const rpc::Call& call,
                                    const v1::VerifyLeadRequest& request) {
  return RunVerb(
      context, call, request,
      [&](Change& change, domain::Lead lead) -> absl::StatusOr<domain::Lead> {
        if (!call.caller.HasPost(lead.officer)) return NotYourLead();
        std::optional<domain::VerifyingInspection> inspection;
        if (!request.inspection().empty()) {
          if (rpc::DistrictOf(request.inspection()) != lead.district) {
            return NotFoundError(request.inspection());
          }
          ASSIGN_OR_RETURN(
              const domain::Inspection found,
              store::GetInspection(change.sql(), lead.district, PartsOf(request.inspection()).id));
          inspection = {found.name(), found.venue, found.inspect_time};
          ASSIGN_OR_RETURN(const bool same,
                           store::SameVenue(change.sql(), found.venue, lead.venue));
          if (same) inspection->venue = lead.venue;
        }
        ASSIGN_OR_RETURN(
            lead,
            domain::VerifyLead(std::move(lead), static_cast<domain::LeadOutcome>(request.outcome()),
                               inspection, request.text(), change.now()));
        change.Audit(
            Record(lead, "VerifyLead",
                   lead.outcome == domain::LeadOutcome::kConfirmed ? "核查属实" : "核查不属实"));
        change.Emit(lead.name(), lead.version, events::ToLeadVerified(lead), kOfficerAudience);
        return lead;
      });
}

absl::StatusOr<v1::Lead> ReplyLead(const Context& context, const rpc::Call& call,
                                   const v1::ReplyLeadRequest& request) {
  return RunVerb(
      context, call, request,
      [&](Change& change, domain::Lead lead) -> absl::StatusOr<domain::Lead> {
        if (!call.caller.HasRole("DEPARTMENT_HEAD") && !call.caller.HasPost(lead.officer)) {
          return NotYourLead();
        }
        ASSIGN_OR_RETURN(lead, domain::ReplyLead(std::move(lead),
                                                 static_cast<domain::ReplyResult>(request.result()),
                                                 request.text(), change.now()));
        change.Audit(Record(
            lead, "ReplyLead",
            lead.reply_result == domain::ReplyResult::kTold ? "已告知举报投诉人" : "无法告知"));
        change.Emit(lead.name(), lead.version, events::ToLeadReplied(lead), kOfficerAudience);
        return lead;
      });
}

absl::StatusOr<v1::Complainant> RevealComplainant(const Context& context, const rpc::Call& call,
                                                  const v1::RevealComplainantRequest& request) {
  const NameParts name = PartsOf(request.name());
  // Committed before anything is shown, in a transaction that remembers no answer: the answer must
  // not lie in the database in clear text.
  RETURN_IF_ERROR(
      context.host.commands()
          .Run<google::protobuf::Empty>(
              call,
              [&](Change& change) -> absl::StatusOr<google::protobuf::Empty> {
                ASSIGN_OR_RETURN(
                    const domain::Lead lead,
                    store::GetLead(change.sql(), name.district, name.id, std::nullopt));
                if (!call.caller.HasRole("DEPARTMENT_HEAD") && !call.caller.HasPost(lead.officer)) {
                  return NotYourLead();
                }
                rectify::events::AuditRecord record =
                    Record(lead, "RevealComplainant",
                           absl::StrCat("查看举报投诉人身份，用途：", request.purpose()));
                record.details["purpose"] = request.purpose();
                change.Audit(std::move(record));
                return google::protobuf::Empty();
              })
          .status());
  ASSIGN_OR_RETURN(
      domain::Complainant complainant,
      context.host.pool().TransactValue(
          "hazard.reveal_complainant", {.access = pg::Access::kReadOnly, .deadline = call.deadline},
          [&](pg::Tx& tx) {
            return store::ReadComplainant(tx, *context.cipher, name.district, name.id);
          }));
  return ToProto(complainant);
}

}  // namespace

void RegisterLeadRpcs(const Context& context) {
  const Methods methods(context, "rectify.hazard.v1.Leads");
  methods.Add("CreateLead", CreateLead);
  methods.Add("GetLead", GetLead);
  methods.Add("ListLeads", ListLeads);
  methods.Add("AcceptLead", AcceptLead);
  methods.Add("RefuseLead", RefuseLead);
  methods.Add("TransferLead", TransferLead);
  methods.Add("VerifyLead", VerifyLead);
  methods.Add("ReplyLead", ReplyLead);
  methods.Add("RevealComplainant", RevealComplainant);
}

}  // namespace rectify::hazard::api
