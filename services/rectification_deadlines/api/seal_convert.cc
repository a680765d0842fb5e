#include "services/rectification_deadlines/api/seal_convert.h"

#include "libs/rpc/convert.h"
#include "services/rectification_deadlines/store/order_message.h"

namespace rectify::deadline::api {
namespace {

using rpc::ToDate;
using rpc::ToTimestamp;

template <typename Names>
std::vector<std::string> ToNames(const Names& names) {
  return {names.begin(), names.end()};
}

v1::SealStudy StudyToMessage(const domain::SealStudy& study) {
  v1::SealStudy message;
  *message.mutable_study_time() = ToTimestamp(study.study_time);
  message.set_chair(study.chair);
  for (const domain::Opinion& opinion : study.opinions) {
    v1::SealOpinion& shown = *message.add_opinions();
    shown.set_officer(opinion.officer);
    shown.set_agrees(opinion.agrees);
    shown.set_opinion(opinion.opinion);
  }
  message.set_justified(study.justified);
  message.set_conclusion(study.conclusion);
  return message;
}

v1::SealService ServiceToMessage(const domain::SealService& service, Personal personal) {
  v1::SealService message;
  *message.mutable_serve_time() = ToTimestamp(service.serve_time);
  Fill(message.mutable_officers(), service.officers);
  message.set_receiver(personal == Personal::kShown ? service.receiver
                                                    : store::MaskName(service.receiver));
  message.set_proof(service.proof);
  message.set_refusal(service.refusal);
  return message;
}

v1::SealCheck CheckToMessage(const domain::SealCheck& check) {
  v1::SealCheck message;
  *message.mutable_check_time() = ToTimestamp(check.check_time);
  Fill(message.mutable_officers(), check.officers);
  message.set_removed(check.removed);
  message.set_note(check.note);
  return message;
}

v1::UrgentSealing UrgentToMessage(const domain::UrgentSealing& urgent) {
  v1::UrgentSealing message;
  message.set_approver(urgent.approver);
  *message.mutable_approve_time() = ToTimestamp(urgent.approve_time);
  *message.mutable_seal_time() = ToTimestamp(urgent.seal_time);
  message.set_reason(urgent.reason);
  return message;
}

void AddApproval(const domain::Approval& approval, v1::Seal& message) {
  v1::Approval& shown = *message.add_approvals();
  shown.set_role(approval.role);
  shown.set_approver(approval.approver);
  if (approval.approve_time) *shown.mutable_approve_time() = ToTimestamp(*approval.approve_time);
  shown.set_opinion(approval.opinion);
}

}  // namespace

v1::Seal ToMessage(const domain::Seal& seal, Personal personal) {
  v1::Seal message;
  message.set_name(seal.name);
  message.set_venue(seal.venue);
  *message.mutable_inspect_time() = ToTimestamp(seal.inspect_time);
  Fill(message.mutable_officers(), seal.officers);
  message.set_ground(static_cast<v1::SealGround>(seal.ground));
  message.set_facts(seal.facts);
  Fill(message.mutable_parts(), seal.parts);
  Fill(message.mutable_findings(), seal.findings);
  message.set_term_days(seal.term_days);
  message.set_former(seal.former);
  if (seal.urgent) *message.mutable_urgent() = UrgentToMessage(*seal.urgent);
  message.set_state(static_cast<v1::Seal::State>(seal.state));
  message.set_party(seal.party);
  for (const domain::Approval& approval : seal.approvals) AddApproval(approval, message);
  if (seal.study) *message.mutable_study() = StudyToMessage(*seal.study);
  if (seal.service) *message.mutable_service() = ServiceToMessage(*seal.service, personal);
  if (seal.seal_time) *message.mutable_seal_time() = ToTimestamp(*seal.seal_time);
  if (seal.last_day) *message.mutable_last_day() = ToDate(*seal.last_day);
  if (seal.check) *message.mutable_check() = CheckToMessage(*seal.check);
  if (seal.end_time) *message.mutable_end_time() = ToTimestamp(*seal.end_time);
  message.set_end_reason(seal.end_reason);
  *message.mutable_create_time() = ToTimestamp(seal.create_time);
  message.set_etag(rpc::EtagOf(seal.version));
  return message;
}

domain::Seal ToSeal(const v1::Seal& message) {
  domain::Seal seal;
  seal.venue = message.venue();
  seal.inspect_time = rpc::ToTime(message.inspect_time());
  seal.officers = ToNames(message.officers());
  seal.ground = static_cast<domain::SealGround>(message.ground());
  seal.facts = message.facts();
  seal.parts = ToNames(message.parts());
  seal.findings = ToNames(message.findings());
  seal.term_days = message.term_days();
  seal.former = message.former();
  if (message.has_urgent()) {
    seal.urgent = {message.urgent().approver(), rpc::ToTime(message.urgent().approve_time()),
                   rpc::ToTime(message.urgent().seal_time()), message.urgent().reason()};
  }
  return seal;
}

domain::SealStudy ToStudy(const v1::SealStudy& message) {
  domain::SealStudy study{rpc::ToTime(message.study_time()),
                          message.chair(),
                          {},
                          message.justified(),
                          message.conclusion()};
  for (const v1::SealOpinion& opinion : message.opinions()) {
    study.opinions.push_back({opinion.officer(), opinion.agrees(), opinion.opinion()});
  }
  return study;
}

domain::SealService ToSealService(const v1::SealService& message) {
  return {rpc::ToTime(message.serve_time()), ToNames(message.officers()), message.receiver(),
          message.proof(), message.refusal()};
}

domain::SealCheck ToCheck(const v1::SealCheck& message) {
  return {rpc::ToTime(message.check_time()), ToNames(message.officers()), message.removed(),
          message.note()};
}

}  // namespace rectify::deadline::api
