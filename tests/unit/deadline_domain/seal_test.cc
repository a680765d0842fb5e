#include "services/rectification_deadlines/domain/seal.h"

#include <random>
#include <set>

#include "libs/base/status_macros.h"
#include "tests/unit/deadline_domain/order_samples.h"

namespace rectify::deadline::domain {
namespace {

using ::rectify::testing::HasViolation;
using ::rectify::testing::StatusIs;
constexpr auto kState = absl::StatusCode::kFailedPrecondition;

const std::string kOfficers = "districts/120110/officers/";

Seal Draft(int term_days = 30) {
  Seal seal;
  seal.name = "districts/120110/seals/s1";
  seal.venue = kVenue;
  seal.inspect_time = At(2023, 1, 4);
  seal.officers = {kLi, kWang};
  seal.ground = SealGround::kExits;
  seal.parts = {"西侧疏散楼梯", "二层通道"};
  seal.term_days = term_days;
  return seal;
}

Seal Proposed() { return *ProposeSeal(Draft(), TwoOfficers(), At(2023, 1, 4, 11)); }

SealStudy Study(bool justified = true) {
  return {At(2023, 1, 4, 15),
          kOfficers + "chief",
          {{kOfficers + "chief", true, "应当查封"},
           {kOfficers + "head", true, "应当查封"},
           {kOfficers + "legal", justified, "危险是否迫切，有不同意见"}},
          justified,
          "查封西侧疏散楼梯三十日"};
}

Signer By(const std::string& person, const std::string& role) {
  return {kOfficers + person, {kOfficers + person}, {role}, "users/" + person};
}

absl::StatusOr<Seal> Approved(Seal seal) {
  const absl::Time now = At(2023, 1, 4, 16);
  ASSIGN_OR_RETURN(seal, StudySeal(std::move(seal), Study(), now));
  ASSIGN_OR_RETURN(seal, ApproveSeal(std::move(seal), By("head", "DEPARTMENT_HEAD"), "", now));
  ASSIGN_OR_RETURN(seal, ApproveSeal(std::move(seal), By("legal", "LEGAL_REVIEWER"), "", now));
  return ApproveSeal(std::move(seal), By("chief", "CHIEF"), "", now);
}

SealService Served(absl::Time time = At(2023, 1, 5)) {
  return {time, {kLi, kWang}, "店长", "现场笔录 1 号", ""};
}

TEST(SealTest, ThirtyDaysEndOnTheirLastDayAlsoInAHoliday) {
  ASSERT_OK_AND_ASSIGN(const absl::CivilDay day, LastDayOfSeal(At(2026, 1, 20), 30));
  EXPECT_EQ(day, absl::CivilDay(2026, 2, 19));
}

TEST(SealTest, AStudyIsLedBySomebodyElseThanTheHandlingOfficerAndFollowsItsMajority) {
  SealStudy study = Study();
  study.opinions[1].agrees = study.opinions[2].agrees = false;
  EXPECT_THAT(StudySeal(Proposed(), study, At(2023, 1, 4, 16)),
              StatusIs(kState, "STUDY_INCOMPLETE"));
  study = Study();
  study.chair = study.opinions[0].officer = kLi;
  EXPECT_THAT(StudySeal(Proposed(), study, At(2023, 1, 4, 16)),
              StatusIs(kState, "STUDY_INCOMPLETE"));
}

TEST(SealTest, TheTermRunsFromTheServiceOrFromTheSealingOnTheSpot) {
  ASSERT_OK_AND_ASSIGN(Seal seal, Approved(Proposed()));
  ASSERT_OK_AND_ASSIGN(seal, ServeSeal(seal, Served(), TwoOfficers(), At(2023, 1, 5, 12)));
  EXPECT_EQ(seal.last_day, absl::CivilDay(2023, 2, 4));
  Seal urgent = Draft();
  urgent.urgent = {kOfficers + "chief", At(2023, 1, 4, 10), At(2023, 1, 4, 11), "正在营业"};
  ASSERT_OK_AND_ASSIGN(urgent, ProposeSeal(urgent, TwoOfficers(), At(2023, 1, 4, 12)));
  ASSERT_OK_AND_ASSIGN(urgent, Approved(urgent));
  ASSERT_OK_AND_ASSIGN(urgent, ServeSeal(urgent, Served(), TwoOfficers(), At(2023, 1, 5, 12)));
  EXPECT_EQ(urgent.last_day, absl::CivilDay(2023, 2, 3));
}

TEST(SealTest, RefusesATermThatTheLawDoesNotKnowAndImpossibleTimes) {
  const absl::Time now = At(2023, 1, 4, 11);
  for (const int days : {0, 31}) {
    EXPECT_THAT(ProposeSeal(Draft(days), TwoOfficers(), now), HasViolation("seal.term_days"));
  }
  EXPECT_THAT(ProposeSeal(Draft(), TwoOfficers(), At(2023, 1, 3)), StatusIs(kState, "DATE_ORDER"));
  Seal late = Draft();
  late.urgent = {kOfficers + "chief", At(2023, 1, 4, 10, 50), At(2023, 1, 4, 10, 40), "正在营业"};
  EXPECT_THAT(ProposeSeal(late, TwoOfficers(), now), HasViolation("seal.urgent.approve_time"));
  Seal alone = Draft();
  alone.officers = {kLi};
  EXPECT_THAT(ProposeSeal(alone, TwoOfficers(), now), StatusIs(kState, "TOO_FEW_OFFICERS"));
}

TEST(SealTest, TheChiefDecidesAfterAStudyThatFoundItJustified) {
  const absl::Time now = At(2023, 1, 4, 16);
  Seal seal = Proposed();
  ASSERT_OK_AND_ASSIGN(seal, ApproveSeal(seal, By("head", "DEPARTMENT_HEAD"), "", now));
  ASSERT_OK_AND_ASSIGN(seal, ApproveSeal(seal, By("legal", "LEGAL_REVIEWER"), "", now));
  EXPECT_THAT(ApproveSeal(seal, By("chief", "CHIEF"), "", now),
              StatusIs(kState, "STUDY_INCOMPLETE"));
  ASSERT_OK_AND_ASSIGN(const Seal against, StudySeal(seal, Study(false), now));
  EXPECT_THAT(ApproveSeal(against, By("chief", "CHIEF"), "", now),
              StatusIs(kState, "STUDY_INCOMPLETE"));
  EXPECT_THAT(StudySeal(against, Study(), now), StatusIs(kState, "SEAL_STATE"));
  ASSERT_OK_AND_ASSIGN(const Seal refused, RefuseSeal(against, "不应查封", now));
  EXPECT_EQ(refused.state, SealState::kRefused);
}

TEST(SealTest, AStudyTakesThreePeopleAndItsChair) {
  const absl::Time now = At(2023, 1, 4, 16);
  SealStudy two = Study();
  two.opinions.pop_back();
  EXPECT_THAT(StudySeal(Proposed(), two, now), StatusIs(kState, "STUDY_INCOMPLETE"));
  SealStudy twice = Study();
  twice.opinions[2].officer = twice.opinions[1].officer;
  EXPECT_THAT(StudySeal(Proposed(), twice, now), StatusIs(kState, "STUDY_INCOMPLETE"));
  SealStudy elsewhere = Study();
  elsewhere.chair = kLi;
  EXPECT_THAT(StudySeal(Proposed(), elsewhere, now), StatusIs(kState, "STUDY_INCOMPLETE"));
}

// Random people in random roles, who may be anybody's account, never decide without three different
// signers besides the officers, in the order of the chain.
TEST(SealTest, NoSequenceOfSignaturesDecidesWithoutThreeDifferentPeopleInOrder) {
  std::mt19937 random(20230104);
  auto any = [&](const std::vector<std::string>& values) {
    return values[std::uniform_int_distribution<size_t>(0, values.size() - 1)(random)];
  };
  int decided = 0;
  for (int round = 0; round < 2000; ++round) {
    Seal seal = *StudySeal(Proposed(), Study(), At(2023, 1, 4, 16));
    for (int call = 0; call < 12 && seal.state == SealState::kInReview; ++call) {
      const Signer signer = By(any({"li", "wang", "head", "legal", "chief", "deputy"}),
                               any({"DEPARTMENT_HEAD", "LEGAL_REVIEWER", "CHIEF"}));
      auto next = ApproveSeal(seal, signer, "", At(2023, 1, 4, 16));
      if (next.ok()) seal = *std::move(next);
    }
    if (seal.state != SealState::kApproved) continue;
    ++decided;
    std::set<std::string> signers;
    for (const Approval& approval : seal.approvals) signers.insert(approval.approver);
    ASSERT_EQ(signers.size(), 3u);
    ASSERT_FALSE(signers.contains(kLi) || signers.contains(kWang));
    ASSERT_EQ(seal.approvals[0].role, "DEPARTMENT_HEAD");
    ASSERT_EQ(seal.approvals[1].role, "LEGAL_REVIEWER");
    ASSERT_EQ(seal.approvals[2].role, "CHIEF");
  }
  EXPECT_GT(decided, 0);
}

TEST(SealTest, ItIsLiftedAfterApplicationAndCheckOrWhenItsTermEnds) {
  ASSERT_OK_AND_ASSIGN(Seal seal, Approved(Proposed()));
  ASSERT_OK_AND_ASSIGN(seal, ServeSeal(seal, Served(), TwoOfficers(), At(2023, 1, 5, 12)));
  EXPECT_THAT(DecideSealLift(seal, false, "未申请", At(2023, 1, 6)),
              StatusIs(kState, "SEAL_STATE"));
  ASSERT_OK(DecideSealLift(seal, true, "期满", At(2023, 2, 4)));
  ASSERT_OK_AND_ASSIGN(seal, ApplySealLift(seal, "已拆除", At(2023, 1, 9)));
  const SealCheck check{At(2023, 1, 10), {kLi, kWang}, false, "仍有杂物"};
  ASSERT_OK_AND_ASSIGN(seal, CheckSealLift(seal, check, TwoOfficers(), At(2023, 1, 10)));
  ASSERT_OK_AND_ASSIGN(seal, DecideSealLift(seal, false, "隐患未消除", At(2023, 1, 11)));
  EXPECT_EQ(seal.state, SealState::kSealed);
  EXPECT_EQ(seal.last_day, absl::CivilDay(2023, 2, 4));
}

TEST(SealTest, ASealIsNeverProlongedOnlyFollowedByANewDecision) {
  ASSERT_OK_AND_ASSIGN(Seal seal, Approved(Proposed()));
  ASSERT_OK_AND_ASSIGN(seal, ServeSeal(seal, Served(), TwoOfficers(), At(2023, 1, 5, 12)));
  EXPECT_THAT(RequireEnded(seal, At(2023, 2, 4, 23)), StatusIs(kState, "SEAL_STATE"));
  EXPECT_OK(RequireEnded(seal, At(2023, 2, 5)));
  ASSERT_OK_AND_ASSIGN(seal, DecideSealLift(seal, true, "隐患已消除", At(2023, 1, 8)));
  EXPECT_OK(RequireEnded(seal, At(2023, 1, 8)));
}

}  // namespace
}  // namespace rectify::deadline::domain
