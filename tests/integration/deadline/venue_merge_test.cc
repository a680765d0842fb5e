// Two venues that turned out to be one: open clocks pass to the one that goes on, nothing falls
// through, and what was recorded stays as it was.
#include "gmock/gmock.h"
#include "libs/base/error.h"
#include "libs/rpc/convert.h"
#include "rectify/deadline/v1/clock_events.pb.h"
#include "rectify/deadline/v1/seal_service.pb.h"
#include "rectify/hazard/v1/self_inspection_events.pb.h"
#include "tests/integration/deadline/fixture.h"

namespace rectify::deadline {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

class VenueMergeTest : public DeadlineTest {
 protected:
  VenueMergeTest() {
    registry_.Announce(Named(other_, "北方五金市场（示例）"));
    registry_.Announce(Named(third_, "北方五金广场（示例）"));
    system_.Settle();
  }

  static venue::v1::Venue Named(const std::string& name, const std::string& display_name) {
    venue::v1::Venue venue;
    venue.set_name(name);
    venue.set_display_name(display_name);
    venue.set_street(kStreet);
    venue.set_state(venue::v1::Venue::STATE_ACTIVE);
    venue.set_etag("\"1\"");
    return venue;
  }
  // venue_, which the orders below are of, goes on as other_.
  void Merge() { Merge(venue_, other_); }
  void Merge(const std::string& source, const std::string& target) {
    venue::v1::Venue merged = Named(source, "北方五金城𠮷（示例）");
    merged.set_etag("\"2\"");
    registry_.AnnounceMerge(merged, Named(target, "北方五金市场（示例）"));
    system_.Settle();
  }

  // "kind owner" of the clocks.
  std::vector<std::string> Owners(const std::string& filter,
                                  std::optional<absl::Time> as_of = std::nullopt) {
    v1::ListClocksRequest request;
    request.set_parent(kParent);
    request.set_filter(filter);
    if (as_of) *request.mutable_as_of() = rpc::ToTimestamp(*as_of);
    const auto clocks = Call<v1::ListClocksResponse>(li(), "ListClocks", request);
    EXPECT_OK(clocks);
    std::vector<std::string> owners;
    for (const v1::Clock& clock : clocks->clocks()) {
      owners.push_back(absl::StrCat(clock.kind(), " ", clock.owner()));
    }
    return owners;
  }
  std::vector<std::string> OrdersOf(const std::string& venue) {
    v1::ListOrdersRequest request;
    request.set_parent(kParent);
    request.set_filter(absl::StrCat("venue = \"", venue, "\""));
    const auto orders = Call<v1::ListOrdersResponse>(li(), "ListOrders", request);
    EXPECT_OK(orders);
    std::vector<std::string> names;
    for (const v1::Order& order : orders->orders()) names.push_back(order.name());
    return names;
  }
  rpc::Client& ManagerOf(const std::string& venue) {
    return As("users/manager-of-" + venue, {"VENUE_MANAGER"}, {venue});
  }

  const std::string other_ = "districts/120110/venues/" + Uuid(8);
  const std::string third_ = "districts/120110/venues/" + Uuid(9);
};

TEST_F(VenueMergeTest, OpenClocksPassToTheVenueThatGoesOn) {
  const std::string order = Inspect({TermFinding(1, 7)});
  ASSERT_OK(SubmitAndServe(order));
  ASSERT_THAT(Owners("kind = correction_term"), ElementsAre("correction_term " + venue_));
  const absl::Time before = system_.clock().Now();
  system_.AdvanceTo(At(2023, 1, 5));
  Merge();

  const v1::Clock term = Running("correction_term");
  EXPECT_EQ(term.owner(), other_);
  EXPECT_EQ(term.venue(), other_);
  EXPECT_EQ(term.due_date().day(), 11);
  EXPECT_EQ(Running("recheck").owner(), li_);
  EXPECT_EQ(Running("recheck").venue(), other_);
  EXPECT_THAT(FallenThrough().findings(), IsEmpty());
  EXPECT_EQ(Count("clocks where state in (1, 4) and '" + venue_ + "' in (owner, venue)"), 0);

  EXPECT_THAT(EventTypesOf(term.name()), ElementsAre("ClockStarted", "ClockPassed"));
  v1::ClockPassed event;
  for (const auto& envelope : Events()) {
    if (envelope.aggregate() == term.name()) event.ParseFromString(envelope.payload());
  }
  EXPECT_EQ(event.former_owner(), venue_);
  EXPECT_EQ(event.former_venue(), venue_);
  EXPECT_EQ(event.facts().owner(), other_);
  EXPECT_EQ(event.facts().venue(), other_);
  EXPECT_EQ(event.reason(), "现场核实为同一单位");
  const auto audit = AuditOf(term.name());
  ASSERT_EQ(audit.size(), 2U);
  EXPECT_EQ(audit[1].action(), "PassClock");
  EXPECT_THAT(audit[1].summary(), HasSubstr("并入“北方五金市场（示例）”"));

  // As of yesterday it was the other one's.
  EXPECT_THAT(Owners("kind = correction_term", before), ElementsAre("correction_term " + venue_));
  EXPECT_THAT(Owners("kind = correction_term", At(2023, 1, 5)),
              ElementsAre("correction_term " + other_));
}

TEST_F(VenueMergeTest, WhatWasRecordedKeepsItsNameAndIsFoundByEach) {
  const std::string order = Inspect({TermFinding(1, 7)});
  ASSERT_OK(SubmitAndServe(order));
  ASSERT_OK(Recheck(order));
  ASSERT_THAT(Owners("state = MET AND kind = correction_term"),
              ElementsAre("correction_term " + venue_));
  EXPECT_THAT(OrdersOf(other_), IsEmpty());
  Merge();
  ASSERT_OK_AND_ASSIGN(const v1::Order read, Get(order));
  EXPECT_EQ(read.venue(), venue_);
  EXPECT_EQ(read.party(), "北方五金城𠮷（示例）");
  for (const std::string& name : {venue_, other_}) {
    EXPECT_THAT(OrdersOf(name), ElementsAre(order));
    EXPECT_THAT(Owners("kind = correction_term AND venue = \"" + name + "\""),
                ElementsAre("correction_term " + venue_));
  }
  EXPECT_THAT(OrdersOf(third_), IsEmpty());
}

TEST_F(VenueMergeTest, ClocksThatStartLaterAreOfTheVenueThatGoesOn) {
  const std::string order = Inspect({TermFinding(1, 7)});
  Merge();
  ASSERT_OK(SubmitAndServe(order));
  const v1::Clock term = Running("correction_term");
  EXPECT_EQ(term.owner(), other_);
  EXPECT_EQ(term.venue(), other_);
  EXPECT_EQ(term.party(), "北方五金城𠮷（示例）");  // as the order has it
  EXPECT_THAT(FallenThrough().findings(), IsEmpty());
}

TEST_F(VenueMergeTest, AnInspectionThatNamesTheFormerVenueDraftsForTheOneThatGoesOn) {
  Merge();
  const std::string order = Inspect({TermFinding(1, 7)});
  ASSERT_OK_AND_ASSIGN(const v1::Order read, Get(order));
  EXPECT_EQ(read.venue(), other_);
  EXPECT_EQ(read.party(), "北方五金市场（示例）");
}

TEST_F(VenueMergeTest, ADutyOfTheFormerVenueIsOwnedByTheOneThatGoesOn) {
  hazard::v1::SelfInspectionRequested event;
  common::v1::DutyFacts& duty = *event.mutable_duty();
  duty.set_subject("districts/120110/selfInspections/" + Uuid(40));
  duty.set_title("自查自改");
  duty.set_venue(venue_);
  duty.set_owner(venue_);
  *duty.mutable_due_date() = Date(2023, 2, 10);
  Merge();
  Emit(duty.subject(), 1, event);
  system_.Settle();
  EXPECT_EQ(Running("self_inspection_report").owner(), other_);
}

TEST_F(VenueMergeTest, AVenueThatIsMergedOnTakesItsClocksAlong) {
  const std::string order = Inspect({TermFinding(1, 7)});
  ASSERT_OK(SubmitAndServe(order));
  const absl::Time first = system_.clock().Now();
  system_.AdvanceTo(At(2023, 1, 5));
  Merge(venue_, other_);
  system_.AdvanceTo(At(2023, 1, 6));
  Merge(other_, third_);
  EXPECT_EQ(Running("correction_term").owner(), third_);
  EXPECT_THAT(OrdersOf(third_), ElementsAre(order));
  EXPECT_THAT(Owners("kind = correction_term", first), ElementsAre("correction_term " + venue_));
  EXPECT_THAT(Owners("kind = correction_term", At(2023, 1, 5)),
              ElementsAre("correction_term " + other_));
  EXPECT_OK(Verb<v1::GetOrderRequest>(ManagerOf(third_), "GetOrder", order));
}

TEST_F(VenueMergeTest, ATokenOfEitherNameSpeaksForTheVenue) {
  const std::string former = Inspect({TermFinding(1, 7)});
  ASSERT_OK(SubmitAndServe(former));
  EXPECT_EQ(ReasonOf(Verb<v1::GetOrderRequest>(ManagerOf(other_), "GetOrder", former).status()),
            "NOT_FOUND");
  Merge();
  const std::string later = Inspect({TermFinding(2, 7)}, 2);
  ASSERT_OK(SubmitAndServe(later));
  v1::ReportRectificationRequest report;
  report.set_statement("已全部更换");
  EXPECT_OK(Verb(ManagerOf(other_), "ReportRectification", former, report));
  EXPECT_OK(Verb(ManagerOf(venue_), "ReportRectification", later, report));
  for (const std::string& order : {former, later}) {
    for (const std::string& name : {venue_, other_}) {
      EXPECT_OK(Verb<v1::GetOrderRequest>(ManagerOf(name), "GetOrder", order));
    }
  }
  EXPECT_EQ(ReasonOf(Verb(ManagerOf(third_), "ReportRectification", later, report).status()),
            "NOT_FOUND");
}

TEST_F(VenueMergeTest, ASealOfTheFormerVenueIsOfTheOneThatGoesOn) {
  Merge();
  v1::ProposeSealRequest request;
  request.set_parent(kParent);
  v1::Seal& seal = *request.mutable_seal();
  seal.set_venue(venue_);
  *seal.mutable_inspect_time() = rpc::ToTimestamp(system_.clock().Now());
  seal.add_officers(li_);
  seal.add_officers(wang_);
  seal.set_ground(v1::SEAL_GROUND_EXITS);
  seal.set_facts("两部疏散楼梯均被货物堵死");
  seal.add_parts("西侧疏散楼梯");
  seal.add_findings(Finding(1));
  seal.set_term_days(30);
  const auto proposed = li().Unary<v1::Seal>("rectify.deadline.v1.Seals.ProposeSeal", request);
  ASSERT_OK(proposed);
  EXPECT_EQ(proposed->venue(), other_);
  EXPECT_EQ(proposed->party(), "北方五金市场（示例）");
}

}  // namespace
}  // namespace rectify::deadline
