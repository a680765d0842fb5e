#include "services/followup_visits/events/payloads.h"

#include <string>

#include "rectify/followup/v1/draw.pb.h"

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

v1::VisitorChanged ToVisitorChanged(const domain::Visitor& visitor) {
  v1::VisitorChanged event;
  event.set_visitor(visitor.name());
  return event;
}

}  // namespace rectify::followup::events
