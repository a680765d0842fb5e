#include "services/partner_registry/domain/webhook.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"

namespace rectify::partner::domain {
namespace {

// After the first attempt: together three days and three hours, as the specification suggests.
constexpr absl::Duration kRetries[] = {
    absl::Seconds(5), absl::Minutes(5), absl::Minutes(30), absl::Hours(2),  absl::Hours(5),
    absl::Hours(10),  absl::Hours(14),  absl::Hours(20),   absl::Hours(24),
};
constexpr int kAttempts = std::size(kRetries) + 1;
// A receiver may ask for more time, within reason.
constexpr absl::Duration kLongestWish = absl::Hours(24);

Webhook BeginAnew(Webhook webhook, absl::Time now) {
  webhook.failed_attempts = 0;
  webhook.last_failure.clear();
  webhook.next_attempt_time = now;
  return webhook;
}

Webhook GoOn(Webhook webhook, absl::Time now) {
  if (!webhook.replays()) {
    ++webhook.position;
  } else if (++webhook.replay_after == webhook.replay_to) {
    webhook.replay_after = webhook.replay_to = 0;
  }
  return BeginAnew(std::move(webhook), now);
}

}  // namespace

std::string WebhookName(absl::string_view district, absl::string_view partner,
                        absl::string_view id) {
  return absl::StrCat("districts/", district, "/partners/", partner, "/webhooks/", id);
}

Webhook Pause(Webhook webhook) {
  if (webhook.state != WebhookState::kActive) return webhook;
  webhook.state = WebhookState::kPaused;
  ++webhook.version;
  return webhook;
}

absl::StatusOr<Webhook> Resume(Webhook webhook, int64_t skip_position, absl::Time now) {
  const bool skip_event = skip_position != 0;
  if (skip_event && (webhook.failed_attempts == 0 || skip_position != webhook.next_position())) {
    return FieldError("skip_position",
                      {"skip_position只能是正在推送失败的事件的位置",
                       "skip_position must be that of the next event, and it must have failed"});
  }
  if (webhook.state == WebhookState::kActive && webhook.failed_attempts == 0) return webhook;
  webhook.state = WebhookState::kActive;
  ++webhook.version;
  return skip_event ? GoOn(std::move(webhook), now) : BeginAnew(std::move(webhook), now);
}

absl::StatusOr<Webhook> Replay(Webhook webhook, int64_t after_position, int64_t to_position,
                               absl::Time now) {
  if (after_position < 0 || after_position >= to_position) {
    return FieldError("after_position",
                      {"after_position应不小于0、小于to_position",
                       "after_position must be 0 or more, and before to_position"});
  }
  if (to_position > webhook.position) {
    return FieldError("to_position",
                      {absl::StrCat("to_position不得晚于已推送的位置", webhook.position),
                       absl::StrCat("to_position must not be beyond position ", webhook.position)});
  }
  webhook.replay_after = after_position;
  webhook.replay_to = to_position;
  ++webhook.version;
  return BeginAnew(std::move(webhook), now);
}

Webhook After(Webhook webhook, const Answer& answer, absl::Time now) {
  if (answer.kind == Answer::Kind::kTaken) return GoOn(std::move(webhook), now);
  ++webhook.failed_attempts;
  webhook.last_failure = answer.reply;
  if (answer.kind == Answer::Kind::kGone || webhook.failed_attempts >= kAttempts) {
    webhook.state = WebhookState::kStopped;
    ++webhook.version;
    return webhook;
  }
  const absl::Duration wish = answer.retry_after.value_or(absl::ZeroDuration());
  webhook.next_attempt_time =
      now + std::max(kRetries[webhook.failed_attempts - 1], std::min(wish, kLongestWish));
  return webhook;
}

DeliveryState StateAfter(const Webhook& after, const Answer& answer) {
  if (answer.kind == Answer::Kind::kTaken) return DeliveryState::kDelivered;
  return after.state == WebhookState::kStopped ? DeliveryState::kDead : DeliveryState::kFailed;
}

std::vector<WebhookKey> Retire(std::vector<WebhookKey> keys, absl::Duration keep, absl::Time now) {
  for (WebhookKey& key : keys) {
    if (!key.SignsAt(now)) continue;
    key.expire_time = key.expire_time.has_value() ? now : now + keep;
  }
  return keys;
}

std::string WebhookId(const Webhook& webhook, int32_t epoch, int64_t position) {
  return absl::StrCat(webhook.id, "-", epoch, "-", position);
}

}  // namespace rectify::partner::domain
