// The rpcs by which people name their deputies.
#pragma once

#include "libs/events/command.h"
#include "libs/rpc/server.h"

namespace rectify::reminder::api {

// Server and commands outlive the calls.
void RegisterStandIns(rpc::Server& server, rectify::events::Commands& commands);

}  // namespace rectify::reminder::api
