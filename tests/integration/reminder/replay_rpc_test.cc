// ReplayDeliveries: what a range holds, and what becomes of it.
#include "gmock/gmock.h"
#include "libs/base/ids.h"
#include "tests/integration/reminder/rpc_fixture.h"

namespace rectify::reminder {
namespace {

using ::rectify::testing::HasViolation;
using ::rectify::testing::StatusIs;
using ::testing::SizeIs;

// T-7 went to the venue by mail at 09:00 on 01-27; it is 10:00.
class ReplayRpcTest : public RpcTest {
 protected:
  ReplayRpcTest() {
    Apply(Started());
    system_.AdvanceTo(At(1, 27, 10));
    request_.set_parent(kParent);
    request_.set_channel(v1::CHANNEL_EMAIL);
    request_.set_reason("邮件服务器丢失一天的邮件");
    SetRange(At(1, 27, 0), At(1, 27, 10));
  }

  void SetRange(absl::Time start, absl::Time end) {
    *request_.mutable_start_time() = rpc::ToTimestamp(start);
    *request_.mutable_end_time() = rpc::ToTimestamp(end);
  }

  absl::StatusOr<v1::ReplayDeliveriesResponse> Replay(const std::string& request_id = "") {
    request_.set_request_id(request_id);
    return system_.As("reminder", "users/yun.wei", {"OPERATOR"})
        .Unary<v1::ReplayDeliveriesResponse>(
            "rectify.reminder.v1.ReminderDispatch.ReplayDeliveries", request_);
  }

  // Deliveries, ended, waiting.
  static std::vector<int> Counts(const v1::ReplayDeliveriesResponse& response) {
    return {response.deliveries(), response.ended(), response.waiting()};
  }

  v1::ReplayDeliveriesRequest request_;
};

TEST_F(ReplayRpcTest, WhatARecipientWasSentIsSentAgain) {
  const v1::Reminder before = Only(VenueFilter("T-7"));
  ASSERT_OK_AND_ASSIGN(const auto response, Replay());
  EXPECT_EQ(Counts(response), (std::vector<int>{1, 0, 0}));
  system_.Settle();
  EXPECT_THAT(mail_.Mails(), SizeIs(2));
  ASSERT_OK_AND_ASSIGN(const auto ledger,
                       Ledger(absl::StrCat("original = \"", before.delivery(), "\"")));
  ASSERT_EQ(ledger.deliveries_size(), 1);
  EXPECT_EQ(ledger.deliveries(0).original(), before.delivery());
  EXPECT_EQ(ledger.deliveries(0).state(), v1::Delivery::STATE_SENT);
  EXPECT_EQ(Only(VenueFilter("T-7")).SerializeAsString(), before.SerializeAsString());
}

TEST_F(ReplayRpcTest, CountingSendsNothing) {
  request_.set_validate_only(true);
  ASSERT_OK_AND_ASSIGN(const auto response, Replay());
  EXPECT_EQ(Counts(response), (std::vector<int>{1, 0, 0}));
  system_.Settle();
  EXPECT_THAT(mail_.Mails(), SizeIs(1));
}

TEST_F(ReplayRpcTest, ARepeatedRequestAnswersAsTheFirstTime) {
  const std::string id = DeriveRequestId("test", "replay");
  ASSERT_OK_AND_ASSIGN(const auto first, Replay(id));
  system_.Settle();
  ASSERT_OK_AND_ASSIGN(const auto second, Replay(id));
  EXPECT_EQ(Counts(second), Counts(first));
  system_.Settle();
  EXPECT_THAT(mail_.Mails(), SizeIs(2));
}

TEST_F(ReplayRpcTest, WhoAsksTwiceAtNightGetsOneInTheMorning) {
  system_.AdvanceTo(At(1, 29, 22));  // a Sunday
  ASSERT_OK(Replay());
  ASSERT_OK_AND_ASSIGN(const auto second, Replay());
  EXPECT_EQ(Counts(second), (std::vector<int>{0, 0, 1}));
  system_.Settle();
  EXPECT_THAT(mail_.Mails(), SizeIs(1));
  system_.AdvanceTo(At(1, 30, 9));
  EXPECT_THAT(mail_.Mails(), SizeIs(2));
}

TEST_F(ReplayRpcTest, AReplayIsNotReplayed) {
  ASSERT_OK(Replay());
  system_.Settle();
  system_.AdvanceTo(At(1, 27, 11));
  SetRange(At(1, 27, 0), At(1, 27, 11));
  ASSERT_OK_AND_ASSIGN(const auto again, Replay());
  EXPECT_EQ(Counts(again), (std::vector<int>{1, 0, 0}));
}

TEST_F(ReplayRpcTest, WhatHasEndedIsLeftOutUnlessItIsWanted) {
  Apply(Met());
  ASSERT_OK_AND_ASSIGN(const auto left_out, Replay());
  EXPECT_EQ(Counts(left_out), (std::vector<int>{0, 1, 0}));
  request_.set_include_ended(true);
  ASSERT_OK_AND_ASSIGN(const auto wanted, Replay());
  EXPECT_EQ(Counts(wanted), (std::vector<int>{1, 0, 0}));
}

TEST_F(ReplayRpcTest, TheRangeEndsBeforeItsEnd) {
  SetRange(At(1, 27, 0), At(1, 27, 9));
  ASSERT_OK_AND_ASSIGN(const auto before, Replay());
  EXPECT_EQ(before.deliveries(), 0);
  SetRange(At(1, 27, 9), At(1, 27, 9, 1));
  ASSERT_OK_AND_ASSIGN(const auto at, Replay());
  EXPECT_EQ(at.deliveries(), 1);
}

TEST_F(ReplayRpcTest, ARecipientIsEnoughAndNarrowsIt) {
  request_.clear_channel();
  request_.set_recipient(kOfficer);  // got a letter
  ASSERT_OK_AND_ASSIGN(const auto letter, Replay());
  EXPECT_EQ(letter.deliveries(), 1);
  request_.set_channel(v1::CHANNEL_EMAIL);
  ASSERT_OK_AND_ASSIGN(const auto none, Replay());
  EXPECT_EQ(none.deliveries(), 0);
}

TEST_F(ReplayRpcTest, WhatIsWrongIsNamed) {
  SetRange(At(1, 27, 0), At(1, 28, 0));  // not over yet
  EXPECT_THAT(Replay().status(), HasViolation("end_time"));
  SetRange(absl::FromCivil(absl::CivilDay(2022, 12, 1), absl::UTCTimeZone()), At(1, 27, 10));
  EXPECT_THAT(Replay().status(), HasViolation("end_time"));
  SetRange(At(1, 27, 0), At(1, 27, 10));
  request_.clear_channel();
  EXPECT_THAT(Replay().status(), HasViolation("channel"));
  request_.set_recipient("districts/120111/streets/120111001");
  EXPECT_THAT(Replay().status(), HasViolation("recipient"));
  request_.set_recipient(kVenue);
  request_.clear_reason();
  EXPECT_THAT(Replay().status(), HasViolation("reason"));
}

TEST_F(ReplayRpcTest, TooMuchAtOnceIsRefusedAsAWhole) {
  ASSERT_OK(host_->pool().Transact("copy", {}, [](pg::Tx& tx) {
    return tx.ExecScript(
        "insert into deliveries select district, gen_random_uuid(), reminder, channel, address,"
        " title, body, body_sha256, state, provider_reply, create_time, write_time, settle_time"
        " from deliveries, generate_series(1, 1000) where channel = 1");
  }));
  EXPECT_THAT(Replay(), StatusIs(absl::StatusCode::kFailedPrecondition, "REPLAY_TOO_LARGE"));
  system_.Settle();
  EXPECT_THAT(mail_.Mails(), SizeIs(1));
}

TEST_F(ReplayRpcTest, AnInspectorMayNot) {
  EXPECT_THAT(system_.As("reminder", "users/li", {"INSPECTOR"})
                  .Unary<v1::ReplayDeliveriesResponse>(
                      "rectify.reminder.v1.ReminderDispatch.ReplayDeliveries", request_),
              StatusIs(absl::StatusCode::kPermissionDenied, "ROLE_MISSING"));
}

}  // namespace
}  // namespace rectify::reminder
