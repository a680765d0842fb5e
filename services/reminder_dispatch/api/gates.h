// The rpcs by which people look ahead and hold reminders back: acknowledge, mute, preview, and whom
// nobody reaches.
#pragma once

#include <memory>

#include "libs/events/command.h"
#include "libs/rpc/server.h"
#include "services/reminder_dispatch/domain/policy.h"

namespace rectify::reminder::api {

// Server and commands outlive the calls.
void RegisterGates(rpc::Server& server, rectify::events::Commands& commands,
                   std::shared_ptr<const domain::Policy> policy);

}  // namespace rectify::reminder::api
