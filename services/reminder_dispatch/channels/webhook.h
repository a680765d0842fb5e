// Calls to other systems by Standard Webhooks 1.0.0 (https://www.standardwebhooks.com): the
// receiver verifies the signature and takes each webhook-id once, so a repeated call does no harm.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "services/reminder_dispatch/channels/allow_list.h"
#include "services/reminder_dispatch/channels/channel.h"

namespace rectify::reminder::channels {

class WebhookChannel : public Channel {
 public:
  // `secret`: whsec_ and base64 of 24 to 64 bytes. INVALID_ARGUMENT for anything else.
  static absl::StatusOr<std::unique_ptr<WebhookChannel>> Create(absl::string_view secret,
                                                                AllowList allowed);

  // Calls the first address. https everywhere, http on loopback only; never follows a redirect.
  domain::Attempt Send(const Message& message) override;
  // The JSON body.
  std::string Content(const Message& message) const override;
  // Scheme and host; the path of a webhook may hold a key.
  std::string Mask(const Message& message) const override;
  // Receivers know it by its webhook-id.
  bool MayRepeat() const override { return true; }

 private:
  WebhookChannel(std::string key, AllowList allowed)
      : key_(std::move(key)), allowed_(std::move(allowed)) {}

  const std::string key_;
  const AllowList allowed_;
};

// "v1,…" over `id.timestamp.body`.
std::string SignWebhook(const std::string& key, absl::string_view id, absl::string_view timestamp,
                        absl::string_view body);

}  // namespace rectify::reminder::channels
