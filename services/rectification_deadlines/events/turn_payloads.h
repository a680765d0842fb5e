// What this service tells the others of the turns of an order.
#pragma once

#include <string>

#include "absl/strings/string_view.h"
#include "rectify/deadline/v1/deadline_events.pb.h"
#include "rectify/deadline/v1/order_life_events.pb.h"
#include "services/rectification_deadlines/domain/next_instrument.h"
#include "services/rectification_deadlines/domain/order.h"

namespace rectify::deadline::events {

// Of the last extension of the order.
v1::ExtensionRequested ToExtensionRequested(const domain::Order& order);
v1::ExtensionGranted ToExtensionGranted(const domain::Order& order);
v1::ExtensionRefused ToExtensionRefused(const domain::Order& order);
// It must be served.
v1::ExtensionServed ToExtensionServed(const domain::Order& order);

// Of the last decision of the order.
v1::InstrumentDecided ToInstrumentDecided(const domain::Order& order);
v1::InstrumentConcluded ToInstrumentConcluded(const domain::Order& order,
                                              const domain::Conclusion& conclusion);
v1::PenaltyRecorded ToPenaltyRecorded(const domain::Order& order, const domain::Penalty& penalty);
v1::RectifiedUnderSecondOrder ToRectifiedUnderSecondOrder(const domain::Rechecked& followed,
                                                          const std::string& second_order,
                                                          absl::Time recheck_time);

}  // namespace rectify::deadline::events
