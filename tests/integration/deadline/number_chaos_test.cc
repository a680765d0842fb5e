// Document numbers while sessions of the database are killed under many issuers.
#include <algorithm>
#include <atomic>
#include <random>
#include <set>
#include <thread>

#include "absl/strings/str_format.h"
#include "libs/base/ids.h"
#include "tests/integration/deadline/fixture.h"

namespace rectify::deadline {
namespace {

constexpr int kIssuers = 64;
constexpr int kKills = 40;

class NumberChaosTest : public DeadlineTest {
 protected:
  std::string Approved(int n) {
    std::string name = Inspect({TermFinding(n, 7)}, n);
    EXPECT_OK(Submit(name));
    for (rpc::Client* client : {&head(), &legal(), &chief()}) EXPECT_OK(Approve(*client, name));
    return name;
  }

  // As a person would: the same request again, until it has an answer.
  template <typename Request>
  v1::Order Insist(rpc::Client& client, const char* method, const std::string& name,
                   Request request) {
    request.set_request_id(NewUuid7(system_.clock().Now()));
    for (int attempt = 0; attempt < 1'000; ++attempt) {
      const absl::StatusOr<v1::Order> order = Verb(client, method, name, request);
      if (order.ok()) return *order;
      const bool transient = absl::IsUnavailable(order.status()) ||
                             absl::IsAborted(order.status()) ||
                             absl::IsDeadlineExceeded(order.status());
      if (!transient) ADD_FAILURE() << order.status();
      if (!transient) return {};
    }
    ADD_FAILURE() << method << " got no answer";
    return {};
  }

  // Ends one session of this database that is inside a transaction, whichever it meets.
  void KillOne() {
    static constexpr pg::Statement kKill = {"test.kill_session", R"sql(
      select pg_terminate_backend(pid) from pg_stat_activity
       where datname = current_database() and pid <> pg_backend_pid() and xact_start is not null
         and backend_type = 'client backend' order by random() limit 1)sql"};
    const auto killed =
        host_->pool().TransactValue("test.kill", {}, [](pg::Tx& tx) -> absl::StatusOr<bool> {
          ASSIGN_OR_RETURN(const pg::Rows rows, tx.Exec(kKill));
          return !rows.empty();
        });
    // The one that kills may have met a dead session itself.
    if (killed.ok() && *killed) ++kills_;
  }

  std::atomic<int> kills_{0};
};

TEST_F(NumberChaosTest, SixtyFourIssuersWithDyingSessionsLeaveNoGapAndKeepEachVoidsReason) {
  std::vector<std::string> names;
  for (int n = 1; n <= kIssuers; ++n) names.push_back(Approved(n));
  rpc::Client& officer = li();
  rpc::Client& decider = chief();
  std::atomic<int> left{kIssuers};
  std::vector<v1::Order> issued(kIssuers);
  {
    std::vector<std::jthread> threads;
    threads.reserve(kIssuers + 1);
    for (int i = 0; i < kIssuers; ++i) {
      threads.emplace_back([&, i] {
        issued[i] = Insist(officer, "IssueOrder", names[i], v1::IssueOrderRequest());
        if (i % 8 == 0) {
          v1::VoidOrderRequest request;
          request.set_reason(absl::StrCat("示例理由", i));
          Insist(decider, "VoidOrder", names[i], request);
        }
        --left;
      });
    }
    threads.emplace_back([&] {
      while (left > 0 && kills_ < kKills) KillOne();
    });
  }
  EXPECT_GT(kills_, 0);
  std::set<std::string> numbers, expected;
  for (int i = 0; i < kIssuers; ++i) {
    numbers.insert(issued[i].document_number());
    expected.insert(absl::StrFormat("津丽消限字〔2023〕第%04d号", i + 1));
  }
  EXPECT_EQ(numbers, expected);
  EXPECT_EQ(Value("select last_serial::text from document_counters"), std::to_string(kIssuers));
  EXPECT_EQ(Count("document_numbers"), kIssuers);
  EXPECT_EQ(Count("document_numbers where state = 'VOIDED' and reason like '示例理由%'"),
            kIssuers / 8);
  EXPECT_EQ(Count("document_numbers n join orders o on o.id = n.order_id "
                  "where o.document_number = n.number"),
            kIssuers);
}

TEST_F(NumberChaosTest, TheDatabaseItselfRefusesAnIssueWithoutTheChain) {
  const std::string name = Inspect({TermFinding(1, 7)});
  ASSERT_OK(Submit(name));
  ASSERT_OK(Approve(head(), name));
  static constexpr pg::Statement kForce = {"test.force_issue",
                                           "update orders set state = 4, document_number = 'x'"};
  EXPECT_FALSE(host_->pool()
                   .Transact("test.force", {}, [](pg::Tx& tx) { return tx.Exec(kForce).status(); })
                   .ok());
  EXPECT_EQ(Value("select state::text from orders"), "2");
}

}  // namespace
}  // namespace rectify::deadline
