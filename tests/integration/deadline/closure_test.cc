#include "libs/rpc/convert.h"
#include "rectify/deadline/v1/closure_events.pb.h"
#include "rectify/deadline/v1/closure_service.pb.h"
#include "services/rectification_deadlines/store/clock_store.h"
#include "tests/integration/deadline/fixture.h"

namespace rectify::deadline {
namespace {

using ::rectify::testing::HasViolation;
using ::rectify::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class ClosureTest : public DeadlineTest {
 protected:
  ClosureTest() : DeadlineTest({.policy = "", .calendars = "", .calendar_years = {2023}}) {}

  v1::AddDistrictClosureRequest Request(absl::CivilDay first, absl::CivilDay last) {
    v1::AddDistrictClosureRequest request;
    request.set_parent(kParent);
    *request.mutable_closure()->mutable_first_day() = rpc::ToDate(first);
    *request.mutable_closure()->mutable_last_day() = rpc::ToDate(last);
    request.mutable_closure()->set_reason("暴雪停业");
    request.mutable_closure()->set_document("津丽政办〔2023〕5号");
    return request;
  }

  absl::StatusOr<v1::DistrictClosure> Add(const v1::AddDistrictClosureRequest& request) {
    return registrar().Unary<v1::DistrictClosure>(
        "rectify.deadline.v1.DistrictClosures.AddDistrictClosure", request);
  }

  absl::StatusOr<v1::DistrictClosure> Revoke(const std::string& name) {
    v1::RevokeDistrictClosureRequest request;
    request.set_name(name);
    request.set_reason("雪已停");
    return registrar().Unary<v1::DistrictClosure>(
        "rectify.deadline.v1.DistrictClosures.RevokeDistrictClosure", request);
  }

  v1::Clock Get(const std::string& clock, absl::Time as_of) {
    v1::GetClockRequest request;
    request.set_name(clock);
    *request.mutable_as_of() = rpc::ToTimestamp(as_of);
    const auto answer = Call<v1::Clock>(li(), "GetClock", request);
    EXPECT_OK(answer);
    return answer.value_or(v1::Clock());
  }
};

TEST_F(ClosureTest, AClosureMovesTheClocksOfItsDaysAndIsExplainedByItsDocument) {
  Inspect({TermFinding(1, 7)});
  const v1::Clock before = Running("order_make_and_serve");  // due on Monday the 9th
  ASSERT_OK_AND_ASSIGN(const auto closure,
                       Add(Request(absl::CivilDay(2023, 1, 6), absl::CivilDay(2023, 1, 9))));
  EXPECT_EQ(closure.changed_clock_count(), 1);
  const v1::Clock after = Running("order_make_and_serve");
  EXPECT_EQ(after.due_date().day(), 11);
  EXPECT_EQ(after.first_due_date().day(), 9);
  EXPECT_EQ(after.calendar_version(), "2023.1+120110.1");
  ASSERT_EQ(after.changes_size(), 1);
  EXPECT_EQ(after.changes(0).reason(), "DISTRICT_CLOSURE");
  EXPECT_EQ(after.changes(0).old_calendar_version(), "2023.1");
  EXPECT_THAT(EventTypesOf(before.name()), ElementsAre("ClockStarted", "DueDateChanged"));
  EXPECT_THAT(EventTypesOf(closure.name()), ElementsAre("DistrictClosureAdded"));
  v1::ExplainDeadlineRequest request;
  request.set_name(after.name());
  ASSERT_OK_AND_ASSIGN(const auto explained,
                       Call<v1::DeadlineExplanation>(li(), "ExplainDeadline", request));
  ASSERT_EQ(explained.days_size(), 8);
  EXPECT_EQ(explained.days(2).day_class(), v1::DAY_CLASS_CLOSURE);
  EXPECT_EQ(explained.days(2).holiday(), "暴雪停业");
  EXPECT_EQ(explained.days(2).notice(), "津丽政办〔2023〕5号");
  // A clock that starts now counts by it from the beginning.
  Inspect({TermFinding(2, 7)}, 2);
  EXPECT_THAT(RunningKinds("finding = \"" + Finding(2) + "\" AND provisional = false"),
              ElementsAre("order_make_and_serve"));
  EXPECT_EQ(ListClocks("finding = \"" + Finding(2) + "\"")->clocks(0).due_date().day(), 11);
}

TEST_F(ClosureTest, ARevokedClosureCountsItsDaysAgainAndBothVersionsStayReadable) {
  Inspect({TermFinding(1, 7)});
  const std::string clock = Running("order_make_and_serve").name();
  system_.AdvanceTo(At(2023, 1, 5, 8));
  ASSERT_OK_AND_ASSIGN(const auto closure,
                       Add(Request(absl::CivilDay(2023, 1, 6), absl::CivilDay(2023, 1, 6))));
  system_.AdvanceTo(At(2023, 1, 6, 8));
  ASSERT_OK_AND_ASSIGN(const auto revoked, Revoke(closure.name()));
  EXPECT_EQ(revoked.revoke_reason(), "雪已停");
  EXPECT_EQ(revoked.changed_clock_count(), 1);
  EXPECT_EQ(Running("order_make_and_serve").due_date().day(), 9);
  EXPECT_EQ(Running("order_make_and_serve").calendar_version(), "2023.1+120110.2");
  EXPECT_EQ(Get(clock, At(2023, 1, 5, 7)).due_date().day(), 9);
  EXPECT_THAT(Get(clock, At(2023, 1, 5, 7)).changes(), IsEmpty());
  const v1::Clock closed = Get(clock, At(2023, 1, 5, 9));
  EXPECT_EQ(closed.due_date().day(), 10);
  EXPECT_EQ(closed.calendar_version(), "2023.1+120110.1");
  EXPECT_EQ(closed.changes_size(), 1);
  v1::ExplainDeadlineRequest request;
  request.set_name(clock);
  *request.mutable_as_of() = rpc::ToTimestamp(At(2023, 1, 5, 9));
  ASSERT_OK_AND_ASSIGN(const auto explained,
                       Call<v1::DeadlineExplanation>(li(), "ExplainDeadline", request));
  EXPECT_EQ(explained.due_date().day(), 10);
  EXPECT_THAT(Revoke(closure.name()),
              StatusIs(absl::StatusCode::kFailedPrecondition, "CLOSURE_REVOKED"));
}

TEST_F(ClosureTest, AnotherDistrictIsNotConcernedAndANewNoticeKeepsTheClosures) {
  Inspect({TermFinding(1, 7)});
  const std::string own = Running("order_make_and_serve").name();
  ASSERT_OK(host_->pool().Transact("test.copy", {}, [&](pg::Tx& tx) -> absl::Status {
    ASSIGN_OR_RETURN(domain::Clock clock, store::LoadClock(tx, own, std::nullopt));
    clock.name = "districts/120111/clocks/" + Uuid(1);
    return store::InsertClocks(tx, {clock}, system_.clock().Now());
  }));
  ASSERT_OK(Add(Request(absl::CivilDay(2023, 1, 9), absl::CivilDay(2023, 1, 9))));
  ASSERT_OK_AND_ASSIGN(const auto list,
                       registrar().Unary<v1::ListDistrictClosuresResponse>(
                           "rectify.deadline.v1.DistrictClosures.ListDistrictClosures", [&] {
                             v1::ListDistrictClosuresRequest request;
                             request.set_parent(kParent);
                             return request;
                           }()));
  ASSERT_EQ(list.closures_size(), 1);
  EXPECT_EQ(list.closures(0).changed_clock_count(), 1);
  v1::ListCalendarsResponse years =
      *Call<v1::ListCalendarsResponse>(chief(), "ListCalendars", v1::ListCalendarsRequest());
  v1::ImportCalendarRequest revision;
  *revision.mutable_notice() = years.calendars(0).notice();
  revision.mutable_notice()->set_version(2);
  v1::SpecialDay& day = *revision.mutable_notice()->add_days();
  *day.mutable_day() = Date(2023, 1, 10);
  day.set_day_class(v1::DAY_CLASS_HOLIDAY);
  day.set_name("临时放假");
  ASSERT_OK(Call<v1::Calendar>(registrar(), "ImportCalendar", revision));
  const v1::Clock clock = Running("order_make_and_serve");
  EXPECT_EQ(clock.due_date().day(), 11);
  EXPECT_EQ(clock.calendar_version(), "2023.2+120110.1");
  EXPECT_EQ(Count("clocks where district = '120111' and due_date = '2023-01-09' and "
                  "calendar_version = '2023.1'"),
            1);
}

TEST_F(ClosureTest, RefusesDaysThatAreNoSpanAndOthersThanTheRegistrar) {
  EXPECT_THAT(Add(Request(absl::CivilDay(2023, 1, 9), absl::CivilDay(2023, 1, 8))),
              HasViolation("closure.last_day"));
  EXPECT_THAT(Add(Request(absl::CivilDay(2023, 1, 1), absl::CivilDay(2023, 3, 2))),
              HasViolation("closure.last_day"));
  EXPECT_THAT(li().Unary<v1::DistrictClosure>(
                  "rectify.deadline.v1.DistrictClosures.AddDistrictClosure",
                  Request(absl::CivilDay(2023, 1, 9), absl::CivilDay(2023, 1, 9))),
              StatusIs(absl::StatusCode::kPermissionDenied, "ROLE_MISSING"));
  EXPECT_THAT(Revoke("districts/120110/closures/" + Uuid(9)),
              StatusIs(absl::StatusCode::kNotFound, "NOT_FOUND"));
}

TEST_F(ClosureTest, AnEarlierTimeShowsTheStateOfThatTime) {
  const std::string order = Inspect({TermFinding(1, 7)});
  const std::string clock = Running("order_make_and_serve").name();
  system_.AdvanceTo(At(2023, 1, 11));
  ASSERT_OK(SubmitAndServe(order));
  EXPECT_EQ(Get(clock, At(2023, 1, 9)).state(), v1::Clock::STATE_RUNNING);
  EXPECT_FALSE(Get(clock, At(2023, 1, 9)).overdue());
  EXPECT_TRUE(Get(clock, At(2023, 1, 10)).overdue());
  EXPECT_EQ(Get(clock, At(2023, 1, 11)).state(), v1::Clock::STATE_MET);
  v1::GetClockRequest request;
  request.set_name(clock);
  *request.mutable_as_of() = rpc::ToTimestamp(At(2023, 1, 3));
  EXPECT_THAT(Call<v1::Clock>(li(), "GetClock", request),
              StatusIs(absl::StatusCode::kNotFound, "NOT_FOUND"));
  *request.mutable_as_of() = rpc::ToTimestamp(At(2024, 1, 3));
  EXPECT_THAT(Call<v1::Clock>(li(), "GetClock", request), HasViolation("as_of"));
  v1::ListClocksRequest queue;
  queue.set_parent(kParent);
  queue.set_filter("owner = \"" + li_ + "\" AND state = RUNNING AND overdue = true");
  *queue.mutable_as_of() = rpc::ToTimestamp(At(2023, 1, 10));
  ASSERT_OK_AND_ASSIGN(const auto then, Call<v1::ListClocksResponse>(li(), "ListClocks", queue));
  EXPECT_EQ(then.clocks_size(), 1);
}

TEST_F(ClosureTest, HowADutyEndedIsFrozen) {
  const std::string order = Inspect({TermFinding(1, 7)});
  system_.AdvanceTo(At(2023, 1, 11));
  ASSERT_OK(SubmitAndServe(order));  // two days late
  const std::string filter = "kind = order_make_and_serve AND outcome = MET_LATE";
  ASSERT_OK_AND_ASSIGN(const auto before, ListClocks(filter));
  ASSERT_EQ(before.clocks_size(), 1);
  EXPECT_EQ(before.clocks(0).margin_days(), -2);
  EXPECT_EQ(before.clocks(0).margin_minutes(), -34 * 60);
  EXPECT_EQ(before.clocks(0).side(), v1::CLOCK_SIDE_AUTHORITY);
  EXPECT_THAT(RunningKinds("outcome = MET_IN_TIME"), IsEmpty());
  EXPECT_THAT(RunningKinds("side = VENUE AND state = RUNNING"), ElementsAre("correction_term"));
  // A closure in its days comes too late to make the service timely.
  ASSERT_OK(Add(Request(absl::CivilDay(2023, 1, 5), absl::CivilDay(2023, 1, 10))));
  ASSERT_OK_AND_ASSIGN(const auto after, ListClocks(filter));
  ASSERT_EQ(after.clocks_size(), 1);
  EXPECT_EQ(after.clocks(0).SerializeAsString(), before.clocks(0).SerializeAsString());
  const absl::Status rewritten = host_->pool().Transact("test.rewrite", {}, [](pg::Tx& tx) {
    return tx.ExecScript("update clocks set met_in_time = true where state = 2");
  });
  EXPECT_EQ(pg::SqlStateOf(rewritten), "23514") << rewritten;
}

}  // namespace
}  // namespace rectify::deadline
