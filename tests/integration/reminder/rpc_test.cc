// The service as a whole: its rpcs, its timer under a simulated clock, the real registry behind it.
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gmock/gmock.h"
#include "libs/base/clock.h"
#include "libs/base/error.h"
#include "libs/base/ids.h"
#include "rectify/audit/v1/audit_trail_service.pb.h"
#include "tests/integration/reminder/rpc_fixture.h"

namespace rectify::reminder {
namespace {

using ::rectify::testing::HasViolation;
using ::rectify::testing::IsOk;
using ::rectify::testing::StatusIs;
using ::testing::AllOf;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

TEST_F(RpcTest, TheTimerSendsWhatIsDueOnTheWay) {
  Apply(Started());
  system_.AdvanceTo(At(2, 3));
  // T-7, T-3, T-1 and T+0; the officer is not registered and gets letters.
  EXPECT_THAT(mail_.Mails(), SizeIs(4));
  ASSERT_OK_AND_ASSIGN(const auto sent, List("state = SENT"));
  EXPECT_EQ(sent.reminders_size(), 8);
  for (const v1::Reminder& reminder : sent.reminders()) {
    EXPECT_EQ(rpc::ToTime(reminder.settle_time()), rpc::ToTime(reminder.due_time()));
  }
}

TEST_F(RpcTest, EachLookAtContactsIsInTheRegistrysTrail) {
  Apply(Started());
  system_.AdvanceTo(At(1, 27));
  audit::v1::ListAuditEntriesRequest request;
  request.set_subject(kVenue);
  ASSERT_OK_AND_ASSIGN(auto trail,
                       system_.As("venue", "users/yun.wei", {"OPERATOR"})
                           .Unary<audit::v1::ListAuditEntriesResponse>(
                               "rectify.audit.v1.AuditTrail.ListAuditEntries", request));
  std::string all;
  for (const auto& entry : trail.entries()) absl::StrAppend(&all, entry.ShortDebugString(), "\n");
  EXPECT_THAT(all, HasSubstr("reminder districts/120110/reminders/"));
  EXPECT_THAT(all, HasSubstr("services/reminder"));
}

TEST_F(RpcTest, GetAnswersWithAllOfIt) {
  Apply(Started());
  const v1::Reminder planned = Only(VenueFilter("T-7"));
  EXPECT_EQ(planned.clock(), kClock);
  EXPECT_EQ(planned.subject(), kOrder);
  EXPECT_EQ(planned.venue(), kVenue);
  EXPECT_EQ(planned.channel(), v1::CHANNEL_EMAIL);
  EXPECT_EQ(planned.state(), v1::Reminder::STATE_PENDING);
  EXPECT_EQ(rpc::ToTime(planned.next_attempt_time()), At(1, 27));
  EXPECT_EQ(planned.due_date().day(), 3);
  EXPECT_THAT(planned.title(), HasSubstr("示例𠮷商场"));
  EXPECT_EQ(planned.delivery(), "");

  system_.AdvanceTo(At(1, 27));
  ASSERT_OK_AND_ASSIGN(const v1::Reminder sent, Get(planned.name()));
  EXPECT_EQ(sent.state(), v1::Reminder::STATE_SENT);
  EXPECT_FALSE(sent.has_next_attempt_time());
  ASSERT_OK_AND_ASSIGN(const auto ledger,
                       Ledger(absl::StrCat("reminder = \"", planned.name(), "\"")));
  ASSERT_EQ(ledger.deliveries_size(), 1);
  EXPECT_EQ(ledger.deliveries(0).name(), sent.delivery());
  EXPECT_EQ(ledger.deliveries(0).address(), "z***@example.cn");
  EXPECT_THAT(ledger.deliveries(0).body_sha256(), SizeIs(64));
  EXPECT_EQ(ledger.deliveries(0).state(), v1::Delivery::STATE_SENT);
}

TEST_F(RpcTest, WhatIsNotThereIsNotFound) {
  EXPECT_THAT(Get("districts/120110/reminders/0185a0b0-0000-7000-8000-0000000000ff"),
              StatusIs(absl::StatusCode::kNotFound, "NOT_FOUND"));
  EXPECT_THAT(Retry("districts/120110/reminders/0185a0b0-0000-7000-8000-0000000000ff"),
              StatusIs(absl::StatusCode::kNotFound, "NOT_FOUND"));
}

TEST_F(RpcTest, AnotherDistrictSeesNothing) {
  Apply(Started());
  v1::GetReminderRequest request;
  request.set_name(Only(VenueFilter("T-7")).name());
  EXPECT_THAT(system_.As("reminder", "users/wai.qu", {"DEPARTMENT_HEAD"}, {}, "120111")
                  .Unary<v1::Reminder>("rectify.reminder.v1.ReminderDispatch.GetReminder", request),
              StatusIs(absl::StatusCode::kNotFound, "NOT_FOUND"));
}

TEST_F(RpcTest, FiltersFindWhatTheyName) {
  Apply(Started());
  for (const char* filter :
       {"state = PENDING", "channel = EMAIL AND state != SENT", "step = \"T-3\"",
        "clock = \"districts/120110/clocks/0185a0b0-0000-7000-8000-000000000001\"",
        "subject = \"districts/120110/orders/0185a0b0-0000-7000-8000-000000000002\"",
        "venue = \"districts/120110/venues/0185a0b0-0000-7000-8000-000000000004\"",
        "recipient = \"districts/120110/streets/120110001\"", "channel = WEBHOOK"}) {
    const auto found = List(filter);
    ASSERT_OK(found);
    EXPECT_GT(found->reminders_size(), 0) << filter;
  }
  ASSERT_OK_AND_ASSIGN(const auto none, List("state = DEAD"));
  EXPECT_EQ(none.reminders_size(), 0);
  EXPECT_THAT(List("colour = red"), StatusIs(absl::StatusCode::kInvalidArgument, "INVALID_FILTER"));
  EXPECT_THAT(List("", 0, "x"), StatusIs(absl::StatusCode::kInvalidArgument, "INVALID_PAGE_TOKEN"));
}

TEST_F(RpcTest, PagesStayStableWhileRemindersAreAdded) {
  Apply(Started());
  std::vector<std::string> seen;
  std::string token;
  do {
    ASSERT_OK_AND_ASSIGN(const auto page, List("", 5, token));
    for (const v1::Reminder& reminder : page.reminders()) seen.push_back(reminder.name());
    token = page.next_page_token();
    if (seen.size() == 5) {
      deadline::v1::ClockStarted other = Started("recheck");
      other.set_clock("districts/120110/clocks/0185a0b0-0000-7000-8000-0000000000aa");
      Apply(other);
    }
  } while (!token.empty());
  const std::set<std::string> unique(seen.begin(), seen.end());
  EXPECT_EQ(unique.size(), seen.size());
  ASSERT_OK_AND_ASSIGN(const auto first_clock, List(absl::StrCat("clock = \"", kClock, "\""), 500));
  for (const v1::Reminder& reminder : first_clock.reminders()) {
    EXPECT_EQ(unique.count(reminder.name()), 1U) << reminder.step();
  }
}

TEST_F(RpcTest, ADeadReminderGoesOutAgainAfterItsCauseWasMended) {
  const v1::Reminder dead = Dead();
  EXPECT_THAT(dead.last_error(), AllOf(HasSubstr("550"), Not(HasSubstr("nobody"))));
  ASSERT_OK_AND_ASSIGN(const v1::Reminder again, Retry(dead.name()));
  EXPECT_EQ(again.state(), v1::Reminder::STATE_PENDING);
  EXPECT_EQ(again.attempts(), 0);
  EXPECT_EQ(again.last_error(), "");
  EXPECT_FALSE(again.has_settle_time());
  system_.Settle();
  ASSERT_OK_AND_ASSIGN(const v1::Reminder sent, Get(dead.name()));
  EXPECT_EQ(sent.state(), v1::Reminder::STATE_SENT);
  EXPECT_EQ(sent.delivery(), dead.delivery());
  EXPECT_THAT(mail_.Mails(), SizeIs(1));
}

TEST_F(RpcTest, ARepeatedRetryAnswersAsTheFirstTime) {
  const v1::Reminder dead = Dead();
  const std::string request_id = DeriveRequestId("test", "retry");
  ASSERT_OK_AND_ASSIGN(const v1::Reminder first, Retry(dead.name(), request_id));
  system_.Settle();
  ASSERT_OK_AND_ASSIGN(const v1::Reminder second, Retry(dead.name(), request_id));
  EXPECT_EQ(second.SerializeAsString(), first.SerializeAsString());
  EXPECT_THAT(Retry(Only(VenueFilter("T-3")).name(), request_id),
              StatusIs(absl::StatusCode::kInvalidArgument, "REQUEST_ID_REUSED"));
}

TEST_F(RpcTest, OnlyADeadReminderCanBeRetried) {
  Apply(Started());
  const absl::Status status = Retry(Only(VenueFilter("T-7")).name()).status();
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kFailedPrecondition, "REMINDER_STATE"));
  EXPECT_EQ(DetailOf(status)->metadata.at("state"), "PENDING");
}

TEST_F(RpcTest, ADeadReminderOfAnEndedClockStaysDead) {
  const v1::Reminder dead = Dead();
  Apply(Met());
  EXPECT_THAT(Retry(dead.name()),
              StatusIs(absl::StatusCode::kFailedPrecondition, "REMINDER_STATE"));
  ASSERT_OK_AND_ASSIGN(const v1::Reminder after, Get(dead.name()));
  EXPECT_EQ(after.SerializeAsString(), dead.SerializeAsString());
}

TEST_F(RpcTest, AnInspectorMayLookButNotRetryNorReadTheLedger) {
  const v1::Reminder dead = Dead();
  rpc::Client& inspector = system_.As("reminder", "users/li", {"INSPECTOR"});
  v1::GetReminderRequest get;
  get.set_name(dead.name());
  EXPECT_THAT(
      inspector.Unary<v1::Reminder>("rectify.reminder.v1.ReminderDispatch.GetReminder", get),
      IsOk());
  v1::RetryReminderRequest retry;
  retry.set_name(dead.name());
  EXPECT_THAT(
      inspector.Unary<v1::Reminder>("rectify.reminder.v1.ReminderDispatch.RetryReminder", retry),
      StatusIs(absl::StatusCode::kPermissionDenied, "ROLE_MISSING"));
  v1::ListDeliveriesRequest ledger;
  ledger.set_parent(kParent);
  EXPECT_THAT(inspector.Unary<v1::ListDeliveriesResponse>(
                  "rectify.reminder.v1.ReminderDispatch.ListDeliveries", ledger),
              StatusIs(absl::StatusCode::kPermissionDenied, "ROLE_MISSING"));
}

TEST_F(RpcTest, ARegistryThatIsDownDelaysAndLosesNothing) {
  Apply(Started());
  system_.Stop("venue");
  system_.clock().Jump(At(1, 27, 9, 5));
  // Simulated time does not go on without the registry.
  EXPECT_EQ(ReasonOf(host_->Settle({}).status()), "NOT_SETTLED");
  EXPECT_THAT(mail_.Mails(), IsEmpty());
  EXPECT_EQ(Only(VenueFilter("T-7")).attempts(), 0);
  StartVenue();
  system_.Settle();
  EXPECT_EQ(Only(VenueFilter("T-7")).state(), v1::Reminder::STATE_SENT);
  EXPECT_THAT(mail_.Mails(), SizeIs(1));
}

TEST_F(RpcTest, ARecipientWithAnImpossibleNameHoldsUpNobody) {
  deadline::v1::ClockStarted started = Started();
  started.set_handling_officer("districts/120110/nobody/at-all");
  Apply(started);
  system_.AdvanceTo(At(1, 27));
  ASSERT_OK_AND_ASSIGN(const auto sent, List("state = SENT"));
  EXPECT_EQ(sent.reminders_size(), 2);
}

TEST_F(RpcTest, AWrongFlagIsNamed) {
  const auto start = [&](const ReminderConfig& config) { return RegisterReminder(*host_, config); };
  ReminderConfig config = config_;
  config.smtp = "127.0.0.1:25";
  EXPECT_THAT(start(config), HasViolation("--smtp"));
  config = config_;
  config.mail_from = "nobody";
  EXPECT_THAT(start(config), HasViolation("--mail-from"));
  config = config_;
  config.webhook_allow = {"10.0.0.0/40"};
  EXPECT_THAT(start(config), HasViolation("--webhook-allow"));
  config = config_;
  config.webhook_secret_file = "/nowhere";
  EXPECT_THAT(start(config), Not(IsOk()));
  config = config_;
  config.file_outbox = "/proc/letters";
  EXPECT_THAT(start(config), HasViolation("--file-outbox"));
  config = config_;
  config.policy_file = "/nowhere";
  EXPECT_EQ(start(config).code(), absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace rectify::reminder
