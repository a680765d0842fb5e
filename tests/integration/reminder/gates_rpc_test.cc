// People look ahead and hold reminders back.
#include "gmock/gmock.h"
#include "tests/integration/reminder/rpc_fixture.h"

namespace rectify::reminder {
namespace {

using ::rectify::testing::HasViolation;
using ::rectify::testing::StatusIs;
using ::testing::HasSubstr;

class GatesRpcTest : public RpcTest {
 protected:
  absl::StatusOr<v1::Mute> Mute(absl::Time end, const std::string& clock = kClock) {
    v1::CreateMuteRequest request;
    request.set_parent(kParent);
    request.set_clock(clock);
    request.set_reason("停业装修");
    *request.mutable_end_time() = rpc::ToTimestamp(end);
    return head().Unary<v1::Mute>(absl::StrCat(kService, "CreateMute"), request);
  }

  absl::StatusOr<v1::PreviewRemindersResponse> Preview() {
    v1::PreviewRemindersRequest request;
    request.set_parent(kParent);
    request.set_clock(kClock);
    return head().Unary<v1::PreviewRemindersResponse>(absl::StrCat(kService, "PreviewReminders"),
                                                      request);
  }
};

TEST_F(GatesRpcTest, AMuteHasAnAuthorAReasonAndAnEnd) {
  Apply(Started());
  EXPECT_THAT(Mute(At(1, 3, 9)).status(), HasViolation("end_time"));
  EXPECT_THAT(Mute(At(5, 3)).status(), HasViolation("end_time"));  // 120 days
  EXPECT_THAT(Mute(At(1, 30), "").status(), HasViolation("clock"));
  ASSERT_OK_AND_ASSIGN(const v1::Mute mute, Mute(At(1, 30)));
  EXPECT_EQ(mute.author(), "users/zhou");
  EXPECT_EQ(mute.reason(), "停业装修");

  v1::ListMutesRequest list;
  list.set_parent(kParent);
  ASSERT_OK_AND_ASSIGN(const auto mutes, head().Unary<v1::ListMutesResponse>(
                                             absl::StrCat(kService, "ListMutes"), list));
  ASSERT_EQ(mutes.mutes_size(), 1);
  EXPECT_EQ(mutes.mutes(0).name(), mute.name());

  system_.AdvanceTo(At(1, 27));
  EXPECT_EQ(Only(VenueFilter("T-7")).state(), v1::Reminder::STATE_MUTED);
}

TEST_F(GatesRpcTest, AMuteThatIsEndedLetsTheNextOneThrough) {
  Apply(Started());
  ASSERT_OK_AND_ASSIGN(const v1::Mute mute, Mute(At(2, 28)));
  v1::EndMuteRequest request;
  request.set_name(mute.name());
  ASSERT_OK_AND_ASSIGN(const v1::Mute ended,
                       head().Unary<v1::Mute>(absl::StrCat(kService, "EndMute"), request));
  EXPECT_EQ(rpc::ToTime(ended.end_time()), At(1, 3, 10));
  system_.AdvanceTo(At(1, 27));
  EXPECT_EQ(Only(VenueFilter("T-7")).state(), v1::Reminder::STATE_SENT);
}

TEST_F(GatesRpcTest, APreviewShowsWhatWillBeSentAndWhatWillNot) {
  Apply(Started());
  ASSERT_OK(Mute(At(1, 30)));
  ASSERT_OK_AND_ASSIGN(const auto preview, Preview());
  ASSERT_GT(preview.reminders_size(), 0);
  const v1::ReminderPreview& first = preview.reminders(0);
  EXPECT_EQ(first.reminder().step(), "T-7");
  EXPECT_EQ(rpc::ToTime(first.send_time()), At(1, 27));
  EXPECT_THAT(first.body(), HasSubstr("还有7日到期"));
  EXPECT_THAT(first.withheld(), HasSubstr("停业装修"));
  EXPECT_EQ(preview.reminders(2).reminder().step(), "T-3");
  EXPECT_EQ(preview.reminders(2).withheld(), "");
}

TEST_F(GatesRpcTest, AnAcknowledgementNamesItsAuthorAndItsEnd) {
  Apply(Started());
  v1::AcknowledgeRemindersRequest request;
  request.set_clock(kClock);
  request.set_note("已约谈，本周复查");
  ASSERT_OK_AND_ASSIGN(
      const auto acknowledgement,
      head().Unary<v1::Acknowledgement>(absl::StrCat(kService, "AcknowledgeReminders"), request));
  EXPECT_EQ(acknowledgement.author(), "users/zhou");
  EXPECT_EQ(rpc::ToTime(acknowledgement.end_time()), At(2, 6));  // T+3wd, the statutory step
  Apply(Met());
  EXPECT_THAT(
      head()
          .Unary<v1::Acknowledgement>(absl::StrCat(kService, "AcknowledgeReminders"), request)
          .status(),
      StatusIs(absl::StatusCode::kFailedPrecondition, "REMINDER_STATE"));
}

TEST_F(GatesRpcTest, ARecipientWithoutAnAddressIsListedBeforeItsReminderIsDue) {
  Apply(Started());
  system_.AdvanceTo(At(1, 24));
  v1::ListUnreachableRecipientsRequest request;
  request.set_parent(kParent);
  ASSERT_OK_AND_ASSIGN(const auto unreachable,
                       head().Unary<v1::ListUnreachableRecipientsResponse>(
                           absl::StrCat(kService, "ListUnreachableRecipients"), request));
  ASSERT_EQ(unreachable.recipients_size(), 1);  // the officer is not registered
  EXPECT_EQ(unreachable.recipients(0).recipient(), kOfficer);
  EXPECT_THAT(unreachable.recipients(0).reason(), HasSubstr("未登记"));
}

}  // namespace
}  // namespace rectify::reminder
