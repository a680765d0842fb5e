// Concluding transfers to other departments.
#include "google/protobuf/util/message_differencer.h"
#include "libs/rpc/convert.h"
#include "rectify/hazard/v1/hazard_events.pb.h"
#include "tests/integration/hazard/fixture.h"

namespace rectify::hazard {
namespace {

using ::absl::StatusCode;
using ::google::protobuf::util::MessageDifferencer;
using ::rectify::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::SizeIs;

class TransferTest : public HazardTest {
 protected:
  TransferTest() {
    v1::RecordInspectionRequest request = Sample();
    *request.mutable_inspection()->add_findings() = Transfer("E03");
    *request.mutable_inspection()->add_findings() = Order("B02");
    const auto recorded = Record(request);
    EXPECT_OK(recorded);
    transfer_ = recorded->findings(0);
    order_ = recorded->findings(1);
    system_.clock().Jump(At(2, 8));
  }
  v1::Finding transfer_, order_;
};

TEST_F(TransferTest, ClosesTheFindingWithTheDepartmentsReply) {
  ASSERT_OK_AND_ASSIGN(const v1::Finding done,
                       Conclude(transfer_, "区住建委已立案", transfer_.etag()));
  EXPECT_EQ(done.state(), v1::Finding::STATE_TRANSFERRED);
  EXPECT_EQ(done.transfer_outcome(), "区住建委已立案");
  EXPECT_EQ(rpc::ToTime(done.close_time()), At(2, 8));
  EXPECT_EQ(done.etag(), "\"2\"");
  EXPECT_TRUE(MessageDifferencer::Equals(*GetFinding(done.name()), done));

  const auto events = Events("departments");
  ASSERT_THAT(EventTypes("departments"),
              ElementsAre("FindingRecorded", "FindingRecorded", "FindingTransferred"));
  v1::FindingTransferred event;
  ASSERT_TRUE(event.ParseFromString(events[2].payload()));
  EXPECT_EQ(events[2].aggregate(), transfer_.name());
  EXPECT_EQ(events[2].aggregate_version(), 2);
  EXPECT_EQ(event.department(), kHousing);
  EXPECT_EQ(event.outcome(), "区住建委已立案");

  const auto trail = Trail(transfer_.name());
  ASSERT_THAT(trail, SizeIs(2));
  EXPECT_EQ(trail[1].action(), "ConcludeTransfer");
  EXPECT_EQ(trail[1].summary(),
            "隐患 E03（建设工程未经消防验收或者验收不合格擅自投入使用）移送办结");
  EXPECT_THAT(Trail(kHousing), SizeIs(1));
}

TEST_F(TransferTest, OnlyAnOpenTransferCanBeConcluded) {
  const int64_t rows = CountRows();
  const auto refused = Conclude(order_, "已立案");
  EXPECT_THAT(refused, StatusIs(StatusCode::kFailedPrecondition, "FINDING_STATE"));
  EXPECT_EQ(DetailOf(refused.status())->metadata["state"], "OPEN");
  EXPECT_EQ(CountRows(), rows);
  ASSERT_OK(Conclude(transfer_, "已立案"));
  const auto again = Conclude(transfer_, "已立案");
  EXPECT_THAT(again, StatusIs(StatusCode::kFailedPrecondition, "FINDING_STATE"));
  EXPECT_EQ(DetailOf(again.status())->metadata["state"], "TRANSFERRED");
}

TEST_F(TransferTest, AStaleEtagIsRefused) {
  const auto refused = Conclude(transfer_, "已立案", "\"9\"");
  EXPECT_THAT(refused, StatusIs(StatusCode::kAborted, "ETAG_MISMATCH"));
  EXPECT_EQ(DetailOf(refused.status())->metadata["etag"], "\"1\"");
  EXPECT_EQ(GetFinding(transfer_.name())->state(), v1::Finding::STATE_OPEN);
}

TEST_F(TransferTest, ARepeatAnswersAsTheFirstTime) {
  const std::string id = "018b0000-0000-7000-8000-000000000001";
  ASSERT_OK_AND_ASSIGN(const v1::Finding first, Conclude(transfer_, "已立案", "\"1\"", id));
  ASSERT_OK_AND_ASSIGN(const v1::Finding second, Conclude(transfer_, "已立案", "\"1\"", id));
  EXPECT_TRUE(MessageDifferencer::Equals(first, second));
  EXPECT_THAT(EventTypes(), ElementsAre("InspectionRecorded", "FindingRecorded", "FindingRecorded",
                                        "FindingTransferred"));
  EXPECT_THAT(Conclude(transfer_, "另一个答复", "\"1\"", id),
              StatusIs(StatusCode::kInvalidArgument, "REQUEST_ID_REUSED"));
}

TEST_F(TransferTest, AFindingThatDoesNotExistIsNotFound) {
  transfer_.set_name("districts/120110/findings/01850000-0000-7000-8000-00000000dead");
  EXPECT_THAT(Conclude(transfer_, "已立案"), StatusIs(StatusCode::kNotFound, "NOT_FOUND"));
}

}  // namespace
}  // namespace rectify::hazard
