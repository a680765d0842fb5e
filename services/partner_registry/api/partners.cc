// CreatePartner, GetPartner, ListPartners, UpdatePartner, SuspendPartner, ResumePartner.
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "libs/base/error.h"
#include "libs/base/ids.h"
#include "libs/base/status_macros.h"
#include "libs/rpc/convert.h"
#include "rectify/partner/v1/partner_service.pb.h"
#include "services/partner_registry/api/handlers.h"
#include "services/partner_registry/api/scopes.h"
#include "services/partner_registry/events/kinds.h"
#include "services/partner_registry/events/payloads.h"
#include "services/partner_registry/store/feed_store.h"
#include "services/partner_registry/store/partner_store.h"

namespace rectify::partner::api {
namespace {

using domain::Partner;
using events::ToProto;
using rectify::events::Change;

const domain::Contract& TheContract() {
  static const auto& contract = *new domain::Contract{MayCall, events::IsEventType};
  return contract;
}

domain::PartnerFields ToFields(const v1::Partner& proto) {
  return {.display_name = proto.display_name(),
          .role = static_cast<domain::Role>(proto.role()),
          .posts = {proto.posts().begin(), proto.posts().end()},
          .scopes = {proto.scopes().begin(), proto.scopes().end()},
          .requests_per_minute = proto.requests_per_minute(),
          .event_types = {proto.event_types().begin(), proto.event_types().end()}};
}

void Record(Change& change, const Partner& partner, absl::string_view action,
            absl::string_view summary, const std::vector<std::string>& changed,
            absl::string_view reason = "") {
  change.Audit({.subject = partner.name(),
                .related = partner.fields.posts,
                .action = std::string(action),
                .summary = absl::StrCat(summary, "：", partner.fields.display_name,
                                        reason.empty() ? "" : "，", reason),
                .details = {{"changed_fields", absl::StrJoin(changed, ",")},
                            {"scopes", absl::StrJoin(partner.fields.scopes, ",")}}});
  events::EmitPartner(change, partner, changed);
}

// The fields of the resource have its place in the request before them; update_mask has not.
absl::Status InPartner(const absl::Status& error) {
  const auto detail = DetailOf(error);
  const bool mask =
      detail && detail->violations.size() == 1 && detail->violations[0].field == "update_mask";
  return mask ? error : PrefixFields(error, "partner");
}

absl::StatusOr<v1::Partner> CreatePartner(const Context& context, const rpc::Call& call,
                                          const v1::CreatePartnerRequest& request) {
  if (!request.partner_id().empty() && !IsUuid(request.partner_id())) {
    return FieldError("partner_id", {"接入单位编号partner_id应为小写UUID",
                                     "partner_id must be a lower-case UUID"});
  }
  return context.host.commands().Run<v1::Partner>(
      call, [&](Change& change) -> absl::StatusOr<v1::Partner> {
        Partner partner{
            .district = PartsOf(request.parent()).district,
            .id = request.partner_id().empty() ? change.NewId("partner") : request.partner_id(),
            .fields = {},
            .create_time = change.now()};
        absl::StatusOr<domain::PartnerFields> fields =
            domain::CheckPartner(partner.district, ToFields(request.partner()), TheContract());
        if (!fields.ok()) return InPartner(fields.status());
        partner.fields = *std::move(fields);
        RETURN_IF_ERROR(store::InsertPartner(change.sql(), partner, change.now()));
        Record(change, partner, "CreatePartner", "登记接入单位", {});
        return ToProto(partner);
      });
}

absl::StatusOr<v1::Partner> GetPartner(const Context& context, const rpc::Call& call,
                                       const v1::GetPartnerRequest& request) {
  const NameParts name = PartsOf(request.name());
  return context.host.pool().TransactValue(
      "partner.get", ReadOnly(call), [&](pg::Tx& tx) -> absl::StatusOr<v1::Partner> {
        ASSIGN_OR_RETURN(const Partner partner,
                         store::ReadPartner(tx, name.district, name.partner));
        return ToProto(partner);
      });
}

absl::StatusOr<v1::ListPartnersResponse> ListPartners(const Context& context, const rpc::Call& call,
                                                      const v1::ListPartnersRequest& request) {
  return context.host.pool().TransactValue(
      "partner.list", ReadOnly(call), [&](pg::Tx& tx) -> absl::StatusOr<v1::ListPartnersResponse> {
        ASSIGN_OR_RETURN(
            auto page, store::ListPartners(tx, PartsOf(request.parent()).district, request.filter(),
                                           request.page_size(), request.page_token()));
        v1::ListPartnersResponse response;
        for (const Partner& partner : page.first) *response.add_partners() = ToProto(partner);
        response.set_next_page_token(page.second);
        return response;
      });
}

absl::StatusOr<v1::Partner> UpdatePartner(const Context& context, const rpc::Call& call,
                                          const v1::UpdatePartnerRequest& request) {
  const NameParts name = PartsOf(request.partner().name());
  return context.host.commands().Run<v1::Partner>(
      call, [&](Change& change) -> absl::StatusOr<v1::Partner> {
        ASSIGN_OR_RETURN(const Partner present,
                         store::LockPartner(change.sql(), name.district, name.partner));
        RETURN_IF_ERROR(rpc::CheckEtag(present.version, request.partner().etag()));
        const auto& paths = request.update_mask().paths();
        absl::StatusOr<domain::PartnerChange> update = domain::UpdatePartner(
            present, ToFields(request.partner()), {paths.begin(), paths.end()}, TheContract());
        if (!update.ok()) return InPartner(update.status());
        if (update->changed.empty()) return ToProto(present);
        RETURN_IF_ERROR(store::SavePartner(change.sql(), update->partner, change.now()));
        if (update->other_view) RETURN_IF_ERROR(store::LookAgain(change.sql(), update->partner));
        Record(change, update->partner, "UpdatePartner", "变更接入单位", update->changed);
        return ToProto(update->partner);
      });
}

// `Request` is SuspendPartnerRequest or ResumePartnerRequest.
template <typename Request>
absl::StatusOr<v1::Partner> SetState(const Context& context, const rpc::Call& call,
                                     const Request& request, domain::State state) {
  const NameParts name = PartsOf(request.name());
  return context.host.commands().Run<v1::Partner>(
      call, [&](Change& change) -> absl::StatusOr<v1::Partner> {
        ASSIGN_OR_RETURN(Partner partner,
                         store::LockPartner(change.sql(), name.district, name.partner));
        RETURN_IF_ERROR(rpc::CheckEtag(partner.version, request.etag()));
        if (partner.state == state) return ToProto(partner);
        partner.state = state;
        ++partner.version;
        RETURN_IF_ERROR(store::SavePartner(change.sql(), partner, change.now()));
        const bool suspended = state == domain::State::kSuspended;
        Record(change, partner, suspended ? "SuspendPartner" : "ResumePartner",
               suspended ? "停用接入单位" : "启用接入单位", {"state"}, request.reason());
        return ToProto(partner);
      });
}

template <typename Request, typename Response>
void Serve(const std::shared_ptr<const Context>& context, absl::string_view method,
           absl::StatusOr<Response> (*handler)(const Context&, const rpc::Call&, const Request&)) {
  context->host.server().Unary<Request, Response>(
      absl::StrCat("rectify.partner.v1.PartnerRegistry.", method),
      [context, handler](const auto& call, const auto& request) {
        return handler(*context, call, request);
      });
}

}  // namespace

void RegisterPartners(const std::shared_ptr<const Context>& context) {
  Serve(context, "CreatePartner", CreatePartner);
  Serve(context, "GetPartner", GetPartner);
  Serve(context, "ListPartners", ListPartners);
  Serve(context, "UpdatePartner", UpdatePartner);
  Serve<v1::SuspendPartnerRequest, v1::Partner>(
      context, "SuspendPartner", [](const auto& c, const auto& call, const auto& request) {
        return SetState(c, call, request, domain::State::kSuspended);
      });
  Serve<v1::ResumePartnerRequest, v1::Partner>(
      context, "ResumePartner", [](const auto& c, const auto& call, const auto& request) {
        return SetState(c, call, request, domain::State::kActive);
      });
}

}  // namespace rectify::partner::api
