// The rpcs of rectify.followup.v1, by group.
#pragma once

#include <memory>

#include "services/followup_visits/api/context.h"

namespace rectify::followup::api {

using ContextPtr = std::shared_ptr<const Context>;

void RegisterUnitRpcs(const ContextPtr& context);
void RegisterVisitorRpcs(const ContextPtr& context);
void RegisterDrawRpcs(const ContextPtr& context);
void RegisterRecordRpcs(const ContextPtr& context);
void RegisterVisitRpcs(const ContextPtr& context);
void RegisterRevealRpcs(const ContextPtr& context);
void RegisterLeadRpcs(const ContextPtr& context);
void RegisterAnalysisRpcs(const ContextPtr& context);

}  // namespace rectify::followup::api
