// RequestReveal, ApproveReveal, RefuseReveal, ReadReveal, ListReveals. Every step, also one that is
// turned away, is in the register before it is answered.
#include <functional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "google/protobuf/empty.pb.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "rectify/followup/v1/visit_service.pb.h"
#include "services/followup_visits/api/handlers.h"
#include "services/followup_visits/api/visit_convert.h"
#include "services/followup_visits/store/reveal_store.h"
#include "services/followup_visits/store/visit_store.h"

namespace rectify::followup::api {
namespace {

using rectify::events::Change;
using Rule =
    std::function<absl::StatusOr<domain::Reveal>(domain::Reveal, absl::string_view, absl::Time)>;

// Adds to the register and to the audit trail.
absl::Status Enter(Change& change, domain::Reveal& reveal, const char* action,
                   const std::string& note) {
  const domain::RevealEntry entry = {action, change.actor(), change.now(), note};
  RETURN_IF_ERROR(store::AddEntry(change.sql(), reveal, entry));
  reveal.entries.push_back(entry);
  change.Audit({.subject = reveal.name(),
                .related = {domain::VisitName(reveal.district, reveal.visit_id)},
                .action = absl::StrCat("Reveal/", action),
                .summary = absl::StrCat("身份解密 ", action, "：", note),
                .details = {}});
  return absl::OkStatus();
}

// Makes the reveal that is asked for.
absl::StatusOr<domain::Reveal> Register(Change& change, domain::Reveal reveal) {
  reveal.id = change.NewId("reveal");
  reveal.create_time = change.now();
  RETURN_IF_ERROR(store::AddReveal(change.sql(), reveal));
  RETURN_IF_ERROR(Enter(change, reveal, "REQUESTED", reveal.reason));
  return reveal;
}

// A request for an identity that is not kept is in the register like one that somebody refused.
absl::Status RegisterInVain(const Context& context, const rpc::Call& call,
                            const domain::Reveal& asked) {
  return context.host.commands().Act(
      {.actor = call.caller.subject, .parent = call.request_id, .trace = call.trace},
      "followup.deny_reveal", [&](Change& change) -> absl::Status {
        ASSIGN_OR_RETURN(domain::Reveal reveal, Register(change, asked));
        reveal.state = domain::RevealState::kRefused;
        RETURN_IF_ERROR(store::SaveReveal(change.sql(), reveal));
        return Enter(change, reveal, "DENIED", "REQUESTED VISIT_STATE");
      });
}

absl::StatusOr<v1::Reveal> RequestReveal(const Context& context, const rpc::Call& call,
                                         const v1::RequestRevealRequest& request) {
  domain::Reveal reveal;
  reveal.fields.assign(request.fields().begin(), request.fields().end());
  RETURN_IF_ERROR(domain::CheckRevealFields(reveal.fields));
  const NameParts name = PartsOf(request.parent());
  reveal.district = name.district;
  reveal.visit_id = name.id;
  reveal.requester = call.caller.subject;
  reveal.reason = request.reason();
  absl::StatusOr<v1::Reveal> response = context.host.commands().Run<v1::Reveal>(
      call, [&](Change& change) -> absl::StatusOr<v1::Reveal> {
        ASSIGN_OR_RETURN(const store::ListedVisit listed,
                         store::GetVisit(change.sql(), name.district, name.id));
        if (!listed.visit.has_respondent) {
          return PreconditionError("VISIT_STATE", {"该回访没有保存受访人身份",
                                                   "the visit keeps no respondent's identity"});
        }
        ASSIGN_OR_RETURN(const domain::Reveal made, Register(change, reveal));
        return ToProto(made, change.now());
      });
  if (ReasonOf(response.status()) == "VISIT_STATE") {
    RETURN_IF_ERROR(RegisterInVain(context, call, reveal));
  }
  return response;
}

// Runs a verb; one that is turned away leaves a DENIED entry, in a transaction of its own.
template <typename Response>
absl::StatusOr<Response> Step(
    const Context& context, const rpc::Call& call, const std::string& reveal_name,
    const char* action, const std::string& note, const Rule& rule,
    const std::function<Response(const domain::Reveal&, absl::Time)>& answer) {
  const NameParts name = PartsOf(reveal_name);
  absl::StatusOr<Response> response =
      context.host.commands().Run<Response>(call, [&](Change& change) -> absl::StatusOr<Response> {
        ASSIGN_OR_RETURN(domain::Reveal reveal,
                         store::LockReveal(change.sql(), name.district, name.id));
        ASSIGN_OR_RETURN(reveal, rule(std::move(reveal), call.caller.subject, change.now()));
        RETURN_IF_ERROR(store::SaveReveal(change.sql(), reveal));
        RETURN_IF_ERROR(Enter(change, reveal, action, note));
        return answer(reveal, change.now());
      });
  const std::string reason = ReasonOf(response.status());
  if (reason != "NOT_YOUR_TASK" && reason != "REVEAL_STATE") return response;
  RETURN_IF_ERROR(context.host.commands().Act(
      {.actor = call.caller.subject, .parent = call.request_id, .trace = call.trace},
      "followup.deny_reveal", [&](Change& change) -> absl::Status {
        ASSIGN_OR_RETURN(domain::Reveal reveal,
                         store::LockReveal(change.sql(), name.district, name.id));
        return Enter(change, reveal, "DENIED", absl::StrCat(action, " ", reason));
      }));
  return response;
}

absl::StatusOr<v1::Reveal> Decide(const Context& context, const rpc::Call& call,
                                  const std::string& name, const char* action,
                                  const std::string& note, const Rule& rule) {
  return Step<v1::Reveal>(
      context, call, name, action, note, rule,
      [](const domain::Reveal& reveal, absl::Time now) { return ToProto(reveal, now); });
}

// The view is committed first, in a transaction that remembers no answer: what is shown must not
// lie in the database in clear text, and a repeat of the request must not show it again.
absl::StatusOr<v1::ReadRevealResponse> ReadReveal(const Context& context, const rpc::Call& call,
                                                  const v1::ReadRevealRequest& request) {
  domain::Reveal viewed;
  RETURN_IF_ERROR(Step<google::protobuf::Empty>(context, call, request.name(), "VIEWED", "",
                                                domain::View,
                                                [&](const domain::Reveal& reveal, absl::Time) {
                                                  viewed = reveal;
                                                  return google::protobuf::Empty();
                                                })
                      .status());
  if (viewed.id.empty()) {
    return PreconditionError("REVEAL_STATE",
                             {"该请求已查看过一次，不再显示", "this request was answered before"},
                             {{"state", "VIEWED"}});
  }
  ASSIGN_OR_RETURN(
      const domain::VisitContent content,
      context.host.pool().TransactValue("followup.read_reveal", ReadOnly(call), [&](pg::Tx& tx) {
        return store::ReadContent(tx, *context.cipher, viewed.district, viewed.visit_id);
      }));
  v1::ReadRevealResponse response;
  *response.mutable_respondent() = ToProto(domain::Shown(viewed, content.respondent));
  return response;
}

absl::StatusOr<v1::ListRevealsResponse> ListReveals(const Context& context, const rpc::Call& call,
                                                    const v1::ListRevealsRequest& request) {
  ASSIGN_OR_RETURN(
      auto page,
      context.host.pool().TransactValue("followup.list_reveals", ReadOnly(call), [&](pg::Tx& tx) {
        return store::ListReveals(tx, rpc::DistrictOf(request.parent()), request.filter(),
                                  request.page_size(), request.page_token());
      }));
  v1::ListRevealsResponse response;
  const absl::Time now = context.host.clock().Now();
  for (const domain::Reveal& reveal : page.first) *response.add_reveals() = ToProto(reveal, now);
  response.set_next_page_token(page.second);
  return response;
}

}  // namespace

void RegisterRevealRpcs(const ContextPtr& context) {
  rpc::Server& server = context->host.server();
  server.Unary<v1::RequestRevealRequest, v1::Reveal>(
      "rectify.followup.v1.FollowupVisits.RequestReveal",
      [context](const rpc::Call& call, const v1::RequestRevealRequest& request) {
        return RequestReveal(*context, call, request);
      });
  server.Unary<v1::ApproveRevealRequest, v1::Reveal>(
      "rectify.followup.v1.FollowupVisits.ApproveReveal",
      [context](const rpc::Call& call, const v1::ApproveRevealRequest& request) {
        return Decide(*context, call, request.name(), "APPROVED", "", domain::Approve);
      });
  server.Unary<v1::RefuseRevealRequest, v1::Reveal>(
      "rectify.followup.v1.FollowupVisits.RefuseReveal",
      [context](const rpc::Call& call, const v1::RefuseRevealRequest& request) {
        return Decide(*context, call, request.name(), "REFUSED", request.reason(), domain::Refuse);
      });
  server.Unary<v1::ReadRevealRequest, v1::ReadRevealResponse>(
      "rectify.followup.v1.FollowupVisits.ReadReveal",
      [context](const rpc::Call& call, const v1::ReadRevealRequest& request) {
        return ReadReveal(*context, call, request);
      });
  server.Unary<v1::ListRevealsRequest, v1::ListRevealsResponse>(
      "rectify.followup.v1.FollowupVisits.ListReveals",
      [context](const rpc::Call& call, const v1::ListRevealsRequest& request) {
        return ListReveals(*context, call, request);
      });
}

}  // namespace rectify::followup::api
