// Between the contract's messages and the domain's values.
#pragma once

#include "rectify/followup/v1/draw.pb.h"
#include "services/followup_visits/domain/draw.h"
#include "services/followup_visits/domain/unit.h"
#include "services/followup_visits/domain/visitor.h"

namespace rectify::followup::api {

v1::PenalisedUnit ToProto(const domain::PenalisedUnit& unit);
v1::Visitor ToProto(const domain::Visitor& visitor);
v1::Draw ToProto(const domain::Draw& draw);
domain::Visitor ToVisitor(const v1::Visitor& visitor);

}  // namespace rectify::followup::api
