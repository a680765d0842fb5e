// Who calls, as far as several groups of rpcs ask.
#pragma once

#include "libs/rpc/call.h"
#include "services/hazard_findings/store/lead_store.h"

namespace rectify::hazard::api {

// Somebody of the fire body itself, or one of our services: not a venue, street or department.
bool IsFireBody(const rpc::Caller& caller);

// The fire body sees what is of every street and department, they see what is their own.
store::Desks DesksOf(const rpc::Caller& caller);

}  // namespace rectify::hazard::api
