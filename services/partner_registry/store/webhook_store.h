// Webhooks, their keys and the ledger of what they brought.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "libs/crypto/crypto.h"
#include "libs/pg/pool.h"
#include "services/partner_registry/domain/webhook.h"

namespace rectify::partner::store {

absl::Status InsertWebhook(pg::Tx& tx, const domain::Webhook& webhook);
// What people change, and what becomes of the next event. Whoever brings its events loses it.
absl::Status SaveWebhook(pg::Tx& tx, const domain::Webhook& webhook);
// NOT_FOUND.
absl::StatusOr<domain::Webhook> ReadWebhook(pg::Tx& tx, absl::string_view district,
                                            absl::string_view partner, absl::string_view id);
absl::StatusOr<domain::Webhook> LockWebhook(pg::Tx& tx, absl::string_view district,
                                            absl::string_view partner, absl::string_view id);
absl::StatusOr<int64_t> CountWebhooks(pg::Tx& tx, absl::string_view district,
                                      absl::string_view partner);
absl::StatusOr<std::pair<std::vector<domain::Webhook>, std::string>> ListWebhooks(
    pg::Tx& tx, absl::string_view district, absl::string_view partner, int page_size,
    absl::string_view page_token);

absl::Status InsertKey(pg::Tx& tx, const crypto::FieldCipher& cipher, const std::string& webhook,
                       const domain::WebhookKey& key);
absl::Status SaveEnds(pg::Tx& tx, const std::string& webhook,
                      const std::vector<domain::WebhookKey>& keys);
// Those that sign at `now`, newest first.
absl::StatusOr<std::vector<domain::WebhookKey>> LiveKeys(pg::Tx& tx,
                                                         const crypto::FieldCipher& cipher,
                                                         const std::string& webhook,
                                                         absl::Time now);

// ---- Bringing

// One whose next event is there and due, of an active partner, for `holder` until `until`; nullopt:
// there is none that nobody holds.
absl::StatusOr<std::optional<domain::Webhook>> TakeDue(pg::Tx& tx, const std::string& holder,
                                                       absl::Time now, absl::Time until);
// What became of its next event; false when `holder` has lost it meanwhile, or its partner was
// suspended.
absl::StatusOr<bool> SaveProgress(pg::Tx& tx, const domain::Webhook& webhook,
                                  const std::string& holder, absl::Time until);
absl::Status LetGo(pg::Tx& tx, const domain::Webhook& webhook, const std::string& holder);

struct Delivery {
  int64_t position = 0;
  int32_t epoch = 0;
  std::string event_type, subject;
  domain::DeliveryState state = domain::DeliveryState::kFailed;
  int attempts = 0;
  absl::Time first_attempt_time, last_attempt_time;
  std::string last_reply, body_sha256;
};
// One more attempt. `decides`: what has become of the event is what this attempt says; one of
// somebody who has lost the webhook only counts.
absl::Status NoteAttempt(pg::Tx& tx, const std::string& webhook, const Delivery& delivery,
                         bool decides);
// The event at this position, if it has failed, is left out.
absl::Status GiveUp(pg::Tx& tx, const std::string& webhook, int64_t position);
absl::StatusOr<std::pair<std::vector<Delivery>, std::string>> ListDeliveries(
    pg::Tx& tx, const std::string& webhook, absl::string_view filter, int page_size,
    absl::string_view page_token);
// Those that were taken before then, some at a time. Returns how many.
absl::StatusOr<int> ForgetDeliveries(pg::Tx& tx, absl::Time before);

}  // namespace rectify::partner::store
