#include "services/hazard_findings/domain/finding.h"

#include "libs/testing/status_matchers.h"
#include "tests/unit/hazard_domain/sample.h"

namespace rectify::hazard::domain {
namespace {

using ::absl::StatusCode;
using ::rectify::testing::StatusIs;

constexpr char kOrder[] = "districts/120110/orders/01850000-0000-7000-8000-0000000000a1";
constexpr char kOtherOrder[] = "districts/120110/orders/01850000-0000-7000-8000-0000000000a2";

Finding Open(Disposition disposition) {
  Finding finding;
  finding.disposition = disposition;
  finding.state = FindingState::kOpen;
  return finding;
}

TEST(FindingTest, ServiceOfItsOrderMakesItOrdered) {
  const std::optional<Finding> ordered = Ordered(Open(Disposition::kOrder), kOrder);
  ASSERT_TRUE(ordered.has_value());
  EXPECT_EQ(ordered->state, FindingState::kOrdered);
  EXPECT_EQ(ordered->order, kOrder);
  EXPECT_EQ(ordered->version, 2);
  EXPECT_FALSE(ordered->close_time.has_value());
}

TEST(FindingTest, TheSameOrderAgainChangesNothing) {
  EXPECT_FALSE(Ordered(*Ordered(Open(Disposition::kOrder), kOrder), kOrder).has_value());
}

TEST(FindingTest, ALaterOrderTakesItOver) {
  const auto ordered = Ordered(*Ordered(Open(Disposition::kOrder), kOrder), kOtherOrder);
  ASSERT_TRUE(ordered.has_value());
  EXPECT_EQ(ordered->order, kOtherOrder);
  EXPECT_EQ(ordered->version, 3);
}

TEST(FindingTest, ARecheckMakesItRectifiedAtItsTime) {
  const auto rectified = Rectified(*Ordered(Open(Disposition::kOrder), kOrder), At(2023, 2, 20));
  ASSERT_TRUE(rectified.has_value());
  EXPECT_EQ(rectified->state, FindingState::kRectified);
  EXPECT_EQ(rectified->close_time, At(2023, 2, 20));
  EXPECT_EQ(rectified->version, 3);
}

TEST(FindingTest, AClosedFindingStaysAsItIs) {
  const Finding rectified = *Rectified(Open(Disposition::kOrder), At(2023, 2, 20));
  EXPECT_FALSE(Rectified(rectified, At(2023, 3, 1)).has_value());
  EXPECT_FALSE(Ordered(rectified, kOrder).has_value());
}

TEST(FindingTest, ATransferIsConcludedWithTheReceipt) {
  ASSERT_OK_AND_ASSIGN(const Finding transferred,
                       ConcludeTransfer(Open(Disposition::kTransfer), "已立案", At(2023, 2, 9)));
  EXPECT_EQ(transferred.state, FindingState::kTransferred);
  EXPECT_EQ(transferred.transfer_outcome, "已立案");
  EXPECT_EQ(transferred.close_time, At(2023, 2, 9));
  EXPECT_EQ(transferred.version, 2);
}

TEST(FindingTest, OnlyAnOpenTransferCanBeConcluded) {
  const auto refused = StatusIs(StatusCode::kFailedPrecondition, "FINDING_STATE");
  EXPECT_THAT(ConcludeTransfer(Open(Disposition::kOrder), "已立案", At(2023, 2, 9)), refused);
  const Finding done = *ConcludeTransfer(Open(Disposition::kTransfer), "已立案", At(2023, 2, 9));
  const auto again = ConcludeTransfer(done, "已立案", At(2023, 2, 10));
  EXPECT_THAT(again, refused);
  EXPECT_EQ(DetailOf(again.status())->metadata["state"], "TRANSFERRED");
}

}  // namespace
}  // namespace rectify::hazard::domain
