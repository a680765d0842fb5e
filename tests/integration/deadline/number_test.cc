#include <set>
#include <thread>

#include "absl/strings/str_format.h"
#include "libs/events/command.h"
#include "libs/rpc/convert.h"
#include "services/rectification_deadlines/events/data_files.h"
#include "services/rectification_deadlines/store/order_store.h"
#include "tests/integration/deadline/fixture.h"

namespace rectify::deadline {
namespace {

class NumberTest : public DeadlineTest {
 protected:
  std::string Approved(int n) {
    std::string name = Inspect({TermFinding(n, 7)}, n);
    EXPECT_OK(Submit(name));
    for (rpc::Client* client : {&head(), &legal(), &chief()}) EXPECT_OK(Approve(*client, name));
    return name;
  }
};

TEST_F(NumberTest, ManyThatIssueAtOnceAndSomeThatFailLeaveNoGap) {
  constexpr int kThreads = 8, kEach = 3;
  std::vector<std::string> names;
  names.reserve(kThreads * kEach);
  for (int n = 0; n < kThreads * kEach; ++n) names.push_back(Approved(n + 1));
  rpc::Client& client = li();
  ASSERT_OK_AND_ASSIGN(const domain::Policy policy, events::ReadPolicy(""));
  std::vector<std::jthread> threads;
  threads.reserve(kThreads);
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < kEach; ++i) {
        const std::string& name = names[t * kEach + i];
        // Draws a number and fails afterwards, as a lost connection would.
        domain::Order order;
        order.name = name;
        const absl::Status failed = host_->commands().Act(
            {"services/deadline", name, ""}, "test.fail", [&](::rectify::events::Change& change) {
              RETURN_IF_ERROR(store::DrawNumber(change.sql(), order,
                                                policy.DocumentOf(domain::OrderKind::kTerm),
                                                change.now())
                                  .status());
              return absl::InvalidArgumentError("after the number");
            });
        EXPECT_FALSE(failed.ok());
        EXPECT_OK(Verb<v1::IssueOrderRequest>(client, "IssueOrder", name));
      }
    });
  }
  threads.clear();
  std::set<std::string> numbers;
  for (const std::string& name : names) {
    ASSERT_OK_AND_ASSIGN(const v1::Order order, Get(name));
    numbers.insert(order.document_number());
  }
  std::set<std::string> expected;
  for (int n = 1; n <= kThreads * kEach; ++n) {
    expected.insert(absl::StrFormat("津丽消限字〔2023〕第%04d号", n));
  }
  EXPECT_EQ(numbers, expected);
  EXPECT_EQ(Count("document_numbers where state = 'USED'"), kThreads * kEach);
}

TEST_F(NumberTest, EachYearBeginsAtOne) {
  const std::string first = Approved(1);
  system_.AdvanceTo(At(2023, 12, 31, 23, 59));
  ASSERT_OK_AND_ASSIGN(const v1::Order old, Issue(first));
  EXPECT_EQ(old.document_number(), "津丽消限字〔2023〕第0001号");
  const std::string second = Approved(2);
  // A minute past midnight in China is still the old year in UTC.
  system_.AdvanceTo(At(2024, 1, 1, 0, 1));
  ASSERT_OK_AND_ASSIGN(const v1::Order next, Issue(second));
  EXPECT_EQ(next.document_number(), "津丽消限字〔2024〕第0001号");
}

TEST_F(NumberTest, EachKindCountsForItself) {
  ASSERT_OK_AND_ASSIGN(const v1::Order immediate, SubmitAndIssue(Inspect({AtOnceFinding(1)}, 1)));
  ASSERT_OK_AND_ASSIGN(const v1::Order term, SubmitAndIssue(Inspect({TermFinding(2, 7)}, 2)));
  EXPECT_EQ(immediate.document_number(), "津丽消即字〔2023〕第0001号");
  EXPECT_EQ(term.document_number(), "津丽消限字〔2023〕第0001号");
}

}  // namespace
}  // namespace rectify::deadline
