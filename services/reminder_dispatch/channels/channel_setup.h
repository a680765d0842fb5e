// The file of channels that need more than a flag.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "services/reminder_dispatch/channels/sms.h"

namespace rectify::reminder::channels {

struct ChannelSetup {
  std::map<std::string, std::string> robot_urls;  // by the robot's title
  std::map<std::string, std::string> robot_of;    // title by recipient
  std::optional<SmsGateway> sms;
};

// Reads the file and the keys it names, which lie relative to it. A short message may have
// `sms_characters`. INVALID_ARGUMENT that names the field at fault; NOT_FOUND.
absl::StatusOr<ChannelSetup> LoadChannelSetup(const std::string& path,
                                              int sms_characters = kSmsCharacters);

}  // namespace rectify::reminder::channels
