// ReplayDeliveries: sends again what a receiver lost.
#pragma once

#include "libs/events/command.h"
#include "libs/rpc/server.h"

namespace rectify::reminder::api {

// Server and commands outlive the calls.
void RegisterReplays(rpc::Server& server, rectify::events::Commands& commands);

}  // namespace rectify::reminder::api
