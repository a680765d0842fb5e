// Extensions, what follows an overdue hazard, and a second order, over the real service.
#include "libs/rpc/convert.h"
#include "rectify/deadline/v1/order_life_events.pb.h"
#include "rectify/deadline/v1/order_life_service.pb.h"
#include "tests/integration/deadline/fixture.h"

namespace rectify::deadline {
namespace {

using ::rectify::testing::kPrecondition;
using ::rectify::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

class OrderTurnsTest : public DeadlineTest {
 protected:
  template <typename Request>
  absl::StatusOr<v1::Order> Turn(rpc::Client& client, const std::string& method,
                                 const std::string& name, Request request) {
    request.set_name(name);
    return client.Unary<v1::Order>("rectify.deadline.v1.OrderLife." + method, request);
  }
  absl::StatusOr<v1::Order> Ask(const std::string& name, google::type::Date wished) {
    v1::RequestExtensionRequest request;
    request.set_reason("配件未到货");
    request.set_safeguards("停用该区域并派人看守");
    *request.mutable_wished_date() = std::move(wished);
    return Turn(manager(), "RequestExtension", name, request);
  }
  absl::StatusOr<v1::Order> DecideExtension(const std::string& name, bool granted) {
    v1::DecideExtensionRequest request;
    request.set_granted(granted);
    request.set_reason("理由成立");
    return Turn(chief(), "DecideExtension", name, request);
  }
  absl::StatusOr<v1::Order> DecideNext(const std::string& name, v1::NextInstrument instrument) {
    v1::DecideNextInstrumentRequest request;
    request.set_instrument(instrument);
    request.set_reason("逾期未改");
    return Turn(li(), "DecideNextInstrument", name, request);
  }
  // Of three people, one of whom disagrees.
  v1::Deliberation Deliberation() {
    v1::Deliberation deliberation;
    *deliberation.mutable_meet_time() = rpc::ToTimestamp(system_.clock().Now());
    deliberation.set_place("支队会议室");
    for (int n = 11; n <= 15; ++n) {
      venue::v1::Officer officer;
      officer.set_name("districts/120110/officers/" + Uuid(n));
      *officer.mutable_certificate_start() = Date(2020, 1, 1);
      *officer.mutable_certificate_end() = Date(2025, 1, 1);
      *officer.mutable_post_start() = Date(2020, 1, 1);
      registry_.Put(officer);
      if (n <= 13) {
        auto& participant = *deliberation.add_participants();
        participant.set_officer(officer.name());
        participant.set_opinion(n == 12 ? "可再给一周" : "同意");
        participant.set_agrees(n != 12);
      } else {
        auto& absentee = n == 14 ? *deliberation.add_absentees() : *deliberation.add_recusals();
        absentee.set_officer(officer.name());
        absentee.set_reason(n == 14 ? "外出" : "亲属");
      }
    }
    deliberation.set_chair(deliberation.participants(0).officer());
    deliberation.set_minutes("多数同意强制清除");
    return deliberation;
  }
  // Served on 2023-01-04 with a term of 7 days, found open after it.
  std::string Overdue() {
    std::string name = Inspect({TermFinding(1, 7)});
    EXPECT_OK(SubmitAndServe(name));
    system_.AdvanceTo(At(2023, 1, 16));
    EXPECT_OK(Recheck(name, {Finding(1)}));
    return name;
  }
  void ExpectNothingFellThrough(int open) {
    const auto fallen = FallenThrough();
    EXPECT_THAT(fallen.findings(), IsEmpty());
    EXPECT_EQ(fallen.open_finding_count(), open);
  }
};

TEST_F(OrderTurnsTest, AnExtensionIsAskedForGrantedAndServed) {
  const std::string name = Inspect({TermFinding(1, 7)});
  ASSERT_OK(SubmitAndServe(name));
  ASSERT_OK_AND_ASSIGN(v1::Order order, Ask(name, Date(2023, 2, 8)));
  EXPECT_EQ(order.extensions(0).state(), v1::Extension::STATE_PENDING);
  EXPECT_EQ(Running("extension_decide").owner(), "districts/120110/posts/chief");
  ASSERT_OK_AND_ASSIGN(order, DecideExtension(name, true));
  EXPECT_EQ(order.extensions(0).document_number(), "津丽消延字〔2023〕第0001号");
  EXPECT_EQ(order.items(0).due_date().month(), 2);
  EXPECT_EQ(order.items(0).first_due_date().day(), 11);
  const v1::Clock term = Running("correction_term");
  EXPECT_EQ(term.due_date().month(), 2);
  EXPECT_EQ(term.first_due_date().day(), 11);
  ASSERT_EQ(term.changes_size(), 1);
  EXPECT_EQ(term.changes(0).reason(), "EXTENDED");
  EXPECT_EQ(Running("recheck").changes(0).reason(), "EXTENDED");
  v1::ExplainDeadlineRequest explain;
  explain.set_name(term.name());
  ASSERT_OK_AND_ASSIGN(const auto explained,
                       Call<v1::DeadlineExplanation>(li(), "ExplainDeadline", explain));
  EXPECT_EQ(explained.due_date_text(), "2023年2月8日（含当日）");

  v1::ServeExtensionRequest serve;
  *serve.mutable_service() = Service().service();
  ASSERT_OK_AND_ASSIGN(order, Turn(li(), "ServeExtension", name, serve));
  EXPECT_EQ(order.extensions(0).service().receiver(), "㙍**");
  EXPECT_EQ(Count("order_extensions where position(convert_to('某某', 'UTF8') in receiver) > 0"),
            0);
  ASSERT_OK_AND_ASSIGN(order, Get(name));
  EXPECT_EQ(order.extensions(0).service().receiver(), "㙍某某（店长）");
  EXPECT_THAT(RunningKinds(), ElementsAre("correction_term", "recheck"));
  const auto types = EventTypesOf(name);
  EXPECT_EQ(
      std::vector<std::string>(types.end() - 3, types.end()),
      (std::vector<std::string>{"ExtensionRequested", "ExtensionGranted", "ExtensionServed"}));
  ExpectNothingFellThrough(1);
}

TEST_F(OrderTurnsTest, AMajorActNeedsItsDeliberationWhichEnforcementCanReadAfterwards) {
  hazard::v1::FindingFacts blocked = TermFinding(1, 7);
  blocked.set_catalog_code("C06");
  const std::string name = Inspect({blocked});
  ASSERT_OK(SubmitAndServe(name));
  system_.AdvanceTo(At(2023, 1, 16));
  ASSERT_OK(Recheck(name, {Finding(1)}));
  v1::DecideNextInstrumentRequest request;
  request.set_instrument(v1::NEXT_INSTRUMENT_FORCED_REMOVAL);
  request.set_reason("拒不清除");
  const auto alone = Turn(chief(), "DecideNextInstrument", name, request);
  ASSERT_THAT(alone, StatusIs(kPrecondition, "DELIBERATION_REQUIRED"));
  EXPECT_EQ(DetailOf(alone.status())->metadata.at("cause"), "MISSING");

  *request.mutable_deliberation() = Deliberation();
  request.mutable_deliberation()->mutable_recusals(0)->set_officer("districts/120110/officers/" +
                                                                   Uuid(404));
  EXPECT_THAT(Turn(chief(), "DecideNextInstrument", name, request),
              StatusIs(absl::StatusCode::kNotFound, "NOT_FOUND"));
  *request.mutable_deliberation() = Deliberation();
  ASSERT_OK_AND_ASSIGN(v1::Order order, Turn(chief(), "DecideNextInstrument", name, request));
  EXPECT_FALSE(order.decisions(0).has_deliberation()) << "answers are kept for repeats";

  ASSERT_OK_AND_ASSIGN(order, Get(name));
  v1::Deliberation expected = request.deliberation();
  expected.set_carried(true);
  EXPECT_EQ(order.decisions(0).deliberation().DebugString(), expected.DebugString());
  ASSERT_OK_AND_ASSIGN(order, Verb<v1::GetOrderRequest>(manager(), "GetOrder", name));
  EXPECT_FALSE(order.decisions(0).has_deliberation());
  const auto entry = LastAudit(name, "DecideNextInstrument");
  EXPECT_EQ(entry.details().at("deliberation"), "2023-01-16 10:00，3 人参加，2 人同意");
  EXPECT_EQ(entry.details().at("minutes"), "多数同意强制清除");
}

TEST_F(OrderTurnsTest, AnExtensionIsRefusedAfterExpiryAndForOtherVenues) {
  const std::string name = Inspect({TermFinding(1, 7)});
  ASSERT_OK(SubmitAndServe(name));
  v1::RequestExtensionRequest request;
  request.set_reason("x");
  request.set_safeguards("x");
  *request.mutable_wished_date() = Date(2023, 2, 8);
  rpc::Client& other = As("users/other", {"VENUE_MANAGER"}, {"districts/120110/venues/" + Uuid(8)});
  EXPECT_THAT(Turn(other, "RequestExtension", name, request),
              StatusIs(absl::StatusCode::kNotFound, "NOT_FOUND"));
  system_.AdvanceTo(At(2023, 1, 12, 0));
  EXPECT_THAT(Ask(name, Date(2023, 2, 8)), StatusIs(kPrecondition, "EXTENSION_AFTER_EXPIRY"));
  EXPECT_THAT(DecideExtension(name, true), StatusIs(kPrecondition, "EXTENSION_NOT_ALLOWED"));
}

TEST_F(OrderTurnsTest, APenaltyCaseKeepsTheOrderAliveUntilTheHazardIsGone) {
  const std::string name = Overdue();
  ASSERT_OK_AND_ASSIGN(v1::Order order, Get(name));
  ASSERT_GT(order.proposals_size(), 0);
  EXPECT_EQ(order.proposals(0).instrument(), v1::NEXT_INSTRUMENT_PENALTY_CASE);
  EXPECT_THAT(RunningKinds(), ElementsAre("correction_term", "next_instrument"));
  ASSERT_OK_AND_ASSIGN(order, DecideNext(name, v1::NEXT_INSTRUMENT_PENALTY_CASE));
  EXPECT_THAT(RunningKinds(), ElementsAre("correction_term", "penalty_record"));
  // 90 natural days from 2023-01-16 end on a Sunday.
  EXPECT_EQ(Running("penalty_record").due_date().day(), 17);
  ExpectNothingFellThrough(1);

  system_.AdvanceTo(At(2023, 2, 20));
  v1::RecordPenaltyRequest request;
  request.set_decision_number("东消罚决字〔2023〕第0001号");
  *request.mutable_decision_date() = Date(2023, 2, 17);
  request.add_officers(li_);
  request.add_officers(wang_);
  request.set_basis("消防法第六十条第一款第一项");
  request.set_penalty("罚款五千元");
  ASSERT_OK_AND_ASSIGN(order, Turn(li(), "RecordPenalty", name, request));
  EXPECT_EQ(order.state(), v1::Order::STATE_RECHECK_FAILED);
  EXPECT_THAT(RunningKinds(), ElementsAre("correction_term", "follow_up_recheck"));
  EXPECT_THAT(EventTypesOf(name).back(), "PenaltyRecorded");
  ExpectNothingFellThrough(1);
  ASSERT_OK_AND_ASSIGN(order, Recheck(name));
  EXPECT_EQ(order.state(), v1::Order::STATE_CLOSED);
  EXPECT_THAT(RunningKinds(), IsEmpty());
}

TEST_F(OrderTurnsTest, ATalkIsHeldAndRecheckedAfterwards) {
  const std::string name = Overdue();
  ASSERT_OK(DecideNext(name, v1::NEXT_INSTRUMENT_TALK));
  EXPECT_EQ(Running("talk").owner(), "districts/120110/posts/department-head");
  v1::ConcludeInstrumentRequest request;
  request.set_instrument(v1::NEXT_INSTRUMENT_TALK);
  request.set_outcome("负责人承诺一周内改正");
  ASSERT_OK_AND_ASSIGN(const v1::Order order, Turn(head(), "ConcludeInstrument", name, request));
  EXPECT_EQ(order.decisions(0).state(), v1::InstrumentDecision::STATE_CONCLUDED);
  EXPECT_THAT(RunningKinds(), ElementsAre("correction_term", "follow_up_recheck"));
  EXPECT_THAT(Turn(head(), "ConcludeInstrument", name, request),
              StatusIs(kPrecondition, "NEXT_NOT_DUE"));
}

TEST_F(OrderTurnsTest, ASecondOrderRunsItsOwnLifeAndClosesTheFirst) {
  const std::string name = Overdue();
  ASSERT_OK_AND_ASSIGN(v1::Order first, DecideNext(name, v1::NEXT_INSTRUMENT_SECOND_ORDER));
  EXPECT_EQ(first.state(), v1::Order::STATE_SUPERSEDED);
  ASSERT_OK_AND_ASSIGN(v1::Order second, Get(first.successor()));
  EXPECT_EQ(second.predecessor(), name);
  EXPECT_EQ(second.inspection_day().day(), 16);
  EXPECT_THAT(RunningKinds(), ElementsAre("correction_term", "order_make_and_serve"));
  ExpectNothingFellThrough(1);
  ASSERT_OK_AND_ASSIGN(second, SubmitAndServe(second.name()));
  EXPECT_EQ(second.document_number(), "津丽消限字〔2023〕第0002号");
  ASSERT_OK_AND_ASSIGN(second, Recheck(second.name()));
  EXPECT_EQ(second.state(), v1::Order::STATE_CLOSED);
  ASSERT_OK_AND_ASSIGN(first, Get(name));
  EXPECT_EQ(first.state(), v1::Order::STATE_CLOSED);
  EXPECT_TRUE(first.items(0).rectified());
  EXPECT_THAT(EventTypesOf(name).back(), "RectifiedUnderSecondOrder");
  EXPECT_THAT(RunningKinds(), IsEmpty());
  ExpectNothingFellThrough(0);
}

}  // namespace
}  // namespace rectify::deadline
