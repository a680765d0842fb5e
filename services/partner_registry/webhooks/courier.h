// Brings the events of partners' feeds to their webhooks. Several may run, here and in other
// processes: a webhook is held by one at a time, so its events come in their order. One that dies
// after a call and before it has noted the answer leaves the event to be brought again, with the
// same webhook-id.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/crypto/crypto.h"
#include "libs/events/command.h"
#include "libs/events/feed.h"
#include "libs/outbound/webhook.h"
#include "rectify/event/v1/event.pb.h"
#include "services/partner_registry/domain/webhook.h"

namespace rectify::partner::webhooks {

// Of this service's feeds: one for all its couriers. Thread-safe.
class Sender {
 public:
  explicit Sender(outbound::AllowList allowed) : allowed_(std::move(allowed)) {}

  // Blocks at most about ten seconds. `body`: the event as ToCloudEvent writes it.
  domain::Answer Send(const domain::Webhook& webhook, const std::vector<domain::WebhookKey>& keys,
                      const std::string& id, const std::string& body) const;

 private:
  const outbound::AllowList allowed_;
};

// For one thread at a time.
class Courier {
 public:
  // The references outlive it. `cipher`: of the keys' secrets; `holder`: a UUID of its own;
  // `real_now`: the clock of all times.
  Courier(rectify::events::Commands& commands, pg::Pool& pool,
          std::shared_ptr<const crypto::FieldCipher> cipher, std::shared_ptr<const Sender> sender,
          std::string holder, std::function<absl::Time()> real_now);

  // Some events of one webhook that has something due. Returns how many were brought or failed.
  absl::StatusOr<int> Run();

 private:
  struct Round {
    std::vector<event::v1::EventEnvelope> events;
    std::vector<domain::WebhookKey> keys;
  };

  absl::StatusOr<Round> Prepare(const domain::Webhook& webhook);
  // False when there is nothing more to do for this webhook now.
  absl::StatusOr<bool> BringOne(domain::Webhook& webhook, const Round& round,
                                const event::v1::EventEnvelope& event);
  absl::StatusOr<bool> Note(const domain::Webhook& after, const domain::Answer& answer,
                            const event::v1::EventEnvelope& event, const std::string& body);

  rectify::events::Commands& commands_;
  pg::Pool& pool_;
  rectify::events::LocalFeed feed_;
  const std::shared_ptr<const crypto::FieldCipher> cipher_;
  const std::shared_ptr<const Sender> sender_;
  const std::string holder_;
  const std::function<absl::Time()> real_now_;
};

}  // namespace rectify::partner::webhooks
