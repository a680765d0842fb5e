#include "services/cli/replay/player.h"

#include <algorithm>
#include <map>
#include <memory>

#include "absl/strings/str_cat.h"
#include "libs/base/clock.h"
#include "libs/base/status_macros.h"
#include "libs/rpc/convert.h"
#include "rectify/deadline/v1/deadline_service.pb.h"
#include "rectify/followup/v1/visit_service.pb.h"
#include "rectify/hazard/v1/hazard_service.pb.h"
#include "rectify/venue/v1/venue_service.pb.h"
#include "services/cli/replay/any_call.h"
#include "services/cli/replay/plan.h"
#include "services/cli/replay/self_inspections.h"

namespace rectify::cli {
namespace {

using deadline::v1::Order;

std::string Deadlines(absl::string_view method) {
  return absl::StrCat("rectify.deadline.v1.RectificationDeadlines.", method);
}

// Which act of the oneof, for messages.
std::string ActName(const scenario::v1::Step& step) {
  const auto* field = step.GetReflection()->GetOneofFieldDescriptor(
      step, scenario::v1::Step::descriptor()->FindOneofByName("act"));
  return field == nullptr ? "（空）" : std::string(field->name());
}

// What a step is about: steps with the same subject depend on one another, and one without depends
// on everything before it.
std::string SubjectOf(const scenario::v1::Step& step) {
  switch (step.act_case()) {
    case scenario::v1::Step::kInspect:
      return step.inspect().key();
    case scenario::v1::Step::kApprove:
      return step.approve().inspection();
    case scenario::v1::Step::kServe:
      return step.serve().inspection();
    case scenario::v1::Step::kReport:
      return step.report().inspection();
    case scenario::v1::Step::kRecheck:
      return step.recheck().inspection();
    case scenario::v1::Step::kConcludeTransfers:
      return step.conclude_transfers().inspection();
    case scenario::v1::Step::kCall:
      return step.call().about();
    case scenario::v1::Step::kMakeVisits:
      return step.make_visits().draw();
    default:
      return "";
  }
}

}  // namespace

absl::Status Player::Play(const std::vector<PlannedStep>& plan, absl::CivilDay first,
                          absl::CivilDay last) {
  next_day_ = first + 1;
  for (const PlannedStep& planned : plan) {
    RETURN_IF_ERROR(PrepareFor(planned));
    absl::Status status = Do(planned.step, planned.id);
    if (!status.ok()) {
      return absl::Status(
          status.code(), absl::StrCat("步骤 ", planned.step.at(), " ", SubjectOf(planned.step), " ",
                                      ActName(planned.step), "：", status.message()));
    }
  }
  RETURN_IF_ERROR(Settle());
  return AdvanceThroughDays(EndOfPlay(last));
}

// Steps of one instant that concern different things need not wait for one another; what follows on
// an earlier one does.
absl::Status Player::PrepareFor(const PlannedStep& planned) {
  const std::string subject = SubjectOf(planned.step);
  const bool apart = !subject.empty() && moving_.count("") == 0;
  if (planned.at == now_ && apart && moving_.insert(subject).second) return absl::OkStatus();
  RETURN_IF_ERROR(Settle());
  RETURN_IF_ERROR(AdvanceThroughDays(planned.at));
  now_ = planned.at;
  moving_ = {subject};
  return absl::OkStatus();
}

absl::Status Player::Settle() {
  moving_.clear();
  return barrier_.Settle(world_.TakeTouched());
}

absl::Status Player::AdvanceThroughDays(absl::Time until) {
  while (StartOfDay(next_day_) <= until) {
    RETURN_IF_ERROR(barrier_.AdvanceTo(StartOfDay(next_day_)));
    RETURN_IF_ERROR(on_day_(next_day_));
    ++next_day_;
  }
  return barrier_.AdvanceTo(until);
}

absl::Status Player::Do(const scenario::v1::Step& step, const std::string& id) {
  switch (step.act_case()) {
    case scenario::v1::Step::kInspect:
      return DoInspect(step.inspect(), now_, id);
    case scenario::v1::Step::kApprove:
      return DoApprove(step.approve(), id);
    case scenario::v1::Step::kServe:
      return DoServe(step.serve(), now_, id);
    case scenario::v1::Step::kReport:
      return DoReport(step.report(), id);
    case scenario::v1::Step::kRecheck:
      return DoRecheck(step.recheck(), now_, id);
    case scenario::v1::Step::kConcludeTransfers:
      return DoConcludeTransfers(step.conclude_transfers(), id);
    case scenario::v1::Step::kImportCalendar:
      return DoImportCalendar(step.import_calendar(), id);
    case scenario::v1::Step::kCloseVenue:
      return DoCloseVenue(step.close_venue(), id);
    case scenario::v1::Step::kCall:
      return DoCall(step.call(), id);
    case scenario::v1::Step::kMakeVisits:
      return DoMakeVisits(step.make_visits(), now_, id);
    case scenario::v1::Step::kRequestSelfInspections:
      return RequestSelfInspections(step.request_self_inspections(), id, world_);
    case scenario::v1::Step::kReportSelfInspections:
      return ReportSelfInspections(step.report_self_inspections(), CivilDayOf(now_), id, world_);
    case scenario::v1::Step::ACT_NOT_SET:
      return absl::InvalidArgumentError("没有写明做什么");
  }
  return absl::InternalError("unknown act");
}

absl::Status Player::DoInspect(const scenario::v1::Inspect& act, absl::Time at,
                               const std::string& id) {
  if (act.officers().empty()) return absl::InvalidArgumentError("没有写明监督员");
  hazard::v1::RecordInspectionRequest request;
  request.set_parent(world_.parent());
  request.set_inspection_id(world_.ResourceId(absl::StrCat("inspection/", act.key())));
  request.set_request_id(world_.RequestId(id));
  hazard::v1::Inspection& inspection = *request.mutable_inspection();
  ASSIGN_OR_RETURN(*inspection.mutable_venue(), world_.Venue(act.venue()));
  ASSIGN_OR_RETURN(std::vector<std::string> officers, world_.Officers(act.officers()));
  inspection.mutable_officers()->Add(officers.begin(), officers.end());
  *inspection.mutable_inspect_time() = rpc::ToTimestamp(at);
  inspection.set_summary(act.summary());
  inspection.set_kind(act.kind());
  if (!act.campaign().empty()) {
    ASSIGN_OR_RETURN(*inspection.mutable_campaign(),
                     world_.Resolve("district/campaigns/" + act.campaign()));
  }
  if (!act.lead().empty()) {
    ASSIGN_OR_RETURN(*inspection.mutable_lead(), world_.Resolve("result:" + act.lead()));
  }
  *inspection.mutable_findings() = act.findings();
  ASSIGN_OR_RETURN(rpc::Caller caller, world_.AsOfficer(act.officers(0)));
  ASSIGN_OR_RETURN(
      auto recorded,
      world_.Call<hazard::v1::Inspection>(
          caller, "hazard", "rectify.hazard.v1.HazardFindings.RecordInspection", request));
  world_.RememberInspection(act.key(), recorded, act.officers(0));
  return absl::OkStatus();
}

absl::Status Player::DoApprove(const scenario::v1::Approve& act, const std::string& id) {
  ASSIGN_OR_RETURN(const World::InspectionRecord* record, world_.Inspection(act.inspection()));
  ASSIGN_OR_RETURN(rpc::Caller officer, world_.AsOfficer(record->handling_officer));
  ASSIGN_OR_RETURN(std::vector<Order> orders, world_.Orders(act.inspection(), act.kind()));
  for (size_t i = 0; i < orders.size(); ++i) {
    const std::string step = absl::StrCat(id, "/", i);
    deadline::v1::SubmitOrderRequest submit;
    submit.set_name(orders[i].name());
    submit.set_request_id(world_.RequestId(step + "/submit"));
    ASSIGN_OR_RETURN(Order order,
                     world_.Call<Order>(officer, "deadline", Deadlines("SubmitOrder"), submit));
    for (const deadline::v1::Approval& approval : order.approvals()) {
      deadline::v1::ApproveOrderRequest approve;
      approve.set_name(order.name());
      approve.set_opinion("同意");
      approve.set_request_id(world_.RequestId(absl::StrCat(step, "/", approval.role())));
      ASSIGN_OR_RETURN(rpc::Caller signer, world_.AsRole(approval.role()));
      RETURN_IF_ERROR(
          world_.Call<Order>(signer, "deadline", Deadlines("ApproveOrder"), approve).status());
    }
    deadline::v1::IssueOrderRequest issue;
    issue.set_name(order.name());
    issue.set_request_id(world_.RequestId(step + "/issue"));
    RETURN_IF_ERROR(
        world_.Call<Order>(officer, "deadline", Deadlines("IssueOrder"), issue).status());
  }
  return absl::OkStatus();
}

absl::Status Player::DoServe(const scenario::v1::Serve& act, absl::Time at, const std::string& id) {
  ASSIGN_OR_RETURN(const World::InspectionRecord* record, world_.Inspection(act.inspection()));
  ASSIGN_OR_RETURN(rpc::Caller officer, world_.AsOfficer(record->handling_officer));
  ASSIGN_OR_RETURN(std::vector<Order> orders, world_.Orders(act.inspection(), act.kind()));
  for (size_t i = 0; i < orders.size(); ++i) {
    deadline::v1::ServeOrderRequest request;
    request.set_name(orders[i].name());
    request.set_request_id(world_.RequestId(absl::StrCat(id, "/", i)));
    deadline::v1::ServiceRecord& service = *request.mutable_service();
    service = act.details();
    service.set_method(act.method());
    *service.mutable_serve_time() = rpc::ToTimestamp(at);
    service.set_receiver(act.receiver());
    service.set_proof(act.proof());
    service.set_refusal(act.refusal());
    service.mutable_officers()->Add(record->officer_names.begin(), record->officer_names.end());
    RETURN_IF_ERROR(
        world_.Call<Order>(officer, "deadline", Deadlines("ServeOrder"), request).status());
  }
  return absl::OkStatus();
}

absl::Status Player::DoReport(const scenario::v1::Report& act, const std::string& id) {
  ASSIGN_OR_RETURN(std::vector<Order> orders, world_.Orders(act.inspection(), act.kind()));
  for (size_t i = 0; i < orders.size(); ++i) {
    deadline::v1::ReportRectificationRequest request;
    request.set_name(orders[i].name());
    request.set_statement(act.statement());
    request.set_request_id(world_.RequestId(absl::StrCat(id, "/", i)));
    RETURN_IF_ERROR(world_
                        .Call<Order>(world_.AsVenueManager(orders[i].venue()), "deadline",
                                     Deadlines("ReportRectification"), request)
                        .status());
  }
  return absl::OkStatus();
}

absl::Status Player::DoRecheck(const scenario::v1::RecheckOrders& act, absl::Time at,
                               const std::string& id) {
  ASSIGN_OR_RETURN(const World::InspectionRecord* record, world_.Inspection(act.inspection()));
  ASSIGN_OR_RETURN(rpc::Caller officer, world_.AsOfficer(record->handling_officer));
  std::vector<std::string> officers = record->officer_names;
  if (!act.officers().empty()) {
    ASSIGN_OR_RETURN(officers, world_.Officers(act.officers()));
    ASSIGN_OR_RETURN(officer, world_.AsOfficer(act.officers(0)));
  }
  ASSIGN_OR_RETURN(std::vector<Order> orders, world_.Orders(act.inspection(), act.kind()));
  for (size_t i = 0; i < orders.size(); ++i) {
    deadline::v1::RecordRecheckRequest request;
    request.set_name(orders[i].name());
    *request.mutable_recheck_time() = rpc::ToTimestamp(at);
    request.mutable_officers()->Add(officers.begin(), officers.end());
    request.set_request_id(world_.RequestId(absl::StrCat(id, "/", i)));
    for (const deadline::v1::OrderItem& item : orders[i].items()) {
      if (item.rectified() && rpc::ToTime(item.rectify_time()) < at) continue;
      deadline::v1::RecheckResult& result = *request.add_results();
      result.set_finding(item.finding());
      result.set_rectified(std::find(act.open_codes().begin(), act.open_codes().end(),
                                     item.catalog_code()) == act.open_codes().end());
      result.set_note(result.rectified() ? "已改正" : "未改正");
    }
    if (request.results().empty()) continue;  // this order was closed by an earlier recheck
    RETURN_IF_ERROR(
        world_.Call<Order>(officer, "deadline", Deadlines("RecordRecheck"), request).status());
  }
  return absl::OkStatus();
}

absl::Status Player::DoConcludeTransfers(const scenario::v1::ConcludeTransfers& act,
                                         const std::string& id) {
  ASSIGN_OR_RETURN(const World::InspectionRecord* record, world_.Inspection(act.inspection()));
  ASSIGN_OR_RETURN(rpc::Caller officer, world_.AsOfficer(record->handling_officer));
  for (const hazard::v1::Finding& finding : record->inspection.findings()) {
    if (finding.disposition() != hazard::v1::DISPOSITION_TRANSFER) continue;
    hazard::v1::ConcludeTransferRequest request;
    request.set_name(finding.name());
    request.set_outcome(act.outcome());
    request.set_request_id(world_.RequestId(absl::StrCat(id, "/", finding.catalog_code())));
    RETURN_IF_ERROR(
        world_
            .Call<hazard::v1::Finding>(officer, "hazard",
                                       "rectify.hazard.v1.HazardFindings.ConcludeTransfer", request)
            .status());
  }
  return absl::OkStatus();
}

absl::Status Player::DoCloseVenue(const scenario::v1::CloseVenue& act, const std::string& id) {
  venue::v1::CloseVenueRequest request;
  ASSIGN_OR_RETURN(*request.mutable_name(), world_.Venue(act.venue()));
  request.set_reason(act.reason());
  request.set_request_id(world_.RequestId(id));
  return world_
      .Call<venue::v1::Venue>(world_.AsRegistrar(), "venue",
                              "rectify.venue.v1.VenueRegistry.CloseVenue", request)
      .status();
}

absl::Status Player::DoCall(const scenario::v1::CallMethod& act, const std::string& id) {
  ASSIGN_OR_RETURN(const auto* method, FindMethod(act.method()));
  std::unique_ptr<google::protobuf::Message> request = NewMessage(*method->input_type());
  if (act.has_request() && !act.request().UnpackTo(request.get())) {
    return absl::InvalidArgumentError(
        absl::StrCat(act.method(), " 的请求应是 ", method->input_type()->full_name()));
  }
  RETURN_IF_ERROR(ResolveReferences(
      *request, [this](absl::string_view reference) { return world_.Resolve(reference); }));
  FillIn(*request, "parent", world_.parent());
  FillIn(*request, "request_id", world_.RequestId(id));
  ASSIGN_OR_RETURN(rpc::Caller caller, world_.AsNamed(act.caller()));
  std::unique_ptr<google::protobuf::Message> answer = NewMessage(*method->output_type());
  RETURN_IF_ERROR(world_.CallInto(caller, ServiceOf(*method), act.method(), *request, *answer));
  if (!act.key().empty()) world_.RememberResult(act.key(), NameOf(*answer));
  return absl::OkStatus();
}

absl::Status Player::DoMakeVisits(const scenario::v1::MakeVisits& act, absl::Time at,
                                  const std::string& id) {
  followup::v1::ListVisitsRequest list;
  list.set_parent(world_.parent());
  ASSIGN_OR_RETURN(std::string draw, world_.Resolve("result:" + act.draw()));
  list.set_filter(absl::StrCat("draw = \"", draw, "\" AND state = \"PLANNED\""));
  list.set_page_size(500);
  ASSIGN_OR_RETURN(auto planned, world_.Call<followup::v1::ListVisitsResponse>(
                                     world_.AsVisitor("replay"), "followup",
                                     "rectify.followup.v1.FollowupVisits.ListVisits", list));
  std::map<std::string, std::string> visits;  // name → first visitor
  for (const followup::v1::Visit& visit : planned.visits()) {
    visits[visit.name()] = visit.visitors(0).substr(visit.visitors(0).rfind('/') + 1);
  }
  int made = 0;
  for (const auto& [name, visitor] : visits) {
    if (made++ == act.count()) break;
    followup::v1::RecordVisitRequest request;
    request.set_name(name);
    *request.mutable_visit_time() = rpc::ToTimestamp(at);
    request.set_method(act.method());
    *request.mutable_answers() = act.answers();
    request.set_anonymous(true);
    request.set_request_id(world_.RequestId(absl::StrCat(id, "/", name)));
    RETURN_IF_ERROR(world_
                        .Call<followup::v1::Visit>(world_.AsVisitor(visitor), "followup",
                                                   "rectify.followup.v1.FollowupVisits.RecordVisit",
                                                   request)
                        .status());
  }
  return absl::OkStatus();
}

absl::Status Player::DoImportCalendar(const deadline::v1::YearNotice& notice,
                                      const std::string& id) {
  deadline::v1::ImportCalendarRequest request;
  *request.mutable_notice() = notice;
  request.set_request_id(world_.RequestId(id));
  return world_
      .Call<deadline::v1::Calendar>(world_.AsRegistrar(), "deadline", Deadlines("ImportCalendar"),
                                    request)
      .status();
}

}  // namespace rectify::cli
