// A webhook of a partner, and what becomes of the events that are brought there one after another:
//
//   ACTIVE ⇄ PAUSED by people; ACTIVE → STOPPED by an event that nobody takes; both → ACTIVE by
//   Resume
//
// The next event is position + 1 of the partner's feed; while a range is replayed, the one after
// `replay_after`. All times are real.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace rectify::partner::domain {

inline constexpr int kMostWebhooks = 5;
inline constexpr absl::Duration kKeepKeyUsually = absl::Hours(24),
                                kKeepKeyLongest = absl::Hours(168);

// Numbers of the contract.
enum class WebhookState { kActive = 1, kPaused = 2, kStopped = 3 };
enum class WebhookKeyKind { kHmacSha256 = 1, kEd25519 = 2 };
enum class DeliveryState { kFailed = 1, kDelivered = 2, kDead = 3 };

std::string WebhookName(absl::string_view district, absl::string_view partner,
                        absl::string_view id);

struct Webhook {
  std::string district, partner, id;
  std::string url;
  WebhookState state = WebhookState::kActive;
  int64_t position = 0;
  int failed_attempts = 0;                  // of the next event
  absl::Time next_attempt_time;             // not before
  std::string last_failure;                 // of the next event
  int64_t replay_after = 0, replay_to = 0;  // 0: nothing is replayed
  absl::Time create_time;
  int64_t version = 1;

  std::string name() const { return WebhookName(district, partner, id); }
  bool replays() const { return replay_to > 0; }
  int64_t next_position() const { return (replays() ? replay_after : position) + 1; }
};

struct WebhookKey {
  std::string id;
  WebhookKeyKind kind = WebhookKeyKind::kHmacSha256;
  std::string secret;  // 32 random bytes
  absl::Time create_time;
  std::optional<absl::Time> expire_time;  // absent: the newest

  bool SignsAt(absl::Time now) const { return !expire_time.has_value() || *expire_time > now; }
};

// From ACTIVE; others stay.
Webhook Pause(Webhook webhook);
// To ACTIVE, beginning anew with the next event (one that is at work stays as it is), or with the
// one after it, if that is at `skip_position` (0: none): INVALID_ARGUMENT unless it has failed,
// because it may not have happened yet, or is another than the caller has seen fail.
absl::StatusOr<Webhook> Resume(Webhook webhook, int64_t skip_position, absl::Time now);
// INVALID_ARGUMENT for a range that is empty or reaches beyond what was brought.
absl::StatusOr<Webhook> Replay(Webhook webhook, int64_t after_position, int64_t to_position,
                               absl::Time now);

// What the receiver made of the next event.
struct Answer {
  enum class Kind {
    kTaken,
    kFailed,
    kGone,  // wants no more events, ever
  };
  Kind kind = Kind::kFailed;
  std::string reply;  // short, for people
  std::optional<absl::Duration> retry_after;
};
// The webhook after it.
Webhook After(Webhook webhook, const Answer& answer, absl::Time now);
// What is to be said of the event then; `after` is what After made of it.
DeliveryState StateAfter(const Webhook& after, const Answer& answer);

// When the previous keys end once there is a new one: the one before it after `keep`, others at
// once.
std::vector<WebhookKey> Retire(std::vector<WebhookKey> keys, absl::Duration keep, absl::Time now);

// Identifies the event to the receiver, whenever it comes.
std::string WebhookId(const Webhook& webhook, int32_t epoch, int64_t position);

}  // namespace rectify::partner::domain
