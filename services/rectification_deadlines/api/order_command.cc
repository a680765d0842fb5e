#include "services/rectification_deadlines/api/order_command.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "absl/strings/match.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "libs/rpc/convert.h"
#include "libs/rpc/resource_name.h"
#include "rectify/venue/v1/venue_service.pb.h"
#include "services/rectification_deadlines/api/convert.h"
#include "services/rectification_deadlines/events/journal.h"
#include "services/rectification_deadlines/events/payloads.h"
#include "services/rectification_deadlines/store/projection_store.h"

namespace rectify::deadline::api {
namespace {

using ::rectify::events::Change;

// The caller waits too; a registry that takes longer counts as away.
constexpr absl::Duration kPatience = absl::Seconds(3);

constexpr const char* kEnforcement[] = {"INSPECTOR", "DEPARTMENT_HEAD", "LEGAL_REVIEWER", "CHIEF"};
constexpr const char* kOtherReaders[] = {"STREET_OFFICER", "REGISTRAR", "SERVICE"};

template <size_t n>
bool HasOneOf(const rpc::Caller& caller, const char* const (&roles)[n]) {
  return std::any_of(std::begin(roles), std::end(roles),
                     [&](const char* role) { return caller.HasRole(role); });
}

bool IsItsOfficer(const rpc::Caller& caller, const domain::Order& order) {
  return caller.HasRole("INSPECTOR") &&
         std::any_of(caller.posts.begin(), caller.posts.end(),
                     [&](const std::string& post) { return order.HasOfficer(post); });
}

absl::StatusOr<domain::Officer> AskRegistry(Context& context, const rpc::Call& call,
                                            const std::string& name) {
  venue::v1::GetOfficerRequest request;
  request.set_name(name);
  rpc::CallOptions options;
  options.trace = call.trace;
  options.language = call.language;
  options.timeout = kPatience;
  ASSIGN_OR_RETURN(const venue::v1::Officer officer,
                   context.host.peer("venue").Unary<venue::v1::Officer>(
                       "rectify.venue.v1.VenueRegistry.GetOfficer", request, options));
  domain::Officer answer{officer.name(),
                         officer.display_name(),
                         rpc::ToCivilDay(officer.certificate_start()),
                         rpc::ToCivilDay(officer.certificate_end()),
                         rpc::ToCivilDay(officer.post_start()),
                         std::nullopt};
  if (officer.has_post_end()) answer.post_end = rpc::ToCivilDay(officer.post_end());
  return answer;
}

}  // namespace

absl::Status NotYourTask(absl::string_view zh, absl::string_view en) {
  return MakeError(absl::StatusCode::kPermissionDenied,
                   {"NOT_YOUR_TASK", {std::string(zh), std::string(en)}, {}, {}});
}

domain::Signer SignerOf(const rpc::Caller& caller) {
  domain::Signer signer{caller.subject, {}, caller.roles, caller.subject};
  for (const std::string& post : caller.posts) {
    if (absl::StrContains(post, "/officers/")) signer.officers.push_back(post);
  }
  if (!signer.officers.empty()) signer.name = signer.officers.front();
  return signer;
}

absl::StatusOr<rpc::Caller> SpeakingFor(pg::Tx& tx, rpc::Caller caller) {
  ASSIGN_OR_RETURN(caller.posts, store::WithFormerNames(tx, caller.posts));
  return caller;
}

bool IsEnforcement(const rpc::Caller& caller) { return HasOneOf(caller, kEnforcement); }

bool MaySee(const rpc::Caller& caller, absl::string_view venue) {
  return IsEnforcement(caller) || HasOneOf(caller, kOtherReaders) || caller.HasPost(venue);
}

absl::Status Anybody(const rpc::Caller&, const domain::Order&) { return absl::OkStatus(); }

absl::Status OneOfItsOfficers(const rpc::Caller& caller, const domain::Order& order) {
  if (IsItsOfficer(caller, order)) return absl::OkStatus();
  return NotYourTask("只有该文书的承办人员可以办理", "only the officers of the order may do this");
}

absl::Status OfficerOrItsVenue(const rpc::Caller& caller, const domain::Order& order) {
  if (IsItsOfficer(caller, order)) return absl::OkStatus();
  if (caller.HasRole("VENUE_MANAGER") && caller.HasPost(order.venue)) return absl::OkStatus();
  return NotYourTask("只有当事场所的负责人或者承办人员可以办理",
                     "only the venue's manager or the officers of the order may do this");
}

absl::Status OfficerOrRank(const rpc::Caller& caller, const domain::Order& order) {
  if (caller.HasRole("DEPARTMENT_HEAD") || caller.HasRole("CHIEF")) return absl::OkStatus();
  return OneOfItsOfficers(caller, order);
}

absl::StatusOr<v1::Order> RunVerb(Context& context, const rpc::Call& call, const std::string& name,
                                  const std::string& etag, const MayAct& may_act,
                                  const Verb& verb) {
  return context.host.commands().Run<v1::Order>(
      call, [&](Change& change) -> absl::StatusOr<v1::Order> {
        ASSIGN_OR_RETURN(domain::Order order, context.orders.LoadForUpdate(change.sql(), name));
        ASSIGN_OR_RETURN(const rpc::Caller caller, SpeakingFor(change.sql(), call.caller));
        if (!MaySee(caller, order.venue)) return rectify::NotFoundError(name);
        RETURN_IF_ERROR(may_act(caller, order));
        RETURN_IF_ERROR(rpc::CheckEtag(order.version, etag));
        ASSIGN_OR_RETURN(order, verb(change, std::move(order)));
        RETURN_IF_ERROR(context.orders.Save(change.sql(), order));
        return ToMessage(order, change.now(), Personal::kMasked);
      });
}

absl::Status DraftFurther(Context& context, Change& change, const domain::Order& draft,
                          std::string why) {
  RETURN_IF_ERROR(context.orders.Save(change.sql(), draft));
  events::JournalOrder(change, draft, {"DraftOrder", std::move(why)}, events::ToOrderDrafted(draft),
                       ::rectify::events::kInternalOnly);
  return context.clocks.Tell(change, domain::SubjectOf(draft),
                             {{domain::Trigger::kOrderDrafted, change.now()}});
}

absl::StatusOr<domain::Officers> FindOfficers(Context& context, const rpc::Call& call,
                                              const std::string& district,
                                              const std::vector<std::string>& names) {
  std::vector<std::string> own;
  std::copy_if(names.begin(), names.end(), std::back_inserter(own),
               [&](const std::string& name) { return rpc::DistrictOf(name) == district; });
  ASSIGN_OR_RETURN(
      domain::Officers officers,
      context.host.pool().TransactValue(
          "deadline.find_officers", {.access = pg::Access::kReadOnly, .deadline = call.deadline},
          [&](pg::Tx& tx) { return store::FindOfficers(tx, own); }));
  for (const std::string& name : own) {
    if (officers.contains(name)) continue;
    absl::StatusOr<domain::Officer> officer = AskRegistry(context, call, name);
    if (absl::IsNotFound(officer.status())) continue;
    RETURN_IF_ERROR(officer.status());
    officers.emplace(name, *std::move(officer));
  }
  return officers;
}

absl::Status RequireKnownPeople(Context& context, const rpc::Call& call,
                                const std::string& district,
                                const std::optional<domain::Deliberation>& deliberation) {
  if (!deliberation) return absl::OkStatus();
  std::vector<std::string> names;
  for (const domain::Opinion& opinion : deliberation->participants) {
    names.push_back(opinion.officer);
  }
  for (const auto* absentees : {&deliberation->absentees, &deliberation->recusals}) {
    for (const domain::Absentee& absentee : *absentees) names.push_back(absentee.officer);
  }
  ASSIGN_OR_RETURN(const domain::Officers officers, FindOfficers(context, call, district, names));
  for (const std::string& name : names) {
    if (!officers.contains(name)) return rectify::NotFoundError(name);
  }
  return absl::OkStatus();
}

}  // namespace rectify::deadline::api
