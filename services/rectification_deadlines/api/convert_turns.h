// Between the contract and the domain: the turns of an order.
#pragma once

#include "absl/time/time.h"
#include "rectify/deadline/v1/order_life_service.pb.h"
#include "services/rectification_deadlines/api/convert.h"
#include "services/rectification_deadlines/domain/extension.h"
#include "services/rectification_deadlines/domain/next_instrument.h"

namespace rectify::deadline::api {

v1::InstrumentProposal ToMessage(const domain::Proposal& proposal);

domain::Deliberation ToDeliberation(const v1::Deliberation& message);
domain::Conclusion ToConclusion(const v1::ConcludeInstrumentRequest& request);
domain::Penalty ToPenalty(const v1::RecordPenaltyRequest& request);

}  // namespace rectify::deadline::api
