// Freezing a frame: what is fixed before the seed exists, and what makes a frame unusable.
#include "services/followup_visits/domain/frame.h"

#include "tests/unit/followup_domain/samples.h"

namespace rectify::followup::domain {
namespace {

using ::absl::StatusCode;
using ::rectify::testing::HasViolation;
using ::rectify::testing::StatusIs;
using ::testing::ElementsAre;

absl::StatusOr<FrozenFrame> Frozen(const FrameDraft& draft) {
  return FreezeFrame(draft, SamplePolicy(), SampleSalt);
}

TEST(FrameTest, CommitsToEverythingThatDecidesTheOutcome) {
  const FrameDraft draft = SampleFrame(20);
  ASSERT_OK_AND_ASSIGN(const FrozenFrame frozen, Frozen(draft));
  const std::string commitment = CommitmentOf(frozen.terms);
  const auto changed = [&](auto change) {
    FrameDraft other = draft;
    change(other);
    const auto frame = Frozen(other);
    EXPECT_OK(frame);
    return CommitmentOf(frame->terms);
  };
  EXPECT_EQ(changed([](FrameDraft&) {}), commitment);
  EXPECT_NE(changed([](FrameDraft& d) { d.units.pop_back(); }), commitment);
  EXPECT_NE(changed([](FrameDraft& d) { d.units[3].party += "改"; }), commitment);
  EXPECT_NE(changed([](FrameDraft& d) { d.units[3].officers.pop_back(); }), commitment);
  EXPECT_NE(changed([](FrameDraft& d) { d.forced = {{Id(1), "处罚偏低"}}; }), commitment);
  EXPECT_NE(changed([](FrameDraft& d) { d.excluded = {{Id(1), "已注销"}}; }), commitment);
  EXPECT_NE(changed([](FrameDraft& d) {
              d.visitors[0].interests = {{d.units[0].venue, "亲属"}};
            }),
            commitment);
  EXPECT_NE(changed([](FrameDraft& d) { d.visitors[4].retired = true; }), commitment);
  EXPECT_NE(changed([](FrameDraft& d) { d.number = 2; }), commitment);
  EXPECT_NE(changed([](FrameDraft& d) { d.previous = HashOf("another record"); }), commitment);
  EXPECT_NE(changed([](FrameDraft& d) { d.public_source = "双色球 2023039 期"; }), commitment);
  EXPECT_NE(changed([](FrameDraft& d) { d.officials[1] = "users/ji.c"; }), commitment);
  EXPECT_NE(changed([](FrameDraft& d) { d.case_kinds = {CaseKind::kPenalty}; }), commitment);
  EXPECT_NE(changed([](FrameDraft& d) { d.streets = {"districts/120110/streets/a"}; }), commitment);
}

TEST(FrameTest, TheTermsTellToWhatTheFrameWasLimited) {
  FrameDraft draft = SampleFrame(4);
  draft.case_kinds = {CaseKind::kPenalty, CaseKind::kInspection};
  draft.streets = {"districts/120110/streets/a"};
  ASSERT_OK_AND_ASSIGN(const FrozenFrame frozen, Frozen(draft));
  ASSERT_OK_AND_ASSIGN(const Terms read, ReadTerms(WriteTerms(frozen.terms)));
  EXPECT_EQ(read, frozen.terms);
  EXPECT_THAT(read.case_kinds, ElementsAre("PENALTY", "INSPECTION"));
  EXPECT_THAT(read.streets, ElementsAre("districts/120110/streets/a"));
}

TEST(FrameTest, QuotasFollowTheRatesAndTheSpan) {
  // By rate: 100 % of 3, 80 % of 9, 5 % of 8; by span (4 quarters): a quarter of each.
  EXPECT_EQ(QuotaOf(100, std::vector<int>(3, 4)), 3);
  EXPECT_EQ(QuotaOf(80, std::vector<int>(9, 4)), 8);
  EXPECT_EQ(QuotaOf(5, std::vector<int>(8, 4)), 2);
  EXPECT_EQ(QuotaOf(5, {1, 1, 1, 4, 4}), 4);
  EXPECT_EQ(QuotaOf(5, {}), 0);
  EXPECT_EQ(QuotaOf(1, std::vector<int>(1, 12)), 1);
}

TEST(FrameTest, UnitsWhoseSpanEndsAreDue) {
  FrameDraft draft = SampleFrame(0);
  draft.quarter = {2023, 4};
  draft.units = {SampleUnit(1, CaseKind::kInspection, {2023, 1}),
                 SampleUnit(2, CaseKind::kInspection, {2023, 2}),
                 SampleUnit(3, CaseKind::kInspection, {2022, 1})};
  ASSERT_OK_AND_ASSIGN(const FrozenFrame frozen, Frozen(draft));
  EXPECT_THAT(frozen.terms.due, ElementsAre(Id(1), Id(3)));
}

TEST(FrameTest, AUnitBelongsToTheFirstStratumThatFits) {
  DrawPolicy policy = SamplePolicy();
  policy.strata.insert(policy.strata.begin(),
                       {"market", "重点街道", {}, {"districts/120110/streets/a"}, 100});
  FrameDraft draft = SampleFrame(2);
  draft.units[0].street = "districts/120110/streets/a";
  ASSERT_OK_AND_ASSIGN(const FrozenFrame frozen, FreezeFrame(draft, policy, SampleSalt));
  EXPECT_EQ(frozen.rows[0].stratum, "market");
  EXPECT_EQ(frozen.rows[1].stratum, "penalty");
}

TEST(FrameTest, TiesAreWrittenToTheLineOfTheUnit) {
  FrameDraft draft = SampleFrame(4);
  draft.visitors[0].officers = {OfficerName(2)};                        // units 1 and 2
  draft.visitors[1].interests = {{draft.units[0].venue, "亲属任职"}};   // unit 0
  draft.visitors[2].interests = {{draft.units[3].name(), "曾任顾问"}};  // unit 3
  draft.visitors[3].interests = {{OfficerName(4), "亲属"}};             // units 3
  ASSERT_OK_AND_ASSIGN(const FrozenFrame frozen, Frozen(draft));
  EXPECT_THAT(frozen.rows[0].barred, ElementsAre("v1"));
  EXPECT_THAT(frozen.rows[1].barred, ElementsAre("v0"));
  EXPECT_THAT(frozen.rows[2].barred, ElementsAre("v0"));
  EXPECT_THAT(frozen.rows[3].barred, ElementsAre("v2", "v3"));
}

TEST(FrameTest, TooFewVisitorsWithoutTiesAreToldAndNotRelaxed) {
  FrameDraft draft = SampleFrame(4);
  for (int v = 0; v < 4; ++v) draft.visitors[v].interests = {{draft.units[2].venue, "利害关系"}};
  const auto frozen = Frozen(draft);
  EXPECT_THAT(frozen, StatusIs(StatusCode::kFailedPrecondition, "RECUSAL_INFEASIBLE"));
  EXPECT_THAT(frozen, HasViolation("excluded"));

  draft.excluded = {{Id(2), "回避后人员不足，交上级回访"}};
  EXPECT_OK(Frozen(draft));
}

TEST(FrameTest, PicksMustBeInTheFrameOnceAndForOnePurpose) {
  FrameDraft draft = SampleFrame(4);
  draft.forced = {{Id(77), "不在框内"}};
  EXPECT_THAT(Frozen(draft), HasViolation("forced[0].unit"));
  draft.forced = {{Id(1), "必查"}};
  draft.excluded = {{Id(1), "排除"}};
  EXPECT_THAT(Frozen(draft), HasViolation("excluded[0].unit"));
}

TEST(FrameTest, TheSeedNeedsASource) {
  FrameDraft draft = SampleFrame(4);
  draft.officials = {"users/ji.a"};
  EXPECT_THAT(Frozen(draft), HasViolation("officials"));
  draft.officials = {"users/ji.a", "users/ji.a"};
  EXPECT_THAT(Frozen(draft), HasViolation("officials"));
  draft.officials.clear();
  EXPECT_THAT(Frozen(draft), HasViolation("officials"));
  draft.public_source = "双色球 2023039 期";
  EXPECT_OK(Frozen(draft));
}

TEST(FrameTest, AnEmptyFrameAndAUnitWithoutStratumAreUnusable) {
  EXPECT_THAT(Frozen(SampleFrame(0)), StatusIs(StatusCode::kFailedPrecondition, "FRAME_UNUSABLE"));
  DrawPolicy policy = SamplePolicy();
  policy.strata.resize(1);
  EXPECT_THAT(FreezeFrame(SampleFrame(3), policy, SampleSalt),
              StatusIs(StatusCode::kFailedPrecondition, "FRAME_UNUSABLE"));
}

TEST(FrameTest, ADeclaredInterestIsNotTakenBack) {
  Visitor before = SampleVisitor(1, {OfficerName(1)});
  before.interests = {{SampleUnit(1).venue, "亲属"}};
  Visitor after = before;
  after.interests.push_back({OfficerName(3), "同学"});
  EXPECT_OK(CheckVisitor(after, &before));
  EXPECT_THAT(CheckVisitor(before, &after),
              StatusIs(StatusCode::kFailedPrecondition, "INTEREST_KEPT"));
  after.officers.clear();
  EXPECT_THAT(CheckVisitor(after, &before),
              StatusIs(StatusCode::kFailedPrecondition, "INTEREST_KEPT"));
  after.interests = {{"someone", "?"}};
  EXPECT_THAT(CheckVisitor(after, nullptr), HasViolation("visitor.interests[0].subject"));
}

TEST(FrameTest, APolicyWithAFaultIsRefused) {
  const auto with = [](auto change) {
    DrawPolicy policy = SamplePolicy();
    change(policy);
    return CheckPolicy(policy);
  };
  EXPECT_OK(with([](DrawPolicy&) {}));
  EXPECT_THAT(with([](DrawPolicy& p) { p.span_quarters = 13; }), HasViolation("span_quarters"));
  EXPECT_THAT(with([](DrawPolicy& p) { p.visitors_per_unit = 1; }),
              HasViolation("visitors_per_unit"));
  EXPECT_THAT(with([](DrawPolicy& p) { p.strata[1].code = "opening"; }),
              HasViolation("strata[1].code"));
  EXPECT_THAT(with([](DrawPolicy& p) { p.strata[0].rate_percent = 0; }),
              HasViolation("strata[0].rate_percent"));
  EXPECT_THAT(with([](DrawPolicy& p) { p.strata[0].code = "a\tb"; }),
              HasViolation("strata[0].code"));
}

}  // namespace
}  // namespace rectify::followup::domain
