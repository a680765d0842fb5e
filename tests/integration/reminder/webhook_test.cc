// Webhooks to real receivers, and the walls around them.
#include "services/reminder_dispatch/channels/webhook.h"

#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "libs/crypto/crypto.h"
#include "libs/testing/http_receiver.h"
#include "tests/integration/reminder/fixture.h"
#include "tests/integration/reminder/receivers.h"

namespace rectify::reminder {
namespace {

using ::rectify::testing::HttpReceiver;
using ::rectify::testing::HttpReply;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::StartsWith;

// One reminder: T-7 to the venue's system.
class WebhookTest : public ReminderTest {
 protected:
  WebhookTest() {
    policy_.max_attempts = 5;
    for (domain::Ladder& ladder : policy_.ladders) {
      for (domain::Step& step : ladder.steps) {
        step.recipients = {domain::RecipientKind::kVenue};
        step.channels = {domain::Channel::kWebhook};
      }
    }
    MustApply(Started());
    clock_.Set(At(1, 27));
  }

  void SetUpChannel(const std::string& url, const std::vector<std::string>& allow) {
    contacts_.known[kVenue] = {{"系统", "", url}};
    auto allowed = outbound::AllowList::Parse(allow);
    ASSERT_OK(allowed);
    auto webhook = channels::WebhookChannel::Create(kSecret, *allowed);
    ASSERT_OK(webhook);
    channels_.webhook = *std::move(webhook);
  }

  // Attempts until the reminder has an outcome.
  domain::Reminder Settled() {
    Dispatch();
    while (Only("T-7").state == domain::State::kPending) {
      DispatchAt(Only("T-7").not_before);
    }
    return Only("T-7");
  }
};

TEST_F(WebhookTest, AReceiverVerifiesAndTakesIt) {
  WebhookReceiver receiver(kSecret);
  SetUpChannel(receiver.url(), {receiver.address_entry()});
  const domain::Reminder reminder = Settled();
  EXPECT_EQ(reminder.state, domain::State::kSent);
  const auto accepted = receiver.Accepted();
  ASSERT_THAT(accepted, SizeIs(1));
  EXPECT_EQ(accepted.begin()->first, reminder.delivery);
  const auto json = nlohmann::json::parse(accepted.begin()->second);
  EXPECT_EQ(json["data"]["reminder"], reminder.name());
  EXPECT_EQ(json["data"]["clock"], kClock);
  EXPECT_EQ(json["data"]["due_date"], "2023-02-03");
  const domain::Delivery delivery = Deliveries().at(0);
  EXPECT_EQ(delivery.channel, domain::Channel::kWebhook);
  EXPECT_EQ(delivery.address, "http://127.0.0.1/…");
  EXPECT_EQ(delivery.provider_reply, "HTTP 200 accepted");
}

TEST_F(WebhookTest, FailuresAreRepeatedUnderTheSameId) {
  WebhookReceiver receiver(kSecret, 3);
  SetUpChannel(receiver.url(), {receiver.address_entry()});
  const domain::Reminder reminder = Settled();
  EXPECT_EQ(reminder.state, domain::State::kSent);
  EXPECT_EQ(reminder.attempts, 4);
  ASSERT_THAT(receiver.Accepted(), SizeIs(1));
  EXPECT_EQ(receiver.Accepted().begin()->first, reminder.delivery);
  EXPECT_THAT(Deliveries(), SizeIs(1));
}

TEST_F(WebhookTest, AReceiverWithAnotherSecretRefusesForGood) {
  WebhookReceiver receiver("whsec_" + crypto::Base64(std::string(32, 'x')));
  SetUpChannel(receiver.url(), {receiver.address_entry()});
  const domain::Reminder reminder = Settled();
  EXPECT_EQ(reminder.state, domain::State::kDead);
  EXPECT_EQ(reminder.attempts, 1);
  EXPECT_THAT(reminder.last_error, StartsWith("HTTP 401"));
  EXPECT_THAT(receiver.Accepted(), IsEmpty());
}

TEST_F(WebhookTest, ARedirectIsNeverFollowed) {
  WebhookReceiver receiver(kSecret);
  HttpReceiver server(HttpReply("302 Found", absl::StrCat("Location: ", receiver.url(), "\r\n")));
  SetUpChannel(server.url(), {"127.0.0.0/8"});
  const domain::Reminder reminder = Settled();
  EXPECT_EQ(reminder.state, domain::State::kDead);
  EXPECT_THAT(reminder.last_error, StartsWith("HTTP 302"));
  EXPECT_THAT(server.requests(), SizeIs(1));
  EXPECT_THAT(receiver.Accepted(), IsEmpty());
}

TEST_F(WebhookTest, AnAddressThatIsNotListedIsNeverConnected) {
  HttpReceiver server(HttpReply("200 OK"));
  SetUpChannel(server.url(), {"10.0.0.0/8", "127.0.0.1/32:1"});
  const domain::Reminder reminder = Settled();
  EXPECT_EQ(reminder.state, domain::State::kDead);
  EXPECT_EQ(reminder.attempts, 1);
  EXPECT_EQ(reminder.last_error, "推送地址不在允许范围内");
  EXPECT_THAT(server.requests(), IsEmpty());
}

TEST_F(WebhookTest, AListedNameDoesNotOpenLoopback) {
  HttpReceiver server(HttpReply("200 OK"));
  const std::string port = server.url().substr(server.url().rfind(':'));
  SetUpChannel("http://localhost" + port, {"localhost"});
  EXPECT_EQ(Settled().state, domain::State::kDead);
  EXPECT_THAT(server.requests(), IsEmpty());
}

TEST_F(WebhookTest, PlainHttpLeavesTheMachineNever) {
  SetUpChannel("http://192.0.2.1/hook", {"192.0.2.0/24"});
  const domain::Reminder reminder = Settled();
  EXPECT_EQ(reminder.state, domain::State::kDead);
  EXPECT_EQ(reminder.last_error, "推送地址不在允许范围内");
}

TEST_F(WebhookTest, AProxyOfTheEnvironmentIsNotAsked) {
  HttpReceiver proxy(HttpReply("200 OK"));
  WebhookReceiver receiver(kSecret);
  setenv("http_proxy", proxy.url().c_str(), 1);
  SetUpChannel(receiver.url(), {"127.0.0.0/8"});
  EXPECT_EQ(Settled().state, domain::State::kSent);
  unsetenv("http_proxy");
  EXPECT_THAT(proxy.requests(), IsEmpty());
  EXPECT_THAT(receiver.Accepted(), SizeIs(1));
}

TEST_F(WebhookTest, AReceiverThatIsBusyIsWaitedFor) {
  HttpReceiver server(HttpReply("429 Too Many Requests", "Retry-After: 600\r\n"));
  SetUpChannel(server.url(), {server.address_entry()});
  Dispatch();
  EXPECT_EQ(Only("T-7").state, domain::State::kPending);
  EXPECT_EQ(Only("T-7").not_before, At(1, 27) + absl::Minutes(10));
}

TEST_F(WebhookTest, ADeadReceiverIsTriedAgain) {
  std::string url, entry;
  {
    HttpReceiver server(HttpReply("200 OK"));
    url = server.url();
    entry = server.address_entry();
  }
  SetUpChannel(url, {entry});
  Dispatch();
  EXPECT_EQ(Only("T-7").state, domain::State::kPending);
  EXPECT_THAT(Only("T-7").last_error, HasSubstr("推送"));
}

TEST_F(WebhookTest, AnEndlessReplyIsCutOffAndItsStatusStands) {
  HttpReceiver server(HttpReply("200 OK", "", std::string(1 << 20, 'x')));
  SetUpChannel(server.url(), {server.address_entry()});
  EXPECT_EQ(Settled().state, domain::State::kSent);
  EXPECT_LT(Deliveries().at(0).provider_reply.size(), 600U);
}

TEST_F(WebhookTest, ABinaryReplyIsMadeReadable) {
  HttpReceiver server(HttpReply("400 Bad Request", "", std::string("\xFF\x00\x01 no", 6)));
  SetUpChannel(server.url(), {server.address_entry()});
  EXPECT_EQ(Settled().state, domain::State::kDead);
  EXPECT_EQ(Only("T-7").last_error, "HTTP 400 ?   no");
}

TEST_F(WebhookTest, WithoutAnAddressItIsALetter) {
  SetUpChannel("", {});
  EXPECT_EQ(Settled().state, domain::State::kSent);
  EXPECT_EQ(Deliveries().at(0).channel, domain::Channel::kFile);
}

}  // namespace
}  // namespace rectify::reminder
