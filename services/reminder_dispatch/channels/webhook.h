// Reminders to other systems; see libs/outbound/webhook.h.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "libs/outbound/allow_list.h"
#include "services/reminder_dispatch/channels/channel.h"

namespace rectify::reminder::channels {

class WebhookChannel : public Channel {
 public:
  // `secret`: whsec_ and base64 of 24 to 64 bytes. INVALID_ARGUMENT for anything else.
  static absl::StatusOr<std::unique_ptr<WebhookChannel>> Create(absl::string_view secret,
                                                                outbound::AllowList allowed);

  // Calls the first address.
  domain::Attempt Send(const Message& message) override;
  // The JSON body.
  std::string Content(const Message& message) const override;
  // Scheme and host; the path of a webhook may hold a key.
  std::string Mask(const Message& message) const override;
  // Receivers know it by its webhook-id.
  bool MayRepeat() const override { return true; }

 private:
  WebhookChannel(std::string key, outbound::AllowList allowed)
      : key_(std::move(key)), allowed_(std::move(allowed)) {}

  const std::string key_;
  const outbound::AllowList allowed_;
};

}  // namespace rectify::reminder::channels
