// Robots of WeCom (企业微信) groups: a text of at most 2048 bytes, 20 a minute for each robot; the
// policy keeps to both. The robot's address holds its key: it is never logged, shown or kept in the
// ledger.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "services/reminder_dispatch/channels/channel.h"

namespace rectify::reminder::channels {

class WeComChannel : public Channel {
 public:
  // Addresses by robot name; https everywhere, http on loopback only.
  explicit WeComChannel(std::map<std::string, std::string> robots) : robots_(std::move(robots)) {}

  // Calls the robot that the first address names. A robot answers 200 with its own error code:
  // 45009 (too often) and -1 (busy) are temporary, all others but 0 are permanent.
  domain::Attempt Send(const Message& message) override;
  // The JSON body.
  std::string Content(const Message& message) const override;
  // The robot's name.
  std::string Mask(const Message& message) const override;

 private:
  const std::map<std::string, std::string> robots_;
};

}  // namespace rectify::reminder::channels
