// Findings follow their orders: served, rechecked.
#include "libs/rpc/convert.h"
#include "rectify/deadline/v1/deadline_events.pb.h"
#include "rectify/hazard/v1/hazard_events.pb.h"
#include "tests/integration/hazard/fixture.h"

namespace rectify::hazard {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;

constexpr char kOrder[] = "districts/120110/orders/01850000-0000-7000-8000-0000000000a1";
constexpr char kNumber[] = "津丽消限字〔2023〕第0001号";

class OrderFeedTest : public HazardTest {
 protected:
  OrderFeedTest() {
    v1::RecordInspectionRequest request = Sample();
    for (const char* code : {"B02", "B03"}) {
      *request.mutable_inspection()->add_findings() = Order(code);
    }
    const auto recorded = Record(request);
    EXPECT_OK(recorded);
    first_ = recorded->findings(0).name();
    second_ = recorded->findings(1).name();
    system_.Settle();
  }

  void TellServed(int64_t version = 1) {
    deadline::v1::OrderServed event;
    event.set_order(kOrder);
    event.set_document_number(kNumber);
    event.add_items()->set_finding(first_);
    event.add_items()->set_finding(second_);
    Tell(kOrder, version, event);
  }

  std::string first_, second_;
};

TEST_F(OrderFeedTest, ADraftAloneChangesNothing) {
  deadline::v1::OrderDrafted event;
  event.set_order(kOrder);
  event.add_findings(first_);
  Tell(kOrder, 1, event);
  ASSERT_OK_AND_ASSIGN(const v1::Finding finding, GetFinding(first_));
  EXPECT_EQ(finding.state(), v1::Finding::STATE_OPEN);
  EXPECT_EQ(finding.order(), "");
  EXPECT_EQ(finding.etag(), "\"1\"");
}

TEST_F(OrderFeedTest, ServiceMakesItsFindingsOrdered) {
  TellServed();
  for (const std::string& name : {first_, second_}) {
    ASSERT_OK_AND_ASSIGN(const v1::Finding finding, GetFinding(name));
    EXPECT_EQ(finding.state(), v1::Finding::STATE_ORDERED);
    EXPECT_EQ(finding.order(), kOrder);
    EXPECT_EQ(finding.etag(), "\"2\"");
  }
  EXPECT_THAT(EventTypes(), ElementsAre("InspectionRecorded", "FindingRecorded", "FindingRecorded",
                                        "FindingOrdered", "FindingOrdered"));
  const auto trail = Trail(second_);
  ASSERT_THAT(trail, SizeIs(2));
  EXPECT_EQ(trail[1].actor(), "services/hazard");
  EXPECT_EQ(trail[1].action(), "FindingOrdered");
  EXPECT_EQ(
      trail[1].summary(),
      "隐患 B03（火灾自动报警系统故障或者未启用）已责令改正，津丽消限字〔2023〕第0001号 已送达");
  EXPECT_THAT(Trail(kOrder), SizeIs(2));
}

TEST_F(OrderFeedTest, ServiceToldTwiceCountsOnce) {
  TellServed(1);
  TellServed(2);
  EXPECT_EQ(GetFinding(first_)->etag(), "\"2\"");
  EXPECT_THAT(Events(), SizeIs(5));
}

TEST_F(OrderFeedTest, ARecheckOfEndedTermsRectifiesWhatItProvedAndLeavesTheRest) {
  TellServed();
  deadline::v1::ItemsRectified event;
  event.set_order(kOrder);
  event.add_rectified_findings(first_);
  event.add_remaining_findings(second_);
  *event.mutable_recheck_time() = rpc::ToTimestamp(At(2, 20));
  Tell(kOrder, 2, event);
  EXPECT_EQ(GetFinding(first_)->state(), v1::Finding::STATE_RECTIFIED);
  EXPECT_EQ(GetFinding(second_)->state(), v1::Finding::STATE_ORDERED);
}

TEST_F(OrderFeedTest, APartlyPassedRecheckRectifiesWhatItProved) {
  TellServed();
  deadline::v1::RecheckFailed event;
  event.set_order(kOrder);
  event.add_rectified_findings(first_);
  event.add_open_findings(second_);
  *event.mutable_recheck_time() = rpc::ToTimestamp(At(2, 20));
  Tell(kOrder, 2, event);
  ASSERT_OK_AND_ASSIGN(const v1::Finding done, GetFinding(first_));
  EXPECT_EQ(done.state(), v1::Finding::STATE_RECTIFIED);
  EXPECT_EQ(rpc::ToTime(done.close_time()), At(2, 20));
  EXPECT_EQ(GetFinding(second_)->state(), v1::Finding::STATE_ORDERED);

  deadline::v1::RecheckPassed passed;
  passed.set_order(kOrder);
  passed.add_rectified_findings(second_);
  *passed.mutable_recheck_time() = rpc::ToTimestamp(At(3, 1));
  Tell(kOrder, 3, passed);
  EXPECT_EQ(GetFinding(second_)->state(), v1::Finding::STATE_RECTIFIED);
  EXPECT_EQ(GetFinding(first_)->etag(), "\"3\"");

  const auto events = Events("departments");
  ASSERT_THAT(EventTypes("departments"), ElementsAre("FindingRecorded", "FindingRecorded",
                                                     "FindingRectified", "FindingRectified"));
  v1::FindingRectified rectified;
  ASSERT_TRUE(rectified.ParseFromString(events[3].payload()));
  EXPECT_EQ(rectified.finding(), second_);
  EXPECT_EQ(rpc::ToTime(rectified.rectify_time()), At(3, 1));
  EXPECT_EQ(events[3].aggregate_version(), 3);
}

TEST_F(OrderFeedTest, FindingsOfAnOrderCanBeListed) {
  TellServed();
  v1::ListFindingsRequest request;
  request.set_parent("districts/120110");
  request.set_filter(std::string("order = \"") + kOrder + "\" AND state = ORDERED");
  ASSERT_OK_AND_ASSIGN(const auto response,
                       Zhang().Unary<v1::ListFindingsResponse>(
                           "rectify.hazard.v1.HazardFindings.ListFindings", request));
  EXPECT_THAT(response.findings(), SizeIs(2));
}

TEST_F(OrderFeedTest, FollowsOrdersAgainAfterARestart) {
  system_.Stop("hazard");
  TellServed();
  hazard_ = &system_.Start("hazard", Migrations(), [](service::Host& host) {
    return RegisterHazard(host, HazardConfig{});
  });
  system_.Settle();
  EXPECT_EQ(GetFinding(first_)->state(), v1::Finding::STATE_ORDERED);
}

}  // namespace
}  // namespace rectify::hazard
