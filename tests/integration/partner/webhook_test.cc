// Webhooks of partners, to a real receiver: in order, each once, whatever goes wrong on the way.
#include "libs/outbound/webhook.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <numeric>

#include "absl/strings/escaping.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "google/protobuf/util/time_util.h"
#include "libs/crypto/crypto.h"
#include "libs/crypto/ed25519.h"
#include "libs/rpc/convert.h"
#include "rectify/event/v1/event.pb.h"
#include "rectify/hazard/v1/lead_events.pb.h"
#include "rectify/partner/v1/webhook_service.pb.h"
#include "services/partner_registry/events/feeds.h"
#include "tests/integration/partner/fixture.h"

namespace rectify::partner {
namespace {

using ::rectify::testing::HasViolation;
using ::rectify::testing::HttpReceiver;
using ::rectify::testing::HttpReply;
using ::rectify::testing::HttpRequest;
using ::rectify::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;
using State = v1::Webhook;

constexpr char kDesk[] = "districts/120110/departments/jiaoyu";

class WebhookTest : public PartnerTest {
 protected:
  WebhookTest() {
    v1::Partner sample = Sample();
    sample.add_event_types("rectify.hazard.v1.LeadReceived");
    partner_ = *Create(sample);
  }

  template <typename Response>
  absl::StatusOr<Response> Ask(absl::string_view verb, const google::protobuf::Message& request) {
    return Call<Response>(registrar(), absl::StrCat("Webhooks.", verb), request);
  }
  absl::StatusOr<v1::AddWebhookResponse> Add(
      const std::string& url, int64_t after = 0,
      v1::WebhookKey::Kind kind = v1::WebhookKey::KIND_HMAC_SHA256) {
    v1::AddWebhookRequest request;
    request.set_parent(partner_.name());
    request.mutable_webhook()->set_url(url);
    request.set_after_position(after);
    request.set_key_kind(kind);
    return Ask<v1::AddWebhookResponse>("AddWebhook", request);
  }
  // One at receiver_.
  std::string Added() {
    const auto added = Add(receiver_.url());
    EXPECT_OK(added);
    secret_ = added->secret();
    return added->webhook().name();
  }
  v1::Webhook Get(const std::string& name) {
    v1::GetWebhookRequest request;
    request.set_name(name);
    return *Ask<v1::Webhook>("GetWebhook", request);
  }
  template <typename Request>
  absl::StatusOr<v1::Webhook> Do(absl::string_view verb, const std::string& name,
                                 Request request = {}) {
    request.set_name(name);
    return Ask<v1::Webhook>(verb, request);
  }
  std::vector<v1::WebhookDelivery> Deliveries(const std::string& webhook,
                                              const std::string& filter = "") {
    v1::ListWebhookDeliveriesRequest request;
    request.set_parent(webhook);
    request.set_filter(filter);
    const auto list = Ask<v1::ListWebhookDeliveriesResponse>("ListWebhookDeliveries", request);
    EXPECT_OK(list);
    return {list->deliveries().begin(), list->deliveries().end()};
  }

  // `count` leads of the partner's desk are handed in, which its feed tells then.
  void Leads(int count) {
    for (int i = 0; i < count; ++i) {
      ++leads_;
      hazard::v1::LeadReceived payload;
      payload.mutable_lead()->set_lead(
          absl::StrFormat("districts/120110/leads/0185766a-7000-7000-8000-%012d", leads_));
      payload.mutable_lead()->set_reporter(kDesk);
      event::v1::EventEnvelope event;
      event.set_source("hazard");
      event.set_position(leads_);
      event.set_aggregate(payload.lead().lead());
      event.set_aggregate_version(1);
      event.set_type(payload.GetDescriptor()->full_name());
      event.set_payload(payload.SerializeAsString());
      event.add_audiences(event::v1::AUDIENCE_DEPARTMENTS);
      ASSERT_OK(host_->commands().Act(
          {.actor = "services/partner", .parent = absl::StrCat("test/", leads_), .trace = ""},
          "test", [&](rectify::events::Change& change) { return events::GoOn(change, event); }));
    }
    system_.Settle();
  }
  // As time goes by, until nothing fails any more or the webhook is stopped.
  void WaitOut(const std::string& webhook) {
    while (Get(webhook).has_next_attempt_time()) {
      real_now_ = rpc::ToTime(Get(webhook).next_attempt_time());
      system_.Settle();
    }
  }

  std::vector<int> Positions() const {
    std::vector<int> positions;
    for (const HttpRequest& request : receiver_.requests()) {
      positions.push_back(
          std::stoi(nlohmann::json::parse(request.body)["position"].get<std::string>()));
    }
    return positions;
  }
  static bool SignedBy(const HttpRequest& request, const outbound::WebhookKey& key) {
    const std::string wanted = outbound::SignWebhook(
        key, request.Header("webhook-id"), request.Header("webhook-timestamp"), request.body);
    const std::vector<std::string> all = absl::StrSplit(request.Header("webhook-signature"), ' ');
    return std::find(all.begin(), all.end(), wanted) != all.end();
  }
  static outbound::WebhookKey Shared(const std::string& secret) {
    return {outbound::WebhookKey::Kind::kHmacSha256, *outbound::ReadWebhookSecret(secret)};
  }

  v1::Partner partner_;
  std::string secret_;
  int leads_ = 0;
};

TEST_F(WebhookTest, EventsComeInTheirOrderSignedAsCloudEvents) {
  const std::string webhook = Added();
  Leads(3);
  EXPECT_THAT(Positions(), ElementsAre(1, 2, 3));
  for (const HttpRequest& request : receiver_.requests()) {
    EXPECT_EQ(request.Header("content-type"), "application/cloudevents+json");
    EXPECT_TRUE(SignedBy(request, Shared(secret_)));
    EXPECT_FALSE(SignedBy(request, Shared("whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")));
  }
  const auto event = nlohmann::json::parse(receiver_.requests()[0].body);
  EXPECT_EQ(event["specversion"], "1.0");
  EXPECT_EQ(event["type"], "rectify.hazard.v1.LeadReceived");
  EXPECT_EQ(event["data"]["lead"]["reporter"], kDesk);
  EXPECT_EQ(Get(webhook).position(), 3);
  const auto deliveries = Deliveries(webhook);
  ASSERT_THAT(deliveries, SizeIs(3));
  EXPECT_EQ(deliveries[2].webhook_id(), receiver_.requests()[0].Header("webhook-id"));
  EXPECT_EQ(deliveries[2].state(), v1::WebhookDelivery::STATE_DELIVERED);
  EXPECT_EQ(deliveries[2].body_sha256(), crypto::Sha256(receiver_.requests()[0].body));
  EXPECT_EQ(deliveries[2].event_type(), "rectify.hazard.v1.LeadReceived");
}

TEST_F(WebhookTest, MoreThanOneRoundHoldsComesAllTheSame) {
  Added();
  Leads(120);
  std::vector<int> all(120);
  std::iota(all.begin(), all.end(), 1);
  EXPECT_EQ(Positions(), all);
}

TEST_F(WebhookTest, WhatFailsHoldsBackWhatFollowsAndComesAgainAsTheSame) {
  const std::string webhook = Added();
  receiver_.AnswerWith(HttpReply("503 Service Unavailable"));
  Leads(2);
  EXPECT_THAT(Positions(), ElementsAre(1)) << "the second waits";
  EXPECT_EQ(Get(webhook).failed_attempts(), 1);
  EXPECT_THAT(Get(webhook).last_failure(), StartsWith("HTTP 503"));
  system_.Settle();
  EXPECT_THAT(Positions(), ElementsAre(1)) << "not before its time";
  receiver_.AnswerWith(HttpReply("200 OK"));
  WaitOut(webhook);
  EXPECT_THAT(Positions(), ElementsAre(1, 1, 2));
  EXPECT_EQ(receiver_.requests()[0].Header("webhook-id"),
            receiver_.requests()[1].Header("webhook-id"));
  EXPECT_EQ(Deliveries(webhook)[1].attempts(), 2);
}

TEST_F(WebhookTest, AnEventThatNobodyTakesIsDeadAndNothingIsLost) {
  const std::string webhook = Added();
  receiver_.AnswerWith(HttpReply("500 Internal Server Error"));
  Leads(2);
  WaitOut(webhook);
  EXPECT_EQ(Get(webhook).state(), State::STATE_STOPPED);
  EXPECT_THAT(Positions(), SizeIs(10));
  const auto dead = Deliveries(webhook, "state = \"DEAD\"");
  ASSERT_THAT(dead, SizeIs(1));
  EXPECT_EQ(dead[0].position(), 1);
  EXPECT_EQ(dead[0].attempts(), 10);
  EXPECT_THAT(Actions(webhook), ElementsAre("AddWebhook", "StopWebhook"));

  receiver_.AnswerWith(HttpReply("200 OK"));
  ASSERT_OK(Do<v1::ResumeWebhookRequest>("ResumeWebhook", webhook));
  system_.Settle();
  EXPECT_EQ(Get(webhook).position(), 2);
  EXPECT_THAT(Deliveries(webhook, "state = \"DEAD\""), IsEmpty());
}

TEST_F(WebhookTest, ADeadEventCanBeLeftOut) {
  const std::string webhook = Added();
  receiver_.AnswerWith(HttpReply("410 Gone"));
  Leads(2);
  ASSERT_EQ(Get(webhook).state(), State::STATE_STOPPED) << "at once";
  receiver_.AnswerWith(HttpReply("200 OK"));
  v1::ResumeWebhookRequest without;
  without.set_skip_position(2);
  EXPECT_THAT(Do("ResumeWebhook", webhook, without).status(), HasViolation("skip_position"));
  without.set_skip_position(1);
  ASSERT_OK(Do("ResumeWebhook", webhook, without));
  system_.Settle();
  EXPECT_THAT(Positions(), ElementsAre(1, 2));
  EXPECT_THAT(Deliveries(webhook, "state = \"DEAD\""), SizeIs(1));
}

TEST_F(WebhookTest, APauseLosesNothing) {
  const std::string webhook = Added();
  ASSERT_OK(Do<v1::PauseWebhookRequest>("PauseWebhook", webhook));
  Leads(2);
  EXPECT_THAT(Positions(), IsEmpty());
  ASSERT_OK(Do<v1::ResumeWebhookRequest>("ResumeWebhook", webhook));
  system_.Settle();
  EXPECT_THAT(Positions(), ElementsAre(1, 2));
}

TEST_F(WebhookTest, ARangeComesAgainBeforeItGoesOn) {
  const std::string webhook = Added();
  Leads(4);
  ASSERT_OK(Do<v1::PauseWebhookRequest>("PauseWebhook", webhook));
  Leads(1);
  v1::ReplayWebhookRequest range;
  range.set_after_position(1);
  range.set_to_position(3);
  ASSERT_OK(Do("ReplayWebhook", webhook, range));
  ASSERT_OK(Do<v1::ResumeWebhookRequest>("ResumeWebhook", webhook));
  system_.Settle();
  EXPECT_THAT(Positions(), ElementsAre(1, 2, 3, 4, 2, 3, 5));
  range.set_to_position(6);
  EXPECT_THAT(Do("ReplayWebhook", webhook, range).status(), HasViolation("to_position"));
}

TEST_F(WebhookTest, KeysOverlapWhenTheyAreRotated) {
  const std::string webhook = Added();
  v1::RotateWebhookKeyRequest request;
  request.set_name(webhook);
  request.set_key_kind(v1::WebhookKey::KIND_ED25519);
  ASSERT_OK_AND_ASSIGN(const auto rotated,
                       Ask<v1::RotateWebhookKeyResponse>("RotateWebhookKey", request));
  EXPECT_EQ(rotated.secret(), "");
  ASSERT_THAT(rotated.webhook().keys(), SizeIs(2));
  const std::string shown = rotated.webhook().keys(0).public_key();
  ASSERT_THAT(shown, StartsWith("whpk_"));
  Leads(1);
  const HttpRequest both = receiver_.requests().back();
  EXPECT_TRUE(SignedBy(both, Shared(secret_)));
  const std::vector<std::string> signatures = absl::StrSplit(both.Header("webhook-signature"), ' ');
  ASSERT_THAT(signatures, SizeIs(2));
  ASSERT_THAT(signatures[0], StartsWith("v1a,"));
  EXPECT_TRUE(crypto::VerifiesEd25519(
      *crypto::FromBase64(shown.substr(5)), *crypto::FromBase64(signatures[0].substr(4)),
      absl::StrCat(both.Header("webhook-id"), ".", both.Header("webhook-timestamp"), ".",
                   both.body)));

  real_now_ += absl::Hours(24);
  Leads(1);
  EXPECT_FALSE(SignedBy(receiver_.requests().back(), Shared(secret_)));
  EXPECT_THAT(Get(webhook).keys(), SizeIs(1));
}

TEST_F(WebhookTest, AKeyThatOthersKnowEndsAtOnce) {
  const std::string webhook = Added();
  v1::RotateWebhookKeyRequest request;
  request.set_name(webhook);
  request.mutable_keep_previous();
  ASSERT_OK_AND_ASSIGN(const auto rotated,
                       Ask<v1::RotateWebhookKeyResponse>("RotateWebhookKey", request));
  Leads(1);
  EXPECT_FALSE(SignedBy(receiver_.requests().back(), Shared(secret_)));
  EXPECT_TRUE(SignedBy(receiver_.requests().back(), Shared(rotated.secret())));
  request.mutable_keep_previous()->set_seconds(8 * 24 * 3600);
  EXPECT_THAT(Ask<v1::RotateWebhookKeyResponse>("RotateWebhookKey", request).status(),
              HasViolation("keep_previous"));
}

TEST_F(WebhookTest, ASecretIsToldOnceAndKeptInNoReadableForm) {
  const std::string webhook = Added();
  ASSERT_THAT(secret_, StartsWith("whsec_"));
  const v1::Webhook shown = Get(webhook);
  for (const v1::WebhookKey& key : shown.keys()) EXPECT_EQ(key.public_key(), "");
  const std::string stored = Everything();
  EXPECT_THAT(stored, Not(HasSubstr(secret_.substr(6))));
  EXPECT_THAT(stored, Not(HasSubstr(absl::BytesToHexString(Shared(secret_).secret))));
}

TEST_F(WebhookTest, ATestTellsWhatTheReceiverSays) {
  const std::string webhook = Added();
  v1::TestWebhookRequest request;
  request.set_name(webhook);
  ASSERT_OK_AND_ASSIGN(auto told, Ask<v1::TestWebhookResponse>("TestWebhook", request));
  EXPECT_TRUE(told.delivered());
  ASSERT_THAT(receiver_.requests(), SizeIs(1));
  EXPECT_TRUE(SignedBy(receiver_.requests()[0], Shared(secret_)));
  EXPECT_EQ(nlohmann::json::parse(receiver_.requests()[0].body)["type"],
            "rectify.partner.v1.WebhookTested");
  receiver_.AnswerWith(HttpReply("401 Unauthorized", "", "wrong signature"));
  ASSERT_OK_AND_ASSIGN(told, Ask<v1::TestWebhookResponse>("TestWebhook", request));
  EXPECT_FALSE(told.delivered());
  EXPECT_EQ(told.reply(), "HTTP 401 wrong signature");
  EXPECT_EQ(Get(webhook).position(), 0) << "nothing has happened";
  EXPECT_THAT(Actions(webhook), ElementsAre("AddWebhook", "TestWebhook", "TestWebhook"));
}

TEST_F(WebhookTest, ATestAskedForAgainIsTheSameTest) {
  const std::string webhook = Added();
  v1::TestWebhookRequest request;
  request.set_name(webhook);
  request.set_request_id("0d7a1f6e-9a58-4c3b-8a52-6f3c0e5b9d11");
  for (int i = 0; i < 2; ++i) {
    ASSERT_OK_AND_ASSIGN(const auto told, Ask<v1::TestWebhookResponse>("TestWebhook", request));
    EXPECT_TRUE(told.delivered());
  }
  ASSERT_THAT(receiver_.requests(), SizeIs(2));
  EXPECT_EQ(receiver_.requests()[0].Header("webhook-id"),
            receiver_.requests()[1].Header("webhook-id"));
  EXPECT_THAT(Actions(webhook), ElementsAre("AddWebhook", "TestWebhook"));
}

TEST_F(WebhookTest, NothingIsCalledThatIsNotOpened) {
  HttpReceiver other(HttpReply("200 OK"));
  ASSERT_OK_AND_ASSIGN(const auto added, Add(other.url()));
  Leads(1);
  EXPECT_THAT(other.requests(), IsEmpty());
  EXPECT_EQ(Get(added.webhook().name()).last_failure(), "推送地址不在允许范围内");
  EXPECT_THAT(Add("http://hooks.example.cn/").status(), HasViolation("webhook.url"));
}

TEST_F(WebhookTest, ASuspendedPartnerGetsNothing) {
  Added();
  ASSERT_OK(Suspend(partner_.name()));
  Leads(1);
  EXPECT_THAT(receiver_.requests(), IsEmpty());
  ASSERT_OK(Resume(partner_.name()));
  system_.Settle();
  EXPECT_THAT(Positions(), ElementsAre(1));
}

TEST_F(WebhookTest, BeginsWhereItIsTold) {
  Leads(3);
  ASSERT_OK(Add(receiver_.url(), 2));
  ASSERT_OK(Add(receiver_.url(), -1));
  system_.Settle();
  EXPECT_THAT(Positions(), ElementsAre(3));
  EXPECT_THAT(Add(receiver_.url(), 4).status(), HasViolation("after_position"));
}

TEST_F(WebhookTest, APartnerLooksAfterItsOwnAndSeesNoOther) {
  const std::string webhook = Added();
  ASSERT_OK_AND_ASSIGN(const auto key, Issue(partner_.name()));
  ASSERT_OK_AND_ASSIGN(const v1::Partner other, Create(Sample("另一平台")));
  ASSERT_OK_AND_ASSIGN(const auto other_key, Issue(other.name()));
  const auto get = [&](const std::string& secret) {
    rpc::CallOptions options;
    options.token = Exchange(secret)->token();
    v1::GetWebhookRequest request;
    request.set_name(webhook);
    return system_.Anonymous("partner").Unary<v1::Webhook>("rectify.partner.v1.Webhooks.GetWebhook",
                                                           request, options);
  };
  ASSERT_OK(get(key.secret()));
  EXPECT_THAT(get(other_key.secret()), StatusIs(absl::StatusCode::kNotFound, "NOT_FOUND"));
}

TEST_F(WebhookTest, HasAnEnd) {
  for (int i = 0; i < 5; ++i) ASSERT_OK(Add(receiver_.url()));
  EXPECT_THAT(Add(receiver_.url()),
              StatusIs(absl::StatusCode::kFailedPrecondition, "WEBHOOK_LIMIT"));
}

TEST_F(WebhookTest, WhatWasTakenIsForgottenAfterNinetyDays) {
  const std::string webhook = Added();
  Leads(2);
  real_now_ += absl::Hours(24 * 91);
  system_.Settle();
  EXPECT_THAT(Deliveries(webhook), IsEmpty());
  EXPECT_EQ(Get(webhook).position(), 2);
}

}  // namespace
}  // namespace rectify::partner
