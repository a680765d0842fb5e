// Events that arrive together are taken as a run: what they lead to is written as sets, and is what
// each of them leads to alone.
#include "gmock/gmock.h"
#include "rectify/hazard/v1/hazard_events.pb.h"
#include "tests/integration/deadline/fixture.h"

namespace rectify::deadline {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

class RunTest : public DeadlineTest {
 protected:
  // Told, but not applied yet.
  void Tell(const hazard::v1::InspectionRecorded& inspection) {
    Emit(inspection.inspection(), 1, inspection);
  }
  hazard::v1::InspectionRecorded InspectionAt(const std::string& venue,
                                              std::vector<hazard::v1::FindingFacts> findings,
                                              int n) {
    hazard::v1::InspectionRecorded inspection = Inspection(std::move(findings), n);
    inspection.set_venue(venue);
    return inspection;
  }
  venue::v1::Venue Named(const std::string& name, const std::string& display_name,
                         const std::string& etag = "\"1\"") const {
    venue::v1::Venue venue;
    venue.set_name(name);
    venue.set_display_name(display_name);
    venue.set_street(kStreet);
    venue.set_state(venue::v1::Venue::STATE_ACTIVE);
    venue.set_etag(etag);
    return venue;
  }
  // "party: findings" of every order.
  std::vector<std::string> Drafted() {
    v1::ListOrdersRequest request;
    request.set_parent(kParent);
    const auto orders = Call<v1::ListOrdersResponse>(li(), "ListOrders", request);
    EXPECT_OK(orders);
    std::vector<std::string> drafted;
    for (const v1::Order& order : orders->orders()) {
      drafted.push_back(absl::StrCat(order.party(), ":"));
      for (const v1::OrderItem& item : order.items()) {
        absl::StrAppend(&drafted.back(), " ", item.catalog_code(), "/",
                        item.finding().substr(item.finding().size() - 1));
      }
    }
    return drafted;
  }

  const std::string other_ = "districts/120110/venues/" + Uuid(8);
};

TEST_F(RunTest, EachInspectionOfARunGetsItsOwnOrdersAndClocks) {
  registry_.Announce(Named(other_, "北方五金市场（示例）"));
  system_.Settle();
  Tell(Inspection({TermFinding(1, 7), AtOnceFinding(2)}, 1));
  Tell(InspectionAt(other_, {TermFinding(3, 7), TransferFinding(4)}, 2));
  Tell(Inspection({CorrectedFinding(5)}, 3));
  Tell(Inspection({}, 4));
  system_.Settle();
  EXPECT_THAT(Drafted(),
              UnorderedElementsAre("北方五金城𠮷（示例）: B02/1", "北方五金城𠮷（示例）: B02/2",
                                   "北方五金市场（示例）: B02/3"));
  EXPECT_THAT(RunningKinds(), ElementsAre("immediate_order_serve", "order_make_and_serve",
                                          "order_make_and_serve", "transfer"));
  EXPECT_THAT(FallenThrough().findings(), IsEmpty());
}

TEST_F(RunTest, AnOrderOfARunIsAuditedToldAndKeptByVersionLikeAnyOther) {
  Tell(Inspection({TermFinding(1, 7)}, 1));
  Tell(Inspection({TermFinding(2, 7)}, 2));
  system_.Settle();
  v1::ListOrdersRequest request;
  request.set_parent(kParent);
  ASSERT_OK_AND_ASSIGN(const auto orders,
                       Call<v1::ListOrdersResponse>(li(), "ListOrders", request));
  ASSERT_EQ(orders.orders_size(), 2);
  for (const v1::Order& order : orders.orders()) {
    EXPECT_THAT(EventTypesOf(order.name()), ElementsAre("OrderDrafted"));
    EXPECT_EQ(AuditOf(order.name()).front().action(), "DraftOrder");
    v1::GetOrderRequest as_of;
    as_of.set_name(order.name());
    *as_of.mutable_as_of() = order.create_time();
    ASSERT_OK_AND_ASSIGN(const auto then, Call<v1::Order>(li(), "GetOrder", as_of));
    EXPECT_EQ(then.items_size(), 1);
    ASSERT_OK(SubmitAndServe(order.name()));
  }
}

TEST_F(RunTest, ATransferThatEndsInTheRunThatBeganItIsEnded) {
  Tell(Inspection({TransferFinding(1)}, 1));
  hazard::v1::FindingTransferred transferred;
  transferred.set_finding(Finding(1));
  Emit(Finding(1), 2, transferred);
  Tell(Inspection({TermFinding(2, 7)}, 2));
  system_.Settle();
  EXPECT_THAT(RunningKinds(), ElementsAre("order_make_and_serve"));
  EXPECT_THAT(FallenThrough().findings(), IsEmpty());
}

TEST_F(RunTest, AnInspectionOfAnUnknownVenueHoldsBackNoneBeforeIt) {
  Tell(Inspection({TermFinding(1, 7)}, 1));
  Tell(InspectionAt(other_, {TermFinding(2, 7)}, 2));
  ops::v1::SettleRequest told;
  ASSERT_OK_AND_ASSIGN(const ops::v1::SettleResponse hazard, hazard_->Settle({}));
  *told.add_heads() = hazard.head();
  EXPECT_FALSE(host_->Settle(told).ok());
  EXPECT_THAT(Drafted(), ElementsAre("北方五金城𠮷（示例）: B02/1"));
  registry_.Announce(Named(other_, "北方五金市场（示例）"));
  system_.Settle();
  EXPECT_THAT(Drafted(),
              UnorderedElementsAre("北方五金城𠮷（示例）: B02/1", "北方五金市场（示例）: B02/2"));
}

TEST_F(RunTest, OfSeveralEventsOfAVenueTheLastCounts) {
  registry_.Announce(Named(other_, "一"));
  registry_.Announce(Named(other_, "二", "\"2\""));
  registry_.Announce(Named(other_, "三", "\"3\""));
  system_.Settle();
  Tell(InspectionAt(other_, {TermFinding(1, 7)}, 1));
  system_.Settle();
  EXPECT_THAT(Drafted(), ElementsAre("三: B02/1"));
}

}  // namespace
}  // namespace rectify::deadline
