#include "services/rectification_deadlines/domain/next_instrument.h"

#include "tests/unit/deadline_domain/order_samples.h"

namespace rectify::deadline::domain {
namespace {

using ::rectify::testing::kPrecondition;
using ::rectify::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

// Due on 2023-01-13 and 2023-01-28.
class NextInstrumentTest : public ::testing::Test {
 protected:
  Order Failed(std::vector<int> terms, absl::Time time, std::vector<std::string> open) {
    const Order order = Served(Drafted(std::move(terms)), At(2023, 1, 6, 15));
    return RecordRecheck(order, RecheckOf(order, time, std::move(open)), TwoOfficers(), time)
        ->order;
  }
  absl::StatusOr<NextDecided> Decide(const Order& order, NextInstrument instrument, absl::Time now,
                                     const Signer& signer = SignerOf("CHIEF")) {
    return DecideNext(order, {instrument, "拒不改正", "示例编号", "districts/120110/orders/o2"},
                      signer, policy_, now);
  }
  std::string CauseOf(const absl::Status& status) {
    const auto detail = DetailOf(status);
    return detail && detail->metadata.contains("cause") ? detail->metadata.at("cause") : "";
  }

  const Policy policy_ = ShippedPolicy();
  const absl::Time now_ = At(2023, 1, 16);
  const Order failed_ = Failed({7, 15}, now_, {Finding(1), Finding(2)});
};

TEST_F(NextInstrumentTest, ProposesWithArticlesForWhatIsOpenAfterItsTerm) {
  std::vector<std::string> titles;
  for (const Proposal& proposal : ProposalsFor(failed_, policy_, CivilDayOf(now_))) {
    titles.push_back(proposal.rule->title);
    EXPECT_FALSE(proposal.rule->basis.empty());
    EXPECT_THAT(proposal.findings, ElementsAre(Finding(1))) << "the other term still runs";
  }
  // Code B02: nothing to remove by force.
  EXPECT_THAT(titles, ElementsAre("立案处罚", "再次责令改正", "临时查封", "约谈", "移送、抄告"));
  EXPECT_THAT(ProposalsFor(failed_, policy_, absl::CivilDay(2023, 1, 13)), IsEmpty());
  ASSERT_OK_AND_ASSIGN(const NextDecided decided, Decide(failed_, NextInstrument::kTalk, now_));
  EXPECT_THAT(ProposalsFor(decided.order, policy_, CivilDayOf(now_)), IsEmpty());
}

TEST_F(NextInstrumentTest, SaysWhyItIsNotDue) {
  const Order early = Failed({7}, At(2023, 1, 10), {Finding(1)});
  EXPECT_EQ(CauseOf(Decide(early, NextInstrument::kTalk, At(2023, 1, 10)).status()),
            "TERM_RUNNING");
  EXPECT_EQ(CauseOf(Decide(failed_, NextInstrument::kSecondOrder, now_).status()), "TERM_RUNNING");
  EXPECT_EQ(CauseOf(Decide(failed_, NextInstrument::kForcedRemoval, now_).status()),
            "NOT_FOR_THIS_HAZARD");
  ASSERT_OK_AND_ASSIGN(const NextDecided talk, Decide(failed_, NextInstrument::kTalk, now_));
  EXPECT_EQ(CauseOf(Decide(talk.order, NextInstrument::kTalk, now_).status()), "ALREADY_DECIDED");
  EXPECT_OK(Decide(talk.order, NextInstrument::kPenaltyCase, now_));
  EXPECT_THAT(Decide(failed_, NextInstrument::kSealing, now_, Handler()),
              StatusIs(absl::StatusCode::kPermissionDenied, "NOT_YOUR_TASK"));
  EXPECT_THAT(Decide(Issued(Drafted()), NextInstrument::kTalk, now_),
              StatusIs(kPrecondition, "ORDER_STATE"));
}

TEST_F(NextInstrumentTest, IsOnlyForHazardsThatARecheckHasSeen) {
  const Order served = Served(Drafted({7, 15}), At(2023, 1, 6, 15));
  const Order order = RecordRecheck(served, RecheckOf(served, now_, {Finding(1)}, {Finding(2)}),
                                    TwoOfficers(), now_)
                          ->order;
  const absl::Time later = At(2023, 1, 30);  // both terms have ended
  for (const Proposal& proposal : ProposalsFor(order, policy_, CivilDayOf(later))) {
    EXPECT_THAT(proposal.findings, ElementsAre(Finding(1)));
  }
  ASSERT_OK_AND_ASSIGN(const NextDecided talk, Decide(order, NextInstrument::kTalk, later));
  EXPECT_THAT(talk.order.decisions[0].findings, ElementsAre(Finding(1)));
  EXPECT_EQ(CauseOf(Decide(order, NextInstrument::kSecondOrder, later).status()), "NOT_RECHECKED");
}

TEST_F(NextInstrumentTest, IsConcludedAlsoWhenOnlyItemsRemainWhoseTermsRun) {
  ASSERT_OK_AND_ASSIGN(const NextDecided talk, Decide(failed_, NextInstrument::kTalk, now_));
  const absl::Time later = At(2023, 1, 18);
  ASSERT_OK_AND_ASSIGN(const Rechecked passed,
                       RecordRecheck(talk.order, RecheckOf(talk.order, later, {}, {Finding(2)}),
                                     TwoOfficers(), later));
  ASSERT_EQ(passed.order.state, OrderState::kServed);
  ASSERT_OK_AND_ASSIGN(const Order order,
                       Conclude(passed.order, {NextInstrument::kTalk, false, "已约谈", ""}, later));
  EXPECT_EQ(order.state, OrderState::kServed);
}

TEST_F(NextInstrumentTest, ASecondOrderTakesWhatIsOpenAndClosesTheFirst) {
  const absl::Time late = At(2023, 1, 30);
  const Order failed = Failed({7, 15}, late, {Finding(2)});
  ASSERT_OK_AND_ASSIGN(NextDecided decided, Decide(failed, NextInstrument::kSecondOrder, late));
  EXPECT_EQ(decided.order.state, OrderState::kSuperseded);
  ASSERT_TRUE(decided.second.has_value());
  Order second = *decided.second;
  EXPECT_EQ(second.state, OrderState::kDrafted);
  EXPECT_EQ(second.predecessor, failed.name);
  EXPECT_EQ(second.inspect_time, late) << "it rests on what the recheck saw";
  EXPECT_THAT(second.Findings(), ElementsAre(Finding(2)));
  EXPECT_EQ(second.items[0].term_days, 15);
  EXPECT_THAT(RecordRecheck(decided.order, RecheckOf(decided.order, late), TwoOfficers(), late),
              StatusIs(kPrecondition, "ORDER_STATE"));
  const Rechecked followed = FollowSecondOrder(decided.order, {Finding(2)}, late, late);
  EXPECT_EQ(followed.order.state, OrderState::kClosed);
  EXPECT_THAT(followed.rectified, ElementsAre(Finding(2)));
  ASSERT_OK_AND_ASSIGN(const Voided voided,
                       Void(second, "笔误", "districts/120110/orders/o3", policy_, late));
  EXPECT_EQ(voided.replacement.predecessor, failed.name);
}

TEST_F(NextInstrumentTest, RemovalByForceIsDecidedOnlyTogether) {
  Order blocked = failed_;
  for (OrderItem& item : blocked.items) item.catalog_code = "C06";
  NextChoice choice{NextInstrument::kForcedRemoval, "拒不清除", "", ""};
  auto decide = [&] { return DecideNext(blocked, choice, SignerOf("CHIEF"), policy_, now_); };
  EXPECT_EQ(CauseOf(decide().status()), "MISSING");
  choice.deliberation = DeliberationAt(now_, 2);
  EXPECT_EQ(CauseOf(decide().status()), "NOT_CARRIED");
  choice.deliberation = DeliberationAt(now_ - absl::Minutes(1));
  EXPECT_THAT(decide(), StatusIs(kPrecondition, "DATE_ORDER")) << "before the recheck";
  choice.deliberation = DeliberationAt(now_, 1);
  ASSERT_OK_AND_ASSIGN(const NextDecided decided, decide());
  EXPECT_TRUE(decided.order.decisions[0].deliberation->carried);
  EXPECT_EQ(decided.order.decisions[0].deliberation->recusals.size(), 1u);
}

TEST_F(NextInstrumentTest, ACaseEndsWithItsPenaltyOrIsGivenUp) {
  ASSERT_OK_AND_ASSIGN(const NextDecided decided,
                       Decide(failed_, NextInstrument::kPenaltyCase, now_));
  const absl::Time later = At(2023, 2, 20);
  EXPECT_EQ(
      CauseOf(
          Conclude(decided.order, {NextInstrument::kPenaltyCase, false, "x", ""}, later).status()),
      "NEEDS_PENALTY");
  Penalty penalty{"东消罚决字〔2023〕第0001号",
                  absl::CivilDay(2023, 2, 17),
                  {kLi, kWang},
                  "消防法第六十条第一款第一项",
                  "罚款五千元"};
  ASSERT_OK_AND_ASSIGN(Order order, RecordPenalty(decided.order, penalty, TwoOfficers(), later));
  EXPECT_EQ(order.decisions[0].state, DecisionState::kConcluded);
  EXPECT_EQ(order.decisions[0].outcome_reference, penalty.decision_number);
  EXPECT_EQ(order.state, OrderState::kRecheckFailed) << "the hazard is still there";
  EXPECT_EQ(CauseOf(RecordPenalty(order, penalty, TwoOfficers(), later).status()), "NOT_DECIDED");
  for (const absl::CivilDay day : {absl::CivilDay(2023, 1, 15), absl::CivilDay(2023, 2, 21)}) {
    penalty.decision_date = day;
    EXPECT_THAT(RecordPenalty(decided.order, penalty, TwoOfficers(), later),
                StatusIs(kPrecondition, "DATE_ORDER"));
  }
  ASSERT_OK_AND_ASSIGN(
      order, Conclude(decided.order, {NextInstrument::kPenaltyCase, true, "不予处罚", ""}, later));
  EXPECT_EQ(order.decisions[0].state, DecisionState::kDropped);
}

}  // namespace
}  // namespace rectify::deadline::domain
