#include "services/partner_registry/webhooks/courier.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/status_macros.h"
#include "libs/crypto/hash.h"
#include "libs/metrics/metrics.h"
#include "libs/protojson/cloud_event.h"
#include "services/partner_registry/events/webhook_payloads.h"
#include "services/partner_registry/store/webhook_store.h"

namespace rectify::partner::webhooks {
namespace {

using domain::Answer;
using domain::Webhook;
using event::v1::EventEnvelope;
using rectify::events::Change;

constexpr char kSource[] = "partner";
// So that others get their turn, and what was decided about partner, webhook and keys meanwhile.
constexpr int kEventsAtOnce = 50;
constexpr absl::Duration kRound = absl::Seconds(5);
// Longer than a call takes, with what is noted of it.
constexpr absl::Duration kHold = absl::Minutes(1);
constexpr long kGone = 410;  // NOLINT(google-runtime-int): libcurl's type

Answer ToAnswer(const outbound::WebhookReply& reply) {
  using Kind = outbound::WebhookReply::Kind;
  if (reply.kind == Kind::kNoTarget) return {Answer::Kind::kFailed, "推送地址无法识别", {}};
  if (reply.kind == Kind::kNotAllowed) return {Answer::Kind::kFailed, "推送地址不在允许范围内", {}};
  const outbound::PostReply& post = reply.post;
  // A long answer is cut off; its status stands.
  if (post.code != CURLE_OK && !(post.code == CURLE_WRITE_ERROR && post.status != 0)) {
    return {Answer::Kind::kFailed, curl_easy_strerror(post.code), {}};
  }
  Answer answer{Answer::Kind::kFailed,
                outbound::ShortReply(absl::StrCat("HTTP ", post.status, " ", post.body)),
                post.retry_after};
  if (post.status >= 200 && post.status < 300) answer.kind = Answer::Kind::kTaken;
  if (post.status == kGone) answer.kind = Answer::Kind::kGone;
  return answer;
}

absl::string_view OutcomeName(domain::DeliveryState state) {
  switch (state) {
    case domain::DeliveryState::kDelivered:
      return "delivered";
    case domain::DeliveryState::kDead:
      return "dead";
    case domain::DeliveryState::kFailed:
      break;
  }
  return "failed";
}

}  // namespace

Answer Sender::Send(const Webhook& webhook, const std::vector<domain::WebhookKey>& keys,
                    const std::string& id, const std::string& body) const {
  std::vector<outbound::WebhookKey> signing;
  signing.reserve(keys.size());
  for (const domain::WebhookKey& key : keys) {
    signing.push_back({static_cast<outbound::WebhookKey::Kind>(key.kind), key.secret});
  }
  return ToAnswer(outbound::CallWebhook(
      webhook.url, {.id = id, .content_type = protojson::kCloudEvent, .body = body}, signing,
      allowed_));
}

Courier::Courier(rectify::events::Commands& commands, pg::Pool& pool,
                 std::shared_ptr<const crypto::FieldCipher> cipher,
                 std::shared_ptr<const Sender> sender, std::string holder,
                 std::function<absl::Time()> real_now)
    : commands_(commands),
      pool_(pool),
      feed_(pool, kSource),
      cipher_(std::move(cipher)),
      sender_(std::move(sender)),
      holder_(std::move(holder)),
      real_now_(std::move(real_now)) {}

absl::StatusOr<int> Courier::Run() {
  const absl::Time now = real_now_();
  ASSIGN_OR_RETURN(std::optional<Webhook> webhook,
                   pool_.TransactValue("partner.take_due_webhook", {}, [&](pg::Tx& tx) {
                     return store::TakeDue(tx, holder_, now, now + kHold);
                   }));
  if (!webhook.has_value()) return 0;
  ASSIGN_OR_RETURN(const Round round, Prepare(*webhook));
  int brought = 0;
  for (const EventEnvelope& event : round.events) {
    ++brought;
    ASSIGN_OR_RETURN(const bool more, BringOne(*webhook, round, event));
    if (!more || real_now_() - now > kRound) break;
  }
  RETURN_IF_ERROR(pool_.Transact("partner.let_go_of_webhook", {},
                                 [&](pg::Tx& tx) { return store::LetGo(tx, *webhook, holder_); }));
  return brought;
}

absl::StatusOr<Courier::Round> Courier::Prepare(const Webhook& webhook) {
  const int64_t first = webhook.next_position();
  const int64_t wanted = webhook.replays() ? webhook.replay_to - first + 1 : kEventsAtOnce;
  event::v1::ReadEventsRequest request;
  request.set_source(kSource);
  request.set_feed(webhook.partner);
  request.set_after_position(first - 1);
  request.set_max_events(static_cast<int32_t>(std::min<int64_t>(wanted, kEventsAtOnce)));
  ASSIGN_OR_RETURN(event::v1::ReadEventsResponse page, feed_.Read(request));
  Round round;
  for (EventEnvelope& event : *page.mutable_events()) round.events.push_back(std::move(event));
  ASSIGN_OR_RETURN(round.keys,
                   pool_.TransactValue("partner.live_webhook_keys", {}, [&](pg::Tx& tx) {
                     return store::LiveKeys(tx, *cipher_, webhook.id, real_now_());
                   }));
  return round;
}

absl::StatusOr<bool> Courier::BringOne(Webhook& webhook, const Round& round,
                                       const EventEnvelope& event) {
  const std::string body = protojson::ToCloudEvent(event);
  const Answer answer = sender_->Send(
      webhook, round.keys, domain::WebhookId(webhook, event.epoch(), event.position()), body);
  Webhook after = domain::After(webhook, answer, real_now_());
  const bool replaying = webhook.replays();
  ASSIGN_OR_RETURN(const bool held, Note(after, answer, event, body));
  webhook = std::move(after);
  return held && answer.kind == Answer::Kind::kTaken && replaying == webhook.replays();
}

absl::StatusOr<bool> Courier::Note(const Webhook& after, const Answer& answer,
                                   const EventEnvelope& event, const std::string& body) {
  const absl::Time now = real_now_();
  const domain::DeliveryState state = domain::StateAfter(after, answer);
  const store::Delivery delivery{.position = event.position(),
                                 .epoch = event.epoch(),
                                 .event_type = event.type(),
                                 .subject = event.aggregate(),
                                 .state = state,
                                 .first_attempt_time = now,
                                 .last_attempt_time = now,
                                 .last_reply = answer.reply,
                                 .body_sha256 = crypto::Sha256(body)};
  bool held = false;
  const auto note = [&](pg::Tx& tx) -> absl::Status {
    ASSIGN_OR_RETURN(held, store::SaveProgress(tx, after, holder_, now + kHold));
    return store::NoteAttempt(tx, after.id, delivery, held);
  };
  if (state != domain::DeliveryState::kDead) {
    RETURN_IF_ERROR(pool_.Transact("partner.note_delivery", {}, note));
  } else {
    const rectify::events::Cause cause{
        .actor = "services/partner",
        .parent = absl::StrCat(after.name(), "/", event.position(), "/", after.version),
        .trace = ""};
    RETURN_IF_ERROR(commands_.Act(cause, "partner.stop_webhook", [&](Change& change) {
      absl::Status noted = note(change.sql());
      if (noted.ok() && held) events::RecordStopped(change, after);
      return noted;
    }));
  }
  metrics::Count("rectify_webhook_deliveries_total",
                 {{"outcome", std::string(OutcomeName(state))}});
  return held;
}

}  // namespace rectify::partner::webhooks
