// /readyz: whether the services behind the gateway answer, for whoever spreads requests over
// several.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "libs/http/message.h"
#include "libs/rpc/client.h"

namespace rectify::gateway {

using Clients = std::map<std::string, std::unique_ptr<rpc::Client>>;

// Asks all at once, each for at most a second. 200 "ok"; 503 with the names of those that do not
// serve, one in each line.
void AnswerReadiness(const Clients& clients, http::Respond respond);

}  // namespace rectify::gateway
