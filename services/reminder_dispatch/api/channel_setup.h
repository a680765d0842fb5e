// The file of channels that need more than a flag.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "services/reminder_dispatch/channels/sms.h"

namespace rectify::reminder::api {

struct ChannelSetup {
  std::map<std::string, std::string> robot_urls;  // by the robot's title
  std::map<std::string, std::string> robot_of;    // title by recipient
  std::optional<channels::SmsGateway> sms;
};

// Reads the file and the keys it names, which lie relative to it. INVALID_ARGUMENT that names the
// field at fault; NOT_FOUND.
absl::StatusOr<ChannelSetup> LoadChannelSetup(const std::string& path);

}  // namespace rectify::reminder::api
