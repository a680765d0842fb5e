// From draft to number, and the reads.
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "libs/base/clock.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "libs/rpc/resource_name.h"
#include "services/rectification_deadlines/api/convert_turns.h"
#include "services/rectification_deadlines/api/handlers.h"
#include "services/rectification_deadlines/api/order_command.h"
#include "services/rectification_deadlines/domain/order_content.h"
#include "services/rectification_deadlines/events/journal.h"
#include "services/rectification_deadlines/events/payloads.h"
#include "services/rectification_deadlines/store/names.h"
#include "services/rectification_deadlines/store/order_message.h"

namespace rectify::deadline::api {
namespace {

using domain::Order;
using domain::Trigger;
using ::rectify::events::Change;
using ::rectify::events::kDiscipline;
using ::rectify::events::kInternalOnly;
using rpc::Call;

// With what the policy proposes, for the present only.
absl::StatusOr<v1::Order> LoadMessage(Context& context, pg::Tx& tx, const std::string& name,
                                      std::optional<absl::Time> as_of, absl::Time now) {
  if (as_of) return context.orders.LoadAsOf(tx, name, *as_of);
  ASSIGN_OR_RETURN(const Order order, context.orders.Load(tx, name));
  v1::Order message = store::ToMessage(order);
  for (const auto& proposal : domain::ProposalsFor(order, context.policy, CivilDayOf(now))) {
    *message.add_proposals() = ToMessage(proposal);
  }
  return message;
}

absl::StatusOr<v1::Order> GetOrder(Context& context, const Call& call,
                                   const v1::GetOrderRequest& request) {
  const absl::Time now = context.host.clock().Now();
  ASSIGN_OR_RETURN(const std::optional<absl::Time> as_of, AsOf(request, now));
  rpc::Caller caller;
  ASSIGN_OR_RETURN(
      v1::Order message,
      context.host.pool().TransactValue(
          "deadline.get_order", {.access = pg::Access::kReadOnly, .deadline = call.deadline},
          [&](pg::Tx& tx) -> absl::StatusOr<v1::Order> {
            ASSIGN_OR_RETURN(caller, SpeakingFor(tx, call.caller));
            return LoadMessage(context, tx, request.name(), as_of, now);
          }));
  if (!MaySee(caller, message.venue())) return rectify::NotFoundError(request.name());
  const bool enforcement = IsEnforcement(caller);
  if (!enforcement) message.clear_proposals();
  return ToMessage(std::move(message), as_of.value_or(now),
                   enforcement ? Personal::kShown : Personal::kMasked);
}

absl::StatusOr<v1::ListOrdersResponse> ListOrders(Context& context, const Call& call,
                                                  const v1::ListOrdersRequest& request) {
  const absl::Time now = context.host.clock().Now();
  ASSIGN_OR_RETURN(const std::optional<absl::Time> as_of, AsOf(request, now));
  const std::string district = rpc::DistrictOf(request.parent());
  const store::Page wanted{request.filter(), request.page_size(), request.page_token()};
  using Page = std::pair<std::vector<v1::Order>, std::string>;
  ASSIGN_OR_RETURN(
      Page page,
      context.host.pool().TransactValue(
          "deadline.list_orders", {.access = pg::Access::kReadOnly, .deadline = call.deadline},
          [&](pg::Tx& tx) -> absl::StatusOr<Page> {
            if (as_of) return context.orders.ListAsOf(tx, district, wanted, *as_of);
            ASSIGN_OR_RETURN(const auto orders, context.orders.List(tx, district, wanted, now));
            Page messages{{}, orders.second};
            for (const Order& order : orders.first) {
              messages.first.push_back(store::ToMessage(order));
            }
            return messages;
          }));
  v1::ListOrdersResponse response;
  for (v1::Order& order : page.first) {
    *response.add_orders() = ToMessage(std::move(order), as_of.value_or(now), Personal::kMasked);
  }
  response.set_next_page_token(page.second);
  return response;
}

absl::Status CheckMask(const google::protobuf::FieldMask& mask) {
  for (const std::string& path : mask.paths()) {
    if (path != "items") {
      return FieldError("update_mask", {absl::StrCat("不能修改 ", path, "，只能修改 items"),
                                        absl::StrCat(path, " can't be changed, only items")});
    }
  }
  if (mask.paths().empty()) {
    return FieldError("update_mask", {"须写明 items", "must name items"});
  }
  return absl::OkStatus();
}

void JournalReview(Change& change, const Order& order, events::Note note,
                   absl::string_view action) {
  events::JournalOrder(change, order, std::move(note), events::ToOrderReviewed(order, action),
                       kInternalOnly);
}

absl::StatusOr<v1::Order> UpdateOrder(Context& context, const Call& call,
                                      const v1::UpdateOrderRequest& request) {
  RETURN_IF_ERROR(CheckMask(request.update_mask()));
  const std::vector<domain::OrderItem> items = ToItems(request.order().items());
  return RunVerb(
      context, call, request.order().name(), request.order().etag(), OneOfItsOfficers,
      [&](Change& change, Order order) -> absl::StatusOr<Order> {
        ASSIGN_OR_RETURN(order, domain::Edit(std::move(order), items, change.now()));
        JournalReview(change, order, {"UpdateOrder", "修改文书内容，已有审批作废"}, "EDITED");
        return order;
      });
}

absl::StatusOr<v1::Order> SubmitOrder(Context& context, const Call& call,
                                      const v1::SubmitOrderRequest& request) {
  const domain::Signer signer = SignerOf(call.caller);
  return RunVerb(context, call, request.name(), request.etag(), OneOfItsOfficers,
                 [&](Change& change, Order order) -> absl::StatusOr<Order> {
                   ASSIGN_OR_RETURN(order, domain::Submit(std::move(order), signer, change.now()));
                   const bool reviewed = order.state == domain::OrderState::kInReview;
                   JournalReview(change, order,
                                 {"SubmitOrder", reviewed ? "提交审批" : "提交，当场文书无须审批"},
                                 "SUBMITTED");
                   return order;
                 });
}

absl::StatusOr<v1::Order> ApproveOrder(Context& context, const Call& call,
                                       const v1::ApproveOrderRequest& request) {
  const domain::Signer signer = SignerOf(call.caller);
  return RunVerb(context, call, request.name(), request.etag(), Anybody,
                 [&](Change& change, Order order) -> absl::StatusOr<Order> {
                   if (!request.content_hash().empty()) {
                     RETURN_IF_ERROR(domain::RequireContent(order, request.content_hash()));
                   }
                   ASSIGN_OR_RETURN(order, domain::Approve(std::move(order), signer,
                                                           request.opinion(), change.now()));
                   const bool complete = order.state == domain::OrderState::kApproved;
                   JournalReview(change, order,
                                 {"ApproveOrder",
                                  complete ? "审批签署，全部环节已同意" : "审批签署",
                                  {{"approver", signer.name},
                                   {"opinion", request.opinion()},
                                   {"content_hash", domain::ContentHash(order)}}},
                                 "APPROVED");
                   return order;
                 });
}

absl::StatusOr<v1::Order> ReturnOrder(Context& context, const Call& call,
                                      const v1::ReturnOrderRequest& request) {
  return RunVerb(
      context, call, request.name(), request.etag(), Anybody,
      [&](Change& change, Order order) -> absl::StatusOr<Order> {
        ASSIGN_OR_RETURN(order, domain::Return(std::move(order), request.reason(), change.now()));
        JournalReview(change, order,
                      {"ReturnOrder", "退回修改，已有审批作废", {{"reason", request.reason()}}},
                      "RETURNED");
        return order;
      });
}

absl::StatusOr<v1::Order> IssueOrder(Context& context, const Call& call,
                                     const v1::IssueOrderRequest& request) {
  return RunVerb(
      context, call, request.name(), request.etag(), Anybody,
      [&](Change& change, Order order) -> absl::StatusOr<Order> {
        // Before the counter is locked, so that a refused call does not hold up others.
        RETURN_IF_ERROR(domain::RequireApproved(order));
        ASSIGN_OR_RETURN(const std::string number,
                         store::DrawNumber(change.sql(), order,
                                           context.policy.DocumentOf(order.kind), change.now()));
        ASSIGN_OR_RETURN(order, domain::Issue(std::move(order), number, change.now()));
        events::JournalOrder(change, order, {"IssueOrder", absl::StrCat("编号 ", number)},
                             events::ToOrderIssued(order), kInternalOnly);
        return order;
      });
}

absl::StatusOr<v1::Order> VoidOrder(Context& context, const Call& call,
                                    const v1::VoidOrderRequest& request) {
  return RunVerb(
      context, call, request.name(), request.etag(), Anybody,
      [&](Change& change, Order order) -> absl::StatusOr<Order> {
        const std::string replacement_name = store::OrderName(store::SplitName(order.name).district,
                                                              change.NewId("order/replacement"));
        ASSIGN_OR_RETURN(domain::Voided result,
                         domain::Void(std::move(order), request.reason(), replacement_name,
                                      context.policy, change.now()));
        RETURN_IF_ERROR(store::VoidNumber(change.sql(), result.voided, change.now()));
        events::JournalOrder(change, result.voided,
                             {"VoidOrder", "文书作废，另行拟制", {{"reason", request.reason()}}},
                             events::ToOrderVoided(result.voided), kDiscipline);
        RETURN_IF_ERROR(context.clocks.Tell(change, domain::SubjectOf(result.voided),
                                            {{Trigger::kOrderVoided, change.now()}}));
        RETURN_IF_ERROR(
            DraftFurther(context, change, result.replacement,
                         absl::StrCat("重新拟制，替代作废文书 ", result.voided.document_number)));
        return std::move(result.voided);
      });
}

}  // namespace

void RegisterOrderRpcs(const std::shared_ptr<Context>& context) {
  RegisterUnary(context, "GetOrder", GetOrder);
  RegisterUnary(context, "ListOrders", ListOrders);
  RegisterUnary(context, "UpdateOrder", UpdateOrder);
  RegisterUnary(context, "SubmitOrder", SubmitOrder);
  RegisterUnary(context, "ApproveOrder", ApproveOrder);
  RegisterUnary(context, "ReturnOrder", ReturnOrder);
  RegisterUnary(context, "IssueOrder", IssueOrder);
  RegisterUnary(context, "VoidOrder", VoidOrder);
}

}  // namespace rectify::deadline::api
