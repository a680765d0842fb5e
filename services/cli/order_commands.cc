// order: 责令改正通知书.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "libs/base/clock.h"
#include "libs/base/ids.h"
#include "libs/base/status_macros.h"
#include "libs/rpc/convert.h"
#include "rectify/deadline/v1/deadline_service.pb.h"
#include "services/cli/as_of.h"
#include "services/cli/commands.h"
#include "services/cli/labels.h"
#include "services/cli/list_all.h"
#include "services/cli/replay/step_time.h"
#include "services/cli/service_args.h"

namespace rectify::cli::order_commands {
namespace {

using deadline::v1::Order;

struct OrderArgs {
  std::string name, filter, text, at, as_of;
  ServiceArgs service;
  std::vector<std::string> officers, open;
  int limit = 50;
};

std::string Method(absl::string_view rpc) {
  return absl::StrCat("rectify.deadline.v1.RectificationDeadlines.", rpc);
}

absl::Status Print(const Session& session, const Order& order) {
  if (session.json) {
    std::cout << ToJson(order);
    return absl::OkStatus();
  }
  std::cout << OrderKindLabel(order.kind()) << " " << order.document_number() << "  "
            << order.party() << "  " << OrderStateLabel(order.state())
            << (order.overdue() ? "（逾期）" : "") << "\n"
            << order.name() << "\n";
  for (const auto& approval : order.approvals()) {
    std::cout << "  " << RoleLabel(approval.role()) << "："
              << (approval.approver().empty()
                      ? "待签"
                      : approval.approver() + " " + TimeText(approval.approve_time()))
              << "\n";
  }
  Table table({"代码", "隐患", "限期（含当日）", "结果", "隐患资源名"});
  for (const auto& item : order.items()) {
    table.Add({item.catalog_code(), item.description(), DateText(item.due_date()),
               item.rectified() ? "已改正" : "未改正", item.finding()});
  }
  std::cout << table.Text();
  return absl::OkStatus();
}

template <typename Request>
absl::Status SetAsOf(const std::string& text, Request& request) {
  if (text.empty()) return absl::OkStatus();
  ASSIGN_OR_RETURN(const absl::Time as_of, ParseAsOf(text));
  *request.mutable_as_of() = rpc::ToTimestamp(as_of);
  return absl::OkStatus();
}

// For the verbs whose request has name and request_id only, or one text more.
template <typename Request>
absl::Status Verb(Session& session, const OrderArgs& args, const char* rpc,
                  void (*fill)(Request&, const OrderArgs&) = nullptr) {
  Request request;
  request.set_name(args.name);
  request.set_request_id(NewUuid7(absl::Now()));
  if (fill != nullptr) fill(request, args);
  ASSIGN_OR_RETURN(Order order, session.Call<Order>("deadline", Method(rpc), request));
  return Print(session, order);
}

absl::Status List(Session& session, OrderArgs& args) {
  deadline::v1::ListOrdersRequest request;
  request.set_parent(session.parent());
  request.set_filter(args.filter);
  RETURN_IF_ERROR(SetAsOf(args.as_of, request));
  ASSIGN_OR_RETURN(const rpc::Client* client, session.connection->Service("deadline"));
  ASSIGN_OR_RETURN(auto orders, (ListAll<Order, deadline::v1::ListOrdersResponse>(
                                    *client, Method("ListOrders"), request,
                                    [](auto& r) { return r.mutable_orders(); }, args.limit)));
  if (session.json) {
    std::cout << ToJsonArray(orders);
    return absl::OkStatus();
  }
  Table table({"文号", "单位", "状态", "逾期", "送达", "资源名"});
  for (const Order& order : orders) {
    table.Add({order.document_number(), order.party(), OrderStateLabel(order.state()),
               order.overdue() ? "逾期" : "", TimeText(order.service().serve_time()),
               order.name()});
  }
  std::cout << table.Text();
  return absl::OkStatus();
}

absl::StatusOr<Order> Fetch(Session& session, const std::string& name,
                            const std::string& as_of = "") {
  deadline::v1::GetOrderRequest request;
  request.set_name(name);
  RETURN_IF_ERROR(SetAsOf(as_of, request));
  return session.Call<Order>("deadline", Method("GetOrder"), request);
}

absl::Status Get(Session& session, OrderArgs& args) {
  ASSIGN_OR_RETURN(Order order, Fetch(session, args.name, args.as_of));
  return Print(session, order);
}

absl::Status Serve(Session& session, OrderArgs& args) {
  deadline::v1::ServeOrderRequest request;
  request.set_name(args.name);
  request.set_request_id(NewUuid7(absl::Now()));
  ASSIGN_OR_RETURN(*request.mutable_service(), ToService(args.service));
  ASSIGN_OR_RETURN(Order order, session.Call<Order>("deadline", Method("ServeOrder"), request));
  return Print(session, order);
}

absl::Status Recheck(Session& session, OrderArgs& args) {
  ASSIGN_OR_RETURN(Order order, Fetch(session, args.name));
  deadline::v1::RecordRecheckRequest request;
  request.set_name(args.name);
  request.set_request_id(NewUuid7(absl::Now()));
  ASSIGN_OR_RETURN(absl::Time at, ParseStepTime(args.at));
  *request.mutable_recheck_time() = rpc::ToTimestamp(at);
  request.mutable_officers()->Add(args.officers.begin(), args.officers.end());
  for (const auto& item : order.items()) {
    if (item.rectified()) continue;
    deadline::v1::RecheckResult& result = *request.add_results();
    result.set_finding(item.finding());
    result.set_rectified(std::find(args.open.begin(), args.open.end(), item.catalog_code()) ==
                         args.open.end());
    result.set_note(args.text);
  }
  ASSIGN_OR_RETURN(order, session.Call<Order>("deadline", Method("RecordRecheck"), request));
  return Print(session, order);
}

void AddVerbs(CLI::App& order, Session& session, std::shared_ptr<OrderArgs> args) {
  auto name = [&](CLI::App* command) {
    command->add_option("name", args->name, "资源名")->required();
    return command;
  };
  name(AddCommand<OrderArgs>(order, session, "submit", "提交审批", args, [](auto& s, auto& a) {
    return Verb<deadline::v1::SubmitOrderRequest>(s, a, "SubmitOrder");
  }));
  name(AddCommand<OrderArgs>(order, session, "approve", "签批下一步", args, [](auto& s, auto& a) {
    return Verb<deadline::v1::ApproveOrderRequest>(
        s, a, "ApproveOrder", [](auto& r, const OrderArgs& x) { r.set_opinion(x.text); });
  }))->add_option("--opinion", args->text, "意见");
  name(AddCommand<OrderArgs>(order, session, "return", "退回修改", args,
                             [](auto& s, auto& a) {
                               return Verb<deadline::v1::ReturnOrderRequest>(
                                   s, a, "ReturnOrder",
                                   [](auto& r, const OrderArgs& x) { r.set_reason(x.text); });
                             }))
      ->add_option("--reason", args->text, "理由")
      ->required();
  name(AddCommand<OrderArgs>(order, session, "issue", "编号", args, [](auto& s, auto& a) {
    return Verb<deadline::v1::IssueOrderRequest>(s, a, "IssueOrder");
  }));
  name(AddCommand<OrderArgs>(order, session, "void", "作废并重新拟稿", args,
                             [](auto& s, auto& a) {
                               return Verb<deadline::v1::VoidOrderRequest>(
                                   s, a, "VoidOrder",
                                   [](auto& r, const OrderArgs& x) { r.set_reason(x.text); });
                             }))
      ->add_option("--reason", args->text, "理由")
      ->required();
  name(AddCommand<OrderArgs>(order, session, "report", "登记整改报告（申请复查）", args,
                             [](auto& s, auto& a) {
                               return Verb<deadline::v1::ReportRectificationRequest>(
                                   s, a, "ReportRectification",
                                   [](auto& r, const OrderArgs& x) { r.set_statement(x.text); });
                             }))
      ->add_option("--statement", args->text, "整改情况")
      ->required();
}

}  // namespace

void AddTo(CLI::App& app, Session& session) {
  auto args = std::make_shared<OrderArgs>();
  CLI::App* order = app.add_subcommand("order", "责令改正通知书")->require_subcommand(1);
  CLI::App* list = AddCommand<OrderArgs>(*order, session, "list", "列出", args, List);
  list->add_option("--filter", args->filter, "例如 state=SERVED AND overdue=true");
  list->add_option("--limit", args->limit, "最多几条")->capture_default_str();
  CLI::App* get = AddCommand<OrderArgs>(*order, session, "get", "查看", args, Get);
  get->add_option("name", args->name, "资源名")->required();
  for (CLI::App* command : {list, get}) {
    command->add_option("--as-of", args->as_of, "截至何时的状况，例如 2023-02-03");
  }
  AddVerbs(*order, session, args);
  order_life_commands::AddTo(*order, session);

  CLI::App* serve = AddCommand<OrderArgs>(*order, session, "serve", "登记送达", args, Serve);
  serve->add_option("name", args->name, "资源名")->required();
  AddServiceOptions(*serve, args->service);

  CLI::App* recheck = AddCommand<OrderArgs>(*order, session, "recheck",
                                            "登记复查：未列出的项均已改正", args, Recheck);
  recheck->add_option("name", args->name, "资源名")->required();
  recheck->add_option("--at", args->at, "复查时间 \"2023-01-19 14:00\"")->required();
  recheck->add_option("--officer", args->officers, "复查人资源名（至少两人）")->required();
  recheck->add_option("--open", args->open, "仍未改正的隐患代码（可重复）");
  recheck->add_option("--note", args->text, "情况");
}

}  // namespace rectify::cli::order_commands
