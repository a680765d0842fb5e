// Letters to departments and streets: what may be sent, and which verb follows which.
#include "services/hazard_findings/domain/referral.h"

#include "libs/base/error.h"
#include "libs/testing/status_matchers.h"
#include "services/hazard_findings/api/referral_convert.h"
#include "tests/unit/hazard_domain/sample.h"

namespace rectify::hazard::domain {
namespace {

using absl::CivilDay;

const absl::Time kNow = At(2023, 5, 10);

Referral Draft(ReferralKind kind) {
  Referral referral;
  referral.district = kDistrict;
  referral.kind = kind;
  referral.subject = "districts/120110/findings/01850000-0000-7000-8000-000000000021";
  referral.addressee = "districts/120110/departments/zhujian";
  referral.title = "示例小区消防设施停用";
  referral.text = "示例";
  if (kind == ReferralKind::kProcuratorialSuggestion) {
    referral.issuer = "示例区人民检察院";
    referral.document_number = "津丽检建〔2023〕1号";
    referral.issue_date = CivilDay(2023, 5, 8);
  }
  return referral;
}

absl::StatusOr<Referral> Send(const Referral& referral) {
  return SendReferral(referral, {.venue = "districts/120110/venues/v", .addressee = true},
                      api::LoadReferralLimits().value(), kNow);
}

Referral Received(ReferralKind kind, bool reply_required = true) {
  Referral referral = Draft(kind);
  referral.reply_required = reply_required;
  return *AcknowledgeReferral(*Send(referral), "users/zhujian", kNow);
}

// The fields that a refusal names.
std::vector<std::string> Wrong(const absl::Status& status) {
  std::vector<std::string> fields;
  if (const auto detail = DetailOf(status)) {
    for (const FieldViolation& violation : detail->violations) fields.push_back(violation.field);
  }
  return fields;
}

using ::testing::ElementsAre;

TEST(ReferralTest, OnlyANoticeMayAskForNoReply) {
  EXPECT_FALSE(Send(Draft(ReferralKind::kNotice))->reply_required);
  EXPECT_TRUE(Send(Draft(ReferralKind::kTransfer))->reply_required);
  EXPECT_TRUE(Send(Draft(ReferralKind::kProcuratorialSuggestion))->reply_required);
}

TEST(ReferralTest, WhatItIsAboutAndToWhomMustBeOfTheRightKindAndExist) {
  Referral referral = Draft(ReferralKind::kNotice);
  referral.subject = "districts/120110/leads/01850000-0000-7000-8000-000000000021";
  referral.addressee = "districts/120110/officers/01850000-0000-7000-8000-000000000011";
  EXPECT_THAT(Wrong(Send(referral).status()),
              ElementsAre("referral.subject", "referral.addressee"));
  referral = Draft(ReferralKind::kNotice);
  EXPECT_EQ(ReasonOf(SendReferral(referral, {.venue = {}, .addressee = true}, {}, kNow).status()),
            "NOT_FOUND");
  EXPECT_EQ(ReasonOf(SendReferral(referral, {.venue = "v", .addressee = false}, {}, kNow).status()),
            "NOT_FOUND");
}

TEST(ReferralTest, ASuggestionSaysWhoIssuedItAndWhenAndNothingElseDoes) {
  Referral referral = Draft(ReferralKind::kProcuratorialSuggestion);
  referral.issuer = referral.document_number = "";
  referral.issue_date.reset();
  EXPECT_THAT(Wrong(Send(referral).status()),
              ElementsAre("referral.issuer", "referral.issue_date", "referral.document_number"));
  referral = Draft(ReferralKind::kProcuratorialSuggestion);
  referral.issue_date = CivilDay(2023, 5, 11);
  EXPECT_THAT(Wrong(Send(referral).status()), ElementsAre("referral.issue_date"));
  referral.kind = ReferralKind::kNotice;
  EXPECT_THAT(Wrong(Send(referral).status()),
              ElementsAre("referral.issuer", "referral.issue_date"));
}

TEST(ReferralTest, ASuggestionIsRepliedWithinTwoMonthsAndNeverLater) {
  Referral referral = Draft(ReferralKind::kProcuratorialSuggestion);
  referral.reply_due_date = CivilDay(2023, 7, 10);
  EXPECT_OK(Send(referral));
  referral.reply_due_date = CivilDay(2023, 7, 11);
  EXPECT_THAT(Wrong(Send(referral).status()), ElementsAre("referral.reply_due_date"));
  referral.reply_due_date = CivilDay(2023, 5, 9);
  EXPECT_THAT(Wrong(Send(referral).status()), ElementsAre("referral.reply_due_date"));

  Referral transfer = Draft(ReferralKind::kTransfer);
  transfer.reply_due_date = CivilDay(2023, 7, 11);
  EXPECT_OK(Send(transfer));
}

TEST(ReferralTest, AReplyThatIsNotAskedForHasNoDate) {
  Referral referral = Draft(ReferralKind::kNotice);
  referral.reply_due_date = CivilDay(2023, 6, 1);
  EXPECT_THAT(Wrong(Send(referral).status()), ElementsAre("referral.reply_due_date"));
  referral.reply_required = true;
  EXPECT_OK(Send(referral));
}

TEST(ReferralTest, ATransferIsAcceptedBeforeItIsReplied) {
  const Referral received = Received(ReferralKind::kTransfer);
  EXPECT_EQ(ReasonOf(ReplyReferral(received, "示例", ReferralOutcome::kDone, kNow).status()),
            "REFERRAL_STATE");
  const auto accepted = DecideReferral(received, true, "", kNow);
  ASSERT_OK(accepted);
  EXPECT_EQ(accepted->decide_time, kNow);
  EXPECT_EQ(ReasonOf(DecideReferral(*accepted, true, "", kNow).status()), "REFERRAL_STATE");
  EXPECT_OK(ReplyReferral(*accepted, "示例", ReferralOutcome::kDone, kNow));
}

TEST(ReferralTest, ARefusalGivesItsReasonAndIsConcluded) {
  const Referral received = Received(ReferralKind::kTransfer);
  EXPECT_THAT(Wrong(DecideReferral(received, false, "", kNow).status()), ElementsAre("reason"));
  const auto refused = DecideReferral(received, false, "不属于本部门职责", kNow);
  ASSERT_OK(refused);
  EXPECT_EQ(ReasonOf(ReplyReferral(*refused, "示例", ReferralOutcome::kDone, kNow).status()),
            "REFERRAL_STATE");
  EXPECT_EQ(ConcludeReferral(*refused, kNow)->state, ReferralState::kConcluded);
}

TEST(ReferralTest, OnlyTransfersAreDecided) {
  for (ReferralKind kind : {ReferralKind::kNotice, ReferralKind::kProcuratorialSuggestion}) {
    EXPECT_EQ(ReasonOf(DecideReferral(Received(kind), true, "", kNow).status()), "REFERRAL_STATE");
  }
}

TEST(ReferralTest, AReturnedReplyIsOwedAgainByTheNewDate) {
  const Referral replied = *ReplyReferral(Received(ReferralKind::kNotice, false), "示例",
                                          ReferralOutcome::kInProgress, kNow);
  EXPECT_THAT(Wrong(ReturnReferral(replied, "不全", CivilDay(2023, 5, 9), kNow).status()),
              ElementsAre("due_date"));
  const auto returned = ReturnReferral(replied, "不全", CivilDay(2023, 6, 1), kNow);
  ASSERT_OK(returned);
  EXPECT_TRUE(returned->reply_required);
  EXPECT_EQ(returned->reply_due_date, CivilDay(2023, 6, 1));
  EXPECT_EQ(returned->return_count, 1);
  EXPECT_EQ(ReferralVariant(*returned), "STATED_DATE");
  EXPECT_EQ(ReasonOf(ConcludeReferral(*returned, kNow).status()), "REFERRAL_STATE");
  const auto again = ReplyReferral(*returned, "补充", ReferralOutcome::kDone, kNow);
  ASSERT_OK(again);
  EXPECT_EQ(again->outcome, ReferralOutcome::kDone);
  EXPECT_EQ(ConcludeReferral(*again, kNow)->end_time, kNow);
}

TEST(ReferralTest, ANoticeIsConcludedOnItsReceiptOnlyWhereNoReplyIsAskedFor) {
  EXPECT_OK(ConcludeReferral(Received(ReferralKind::kNotice, false), kNow));
  EXPECT_EQ(ReasonOf(ConcludeReferral(Received(ReferralKind::kNotice), kNow).status()),
            "REFERRAL_STATE");
  EXPECT_EQ(ReasonOf(ConcludeReferral(*Send(Draft(ReferralKind::kNotice)), kNow).status()),
            "REFERRAL_STATE");
}

TEST(ReferralTest, AfterAReplyNothingIsWithdrawn) {
  const Referral sent = *Send(Draft(ReferralKind::kTransfer));
  const Referral accepted = *DecideReferral(Received(ReferralKind::kTransfer), true, "", kNow);
  for (const Referral& referral : {sent, accepted}) {
    EXPECT_EQ(WithdrawReferral(referral, "误发", kNow)->state, ReferralState::kWithdrawn);
  }
  const Referral replied = *ReplyReferral(accepted, "示例", ReferralOutcome::kDone, kNow);
  EXPECT_EQ(ReasonOf(WithdrawReferral(replied, "误发", kNow).status()), "REFERRAL_STATE");
  EXPECT_EQ(
      ReasonOf(AcknowledgeReferral(*WithdrawReferral(sent, "误发", kNow), "users/zhujian", kNow)
                   .status()),
      "REFERRAL_STATE");
}

TEST(ReferralTest, TheVariantSaysWhichPeriodRuns) {
  EXPECT_EQ(ReferralVariant(Received(ReferralKind::kNotice, false)), "NO_REPLY");
  EXPECT_EQ(ReferralVariant(Received(ReferralKind::kNotice)), "NOTICE");
  EXPECT_EQ(ReferralVariant(Received(ReferralKind::kProcuratorialSuggestion)),
            "PROCURATORIAL_SUGGESTION");
  // A date is that of the reply, not that of the decision.
  Referral transfer = Received(ReferralKind::kTransfer);
  transfer.reply_due_date = CivilDay(2023, 6, 1);
  EXPECT_EQ(ReferralVariant(transfer), "TRANSFER");
  EXPECT_EQ(ReferralVariant(*DecideReferral(transfer, true, "", kNow)), "STATED_DATE");
}

}  // namespace
}  // namespace rectify::hazard::domain
