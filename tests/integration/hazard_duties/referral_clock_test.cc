// The clocks of letters to departments: receipt, decision, reply and its review.
#include "absl/strings/str_cat.h"
#include "libs/rpc/convert.h"
#include "rectify/hazard/v1/referral_service.pb.h"
#include "tests/integration/hazard_duties/fixture.h"

namespace rectify::hazard {
namespace {

using absl::CivilDay;
using deadline::v1::Clock;

class ReferralClockTest : public DutiesTest {
 protected:
  // A Thursday.
  ReferralClockTest() : DutiesTest(At(2023, 5, 11, 9)) {
    venue::v1::Department department;
    department.set_name(kHousing);
    department.set_display_name("区住房和建设委员会");
    department.set_etag("\"1\"");
    registry_.Announce(department);
    system_.Settle();
  }

  static constexpr char kHousing[] = "districts/120110/departments/zhujian";

  rpc::Client& Staff() {
    return system_.As("hazard", "users/zhujian", {"DEPARTMENT_STAFF"}, {kHousing});
  }

  template <typename Request>
  v1::Referral Do(rpc::Client& client, const std::string& method, const Request& request) {
    const auto referral =
        client.Unary<v1::Referral>(absl::StrCat("rectify.hazard.v1.Referrals.", method), request);
    EXPECT_OK(referral);
    return referral.value_or(v1::Referral());
  }
  template <typename Request>
  Request Named(const v1::Referral& referral) {
    Request request;
    request.set_name(referral.name());
    return request;
  }

  v1::SendReferralRequest Letter(v1::Referral::Kind kind) {
    v1::SendReferralRequest request;
    request.set_parent(kParent);
    v1::Referral& referral = *request.mutable_referral();
    referral.set_kind(kind);
    referral.set_subject(venue_);
    referral.set_addressee(kHousing);
    referral.set_title("示例小区消防设施停用");
    referral.set_text("示例正文");
    if (kind == v1::Referral::KIND_PROCURATORIAL_SUGGESTION) {
      referral.set_issuer("示例区人民检察院");
      referral.set_document_number("津丽检建〔2023〕1号");
      *referral.mutable_issue_date() = rpc::ToDate(CivilDay(2023, 5, 10));
    }
    return request;
  }
  v1::Referral Send(const v1::SendReferralRequest& request) {
    return Do(Head(), "SendReferral", request);
  }
  void Acknowledge(const v1::Referral& referral) {
    Do(Staff(), "AcknowledgeReferral", Named<v1::AcknowledgeReferralRequest>(referral));
  }
  void Decide(const v1::Referral& referral, bool accept) {
    auto request = Named<v1::DecideReferralRequest>(referral);
    request.set_accept(accept);
    request.set_reason("不属于本部门职责");
    Do(Staff(), "DecideReferral", request);
  }
  void Reply(const v1::Referral& referral) {
    auto request = Named<v1::ReplyReferralRequest>(referral);
    request.set_reply("示例回复");
    request.set_outcome(v1::Referral::OUTCOME_DONE);
    Do(Staff(), "ReplyReferral", request);
  }
  void Conclude(const v1::Referral& referral) {
    Do(Head(), "ConcludeReferral", Named<v1::ConcludeReferralRequest>(referral));
  }

  CivilDay Due(const v1::Referral& referral, const std::string& kind) {
    return rpc::ToCivilDay(Running(referral.name(), kind).due_date());
  }
  std::vector<std::string> RunningKinds(const v1::Referral& referral) {
    std::vector<std::string> kinds;
    for (const Clock& clock : Clocks(referral.name())) {
      if (clock.state() == Clock::STATE_RUNNING) kinds.push_back(clock.kind());
    }
    return kinds;
  }
};

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST_F(ReferralClockTest, TheAddresseeOwesTheReceiptThenTheReplyAndTheHeadItsReview) {
  const v1::Referral referral = Send(Letter(v1::Referral::KIND_PROCURATORIAL_SUGGESTION));
  const Clock receipt = Running(referral.name(), "referral_receipt");
  // Friday, Monday, Tuesday.
  EXPECT_EQ(rpc::ToCivilDay(receipt.due_date()), CivilDay(2023, 5, 16));
  EXPECT_EQ(receipt.owner(), kHousing);
  EXPECT_EQ(receipt.side(), deadline::v1::CLOCK_SIDE_DEPARTMENT);
  EXPECT_EQ(receipt.venue(), venue_);

  system_.AdvanceTo(At(2023, 5, 17));
  EXPECT_TRUE(Running(referral.name(), "referral_receipt").overdue());
  Acknowledge(referral);
  EXPECT_FALSE(Last(referral.name(), "referral_receipt").met_in_time());
  // Two months from the receipt, not from the letter.
  EXPECT_THAT(RunningKinds(referral), ElementsAre("referral_suggestion_reply"));
  EXPECT_EQ(Due(referral, "referral_suggestion_reply"), CivilDay(2023, 7, 17));

  Reply(referral);
  EXPECT_TRUE(Last(referral.name(), "referral_suggestion_reply").met_in_time());
  EXPECT_THAT(RunningKinds(referral), ElementsAre("referral_review"));
  EXPECT_EQ(Running(referral.name(), "referral_review").owner(), kHeadPost);
  Conclude(referral);
  EXPECT_THAT(RunningKinds(referral), IsEmpty());
}

TEST_F(ReferralClockTest, TheLatestDateThatASuggestionMaySetIsThatOfTheLaw) {
  v1::SendReferralRequest letter = Letter(v1::Referral::KIND_PROCURATORIAL_SUGGESTION);
  const v1::Referral without = Send(letter);
  Acknowledge(without);
  const CivilDay last = Due(without, "referral_suggestion_reply");
  *letter.mutable_referral()->mutable_reply_due_date() = rpc::ToDate(last);
  const v1::Referral referral = Send(letter);
  Acknowledge(referral);
  EXPECT_EQ(Due(referral, "referral_reply"), last);
  *letter.mutable_referral()->mutable_reply_due_date() = rpc::ToDate(last + 1);
  EXPECT_TRUE(absl::IsInvalidArgument(
      Head().Unary<v1::Referral>("rectify.hazard.v1.Referrals.SendReferral", letter).status()));
}

TEST_F(ReferralClockTest, ATransferIsDecidedBeforeItsReplyIsDue) {
  const v1::Referral referral = Send(Letter(v1::Referral::KIND_TRANSFER));
  Acknowledge(referral);
  EXPECT_THAT(RunningKinds(referral), ElementsAre("referral_decide"));
  EXPECT_EQ(Due(referral, "referral_decide"), CivilDay(2023, 5, 18));
  system_.AdvanceTo(At(2023, 5, 15));
  Decide(referral, true);
  EXPECT_THAT(RunningKinds(referral), ElementsAre("referral_transfer_reply"));
  EXPECT_EQ(Due(referral, "referral_transfer_reply"), CivilDay(2023, 6, 14));

  const v1::Referral refused = Send(Letter(v1::Referral::KIND_TRANSFER));
  Acknowledge(refused);
  Decide(refused, false);
  EXPECT_THAT(RunningKinds(refused), ElementsAre("referral_review"));
  Conclude(refused);
  EXPECT_THAT(RunningKinds(refused), IsEmpty());
}

TEST_F(ReferralClockTest, ADateOfTheLetterIsThatOfTheReply) {
  v1::SendReferralRequest letter = Letter(v1::Referral::KIND_TRANSFER);
  *letter.mutable_referral()->mutable_reply_due_date() = rpc::ToDate(CivilDay(2023, 5, 31));
  const v1::Referral referral = Send(letter);
  EXPECT_THAT(RunningKinds(referral), ElementsAre("referral_receipt"));
  EXPECT_EQ(Due(referral, "referral_receipt"), CivilDay(2023, 5, 16));
  Acknowledge(referral);
  EXPECT_EQ(Due(referral, "referral_decide"), CivilDay(2023, 5, 18));
  Decide(referral, true);
  EXPECT_THAT(RunningKinds(referral), ElementsAre("referral_reply"));
  EXPECT_EQ(Due(referral, "referral_reply"), CivilDay(2023, 5, 31));
}

TEST_F(ReferralClockTest, AReturnedReplyIsDueOnTheNewDate) {
  v1::SendReferralRequest letter = Letter(v1::Referral::KIND_NOTICE);
  letter.mutable_referral()->set_reply_required(true);
  const v1::Referral referral = Send(letter);
  Acknowledge(referral);
  // Fifteen working days from 12 May.
  EXPECT_EQ(Due(referral, "referral_notice_reply"), CivilDay(2023, 6, 1));
  Reply(referral);
  auto request = Named<v1::ReturnReferralRequest>(referral);
  request.set_reason("缺照片");
  *request.mutable_due_date() = rpc::ToDate(CivilDay(2023, 5, 25));
  Do(Head(), "ReturnReferral", request);
  EXPECT_THAT(RunningKinds(referral), ElementsAre("referral_reply"));
  EXPECT_EQ(Due(referral, "referral_reply"), CivilDay(2023, 5, 25));
  Reply(referral);
  EXPECT_THAT(RunningKinds(referral), ElementsAre("referral_review"));
}

TEST_F(ReferralClockTest, ANoticeThatAsksForNoReplyIsSettledByItsReceipt) {
  const v1::Referral referral = Send(Letter(v1::Referral::KIND_NOTICE));
  Acknowledge(referral);
  EXPECT_THAT(RunningKinds(referral), IsEmpty());
}

TEST_F(ReferralClockTest, AWithdrawnLetterLeavesNoClock) {
  for (int steps = 0; steps < 3; ++steps) {
    const v1::Referral referral = Send(Letter(v1::Referral::KIND_TRANSFER));
    if (steps > 0) Acknowledge(referral);
    if (steps > 1) Decide(referral, true);
    EXPECT_EQ(RunningKinds(referral).size(), 1u);
    auto request = Named<v1::WithdrawReferralRequest>(referral);
    request.set_reason("误发");
    Do(Head(), "WithdrawReferral", request);
    EXPECT_THAT(RunningKinds(referral), IsEmpty()) << steps;
  }
}

}  // namespace
}  // namespace rectify::hazard
