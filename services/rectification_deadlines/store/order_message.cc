#include "services/rectification_deadlines/store/order_message.h"

#include "absl/strings/str_cat.h"
#include "libs/base/clock.h"
#include "libs/base/text.h"
#include "libs/rpc/convert.h"
#include "services/rectification_deadlines/domain/order_content.h"

namespace rectify::deadline::store {
namespace {

static_assert(static_cast<int>(domain::OrderState::kSuperseded) == v1::Order::STATE_SUPERSEDED);
static_assert(static_cast<int>(domain::OrderKind::kTerm) == v1::ORDER_KIND_TERM);
static_assert(static_cast<int>(domain::ServiceMethod::kPublicNotice) ==
              v1::SERVICE_METHOD_PUBLIC_NOTICE);
static_assert(static_cast<int>(domain::ExtensionState::kLapsed) == v1::Extension::STATE_LAPSED);
static_assert(static_cast<int>(domain::DecisionState::kDropped) ==
              v1::InstrumentDecision::STATE_DROPPED);

using rpc::ToDate;
using rpc::ToTimestamp;

template <typename Field, typename Values>
void Fill(Field* field, const Values& values) {
  field->Assign(values.begin(), values.end());
}

v1::OrderItem ToMessage(const domain::OrderItem& item) {
  v1::OrderItem message;
  message.set_finding(item.finding);
  message.set_catalog_code(item.catalog_code);
  message.set_description(item.description);
  message.set_basis(item.basis);
  message.set_required_action(item.required_action);
  message.set_term_days(item.term_days);
  if (item.stated_due_date) *message.mutable_stated_due_date() = ToDate(*item.stated_due_date);
  if (item.due_date) *message.mutable_due_date() = ToDate(*item.due_date);
  if (item.first_due_date) *message.mutable_first_due_date() = ToDate(*item.first_due_date);
  message.set_rectified(!item.open());
  if (item.rectify_time) *message.mutable_rectify_time() = ToTimestamp(*item.rectify_time);
  return message;
}

v1::Approval ToMessage(const domain::Approval& approval) {
  v1::Approval message;
  message.set_role(approval.role);
  message.set_approver(approval.approver);
  if (approval.approve_time) *message.mutable_approve_time() = ToTimestamp(*approval.approve_time);
  message.set_opinion(approval.opinion);
  message.set_content_hash(approval.content_hash);
  message.set_user(approval.user);
  return message;
}

v1::RectificationReport ToMessage(const domain::Report& report) {
  v1::RectificationReport message;
  *message.mutable_report_time() = ToTimestamp(report.report_time);
  message.set_reporter(report.reporter);
  message.set_statement(report.statement);
  return message;
}

v1::Recheck ToMessage(const domain::Recheck& recheck) {
  v1::Recheck message;
  *message.mutable_recheck_time() = ToTimestamp(recheck.recheck_time);
  Fill(message.mutable_officers(), recheck.officers);
  for (const domain::RecheckResult& result : recheck.results) {
    v1::RecheckResult& line = *message.add_results();
    line.set_finding(result.finding);
    line.set_rectified(result.rectified);
    line.set_note(result.note);
  }
  return message;
}

v1::ServiceRecord ToMessage(const domain::ServiceRecord& service) {
  v1::ServiceRecord message;
  message.set_method(static_cast<v1::ServiceMethod>(service.method));
  *message.mutable_serve_time() = ToTimestamp(service.serve_time);
  message.set_receiver(service.receiver);
  Fill(message.mutable_officers(), service.officers);
  message.set_proof(service.proof);
  message.set_refusal(service.refusal);
  message.set_place(service.place);
  message.set_witness(service.witness);
  message.set_video(service.video);
  message.set_tracking_number(service.tracking_number);
  message.set_entrusted_organ(service.entrusted_organ);
  message.set_consent(service.consent);
  message.set_publication(service.publication);
  if (service.publish_date) *message.mutable_publish_date() = ToDate(*service.publish_date);
  return message;
}

void Add(const std::vector<domain::Absentee>& absentees,
         google::protobuf::RepeatedPtrField<v1::Deliberation::Absentee>& messages) {
  for (const domain::Absentee& absentee : absentees) {
    v1::Deliberation::Absentee& message = *messages.Add();
    message.set_officer(absentee.officer);
    message.set_reason(absentee.reason);
  }
}

v1::Deliberation ToMessage(const domain::Deliberation& deliberation) {
  v1::Deliberation message;
  *message.mutable_meet_time() = ToTimestamp(deliberation.meet_time);
  message.set_place(deliberation.place);
  message.set_chair(deliberation.chair);
  for (const domain::Opinion& opinion : deliberation.participants) {
    v1::Deliberation::Participant& participant = *message.add_participants();
    participant.set_officer(opinion.officer);
    participant.set_opinion(opinion.opinion);
    participant.set_agrees(opinion.agrees);
  }
  Add(deliberation.absentees, *message.mutable_absentees());
  Add(deliberation.recusals, *message.mutable_recusals());
  message.set_minutes(deliberation.minutes);
  message.set_carried(deliberation.carried);
  return message;
}

v1::Extension ToMessage(const domain::Extension& extension) {
  v1::Extension message;
  message.set_state(static_cast<v1::Extension::State>(extension.state));
  *message.mutable_request_time() = ToTimestamp(extension.request_time);
  message.set_requester(extension.requester);
  message.set_reason(extension.reason);
  message.set_safeguards(extension.safeguards);
  *message.mutable_wished_date() = ToDate(extension.wished_date);
  for (const domain::ExtendedItem& item : extension.items) {
    *message.add_items() = store::ToMessage(item);
  }
  if (extension.decide_time) *message.mutable_decide_time() = ToTimestamp(*extension.decide_time);
  message.set_decider(extension.decider);
  message.set_decision(extension.decision);
  message.set_document_number(extension.document_number);
  if (extension.service) *message.mutable_service() = ToMessage(*extension.service);
  if (extension.deliberation) {
    *message.mutable_deliberation() = ToMessage(*extension.deliberation);
  }
  return message;
}

v1::InstrumentDecision ToMessage(const domain::InstrumentDecision& decision) {
  v1::InstrumentDecision message;
  message.set_instrument(static_cast<v1::NextInstrument>(decision.instrument));
  message.set_state(static_cast<v1::InstrumentDecision::State>(decision.state));
  *message.mutable_decide_time() = ToTimestamp(decision.decide_time);
  message.set_decider(decision.decider);
  message.set_reason(decision.reason);
  message.set_reference(decision.reference);
  message.set_basis(decision.basis);
  message.mutable_findings()->Assign(decision.findings.begin(), decision.findings.end());
  if (decision.conclude_time) {
    *message.mutable_conclude_time() = ToTimestamp(*decision.conclude_time);
  }
  message.set_outcome(decision.outcome);
  message.set_outcome_reference(decision.outcome_reference);
  if (decision.deliberation) {
    *message.mutable_deliberation() = ToMessage(*decision.deliberation);
  }
  return message;
}

// The parts of an order that grow.
void FillHistory(const domain::Order& order, v1::Order& message) {
  for (const domain::Approval& approval : order.approvals) {
    *message.add_approvals() = ToMessage(approval);
  }
  if (order.service) *message.mutable_service() = ToMessage(*order.service);
  for (const domain::Report& report : order.reports) *message.add_reports() = ToMessage(report);
  for (const domain::Recheck& recheck : order.rechecks) {
    *message.add_rechecks() = ToMessage(recheck);
  }
  for (const domain::Extension& extension : order.extensions) {
    *message.add_extensions() = ToMessage(extension);
  }
  for (const domain::InstrumentDecision& decision : order.decisions) {
    *message.add_decisions() = ToMessage(decision);
  }
}

void Mask(v1::ServiceRecord& service) {
  service.set_receiver(MaskName(service.receiver()));
  service.set_witness(MaskName(service.witness()));
}

void Restore(v1::ServiceRecord& service, const std::optional<domain::ServiceRecord>& present) {
  if (!present) return;
  service.set_receiver(present->receiver);
  service.set_witness(present->witness);
}

}  // namespace

std::string MaskName(const std::string& text) {
  const std::string first = Ellipsize(text, 2);
  if (CodePoints(text) < 2) return text.empty() ? "" : "**";
  return absl::StrCat(first.substr(0, first.size() - std::string("…").size()), "**");
}

v1::ExtendedItem ToMessage(const domain::ExtendedItem& item) {
  v1::ExtendedItem message;
  message.set_finding(item.finding);
  *message.mutable_old_due_date() = rpc::ToDate(item.old_due_date);
  if (item.due_date) *message.mutable_due_date() = rpc::ToDate(*item.due_date);
  return message;
}

v1::Order ToMessage(const domain::Order& order) {
  v1::Order message;
  message.set_name(order.name);
  message.set_kind(static_cast<v1::OrderKind>(order.kind));
  message.set_inspection(order.inspection);
  *message.mutable_inspection_day() = ToDate(CivilDayOf(order.inspect_time));
  message.set_venue(order.venue);
  message.set_party(order.party);
  message.set_street(order.street);
  Fill(message.mutable_officers(), order.officers);
  for (const domain::OrderItem& item : order.items) *message.add_items() = ToMessage(item);
  message.set_document_number(order.document_number);
  message.set_content_hash(domain::ContentHash(order));
  if (order.submission) *message.mutable_submission() = ToMessage(*order.submission);
  message.set_return_reason(order.return_reason);
  message.set_state(static_cast<v1::Order::State>(order.state));
  FillHistory(order, message);
  message.set_void_reason(order.void_reason);
  message.set_replacement(order.replacement);
  message.set_predecessor(order.predecessor);
  message.set_successor(order.successor);
  *message.mutable_create_time() = ToTimestamp(order.create_time);
  *message.mutable_update_time() = ToTimestamp(order.update_time);
  if (order.issue_time) *message.mutable_issue_time() = ToTimestamp(*order.issue_time);
  if (order.close_time) *message.mutable_close_time() = ToTimestamp(*order.close_time);
  message.set_etag(rpc::EtagOf(order.version));
  return message;
}

void MaskPersons(v1::Order& order) {
  if (order.has_service()) Mask(*order.mutable_service());
  for (v1::Extension& extension : *order.mutable_extensions()) {
    if (extension.has_service()) Mask(*extension.mutable_service());
  }
}

void RestorePersons(const domain::Order& present, v1::Order& order) {
  if (order.has_service()) Restore(*order.mutable_service(), present.service);
  for (int i = 0; i < order.extensions_size(); ++i) {
    v1::Extension& extension = *order.mutable_extensions(i);
    if (extension.has_service()) {
      Restore(*extension.mutable_service(), present.extensions.at(i).service);
    }
  }
}

}  // namespace rectify::deadline::store
