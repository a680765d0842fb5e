#include "services/followup_visits/events/payloads.h"

#include <string>

#include "rectify/followup/v1/draw.pb.h"
#include "rectify/followup/v1/lead.pb.h"
#include "rectify/followup/v1/visit.pb.h"

namespace rectify::followup::events {

v1::DrawChanged ToDrawChanged(const domain::Draw& draw) {
  v1::DrawChanged event;
  event.set_draw(draw.name());
  const std::string state = v1::Draw::State_Name(static_cast<v1::Draw::State>(draw.state));
  event.set_state(state.substr(sizeof("STATE_") - 1));
  if (draw.terms.has_value()) event.set_number(draw.terms->number);
  event.set_commitment(draw.commitment);
  event.set_record_hash(draw.record_hash);
  return event;
}

v1::VisitChanged ToVisitChanged(const domain::Visit& visit) {
  v1::VisitChanged event;
  event.set_visit(visit.name());
  event.set_unit(domain::UnitName(visit.district, visit.unit_id));
  const std::string state = v1::Visit::State_Name(static_cast<v1::Visit::State>(visit.state));
  event.set_state(state.substr(sizeof("STATE_") - 1));
  event.set_file_number(visit.file_number);
  return event;
}

v1::ProblemLeadChanged ToProblemLeadChanged(const domain::Lead& lead) {
  v1::ProblemLeadChanged event;
  event.set_lead(lead.name());
  const std::string state =
      v1::ProblemLead::State_Name(static_cast<v1::ProblemLead::State>(lead.state));
  event.set_state(state.substr(sizeof("STATE_") - 1));
  return event;
}

v1::ReferralChanged ToReferralChanged(const domain::Referral& referral) {
  v1::ReferralChanged event;
  event.set_referral(referral.name());
  event.set_number(referral.number);
  return event;
}

v1::VisitorChanged ToVisitorChanged(const domain::Visitor& visitor) {
  v1::VisitorChanged event;
  event.set_visitor(visitor.name());
  return event;
}

}  // namespace rectify::followup::events
