#include "services/reminder_dispatch/channels/webhook.h"

#include <nlohmann/json.hpp>

#include "gtest/gtest.h"
#include "libs/testing/status_matchers.h"
#include "tests/unit/reminder/facts.h"

namespace rectify::reminder::channels {
namespace {

using ::rectify::testing::HasViolation;

constexpr char kSecret[] = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

TEST(WebhookChannel, RefusesOtherSecrets) {
  for (const char* wrong :
       {"", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_", "whsec_c2hvcnQ=", "whsec_!!!"}) {
    EXPECT_THAT(WebhookChannel::Create(wrong, {}), HasViolation("--webhook-secret-file")) << wrong;
  }
}

TEST(WebhookChannel, TheBodyNamesEverythingByResourceName) {
  ASSERT_OK_AND_ASSIGN(auto channel, WebhookChannel::Create(kSecret, {}));
  Message message;
  message.delivery_name = "districts/120110/deliveries/d";
  message.reminder = "districts/120110/reminders/r";
  message.clock = "districts/120110/clocks/c";
  message.subject = "districts/120110/orders/o";
  message.title = "逾期 𠮷";
  message.body = "请改正。";
  message.due_date = absl::CivilDay(2023, 2, 3);
  message.written = domain::At(2, 18);
  const auto json = nlohmann::json::parse(channel->Content(message));
  EXPECT_EQ(json["type"], "reminder");
  EXPECT_EQ(json["timestamp"], "2023-02-18T01:00:00Z");
  EXPECT_EQ(json["data"]["delivery"], message.delivery_name);
  EXPECT_EQ(json["data"]["reminder"], message.reminder);
  EXPECT_EQ(json["data"]["clock"], message.clock);
  EXPECT_EQ(json["data"]["subject"], message.subject);
  EXPECT_EQ(json["data"]["title"], message.title);
  EXPECT_EQ(json["data"]["body"], message.body);
  EXPECT_EQ(json["data"]["due_date"], "2023-02-03");
}

TEST(WebhookChannel, TheMaskHidesThePath) {
  ASSERT_OK_AND_ASSIGN(auto channel, WebhookChannel::Create(kSecret, {}));
  Message message;
  message.addresses = {"https://user:pw@hooks.example.cn:8443/send?key=secret"};
  EXPECT_EQ(channel->Mask(message), "https://hooks.example.cn/…");
}

TEST(WebhookChannel, OtherProtocolsAreRefusedForGood) {
  ASSERT_OK_AND_ASSIGN(outbound::AllowList all, outbound::AllowList::Parse({"0.0.0.0/0"}));
  ASSERT_OK_AND_ASSIGN(auto channel, WebhookChannel::Create(kSecret, all));
  for (const char* address : {"file:///etc/passwd", "gopher://127.0.0.1/", "not a url"}) {
    Message message;
    message.addresses = {address};
    EXPECT_EQ(channel->Send(message).kind, domain::Attempt::Kind::kPermanent) << address;
  }
}

}  // namespace
}  // namespace rectify::reminder::channels
