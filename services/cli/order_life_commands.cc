// order: extensions of terms and what follows when they have ended.
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "libs/base/clock.h"
#include "libs/base/ids.h"
#include "libs/base/status_macros.h"
#include "libs/rpc/convert.h"
#include "rectify/deadline/v1/order_life_service.pb.h"
#include "services/cli/commands.h"
#include "services/cli/labels.h"
#include "services/cli/service_args.h"

namespace rectify::cli::order_life_commands {
namespace {

using deadline::v1::Order;

struct LifeArgs {
  std::string name, reason, safeguards, date, instrument, reference, number, basis, penalty;
  std::vector<std::string> findings, officers;
  std::string deliberation;
  ServiceArgs service;
  bool refused = false, dropped = false;
};

constexpr char kInstruments[] = "penalty_case second_order sealing talk transfer forced_removal";

absl::Status Print(const Session& session, const Order& order) {
  if (session.json) {
    std::cout << ToJson(order);
    return absl::OkStatus();
  }
  std::cout << order.document_number() << "  " << order.party() << "  "
            << OrderStateLabel(order.state()) << "\n";
  Table table({"隐患", "首个期限", "现期限", "结果"});
  for (const auto& item : order.items()) {
    table.Add({item.description(), DateText(item.first_due_date()), DateText(item.due_date()),
               item.rectified() ? "已改正" : "未改正"});
  }
  std::cout << table.Text();
  if (!order.successor().empty()) std::cout << "再次责令：" << order.successor() << "\n";
  return absl::OkStatus();
}

template <typename Request>
absl::Status Send(Session& session, const LifeArgs& args, absl::string_view rpc, Request request) {
  request.set_name(args.name);
  request.set_request_id(NewUuid7(absl::Now()));
  ASSIGN_OR_RETURN(const Order order,
                   session.Call<Order>(
                       "deadline", absl::StrCat("rectify.deadline.v1.OrderLife.", rpc), request));
  return Print(session, order);
}

absl::StatusOr<deadline::v1::NextInstrument> ParseInstrument(const std::string& text) {
  deadline::v1::NextInstrument instrument = deadline::v1::NEXT_INSTRUMENT_UNSPECIFIED;
  if (deadline::v1::NextInstrument_Parse(
          absl::StrCat("NEXT_INSTRUMENT_", absl::AsciiStrToUpper(text)), &instrument)) {
    return instrument;
  }
  return absl::InvalidArgumentError(absl::StrCat("后续处置 ", text, " 不存在：", kInstruments));
}

template <typename Request>
absl::Status ReadDeliberation(const LifeArgs& args, Request& request) {
  if (args.deliberation.empty()) return absl::OkStatus();
  return rpc::ReadTextProto(args.deliberation, *request.mutable_deliberation());
}

absl::Status Extend(Session& session, LifeArgs& args) {
  deadline::v1::RequestExtensionRequest request;
  ASSIGN_OR_RETURN(const absl::CivilDay day, ParseCivilDay(args.date));
  *request.mutable_wished_date() = rpc::ToDate(day);
  request.set_reason(args.reason);
  request.set_safeguards(args.safeguards);
  request.mutable_findings()->Assign(args.findings.begin(), args.findings.end());
  return Send(session, args, "RequestExtension", request);
}

absl::Status DecideExtension(Session& session, LifeArgs& args) {
  deadline::v1::DecideExtensionRequest request;
  request.set_granted(!args.refused);
  request.set_reason(args.reason);
  if (!args.date.empty()) {
    ASSIGN_OR_RETURN(const absl::CivilDay day, ParseCivilDay(args.date));
    *request.mutable_due_date() = rpc::ToDate(day);
  }
  RETURN_IF_ERROR(ReadDeliberation(args, request));
  return Send(session, args, "DecideExtension", request);
}

absl::Status ServeExtension(Session& session, LifeArgs& args) {
  deadline::v1::ServeExtensionRequest request;
  ASSIGN_OR_RETURN(*request.mutable_service(), ToService(args.service));
  return Send(session, args, "ServeExtension", request);
}

absl::Status Next(Session& session, LifeArgs& args) {
  deadline::v1::DecideNextInstrumentRequest request;
  ASSIGN_OR_RETURN(const auto instrument, ParseInstrument(args.instrument));
  request.set_instrument(instrument);
  request.set_reason(args.reason);
  request.set_reference(args.reference);
  RETURN_IF_ERROR(ReadDeliberation(args, request));
  return Send(session, args, "DecideNextInstrument", request);
}

absl::Status Conclude(Session& session, LifeArgs& args) {
  deadline::v1::ConcludeInstrumentRequest request;
  ASSIGN_OR_RETURN(const auto instrument, ParseInstrument(args.instrument));
  request.set_instrument(instrument);
  request.set_dropped(args.dropped);
  request.set_outcome(args.reason);
  request.set_reference(args.reference);
  return Send(session, args, "ConcludeInstrument", request);
}

absl::Status RecordPenalty(Session& session, LifeArgs& args) {
  deadline::v1::RecordPenaltyRequest request;
  ASSIGN_OR_RETURN(const absl::CivilDay day, ParseCivilDay(args.date));
  *request.mutable_decision_date() = rpc::ToDate(day);
  request.set_decision_number(args.number);
  request.mutable_officers()->Assign(args.officers.begin(), args.officers.end());
  request.set_basis(args.basis);
  request.set_penalty(args.penalty);
  return Send(session, args, "RecordPenalty", request);
}

CLI::App* AddVerb(CLI::App& order, Session& session, const std::shared_ptr<LifeArgs>& args,
                  const std::string& name, const std::string& help,
                  absl::Status (*run)(Session&, LifeArgs&)) {
  CLI::App* command = AddCommand<LifeArgs>(order, session, name, help, args, run);
  command->add_option("name", args->name, "资源名")->required();
  return command;
}

}  // namespace

void AddTo(CLI::App& order, Session& session) {
  const auto args = std::make_shared<LifeArgs>();
  CLI::App* extend = AddVerb(order, session, args, "extend", "登记延期申请", Extend);
  extend->add_option("--until", args->date, "拟延至 2023-02-10")->required();
  extend->add_option("--reason", args->reason, "理由")->required();
  extend->add_option("--safeguards", args->safeguards, "临时安全措施")->required();
  extend->add_option("--finding", args->findings, "隐患资源名（可重复；不写为全部）");

  CLI::App* decide =
      AddVerb(order, session, args, "decide-extension", "决定延期申请", DecideExtension);
  decide->add_option("--reason", args->reason, "理由")->required();
  decide->add_option("--until", args->date, "准予延至；不写为申请的日期");
  decide->add_flag("--refuse", args->refused, "不予延期");

  AddServiceOptions(
      *AddVerb(order, session, args, "serve-extension", "登记延期决定送达", ServeExtension),
      args->service);

  CLI::App* next = AddVerb(order, session, args, "next", "逾期未改，决定后续处置", Next);
  next->add_option("--instrument", args->instrument, kInstruments)->required();
  next->add_option("--reason", args->reason, "理由")->required();
  next->add_option("--reference", args->reference, "案号或者文号");

  for (CLI::App* command : {decide, next}) {
    command
        ->add_option("--deliberation", args->deliberation,
                     "集体讨论：Deliberation（protobuf 文本）")
        ->check(CLI::ExistingFile);
  }

  CLI::App* conclude = AddVerb(order, session, args, "conclude", "后续处置办结", Conclude);
  conclude->add_option("--instrument", args->instrument, kInstruments)->required();
  conclude->add_option("--outcome", args->reason, "结果或者终止理由")->required();
  conclude->add_option("--reference", args->reference, "结果文号");
  conclude->add_flag("--drop", args->dropped, "终止，不再实施");

  CLI::App* penalty = AddVerb(order, session, args, "penalty", "登记处罚决定", RecordPenalty);
  penalty->add_option("--number", args->number, "处罚决定书文号")->required();
  penalty->add_option("--date", args->date, "决定日期 2023-02-17")->required();
  penalty->add_option("--officer", args->officers, "办案人员资源名（至少两人）")->required();
  penalty->add_option("--basis", args->basis, "依据条款")->required();
  penalty->add_option("--penalty", args->penalty, "处罚内容")->required();
}

}  // namespace rectify::cli::order_life_commands
