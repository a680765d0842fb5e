// WeCom robots and short messages, against real HTTP receivers.
#include <fstream>
#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "libs/crypto/crypto.h"
#include "libs/testing/http_receiver.h"
#include "services/reminder_dispatch/channels/channel_setup.h"
#include "services/reminder_dispatch/channels/sms.h"
#include "services/reminder_dispatch/channels/wecom.h"
#include "services/reminder_dispatch/store/dispatch_store.h"
#include "tests/integration/reminder/fixture.h"

namespace rectify::reminder {
namespace {

using ::rectify::testing::HasViolation;
using ::rectify::testing::HttpReceiver;
using ::testing::AllOf;
using ::testing::Each;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;

std::string Ok(const std::string& body) { return testing::HttpReply("200 OK", "", body); }

class ChannelsTest : public ReminderTest {
 protected:
  // Every step goes to the officer by this channel.
  void Plan(domain::Channel channel) {
    for (domain::Ladder& ladder : policy_.ladders) {
      for (domain::Step& step : ladder.steps) {
        step.recipients = {domain::RecipientKind::kHandlingOfficer};
        step.channels = {channel};
      }
    }
    MustApply(Started());
  }

  void SetRobot(const HttpReceiver& server) {
    channels_.robots = {{kOfficer, "防火监督科"}};
    channels_.wecom = std::make_unique<channels::WeComChannel>(
        std::map<std::string, std::string>{{"防火监督科", server.url() + "send?key=geheim"}});
    Plan(domain::Channel::kWeCom);
  }

  static channels::SmsGateway Gateway(const std::string& url) {
    channels::SmsGateway gateway;
    gateway.url = url;
    gateway.fields = {{"phone", "{mobile}"}, {"content", "{text}"}, {"sign", "{secret}"}};
    gateway.secret = "geheim";
    gateway.signature = "【东丽消防】";
    gateway.text = "您有消防隐患整改事项{days}（{due}），请按文书要求办理。";
    gateway.success_field = "code";
    gateway.success_value = "0";
    return gateway;
  }

  domain::Reminder First() { return Only("T-7", kOfficer); }
};

TEST_F(ChannelsTest, ARobotTellsItsGroup) {
  HttpReceiver server(Ok(R"({"errcode":0,"errmsg":"ok"})"));
  SetRobot(server);
  DispatchAt(At(1, 27));
  EXPECT_EQ(First().state, domain::State::kSent);
  const auto json = nlohmann::json::parse(server.requests().back().body);
  EXPECT_EQ(json["msgtype"], "text");
  EXPECT_THAT(json["text"]["content"].get<std::string>(),
              AllOf(HasSubstr("还有7日到期"), HasSubstr("不是法律文书的送达")));
  EXPECT_EQ(Deliveries()[0].address, "企业微信群机器人 防火监督科");
}

TEST_F(ChannelsTest, ARobotThatWasAskedTooOftenIsAskedAgainAfterItsWindow) {
  HttpReceiver server(Ok(R"({"errcode":45009,"errmsg":"api freq out of limit"})"));
  SetRobot(server);
  DispatchAt(At(1, 27));
  EXPECT_EQ(First().state, domain::State::kPending);
  EXPECT_GE(First().not_before, At(1, 27) + absl::Minutes(1));
}

TEST_F(ChannelsTest, ARobotThatRefusesNeedsAPerson) {
  HttpReceiver server(Ok(R"({"errcode":93000,"errmsg":"invalid webhook url"})"));
  SetRobot(server);
  DispatchAt(At(1, 27));
  EXPECT_EQ(First().state, domain::State::kDead);
  EXPECT_THAT(First().last_error, Not(HasSubstr("geheim")));
}

TEST_F(ChannelsTest, ARobotsMessageFitsAndTheLedgerHasTheSameWords) {
  HttpReceiver server(Ok(R"({"errcode":0,"errmsg":"ok"})"));
  policy_.digest_entries = 30;
  SetRobot(server);
  deadline::v1::ClockStarted wordy = Started();
  for (int i = 0; i < 3; ++i) {
    wordy.set_clock(absl::StrCat("districts/120110/clocks/0185a0b0-0000-7000-8000-00000000002", i));
    wordy.set_party(std::string(300, 'x'));
    wordy.clear_hazards();
    for (int j = 0; j < 6; ++j) wordy.add_hazards(std::string(200, 'y'));
    MustApply(wordy, wordy.clock());
  }
  DispatchAt(At(1, 27));
  EXPECT_THAT(server.requests(), ::testing::SizeIs(2));  // four reminders, two to a message
  const auto json = nlohmann::json::parse(server.requests().back().body);
  const std::string text = json["text"]["content"];
  EXPECT_LE(text.size(), 2048U);
  EXPECT_GT(text.size(), 1500U);
  size_t entries = 0;
  for (size_t at = text.find("津丽消限字〔2023〕第0001号责令"); at != std::string::npos;
       at = text.find("津丽消限字〔2023〕第0001号责令", at + 1)) {
    ++entries;
  }
  EXPECT_EQ(entries, 2U);
  EXPECT_THAT(text, AllOf(HasSubstr("2023年2月3日（含当日）"), HasSubstr("不是法律文书的送达")));
  std::vector<std::string> hashes;
  for (const domain::Delivery& delivery : Deliveries()) hashes.push_back(delivery.body_sha256);
  EXPECT_THAT(hashes, ::testing::Contains(crypto::Sha256(server.requests().back().body)));
}

TEST_F(ChannelsTest, AShortMessageHasNoFactsOfTheCase) {
  HttpReceiver server(Ok(R"({"code":0})"));
  contacts_.known[kOfficer] = {{"王监督员", "", "", "13812341234"}};
  channels_.sms = std::make_unique<channels::SmsChannel>(Gateway(server.url()));
  Plan(domain::Channel::kSms);
  DispatchAt(At(1, 27));
  EXPECT_EQ(First().state, domain::State::kSent);
  EXPECT_THAT(server.requests().back().body,
              AllOf(HasSubstr("phone=13812341234"), HasSubstr("sign=geheim")));
  EXPECT_EQ(Deliveries()[0].address, "138****1234");
  // What left the house, not what a mail would have said.
  ASSERT_OK_AND_ASSIGN(const domain::Delivery kept,
                       pool_->TransactValue("read", {}, [&](pg::Tx& tx) {
                         return store::ReadDelivery(tx, "120110", First().delivery);
                       }));
  EXPECT_EQ(kept.body,
            "【东丽消防】您有消防隐患整改事项还有7日到期（2023年2月3日），请按文书要求办理。");
}

TEST_F(ChannelsTest, AShortMessageInJsonThatIsRefusedNeedsAPerson) {
  HttpReceiver server(Ok(R"({"code":"ILLEGAL 13812341234"})"));
  contacts_.known[kOfficer] = {{"王监督员", "", "", "13812341234"}};
  channels::SmsGateway gateway = Gateway(server.url());
  gateway.json = true;
  channels_.sms = std::make_unique<channels::SmsChannel>(gateway);
  Plan(domain::Channel::kSms);
  DispatchAt(At(1, 27));
  EXPECT_EQ(First().state, domain::State::kDead);
  EXPECT_THAT(First().last_error, AllOf(HasSubstr("138****1234"), Not(HasSubstr("13812341234"))));
  const auto json = nlohmann::json::parse(server.requests().back().body);
  EXPECT_EQ(json["content"],
            "【东丽消防】您有消防隐患整改事项还有7日到期（2023年2月3日），请按文书要求办理。");
}

TEST_F(ChannelsTest, ALandlineTakesNoShortMessageAndGetsALetter) {
  contacts_.known[kOfficer] = {{"值班室", "", "", "02224391119"}};
  HttpReceiver server(Ok(R"({"code":0})"));
  channels_.sms = std::make_unique<channels::SmsChannel>(Gateway(server.url()));
  Plan(domain::Channel::kSms);
  DispatchAt(At(1, 27));
  EXPECT_THAT(server.requests(), ::testing::IsEmpty());
  EXPECT_EQ(Deliveries()[0].channel, domain::Channel::kFile);
}

TEST(SmsTest, CharactersAreCountedLikeTheProviderDoes) {
  const auto fire = [](int count) {
    std::string text;
    for (int i = 0; i < count; ++i) text += "火";
    return text;
  };
  EXPECT_EQ(channels::SmsLength(fire(70)), 70);
  EXPECT_EQ(channels::SmsLength(fire(69) + "𠮷"), 71);
}

TEST_F(ChannelsTest, AGatewayIsCheckedWhenItIsRead) {
  const auto refused = [](channels::SmsGateway gateway) { return channels::ValidateSms(gateway); };
  channels::SmsGateway gateway = Gateway("https://sms.example.cn/send");
  EXPECT_OK(refused(gateway));
  gateway.text += "详情 https://example.cn/t=1";
  EXPECT_THAT(refused(gateway), HasViolation("sms.text"));
  gateway = Gateway("http://sms.example.cn/send");
  EXPECT_THAT(refused(gateway), HasViolation("sms.url"));
  gateway = Gateway("https://sms.example.cn/send");
  for (int i = 0; i < 30; ++i) gateway.text += "请";
  EXPECT_THAT(refused(gateway), HasViolation("sms.text"));
  EXPECT_OK(channels::ValidateSms(gateway, 140));  // a provider that joins two parts
}

TEST_F(ChannelsTest, TheSetupFileNamesRobotsAndTheirKeys) {
  std::ofstream(folder_.path() + "/robot.url") << "https://qyapi.example.cn/send?key=1\n";
  const std::string path = folder_.path() + "/channels.txtpb";
  std::ofstream(path) << "robots { title: \"防火监督科\" recipients: \"" << kOfficer
                      << "\" url_file: \"robot.url\" }\n";
  ASSERT_OK_AND_ASSIGN(const channels::ChannelSetup setup, channels::LoadChannelSetup(path));
  EXPECT_EQ(setup.robot_of.at(kOfficer), "防火监督科");
  EXPECT_EQ(setup.robot_urls.at("防火监督科"), "https://qyapi.example.cn/send?key=1");
}

}  // namespace
}  // namespace rectify::reminder
