// Temporary sealing, from the proposal to the lifting.
#include <algorithm>
#include <functional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/clock.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "libs/rpc/convert.h"
#include "libs/rpc/resource_name.h"
#include "rectify/deadline/v1/seal_service.pb.h"
#include "services/rectification_deadlines/api/handlers.h"
#include "services/rectification_deadlines/api/order_command.h"
#include "services/rectification_deadlines/api/seal_convert.h"
#include "services/rectification_deadlines/events/seal_events.h"
#include "services/rectification_deadlines/store/names.h"
#include "services/rectification_deadlines/store/projection_store.h"

namespace rectify::deadline::api {
namespace {

using domain::Seal;
using ::rectify::events::Change;
using rpc::Call;

constexpr char kSeals[] = "Seals";

bool IsOfficerOf(const rpc::Caller& caller, const Seal& seal) {
  return caller.HasRole("INSPECTOR") &&
         std::any_of(caller.posts.begin(), caller.posts.end(),
                     [&](const std::string& post) { return seal.HasOfficer(post); });
}

absl::Status SealOfficer(const rpc::Caller& caller, const Seal& seal) {
  if (IsOfficerOf(caller, seal)) return absl::OkStatus();
  return NotYourTask("只有该查封的承办人员可以办理", "only the officers of the seal may do this");
}

absl::Status SealOfficerOrVenue(const rpc::Caller& caller, const Seal& seal) {
  if (IsOfficerOf(caller, seal)) return absl::OkStatus();
  if (caller.HasRole("VENUE_MANAGER") && caller.HasPost(seal.venue)) return absl::OkStatus();
  return NotYourTask("只有当事场所的负责人或者承办人员可以办理",
                     "only the venue's manager or the officers of the seal may do this");
}

absl::Status AnySigner(const rpc::Caller&, const Seal&) { return absl::OkStatus(); }

// Load and lock, authorise, etag, rule with its journal, save, answer.
template <typename Request>
absl::StatusOr<v1::Seal> RunSealVerb(
    Context& context, const Call& call, const Request& request,
    absl::Status (*may_act)(const rpc::Caller&, const Seal&),
    const std::function<absl::StatusOr<Seal>(Change&, Seal)>& verb) {
  return context.host.commands().Run<v1::Seal>(
      call, [&](Change& change) -> absl::StatusOr<v1::Seal> {
        ASSIGN_OR_RETURN(Seal seal, context.seals.LoadForUpdate(change.sql(), request.name()));
        ASSIGN_OR_RETURN(const rpc::Caller caller, SpeakingFor(change.sql(), call.caller));
        if (!MaySee(caller, seal.venue)) return rectify::NotFoundError(request.name());
        RETURN_IF_ERROR(may_act(caller, seal));
        RETURN_IF_ERROR(rpc::CheckEtag(seal.version, request.etag()));
        ASSIGN_OR_RETURN(seal, verb(change, std::move(seal)));
        RETURN_IF_ERROR(context.seals.Save(change.sql(), seal));
        return ToMessage(seal, Personal::kMasked);
      });
}

absl::StatusOr<v1::Seal> GetSeal(Context& context, const Call& call,
                                 const v1::GetSealRequest& request) {
  ASSIGN_OR_RETURN(
      const Seal seal,
      context.host.pool().TransactValue(
          "deadline.get_seal", {.access = pg::Access::kReadOnly, .deadline = call.deadline},
          [&](pg::Tx& tx) { return context.seals.Load(tx, request.name()); }));
  return ToMessage(seal, Personal::kShown);
}

absl::StatusOr<v1::ListSealsResponse> ListSeals(Context& context, const Call& call,
                                                const v1::ListSealsRequest& request) {
  ASSIGN_OR_RETURN(
      const auto page,
      context.host.pool().TransactValue(
          "deadline.list_seals", {.access = pg::Access::kReadOnly, .deadline = call.deadline},
          [&](pg::Tx& tx) {
            return context.seals.List(
                tx, rpc::DistrictOf(request.parent()),
                {request.filter(), request.page_size(), request.page_token()});
          }));
  v1::ListSealsResponse response;
  for (const Seal& seal : page.first) *response.add_seals() = ToMessage(seal, Personal::kMasked);
  response.set_next_page_token(page.second);
  return response;
}

absl::Status CheckFormer(Context& context, Change& change, const Seal& seal) {
  if (seal.former.empty()) return absl::OkStatus();
  if (rpc::DistrictOf(seal.former) != rpc::DistrictOf(seal.venue)) {
    return rectify::NotFoundError(seal.former);
  }
  ASSIGN_OR_RETURN(const Seal former, context.seals.LoadForUpdate(change.sql(), seal.former));
  ASSIGN_OR_RETURN(const bool same, store::SameVenue(change.sql(), former.venue, seal.venue));
  if (!same) {
    return FieldError("seal.former", {"原查封不是该场所的", "is not a seal of this venue"});
  }
  return domain::RequireEnded(former, change.now());
}

absl::StatusOr<v1::Seal> ProposeSeal(Context& context, const Call& call,
                                     const v1::ProposeSealRequest& request) {
  const Seal draft = ToSeal(request.seal());
  const std::string district = rpc::DistrictOf(request.parent());
  if (rpc::DistrictOf(draft.venue) != district) {
    return FieldError("seal.venue", {"不属于该区", "lies in another district"});
  }
  RETURN_IF_ERROR(SealOfficer(call.caller, draft));
  ASSIGN_OR_RETURN(const domain::Officers officers,
                   FindOfficers(context, call, district, draft.officers));
  return context.host.commands().Run<v1::Seal>(
      call, [&](Change& change) -> absl::StatusOr<v1::Seal> {
        RETURN_IF_ERROR(CheckFormer(context, change, draft));
        ASSIGN_OR_RETURN(Seal seal, domain::ProposeSeal(draft, officers, change.now()));
        ASSIGN_OR_RETURN(const auto venue, store::FindVenue(change.sql(), seal.venue));
        if (!venue) return rectify::NotFoundError(seal.venue);
        seal.venue = venue->name;
        seal.party = venue->display_name;
        seal.name = store::SealName(district, change.NewId("seal"));
        RETURN_IF_ERROR(context.seals.Save(change.sql(), seal));
        RETURN_IF_ERROR(events::JournalSeal(
            change, context.clocks, seal, "ProposeSeal",
            absl::StrCat(seal.urgent ? "口头批准当场查封 " : "拟对 ", seal.party, " ",
                         seal.PartsText(), "（", domain::NameOf(seal.ground), "）"),
            events::ToSealProposed(seal), change.now()));
        return ToMessage(seal, Personal::kMasked);
      });
}

absl::StatusOr<v1::Seal> RecordSealStudy(Context& context, const Call& call,
                                         const v1::RecordSealStudyRequest& request) {
  return RunSealVerb(
      context, call, request, AnySigner, [&](Change& change, Seal seal) -> absl::StatusOr<Seal> {
        ASSIGN_OR_RETURN(
            seal, domain::StudySeal(std::move(seal), ToStudy(request.study()), change.now()));
        RETURN_IF_ERROR(events::JournalSeal(
            change, context.clocks, seal, "RecordSealStudy",
            absl::StrCat("集体研究：", seal.study->justified ? "应予查封" : "不应查封", "（",
                         seal.study->opinions.size(), " 人）"),
            events::ToSealReviewed(seal, "STUDIED"), change.now()));
        return seal;
      });
}

absl::StatusOr<v1::Seal> ApproveSeal(Context& context, const Call& call,
                                     const v1::ApproveSealRequest& request) {
  const domain::Signer signer = SignerOf(call.caller);
  return RunSealVerb(
      context, call, request, AnySigner, [&](Change& change, Seal seal) -> absl::StatusOr<Seal> {
        ASSIGN_OR_RETURN(
            seal, domain::ApproveSeal(std::move(seal), signer, request.opinion(), change.now()));
        RETURN_IF_ERROR(events::JournalSeal(
            change, context.clocks, seal, "ApproveSeal",
            seal.state == domain::SealState::kApproved ? "决定临时查封" : "审批同意",
            events::ToSealReviewed(seal, "APPROVED"), change.now()));
        return seal;
      });
}

absl::StatusOr<v1::Seal> RefuseSeal(Context& context, const Call& call,
                                    const v1::RefuseSealRequest& request) {
  return RunSealVerb(
      context, call, request, AnySigner, [&](Change& change, Seal seal) -> absl::StatusOr<Seal> {
        ASSIGN_OR_RETURN(seal, domain::RefuseSeal(std::move(seal), request.reason(), change.now()));
        RETURN_IF_ERROR(events::JournalSeal(change, context.clocks, seal, "RefuseSeal",
                                            seal.urgent ? "不予查封，立即解除当场查封" : "不予查封",
                                            events::ToSealRefused(seal), change.now()));
        return seal;
      });
}

absl::StatusOr<v1::Seal> ServeSeal(Context& context, const Call& call,
                                   const v1::ServeSealRequest& request) {
  const domain::SealService service = ToSealService(request.service());
  ASSIGN_OR_RETURN(const domain::Officers officers,
                   FindOfficers(context, call, rpc::DistrictOf(request.name()), service.officers));
  return RunSealVerb(
      context, call, request, SealOfficer, [&](Change& change, Seal seal) -> absl::StatusOr<Seal> {
        ASSIGN_OR_RETURN(seal, domain::ServeSeal(std::move(seal), service, officers, change.now()));
        RETURN_IF_ERROR(events::JournalSeal(
            change, context.clocks, seal, "ServeSeal",
            absl::StrCat("送达临时查封决定书，查封至 ", domain::FormatLastDayZh(*seal.last_day)),
            events::ToSealServed(seal), service.serve_time));
        return seal;
      });
}

absl::StatusOr<v1::Seal> ApplySealLift(Context& context, const Call& call,
                                       const v1::ApplySealLiftRequest& request) {
  return RunSealVerb(
      context, call, request, SealOfficerOrVenue,
      [&](Change& change, Seal seal) -> absl::StatusOr<Seal> {
        ASSIGN_OR_RETURN(seal,
                         domain::ApplySealLift(std::move(seal), request.statement(), change.now()));
        RETURN_IF_ERROR(events::JournalSeal(change, context.clocks, seal, "ApplySealLift",
                                            "当事人申请解除查封", events::ToSealLiftApplied(seal),
                                            change.now()));
        return seal;
      });
}

absl::StatusOr<v1::Seal> CheckSealLift(Context& context, const Call& call,
                                       const v1::CheckSealLiftRequest& request) {
  const domain::SealCheck check = ToCheck(request.check());
  ASSIGN_OR_RETURN(const domain::Officers officers,
                   FindOfficers(context, call, rpc::DistrictOf(request.name()), check.officers));
  return RunSealVerb(
      context, call, request, SealOfficer, [&](Change& change, Seal seal) -> absl::StatusOr<Seal> {
        ASSIGN_OR_RETURN(seal,
                         domain::CheckSealLift(std::move(seal), check, officers, change.now()));
        RETURN_IF_ERROR(
            events::JournalSeal(change, context.clocks, seal, "CheckSealLift",
                                check.removed ? "核查，火灾隐患已经消除" : "核查，火灾隐患尚未消除",
                                events::ToSealLiftChecked(seal), check.check_time));
        return seal;
      });
}

absl::StatusOr<v1::Seal> DecideSealLift(Context& context, const Call& call,
                                        const v1::DecideSealLiftRequest& request) {
  return RunSealVerb(
      context, call, request, AnySigner, [&](Change& change, Seal seal) -> absl::StatusOr<Seal> {
        ASSIGN_OR_RETURN(seal, domain::DecideSealLift(std::move(seal), request.lifted(),
                                                      request.reason(), change.now()));
        if (request.lifted()) {
          RETURN_IF_ERROR(events::JournalSeal(change, context.clocks, seal, "LiftSeal",
                                              "解除临时查封", events::ToSealLifted(seal),
                                              change.now()));
        } else {
          RETURN_IF_ERROR(events::JournalSeal(change, context.clocks, seal, "RefuseSealLift",
                                              "不予解除查封", events::ToSealLiftRefused(seal),
                                              change.now()));
        }
        return seal;
      });
}

}  // namespace

void RegisterSealRpcs(const std::shared_ptr<Context>& context) {
  RegisterUnary(context, "GetSeal", GetSeal, kSeals);
  RegisterUnary(context, "ListSeals", ListSeals, kSeals);
  RegisterUnary(context, "ProposeSeal", ProposeSeal, kSeals);
  RegisterUnary(context, "RecordSealStudy", RecordSealStudy, kSeals);
  RegisterUnary(context, "ApproveSeal", ApproveSeal, kSeals);
  RegisterUnary(context, "RefuseSeal", RefuseSeal, kSeals);
  RegisterUnary(context, "ServeSeal", ServeSeal, kSeals);
  RegisterUnary(context, "ApplySealLift", ApplySealLift, kSeals);
  RegisterUnary(context, "CheckSealLift", CheckSealLift, kSeals);
  RegisterUnary(context, "DecideSealLift", DecideSealLift, kSeals);
}

}  // namespace rectify::deadline::api
