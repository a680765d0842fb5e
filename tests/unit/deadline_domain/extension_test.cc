#include "services/rectification_deadlines/domain/extension.h"

#include "tests/unit/deadline_domain/order_samples.h"

namespace rectify::deadline::domain {
namespace {

using ::rectify::testing::HasViolation;
using ::rectify::testing::kPrecondition;
using ::rectify::testing::StatusIs;
using ::testing::ElementsAre;
const absl::CivilDay kWished(2023, 2, 10);

// Served on 2023-01-06 with due dates 2023-01-13 and 2023-01-28.
class ExtensionTest : public ::testing::Test {
 protected:
  absl::StatusOr<Order> Ask(const Order& order, absl::Time now,
                            std::vector<std::string> findings = {}) {
    return RequestExtension(order, {"users/manager", "配件未到", "停用该区域", kWished, findings},
                            policy_, now);
  }
  absl::StatusOr<Order> Decide(const Order& order, bool granted, absl::Time now,
                               std::optional<absl::CivilDay> due = {},
                               std::optional<Deliberation> deliberation = {}) {
    return DecideExtension(order, {granted, due, "理由成立", std::move(deliberation)},
                           SignerOf("CHIEF"), policy_, now);
  }
  std::string CauseOf(const absl::Status& status) {
    const auto detail = DetailOf(status);
    return detail ? detail->metadata.at("cause") : "";
  }
  // The clocks after the occurrences.
  std::vector<Clock> Tell(const Order& order, const std::vector<Occurrence>& occurrences,
                          std::vector<Clock> clocks, absl::Time now) {
    for (const Occurrence& occurrence : occurrences) {
      const auto effects = Advance(policy_, SubjectOf(order), occurrence, clocks, calendar_, now);
      EXPECT_OK(effects);
      for (Effect effect : *effects) {
        if (effect.kind == Effect::Kind::kStart) effect.clock.name = absl::StrCat(++names_);
        std::erase_if(clocks, [&](const Clock& c) { return c.name == effect.clock.name; });
        if (effect.clock.Open()) clocks.push_back(effect.clock);
      }
    }
    return clocks;
  }
  static const Clock& Of(const std::vector<Clock>& clocks, const std::string& kind,
                         const std::string& finding) {
    for (const Clock& clock : clocks) {
      if (clock.kind == kind && clock.findings.front() == finding) return clock;
    }
    ADD_FAILURE() << "no " << kind;
    return clocks.front();
  }

  const Policy policy_ = ShippedPolicy();
  const workday::Calendar calendar_ = ReadCalendar();
  const Order served_ = Served(Drafted({7, 15}), At(2023, 1, 6, 15));
  const absl::Time now_ = At(2023, 1, 10);
  int names_ = 0;
};

TEST_F(ExtensionTest, AGrantMovesTheDatesAndKeepsTheFirstOnes) {
  ASSERT_OK_AND_ASSIGN(Order order, Ask(served_, now_));
  EXPECT_EQ(order.state, OrderState::kServed);
  EXPECT_EQ(order.items[0].due_date, absl::CivilDay(2023, 1, 13)) << "asking changes nothing";
  ASSERT_OK_AND_ASSIGN(order, Decide(order, true, At(2023, 1, 11)));
  EXPECT_EQ(order.items[0].due_date, kWished);
  EXPECT_EQ(order.items[0].first_due_date, absl::CivilDay(2023, 1, 13));
  EXPECT_EQ(order.items[1].first_due_date, absl::CivilDay(2023, 1, 28));
  EXPECT_EQ(order.extensions[0].items[0].old_due_date, absl::CivilDay(2023, 1, 13));
  EXPECT_EQ(order.version, served_.version + 2);
}

TEST_F(ExtensionTest, OneItemCanBeExtendedAlone) {
  ASSERT_OK_AND_ASSIGN(Order order, Ask(served_, now_, {Finding(1)}));
  ASSERT_OK_AND_ASSIGN(order, Decide(order, true, now_, absl::CivilDay(2023, 1, 20)));
  EXPECT_EQ(order.items[0].due_date, absl::CivilDay(2023, 1, 20));
  EXPECT_EQ(order.items[1].due_date, absl::CivilDay(2023, 1, 28));
  EXPECT_THAT(Ask(served_, now_, {"districts/120110/findings/other"}), HasViolation("findings[0]"));
}

TEST_F(ExtensionTest, TheLastDayIsInTimeAndTheNextIsNot) {
  EXPECT_OK(Ask(served_, At(2023, 1, 13, 23)));
  const auto late = Ask(served_, At(2023, 1, 14, 0));
  ASSERT_THAT(late, StatusIs(kPrecondition, "EXTENSION_AFTER_EXPIRY"));
  EXPECT_EQ(DetailOf(late.status())->metadata.at("finding"), Finding(1));
  EXPECT_OK(Ask(served_, At(2023, 1, 14), {Finding(2)}));
}

TEST_F(ExtensionTest, OnlyTheRightRankWhoIsNotOfTheCaseDecides) {
  ASSERT_OK_AND_ASSIGN(const Order order, Ask(served_, now_));
  auto decide = [&](const Signer& signer) {
    return DecideExtension(order, {true, std::nullopt, "x"}, signer, policy_, now_);
  };
  EXPECT_THAT(decide(SignerOf("DEPARTMENT_HEAD")),
              StatusIs(absl::StatusCode::kPermissionDenied, "NOT_YOUR_TASK"));
  EXPECT_THAT(decide({kLi, {kLi}, {"CHIEF"}}), StatusIs(kPrecondition, "APPROVER_NOT_DISTINCT"));
  EXPECT_OK(decide(SignerOf("CHIEF")));
}

TEST_F(ExtensionTest, ANewDateLiesAfterTheOldOnesAndWithinThePolicy) {
  ASSERT_OK_AND_ASSIGN(const Order order, Ask(served_, now_));
  for (const absl::CivilDay due : {absl::CivilDay(2023, 1, 28), absl::CivilDay(2023, 3, 15)}) {
    EXPECT_THAT(Decide(order, true, now_, due), StatusIs(kPrecondition, "DATE_ORDER"));
  }
  EXPECT_THAT(Decide(order, true, At(2023, 2, 10)), StatusIs(kPrecondition, "DATE_ORDER"));
}

TEST_F(ExtensionTest, SaysWhyItIsNotAllowed) {
  ASSERT_OK_AND_ASSIGN(Order order, Ask(served_, now_));
  EXPECT_EQ(CauseOf(Ask(order, now_).status()), "PENDING");
  EXPECT_EQ(CauseOf(Decide(served_, true, now_).status()), "NOT_PENDING");
  for (int i = 0; i < policy_.extension.max_count; ++i) {
    if (i > 0) {
      ASSERT_OK_AND_ASSIGN(
          order, RequestExtension(order, {"m", "r", "s", kWished + i, {}}, policy_, now_));
    }
    ASSERT_OK_AND_ASSIGN(order, Decide(order, true, now_, {}, DeliberationAt(now_)));
  }
  EXPECT_EQ(
      CauseOf(RequestExtension(order, {"m", "r", "s", kWished + 9, {}}, policy_, now_).status()),
      "LIMIT");
  const absl::Time saturday = At(2023, 1, 7);
  const Order immediate =
      *Serve(*Issue(*Submit(DraftedImmediate(), Handler(), saturday), "n", saturday),
             ServiceAt(saturday), TwoOfficers(), ShippedPolicy(), calendar_, saturday);
  EXPECT_EQ(CauseOf(Ask(immediate, saturday).status()), "IMMEDIATE");
  EXPECT_THAT(Ask(Issued(Drafted()), now_), StatusIs(kPrecondition, "ORDER_STATE"));
}

// The shipped policy: from the second grant on, or beyond 45 days.
TEST_F(ExtensionTest, ALongOneOrASecondOneIsGrantedOnlyTogether) {
  ASSERT_OK_AND_ASSIGN(Order order, Ask(served_, now_, {Finding(1)}));
  const absl::CivilDay within(2023, 2, 27), beyond(2023, 2, 28);
  EXPECT_OK(Decide(order, true, now_, within));
  const auto alone = Decide(order, true, now_, beyond);
  ASSERT_THAT(alone, StatusIs(kPrecondition, "DELIBERATION_REQUIRED"));
  EXPECT_EQ(CauseOf(alone.status()), "MISSING");
  EXPECT_OK(Decide(order, false, now_)) << "a refusal needs nobody else";
  ASSERT_OK_AND_ASSIGN(order, Decide(order, true, now_, beyond, DeliberationAt(now_, 1)));
  ASSERT_TRUE(order.extensions[0].deliberation.has_value());
  EXPECT_TRUE(order.extensions[0].deliberation->carried);
  EXPECT_EQ(order.extensions[0].deliberation->participants[0].opinion, "意见");

  ASSERT_OK_AND_ASSIGN(
      order, RequestExtension(order, {"m", "r", "s", beyond + 5, {Finding(1)}}, policy_, now_));
  EXPECT_EQ(CauseOf(Decide(order, true, now_).status()), "MISSING");
  EXPECT_OK(Decide(order, true, now_, {}, DeliberationAt(now_)));
}

TEST_F(ExtensionTest, ADeliberationThatDisagreedCarriesNoGrantButARefusal) {
  ASSERT_OK_AND_ASSIGN(const Order order, Ask(served_, now_));
  const auto against = DeliberationAt(now_, 2);
  EXPECT_EQ(CauseOf(Decide(order, true, now_, {}, against).status()), "NOT_CARRIED");
  ASSERT_OK_AND_ASSIGN(const Order refused, Decide(order, false, now_, {}, against));
  EXPECT_FALSE(refused.extensions[0].deliberation->carried);
}

TEST_F(ExtensionTest, ADeliberationLiesBetweenTheRequestAndNow) {
  ASSERT_OK_AND_ASSIGN(const Order order, Ask(served_, now_));
  const absl::Time decided = At(2023, 1, 11);
  for (const absl::Time wrong : {now_ - absl::Minutes(1), decided + absl::Minutes(1)}) {
    EXPECT_THAT(Decide(order, true, decided, {}, DeliberationAt(wrong)),
                StatusIs(kPrecondition, "DATE_ORDER"));
  }
}

TEST_F(ExtensionTest, TheDecisionIsServedOnceAndWithProof) {
  ASSERT_OK_AND_ASSIGN(Order order, Ask(served_, now_));
  const absl::Time time = At(2023, 1, 12);
  EXPECT_EQ(CauseOf(ServeExtension(order, ServiceAt(time), TwoOfficers(), policy_, time).status()),
            "NOT_DECIDED");
  ASSERT_OK_AND_ASSIGN(order, Decide(order, false, At(2023, 1, 11)));
  EXPECT_THAT(ServeExtension(order, ServiceAt(now_), TwoOfficers(), policy_, time),
              StatusIs(kPrecondition, "DATE_ORDER"));
  ASSERT_OK_AND_ASSIGN(order, ServeExtension(order, ServiceAt(time), TwoOfficers(), policy_, time));
  EXPECT_EQ(CauseOf(ServeExtension(order, ServiceAt(time), TwoOfficers(), policy_, time).status()),
            "ALREADY_SERVED");
}

TEST_F(ExtensionTest, ARequestOfWhichNothingIsOpenLapses) {
  ASSERT_OK_AND_ASSIGN(const Order order, Ask(served_, now_, {Finding(1)}));
  const absl::Time time = At(2023, 1, 11);
  ASSERT_OK_AND_ASSIGN(
      const Rechecked result,
      RecordRecheck(order, RecheckOf(order, time, {Finding(2)}), TwoOfficers(), time));
  EXPECT_EQ(result.order.extensions[0].state, ExtensionState::kLapsed);
}

TEST_F(ExtensionTest, TheTermsAndTheRecheckMoveOnceEach) {
  std::vector<Clock> clocks =
      Tell(served_, {{Trigger::kOrderServed, At(2023, 1, 6, 15)}}, {}, now_);
  ASSERT_OK_AND_ASSIGN(Order order, Ask(served_, now_, {Finding(1)}));
  clocks = Tell(order, OccurrencesOf(order.extensions[0], order), clocks, now_);
  EXPECT_THAT(Of(clocks, "extension_decide", Finding(1)).findings, ElementsAre(Finding(1)));
  EXPECT_EQ(Of(clocks, "extension_decide", Finding(1)).due_date, absl::CivilDay(2023, 1, 13));
  ASSERT_OK_AND_ASSIGN(order, Decide(order, true, now_, absl::CivilDay(2023, 1, 20)));
  clocks = Tell(order, OccurrencesOf(order.extensions[0], order), clocks, now_);
  const Clock& term = Of(clocks, "correction_term", Finding(1));
  EXPECT_EQ(term.due_date, absl::CivilDay(2023, 1, 20));
  EXPECT_EQ(term.first_due_date, absl::CivilDay(2023, 1, 13));
  ASSERT_EQ(term.changes.size(), 1u);
  EXPECT_EQ(term.changes[0].reason, "EXTENDED");
  EXPECT_TRUE(Of(clocks, "correction_term", Finding(2)).changes.empty());
  const Clock& recheck = Of(clocks, "recheck", Finding(1));
  EXPECT_EQ(recheck.changes.size(), 1u);
  // Three working days after Friday the 20th, over the Spring Festival.
  EXPECT_EQ(recheck.due_date, absl::CivilDay(2023, 1, 30));
  EXPECT_EQ(Of(clocks, "extension_serve", Finding(1)).due_date, absl::CivilDay(2023, 1, 13));
}

TEST_F(ExtensionTest, AnApplicationForARecheckIsNotPutOff) {
  std::vector<Clock> clocks =
      Tell(served_, {{Trigger::kOrderServed, At(2023, 1, 6, 15)}}, {}, now_);
  ASSERT_OK_AND_ASSIGN(Order order,
                       ReportRectified(served_, {now_, "users/manager", "已改正一部分"}, now_));
  clocks = Tell(order, {{Trigger::kRectificationReported, now_}}, clocks, now_);
  const auto applied = Of(clocks, "recheck", Finding(1)).due_date;
  ASSERT_OK_AND_ASSIGN(order, Ask(order, now_));
  ASSERT_OK_AND_ASSIGN(order, Decide(order, true, now_));
  clocks = Tell(order, OccurrencesOf(order.extensions[0], order), clocks, now_);
  EXPECT_EQ(Of(clocks, "recheck", Finding(1)).due_date, applied);
  EXPECT_EQ(Of(clocks, "correction_term", Finding(1)).due_date, kWished);
}

TEST_F(ExtensionTest, AGrantAfterAFailedRecheckEndsTheSearchForTheNextInstrument) {
  const Order single = Served(Drafted({7}), At(2023, 1, 6, 15));
  std::vector<Clock> clocks = Tell(single, {{Trigger::kOrderServed, At(2023, 1, 6, 15)}}, {}, now_);
  ASSERT_OK_AND_ASSIGN(Order order, Ask(single, At(2023, 1, 13)));
  const absl::Time monday = At(2023, 1, 16);
  const Recheck recheck = RecheckOf(order, monday, {Finding(1)});
  ASSERT_OK_AND_ASSIGN(Rechecked result, RecordRecheck(order, recheck, TwoOfficers(), monday));
  clocks = Tell(result.order, OccurrencesOf(recheck, result.order), clocks, monday);
  EXPECT_EQ(Of(clocks, "next_instrument", Finding(1)).due_date, absl::CivilDay(2023, 1, 19));
  ASSERT_OK_AND_ASSIGN(order, Decide(result.order, true, monday));
  clocks = Tell(order, OccurrencesOf(order.extensions[0], order), clocks, monday);
  std::vector<std::string> kinds;
  for (const Clock& clock : clocks) kinds.push_back(clock.kind);
  EXPECT_THAT(kinds,
              ::testing::UnorderedElementsAre("correction_term", "recheck", "extension_serve"));
}

}  // namespace
}  // namespace rectify::deadline::domain
