#include <fstream>

#include "libs/testing/paths.h"
#include "libs/testing/sandbox.h"
#include "tests/unit/deadline_domain/order_samples.h"

namespace rectify::deadline::domain {
namespace {

using ::rectify::testing::HasViolation;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

ClockRule& RuleOf(Policy& policy, const std::string& kind) {
  for (ClockRule& rule : policy.clocks) {
    if (rule.kind == kind) return rule;
  }
  ADD_FAILURE() << "no rule " << kind;
  return policy.clocks.front();
}

TEST(PolicyTest, TheShippedPolicyIsSound) {
  EXPECT_OK(events::ReadPolicy(
      testing::SourcePath("/services/rectification_deadlines/data/clock_policy.txtpb")));
  const Policy policy = ShippedPolicy();
  EXPECT_OK(ValidatePolicy(policy));
  std::vector<std::string> ladders;
  for (const ClockRule& rule : policy.clocks) ladders.push_back(rule.reminder_ladder);
  EXPECT_THAT(ladders, ::testing::IsSupersetOf({"officer_serve", "correction_term", "recheck",
                                                "next_instrument", "transfer"}));
  EXPECT_THAT(ladders, ::testing::Not(::testing::Contains("")));
  EXPECT_THAT(policy.DocumentOf(OrderKind::kTerm).approval_steps,
              ElementsAre("DEPARTMENT_HEAD", "LEGAL_REVIEWER", "CHIEF"));
}

TEST(PolicyTest, NumbersAreWrittenAsThePolicySays) {
  const Policy policy = ShippedPolicy();
  EXPECT_EQ(DocumentNumber(policy.DocumentOf(OrderKind::kTerm), 2023, 1),
            "津丽消限字〔2023〕第0001号");
  EXPECT_EQ(DocumentNumber(policy.DocumentOf(OrderKind::kImmediate), 2024, 12345),
            "津丽消即字〔2024〕第12345号");
}

TEST(PolicyTest, NamesEveryMistake) {
  Policy policy = ShippedPolicy();
  policy.version = 0;
  policy.clocks[0].reminder_ladder = "";
  policy.clocks[1].met_on = {};
  policy.clocks[3].kind = "transfer";
  policy.clocks[3].period->amount = -1;
  policy.documents.pop_back();
  const absl::Status status = ValidatePolicy(policy);
  for (const char* field : {"version", "clocks[0].reminder_ladder", "clocks[1].met_on",
                            "clocks[13].kind", "clocks[3].period.amount", "documents"}) {
    EXPECT_THAT(status, HasViolation(field));
  }
}

TEST(PolicyTest, RefusesADraftThatNobodyMustServe) {
  Policy policy = ShippedPolicy();
  std::erase_if(policy.clocks, [](const ClockRule& r) { return r.kind == "order_make_and_serve"; });
  EXPECT_THAT(ValidatePolicy(policy), HasViolation("clocks"));
}

TEST(PolicyTest, RefusesATransferWithoutClock) {
  Policy policy = ShippedPolicy();
  std::erase_if(policy.clocks, [](const ClockRule& r) { return r.kind == "transfer"; });
  EXPECT_THAT(ValidatePolicy(policy), HasViolation("clocks"));
}

TEST(PolicyTest, RefusesATermThatEndsBeforeTheHazardIsGoneWithNothingAfterIt) {
  Policy policy = ShippedPolicy();
  // With only clocks that a recheck meets, a failed recheck must start the next one.
  RuleOf(policy, "correction_term").met_on = {Trigger::kRechecked};
  EXPECT_OK(ValidatePolicy(policy));
  std::erase_if(policy.clocks, [](const ClockRule& r) { return r.kind == "next_instrument"; });
  const absl::Status status = ValidatePolicy(policy);
  ASSERT_THAT(status, HasViolation("clocks"));
  EXPECT_THAT(DetailOf(status)->violations[0].text.zh, HasSubstr("复查不合格"));
}

TEST(PolicyTest, RefusesAPartialRecheckAfterWhichNobodyLooksAtTheRest) {
  Policy policy = ShippedPolicy();
  std::erase(RuleOf(policy, "recheck").start_on, Trigger::kTermsRemain);
  const absl::Status status = ValidatePolicy(policy);
  ASSERT_THAT(status, HasViolation("clocks"));
  EXPECT_THAT(DetailOf(status)->violations[0].text.zh, HasSubstr("其余期限未届满"));
}

TEST(PolicyTest, RefusesAnInstrumentAfterWhichNobodyActs) {
  Policy policy = ShippedPolicy();
  std::erase_if(policy.clocks, [](const ClockRule& r) { return r.kind == "penalty_record"; });
  const absl::Status status = ValidatePolicy(policy);
  ASSERT_THAT(status, HasViolation("clocks"));
  EXPECT_THAT(DetailOf(status)->violations[0].text.zh, HasSubstr("决定后续处置"));
  policy = ShippedPolicy();
  std::erase_if(policy.clocks, [](const ClockRule& r) { return r.kind == "follow_up_recheck"; });
  EXPECT_THAT(ValidatePolicy(policy), HasViolation("clocks"));
}

TEST(PolicyTest, NamesMistakesOfExtensionsAndInstruments) {
  Policy policy = ShippedPolicy();
  policy.extension.decided_by = {};
  policy.extension.max_count = 0;
  policy.extension.document.code = "消限";
  policy.instruments[1].instrument = policy.instruments[0].instrument;
  policy.instruments[1].basis = "";
  policy.service.public_notice_days = -1;
  const absl::Status status = ValidatePolicy(policy);
  for (const char* field :
       {"service.public_notice_days", "extension.decided_by", "extension.max_count",
        "extension.document.code", "instruments[1].instrument", "instruments[1].basis"}) {
    EXPECT_THAT(status, HasViolation(field));
  }
}

TEST(PolicyTest, ABrokenFileIsNamedWithItsMistake) {
  testing::TempDir dir;
  const std::string path = dir.path() + "/policy.txtpb";
  std::ofstream(path) << "version: 1\nclocks { kind: \"x\" start_on: CLOCK_TRIGGER_ORDER_DRAFTED }";
  const auto policy = events::ReadPolicy(path);
  ASSERT_EQ(policy.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(policy.status().message()), HasSubstr(path));
  EXPECT_THAT(std::string(policy.status().message()), HasSubstr("clocks[0].owner"));
}

TEST(NoticeFilesTest, TheBinaryCarriesTheNoticesAndCanLeaveSomeOut) {
  ASSERT_OK_AND_ASSIGN(const auto all, events::ReadNotices("", {}));
  ASSERT_GE(all.size(), 4u);
  EXPECT_EQ(all.front().year, 2023);
  ASSERT_OK_AND_ASSIGN(const auto some, events::ReadNotices("", {2024}));
  ASSERT_EQ(some.size(), 1u);
  EXPECT_EQ(some[0].notice, "国办发明电〔2023〕7号");
  EXPECT_OK(workday::Calendar::Create(all));
}

}  // namespace
}  // namespace rectify::deadline::domain
