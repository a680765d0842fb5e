// The rpcs of ReminderDispatch.
#pragma once

#include "libs/events/command.h"
#include "libs/rpc/server.h"

namespace rectify::reminder::api {

// Both outlive the calls.
void RegisterReminders(rpc::Server& server, rectify::events::Commands& commands);

}  // namespace rectify::reminder::api
