#include "services/rectification_deadlines/events/turn_payloads.h"

#include "libs/rpc/convert.h"
#include "services/rectification_deadlines/store/order_message.h"

namespace rectify::deadline::events {

v1::ExtensionRequested ToExtensionRequested(const domain::Order& order) {
  const domain::Extension& extension = order.extensions.back();
  v1::ExtensionRequested event;
  event.set_order(order.name);
  event.set_venue(order.venue);
  for (const domain::ExtendedItem& item : extension.items)
    *event.add_items() = store::ToMessage(item);
  *event.mutable_wished_date() = rpc::ToDate(extension.wished_date);
  *event.mutable_request_time() = rpc::ToTimestamp(extension.request_time);
  return event;
}

v1::ExtensionGranted ToExtensionGranted(const domain::Order& order) {
  const domain::Extension& extension = order.extensions.back();
  v1::ExtensionGranted event;
  event.set_order(order.name);
  event.set_venue(order.venue);
  event.set_document_number(extension.document_number);
  for (const domain::ExtendedItem& item : extension.items)
    *event.add_items() = store::ToMessage(item);
  event.set_decider(extension.decider);
  event.set_deliberated(extension.deliberation.has_value());
  return event;
}

v1::ExtensionRefused ToExtensionRefused(const domain::Order& order) {
  const domain::Extension& extension = order.extensions.back();
  v1::ExtensionRefused event;
  event.set_order(order.name);
  event.set_venue(order.venue);
  event.set_document_number(extension.document_number);
  event.set_reason(extension.decision);
  event.set_decider(extension.decider);
  return event;
}

v1::ExtensionServed ToExtensionServed(const domain::Order& order) {
  const domain::Extension& extension = order.extensions.back();
  v1::ExtensionServed event;
  event.set_order(order.name);
  event.set_document_number(extension.document_number);
  *event.mutable_serve_time() = rpc::ToTimestamp(extension.service->serve_time);
  event.set_method(static_cast<v1::ServiceMethod>(extension.service->method));
  return event;
}

v1::InstrumentDecided ToInstrumentDecided(const domain::Order& order) {
  const domain::InstrumentDecision& decision = order.decisions.back();
  v1::InstrumentDecided event;
  event.set_order(order.name);
  event.set_venue(order.venue);
  event.set_party(order.party);
  event.set_instrument(static_cast<v1::NextInstrument>(decision.instrument));
  event.set_reason(decision.reason);
  event.set_reference(decision.reference);
  event.set_basis(decision.basis);
  event.mutable_findings()->Assign(decision.findings.begin(), decision.findings.end());
  event.set_second_order(order.successor);
  event.set_decider(decision.decider);
  event.set_deliberated(decision.deliberation.has_value());
  return event;
}

v1::InstrumentConcluded ToInstrumentConcluded(const domain::Order& order,
                                              const domain::Conclusion& conclusion) {
  v1::InstrumentConcluded event;
  event.set_order(order.name);
  event.set_venue(order.venue);
  event.set_instrument(static_cast<v1::NextInstrument>(conclusion.instrument));
  event.set_dropped(conclusion.dropped);
  event.set_outcome(conclusion.outcome);
  event.set_reference(conclusion.reference);
  return event;
}

v1::PenaltyRecorded ToPenaltyRecorded(const domain::Order& order, const domain::Penalty& penalty) {
  v1::PenaltyRecorded event;
  event.set_order(order.name);
  event.set_venue(order.venue);
  event.set_party(order.party);
  event.set_decision_number(penalty.decision_number);
  *event.mutable_decision_date() = rpc::ToDate(penalty.decision_date);
  event.mutable_officers()->Assign(penalty.officers.begin(), penalty.officers.end());
  event.set_basis(penalty.basis);
  event.set_penalty(penalty.penalty);
  return event;
}

v1::RectifiedUnderSecondOrder ToRectifiedUnderSecondOrder(const domain::Rechecked& followed,
                                                          const std::string& second_order,
                                                          absl::Time recheck_time) {
  v1::RectifiedUnderSecondOrder event;
  event.set_order(followed.order.name);
  event.set_second_order(second_order);
  event.mutable_findings()->Assign(followed.rectified.begin(), followed.rectified.end());
  event.set_closed(followed.open.empty());
  *event.mutable_recheck_time() = rpc::ToTimestamp(recheck_time);
  return event;
}

}  // namespace rectify::deadline::events
