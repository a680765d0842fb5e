#include "services/reminder_dispatch/domain/policy.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/testing/status_matchers.h"
#include "rectify/venue/v1/venue.pb.h"
#include "services/reminder_dispatch/api/policy_file.h"
#include "tests/unit/reminder/facts.h"

namespace rectify::reminder::domain {
namespace {

using ::rectify::testing::HasViolation;
using ::rectify::testing::IsOk;

Policy Valid() {
  Policy policy;
  policy.version = 1;
  policy.max_attempts = 5;
  policy.first_backoff = absl::Seconds(5);
  policy.ladders = {{"default", {StepOf("T-1", -1), RepeatingStep("T+7", 7, 7)}}};
  return policy;
}

Step& FirstStep(Policy& policy) { return policy.ladders[0].steps[0]; }

TEST(ValidatePolicy, AcceptsAPolicy) { EXPECT_THAT(ValidatePolicy(Valid()), IsOk()); }

TEST(ValidatePolicy, ListsEveryMistakeAtOnce) {
  Policy policy = Valid();
  policy.version = 0;
  policy.max_attempts = 0;
  FirstStep(policy).at.reset();
  const absl::Status status = ValidatePolicy(policy);
  EXPECT_THAT(status, HasViolation("version"));
  EXPECT_THAT(status, HasViolation("max_attempts"));
  EXPECT_THAT(status, HasViolation("ladders[default].steps[T-1].at"));
}

TEST(ValidatePolicy, RefusesCodesThatAreUsedTwice) {
  Policy policy = Valid();
  policy.ladders[0].steps[1].code = "T-1";
  EXPECT_THAT(ValidatePolicy(policy), HasViolation("ladders[default].steps[T-1]"));
}

TEST(ValidatePolicy, RefusesLaddersThatAreNamedTwiceOrNotAtAll) {
  Policy policy = Valid();
  policy.ladders.push_back(policy.ladders[0]);
  EXPECT_THAT(ValidatePolicy(policy), HasViolation("ladders[default]"));
  policy.ladders[1].name = "";
  EXPECT_THAT(ValidatePolicy(policy), HasViolation("ladders[]"));
}

TEST(ValidatePolicy, RefusesAPolicyWithoutTheDefaultLadder) {
  Policy policy = Valid();
  policy.ladders[0].name = "recheck";
  EXPECT_THAT(ValidatePolicy(policy), HasViolation("ladders"));
}

TEST(ValidatePolicy, RefusesUnknownAudiences) {
  Policy policy = Valid();
  FirstStep(policy).recipients = {static_cast<RecipientKind>(0)};
  FirstStep(policy).channels = {static_cast<Channel>(9)};
  FirstStep(policy).catch_up = static_cast<CatchUp>(0);
  const absl::Status status = ValidatePolicy(policy);
  EXPECT_THAT(status, HasViolation("ladders[default].steps[T-1].recipients"));
  EXPECT_THAT(status, HasViolation("ladders[default].steps[T-1].channels"));
  EXPECT_THAT(status, HasViolation("ladders[default].steps[T-1].catch_up"));
}

TEST(ValidatePolicy, RefusesEmptyAudiences) {
  Policy policy = Valid();
  FirstStep(policy).recipients.clear();
  FirstStep(policy).channels.clear();
  const absl::Status status = ValidatePolicy(policy);
  EXPECT_THAT(status, HasViolation("ladders[default].steps[T-1].recipients"));
  EXPECT_THAT(status, HasViolation("ladders[default].steps[T-1].channels"));
}

TEST(ValidatePolicy, RefusesUnknownVariables) {
  Policy policy = Valid();
  FirstStep(policy).title = "{party}{phone}";
  FirstStep(policy).body += "{due";
  const absl::Status status = ValidatePolicy(policy);
  EXPECT_THAT(status, HasViolation("ladders[default].steps[T-1].title"));
  EXPECT_THAT(status, HasViolation("ladders[default].steps[T-1].body"));
}

TEST(ValidatePolicy, RefusesWordsThatCouldBeTakenForService) {
  for (const char* body :
       {"{due}{basis}", "{due}本提醒不是法律文书的送达", "{basis}本提醒不是法律文书的送达"}) {
    Policy policy = Valid();
    FirstStep(policy).body = body;
    EXPECT_THAT(ValidatePolicy(policy), HasViolation("ladders[default].steps[T-1].body")) << body;
  }
}

TEST(ValidatePolicy, RefusesARepetitionBeforeTheLastStep) {
  Policy policy = Valid();
  FirstStep(policy).repeat_days = 7;
  EXPECT_THAT(ValidatePolicy(policy), HasViolation("ladders[default].steps[T-1].repeat_days"));
}

TEST(ValidatePolicy, RefusesARepetitionByWorkingDays) {
  Policy policy = Valid();
  policy.ladders[0].steps[1].unit = OffsetUnit::kWorkdays;
  EXPECT_THAT(ValidatePolicy(policy), HasViolation("ladders[default].steps[T+7].workdays"));
}

TEST(ValidatePolicy, RefusesALadderThatGoesQuiet) {
  Policy policy = Valid();
  policy.ladders[0].steps[1].repeat_days = 0;
  EXPECT_THAT(ValidatePolicy(policy), HasViolation("ladders[default].steps"));
  policy.ladders[0].steps.clear();
  EXPECT_THAT(ValidatePolicy(policy), HasViolation("ladders[default].steps"));
}

TEST(ValidatePolicy, RefusesWorkingDaysBeforeTheDueDate) {
  Policy policy = Valid();
  FirstStep(policy).unit = OffsetUnit::kWorkdays;
  EXPECT_THAT(ValidatePolicy(policy), HasViolation("ladders[default].steps[T-1].workdays"));
}

TEST(ValidatePolicy, RefusesATemplateThatCannotFitItsChannel) {
  Policy policy = Valid();
  FirstStep(policy).channels = {Channel::kWeCom};
  EXPECT_THAT(ValidatePolicy(policy), HasViolation("message_limits"));  // none for a robot
  policy.message_limits = {{.channel = Channel::kWeCom, .text_bytes = 2048}};
  EXPECT_THAT(ValidatePolicy(policy), IsOk());
  FirstStep(policy).body += std::string(2000, 'x');
  EXPECT_THAT(ValidatePolicy(policy), HasViolation("ladders[default].steps[T-1].body"));
}

TEST(ValidatePolicy, RefusesADigestThatCannotFitItsChannel) {
  Policy policy = Valid();
  FirstStep(policy).channels = {Channel::kWeCom};
  policy.digest_entries = 30;
  policy.message_limits = {{.channel = Channel::kWeCom, .text_bytes = 2048}};
  EXPECT_THAT(ValidatePolicy(policy), HasViolation("ladders[default].steps[T-1].body"));
  policy.message_limits[0].digest_entries = 2;
  EXPECT_THAT(ValidatePolicy(policy), IsOk());
  EXPECT_EQ(policy.DigestEntriesOf(Channel::kWeCom), 2);
  EXPECT_EQ(policy.DigestEntriesOf(Channel::kEmail), 30);
}

TEST(ValidatePolicy, RefusesImpossibleLimitsAndDeputies) {
  Policy policy = Valid();
  policy.message_limits = {{.channel = Channel::kEmail, .title_characters = -1}};
  EXPECT_THAT(ValidatePolicy(policy), HasViolation("message_limits"));
  policy.message_limits = {{.channel = Channel::kEmail}, {.channel = Channel::kEmail}};
  EXPECT_THAT(ValidatePolicy(policy), HasViolation("message_limits"));
  policy.message_limits.clear();
  policy.deputy_posts = {{"chief", "chief"}};
  EXPECT_THAT(ValidatePolicy(policy), HasViolation("deputy_posts"));
}

TEST(ParseTimeOfDay, TakesHoursAndMinutes) {
  EXPECT_EQ(ParseTimeOfDay("09:00"), absl::Hours(9));
  EXPECT_EQ(ParseTimeOfDay("23:59"), absl::Hours(23) + absl::Minutes(59));
  for (const char* wrong : {"", "9:00", "24:00", "09:60", "0900", "09:0x", "-9:00", "09:00 "}) {
    EXPECT_EQ(ParseTimeOfDay(wrong), std::nullopt) << wrong;
  }
}

TEST(Policy, AnUnknownLadderIsTheDefaultOne) {
  const Policy policy = Valid();
  EXPECT_FALSE(policy.Knows("sealing"));
  EXPECT_EQ(policy.LadderFor("sealing").name, "default");
}

TEST(PolicyFile, TheShippedPolicyKnowsLimitsAndDeputies) {
  ASSERT_OK_AND_ASSIGN(const Policy policy, api::LoadPolicy(""));
  EXPECT_EQ(policy.LimitOf(Channel::kWeCom).text_bytes, 2048);
  EXPECT_EQ(policy.LimitOf(Channel::kSms).text_characters, 70);
  EXPECT_EQ(policy.LimitOf(Channel::kWebhook).text_bytes, 0);
  EXPECT_EQ(policy.DigestEntriesOf(Channel::kSms), 1);  // each has a date of its own
  EXPECT_THAT(policy.deputy_posts, ::testing::SizeIs(2));
}

// An operator who moves a ladder to a robot or to short messages changes channels, not words.
TEST(PolicyFile, EveryShippedTemplateFitsEveryChannel) {
  ASSERT_OK_AND_ASSIGN(Policy policy, api::LoadPolicy(""));
  for (Ladder& ladder : policy.ladders) {
    for (Step& step : ladder.steps) {
      step.channels = {Channel::kEmail, Channel::kWebhook, Channel::kFile, Channel::kWeCom,
                       Channel::kSms};
    }
  }
  EXPECT_OK(ValidatePolicy(policy));
}

TEST(PolicyFile, TheShippedCorrectionLadderRemindsAndEscalates) {
  ASSERT_OK_AND_ASSIGN(const Policy policy, api::LoadPolicy(""));
  const std::vector<Reminder> plan =
      Plan(policy.LadderFor("correction_term"), TermClock(At(1, 3), absl::CivilDay(2023, 2, 3)),
           Year2023(), At(1, 3));
  std::vector<std::string> days;
  for (const std::string& shown : Shown(plan)) {
    if (days.empty() || days.back() != shown) days.push_back(shown);
  }
  EXPECT_THAT(days, ::testing::ElementsAre("T-7 2023-01-27 09:00", "T-3 2023-01-31 09:00",
                                           "T-1 2023-02-02 09:00", "T+0 2023-02-03 09:00",
                                           "T+1wd 2023-02-06 09:00", "T+2wd 2023-02-07 09:00",
                                           "T+3wd 2023-02-08 09:00", "T+15 2023-02-18 09:00",
                                           "T+15-street 2023-02-18 09:00", "T+22 2023-02-25 09:00",
                                           "T+30 2023-03-05 09:00"));
}

TEST(PolicyFile, EachUseOfVenuesHasAtMostOneDepartmentInCharge) {
  ASSERT_OK_AND_ASSIGN(Policy policy, api::LoadPolicy(""));
  EXPECT_EQ(policy.DepartmentFor(venue::v1::VENUE_KIND_SCHOOL), "jiaoyu");
  EXPECT_EQ(policy.DepartmentFor(venue::v1::VENUE_KIND_OTHER), "");
  policy.industry_departments.push_back({"weijian", {venue::v1::VENUE_KIND_SCHOOL}});
  EXPECT_THAT(ValidatePolicy(policy), HasViolation("industry_departments"));
}

TEST(PolicyFile, ALadderDoesNotEndAtADepartmentThatMayNotBeThere) {
  ASSERT_OK_AND_ASSIGN(Policy policy, api::LoadPolicy(""));
  policy.ladders[0].steps.back().recipients = {RecipientKind::kIndustryDepartment};
  EXPECT_THAT(ValidatePolicy(policy),
              HasViolation("ladders[" + policy.ladders[0].name + "].steps"));
}

TEST(PolicyFile, NamesThePlaceOfASyntaxError) {
  const absl::Status status = api::ParsePolicy("version: 1\nladder {}", "p.txtpb").status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()), ::testing::HasSubstr("p.txtpb:2"));
}

TEST(PolicyFile, AFileThatIsNotThereIsNamed) {
  EXPECT_EQ(api::LoadPolicy("/nowhere/policy.txtpb").status().code(), absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace rectify::reminder::domain
