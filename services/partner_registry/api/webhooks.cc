// The rpcs of rectify.partner.v1.Webhooks but those of their keys.
#include <functional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "google/protobuf/util/field_mask_util.h"
#include "libs/base/error.h"
#include "libs/base/ids.h"
#include "libs/base/status_macros.h"
#include "libs/outbound/safe_url.h"
#include "libs/protojson/cloud_event.h"
#include "libs/rpc/convert.h"
#include "rectify/partner/v1/webhook_events.pb.h"
#include "rectify/partner/v1/webhook_service.pb.h"
#include "services/partner_registry/api/handlers.h"
#include "services/partner_registry/api/webhook_frame.h"
#include "services/partner_registry/events/webhook_payloads.h"
#include "services/partner_registry/store/partner_store.h"
#include "services/partner_registry/store/webhook_store.h"

namespace rectify::partner::api {
namespace {

using domain::Webhook;
using rectify::events::Change;

// A test holds a worker of the server for as long as the receiver takes.
constexpr int kTestsAtOnce = 2;

absl::StatusOr<int64_t> HeadOf(pg::Pool& pool, const std::string& partner) {
  rectify::events::LocalFeed feed(pool, "partner");
  ASSIGN_OR_RETURN(const event::v1::FeedHead head, feed.Head(partner));
  return head.position();
}

absl::StatusOr<int64_t> FirstPosition(pg::Pool& pool, const std::string& partner, int64_t asked) {
  ASSIGN_OR_RETURN(const int64_t head, HeadOf(pool, partner));
  if (asked == -1) return head;
  if (asked >= 0 && asked <= head) return asked;
  return FieldError("after_position", {absl::StrCat("after_position应为-1或者0至", head),
                                       absl::StrCat("after_position must be -1, or 0 to ", head)});
}

absl::Status CheckUrl(const v1::Webhook& webhook) {
  if (outbound::IsSafeUrl(webhook.url())) return absl::OkStatus();
  return FieldError("webhook.url",
                    {"url应为https地址（本机可用http），不带用户名和#",
                     "url must be https (http on loopback only), without user and fragment"});
}

absl::StatusOr<v1::AddWebhookResponse> AddWebhook(const WebhookContext& context,
                                                  const rpc::Call& call,
                                                  const v1::AddWebhookRequest& request) {
  const absl::Time now = context.real_now();
  const NameParts name = PartsOf(request.parent());
  RETURN_IF_ERROR(CheckOwner(call.caller, request.parent(), request.parent()));
  RETURN_IF_ERROR(CheckUrl(request.webhook()));
  ASSIGN_OR_RETURN(const int64_t position,
                   FirstPosition(context.host.pool(), name.partner, request.after_position()));
  std::string secret;
  absl::StatusOr<v1::AddWebhookResponse> response =
      context.host.commands().Run<v1::AddWebhookResponse>(
          call, [&](Change& change) -> absl::StatusOr<v1::AddWebhookResponse> {
            RETURN_IF_ERROR(store::LockPartner(change.sql(), name.district, name.partner).status());
            ASSIGN_OR_RETURN(const int64_t count,
                             store::CountWebhooks(change.sql(), name.district, name.partner));
            if (count >= domain::kMostWebhooks) {
              return PreconditionError(
                  "WEBHOOK_LIMIT", {"该接入单位已有五个推送地址", "the partner has five webhooks"});
            }
            const Webhook webhook{.district = name.district,
                                  .partner = name.partner,
                                  .id = change.NewId("webhook"),
                                  .url = request.webhook().url(),
                                  .position = position,
                                  .next_attempt_time = now,
                                  .last_failure = {},
                                  .create_time = now};
            RETURN_IF_ERROR(store::InsertWebhook(change.sql(), webhook));
            ASSIGN_OR_RETURN(const domain::WebhookKey key,
                             AddKey(context, change, webhook, request.key_kind(), now));
            secret = SecretText(key);
            events::RecordWebhook(change, webhook, "AddWebhook", "新增推送");
            v1::AddWebhookResponse answer;
            *answer.mutable_webhook() = events::ToProto(webhook, {key});
            return answer;
          });
  if (response.ok()) response->set_secret(secret);
  return response;
}

absl::StatusOr<v1::Webhook> GetWebhook(const WebhookContext& context, const rpc::Call& call,
                                       const v1::GetWebhookRequest& request) {
  RETURN_IF_ERROR(CheckOwner(call.caller, PartnerOf(request.name()), request.name()));
  const WebhookParts name = WebhookPartsOf(request.name());
  return context.host.pool().TransactValue(
      "partner.get_webhook", ReadOnly(call), [&](pg::Tx& tx) -> absl::StatusOr<v1::Webhook> {
        ASSIGN_OR_RETURN(const Webhook webhook,
                         store::ReadWebhook(tx, name.district, name.partner, name.webhook));
        return WithKeys(context, tx, webhook);
      });
}

absl::StatusOr<v1::ListWebhooksResponse> ListWebhooks(const WebhookContext& context,
                                                      const rpc::Call& call,
                                                      const v1::ListWebhooksRequest& request) {
  RETURN_IF_ERROR(CheckOwner(call.caller, request.parent(), request.parent()));
  const NameParts name = PartsOf(request.parent());
  return context.host.pool().TransactValue(
      "partner.list_webhooks", ReadOnly(call),
      [&](pg::Tx& tx) -> absl::StatusOr<v1::ListWebhooksResponse> {
        RETURN_IF_ERROR(store::ReadPartner(tx, name.district, name.partner).status());
        ASSIGN_OR_RETURN(auto page, store::ListWebhooks(tx, name.district, name.partner,
                                                        request.page_size(), request.page_token()));
        v1::ListWebhooksResponse response;
        for (const Webhook& webhook : page.first) {
          ASSIGN_OR_RETURN(*response.add_webhooks(), WithKeys(context, tx, webhook));
        }
        response.set_next_page_token(page.second);
        return response;
      });
}

absl::StatusOr<v1::Webhook> UpdateWebhook(const WebhookContext& context, const rpc::Call& call,
                                          const v1::UpdateWebhookRequest& request) {
  for (const std::string& path : request.update_mask().paths()) {
    if (path == "url" || path == "*") continue;
    return FieldError("update_mask", {"update_mask只能有url", "update_mask takes url only"});
  }
  RETURN_IF_ERROR(CheckUrl(request.webhook()));
  return RunVerb(context, call, request.webhook().name(), request.webhook().etag(),
                 [&](Change& change, Webhook webhook) -> absl::StatusOr<Webhook> {
                   if (webhook.url == request.webhook().url()) return webhook;
                   webhook.url = request.webhook().url();
                   ++webhook.version;
                   events::RecordWebhook(change, webhook, "UpdateWebhook", "变更推送地址");
                   return webhook;
                 });
}

absl::StatusOr<v1::Webhook> PauseWebhook(const WebhookContext& context, const rpc::Call& call,
                                         const v1::PauseWebhookRequest& request) {
  return RunVerb(context, call, request.name(), request.etag(),
                 [&](Change& change, const Webhook& webhook) -> absl::StatusOr<Webhook> {
                   Webhook paused = domain::Pause(webhook);
                   if (paused.version != webhook.version) {
                     events::RecordWebhook(change, paused, "PauseWebhook", "暂停推送");
                   }
                   return paused;
                 });
}

absl::StatusOr<v1::Webhook> ResumeWebhook(const WebhookContext& context, const rpc::Call& call,
                                          const v1::ResumeWebhookRequest& request) {
  return RunVerb(context, call, request.name(), request.etag(),
                 [&](Change& change, const Webhook& webhook) -> absl::StatusOr<Webhook> {
                   const int64_t skip = request.skip_position();
                   ASSIGN_OR_RETURN(Webhook resumed,
                                    domain::Resume(webhook, skip, context.real_now()));
                   if (skip != 0) RETURN_IF_ERROR(store::GiveUp(change.sql(), webhook.id, skip));
                   if (resumed.version != webhook.version) {
                     events::RecordWebhook(
                         change, resumed, "ResumeWebhook",
                         skip == 0 ? "恢复推送" : absl::StrCat("略过第", skip, "个事件，恢复推送"));
                   }
                   return resumed;
                 });
}

absl::StatusOr<v1::Webhook> ReplayWebhook(const WebhookContext& context, const rpc::Call& call,
                                          const v1::ReplayWebhookRequest& request) {
  return RunVerb(context, call, request.name(), request.etag(),
                 [&](Change& change, Webhook webhook) -> absl::StatusOr<Webhook> {
                   ASSIGN_OR_RETURN(Webhook replayed,
                                    domain::Replay(std::move(webhook), request.after_position(),
                                                   request.to_position(), context.real_now()));
                   events::RecordWebhook(change, replayed, "ReplayWebhook",
                                         absl::StrCat("重新推送第", request.after_position() + 1,
                                                      "至", request.to_position(), "个事件"));
                   return replayed;
                 });
}

// Counts the tests that are on their way.
class TestSlot {
 public:
  explicit TestSlot(std::atomic<int>& tests)
      : tests_(tests), free_(tests.fetch_add(1) < kTestsAtOnce) {}
  ~TestSlot() { tests_.fetch_sub(1); }
  TestSlot(const TestSlot&) = delete;
  TestSlot& operator=(const TestSlot&) = delete;
  bool free() const { return free_; }

 private:
  std::atomic<int>& tests_;
  const bool free_;
};

event::v1::EventEnvelope TestEvent(const Webhook& webhook, absl::Time now) {
  v1::WebhookTested payload;
  payload.set_webhook(webhook.name());
  event::v1::EventEnvelope event;
  event.set_source("partner");
  event.set_feed(webhook.partner);
  event.set_type(payload.GetDescriptor()->full_name());
  event.set_aggregate(webhook.name());
  event.set_payload(payload.SerializeAsString());
  *event.mutable_occur_time() = rpc::ToTimestamp(now);
  return event;
}

absl::StatusOr<v1::TestWebhookResponse> TestWebhook(const WebhookContext& context,
                                                    const rpc::Call& call,
                                                    const v1::TestWebhookRequest& request) {
  RETURN_IF_ERROR(CheckOwner(call.caller, PartnerOf(request.name()), request.name()));
  const TestSlot slot(*context.tests);
  if (!slot.free()) {
    return MakeError(
        absl::StatusCode::kResourceExhausted,
        {"RATE_LIMITED",
         {"正在进行其他推送测试，请稍后再试", "other tests are on their way, try later"},
         {},
         {}});
  }
  const absl::Time now = context.real_now();
  const WebhookParts name = WebhookPartsOf(request.name());
  Webhook webhook;
  std::vector<domain::WebhookKey> keys;
  RETURN_IF_ERROR(context.host.pool().Transact(
      "partner.read_webhook", ReadOnly(call), [&](pg::Tx& tx) -> absl::Status {
        ASSIGN_OR_RETURN(webhook,
                         store::ReadWebhook(tx, name.district, name.partner, name.webhook));
        ASSIGN_OR_RETURN(keys, store::LiveKeys(tx, *context.cipher, webhook.id, now));
        return absl::OkStatus();
      }));
  // Somebody outside is called, so the trail tells who asked, whatever comes of it.
  RETURN_IF_ERROR(context.host.commands()
                      .Run<v1::TestWebhookResponse>(
                          call,
                          [&](Change& change) -> absl::StatusOr<v1::TestWebhookResponse> {
                            events::AuditWebhook(change, webhook, "TestWebhook", "测试推送");
                            return v1::TestWebhookResponse();
                          })
                      .status());
  const std::string test = request.request_id().empty()
                               ? NewUuid7(now)
                               : DeriveRequestId(call.caller.subject, request.request_id());
  const domain::Answer answer =
      context.send(webhook, keys, absl::StrCat(webhook.id, "-test-", test),
                   protojson::ToCloudEvent(TestEvent(webhook, now)));
  v1::TestWebhookResponse response;
  response.set_delivered(answer.kind == domain::Answer::Kind::kTaken);
  response.set_reply(answer.reply);
  return response;
}

v1::WebhookDelivery ToProto(const Webhook& webhook, const store::Delivery& delivery) {
  v1::WebhookDelivery proto;
  proto.set_webhook_id(domain::WebhookId(webhook, delivery.epoch, delivery.position));
  proto.set_position(delivery.position);
  proto.set_epoch(delivery.epoch);
  proto.set_event_type(delivery.event_type);
  proto.set_subject(delivery.subject);
  proto.set_state(static_cast<v1::WebhookDelivery::State>(delivery.state));
  proto.set_attempts(delivery.attempts);
  *proto.mutable_first_attempt_time() = rpc::ToTimestamp(delivery.first_attempt_time);
  *proto.mutable_last_attempt_time() = rpc::ToTimestamp(delivery.last_attempt_time);
  proto.set_last_reply(delivery.last_reply);
  proto.set_body_sha256(delivery.body_sha256);
  return proto;
}

absl::StatusOr<v1::ListWebhookDeliveriesResponse> ListWebhookDeliveries(
    const WebhookContext& context, const rpc::Call& call,
    const v1::ListWebhookDeliveriesRequest& request) {
  RETURN_IF_ERROR(CheckOwner(call.caller, PartnerOf(request.parent()), request.parent()));
  const WebhookParts name = WebhookPartsOf(request.parent());
  return context.host.pool().TransactValue(
      "partner.list_deliveries", ReadOnly(call),
      [&](pg::Tx& tx) -> absl::StatusOr<v1::ListWebhookDeliveriesResponse> {
        ASSIGN_OR_RETURN(const Webhook webhook,
                         store::ReadWebhook(tx, name.district, name.partner, name.webhook));
        ASSIGN_OR_RETURN(
            auto page, store::ListDeliveries(tx, webhook.id, request.filter(), request.page_size(),
                                             request.page_token()));
        v1::ListWebhookDeliveriesResponse response;
        for (const store::Delivery& delivery : page.first) {
          *response.add_deliveries() = ToProto(webhook, delivery);
        }
        response.set_next_page_token(page.second);
        return response;
      });
}

}  // namespace

void RegisterWebhooks(const std::shared_ptr<const WebhookContext>& context) {
  ServeWebhooks(context, "AddWebhook", AddWebhook);
  ServeWebhooks(context, "GetWebhook", GetWebhook);
  ServeWebhooks(context, "ListWebhooks", ListWebhooks);
  ServeWebhooks(context, "UpdateWebhook", UpdateWebhook);
  ServeWebhooks(context, "PauseWebhook", PauseWebhook);
  ServeWebhooks(context, "ResumeWebhook", ResumeWebhook);
  ServeWebhooks(context, "ReplayWebhook", ReplayWebhook);
  ServeWebhooks(context, "TestWebhook", TestWebhook);
  ServeWebhooks(context, "ListWebhookDeliveries", ListWebhookDeliveries);
  RegisterWebhookKeys(context);
}

}  // namespace rectify::partner::api
