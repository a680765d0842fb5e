// Who calls, as far as several groups of rpcs ask.
#pragma once

#include "libs/rpc/call.h"

namespace rectify::hazard::api {

// Somebody of the fire body itself, or one of our services: not a venue, street or department.
bool IsFireBody(const rpc::Caller& caller);

}  // namespace rectify::hazard::api
