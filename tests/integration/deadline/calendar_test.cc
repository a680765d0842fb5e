#include <map>

#include "absl/strings/str_format.h"
#include "libs/base/clock.h"
#include "libs/rpc/convert.h"
#include "services/rectification_deadlines/events/data_files.h"
#include "services/rectification_deadlines/store/calendar_store.h"
#include "services/rectification_deadlines/store/clock_store.h"
#include "tests/integration/deadline/fixture.h"

namespace rectify::deadline {
namespace {

using ::rectify::testing::HasViolation;
using ::rectify::testing::kInvalid;
using ::rectify::testing::StatusIs;
using ::testing::ElementsAre;

class CalendarTest : public DeadlineTest {
 protected:
  CalendarTest() : DeadlineTest({.policy = "", .calendars = "", .calendar_years = {2023}}) {}

  static v1::YearNotice Shipped(int year) {
    const auto notices = events::ReadNotices("", {year});
    EXPECT_OK(notices);
    return events::ToMessage(notices->at(0));
  }

  absl::StatusOr<v1::Calendar> Import(const v1::YearNotice& notice,
                                      const std::string& request_id = "") {
    v1::ImportCalendarRequest request;
    *request.mutable_notice() = notice;
    request.set_request_id(request_id);
    return Call<v1::Calendar>(registrar(), "ImportCalendar", request);
  }

  // How many running rechecks are due on which day, as was known then.
  std::map<std::string, int> DueDatesAsOf(absl::Time as_of) {
    std::map<std::string, int> counts;
    v1::ListClocksRequest request;
    request.set_parent(kParent);
    request.set_filter("state = RUNNING AND kind = recheck");
    request.set_page_size(500);
    *request.mutable_as_of() = rpc::ToTimestamp(as_of);
    do {
      const auto page = Call<v1::ListClocksResponse>(li(), "ListClocks", request);
      EXPECT_OK(page);
      if (!page.ok()) break;
      for (const v1::Clock& clock : page->clocks()) {
        ++counts[FormatCivilDay(rpc::ToCivilDay(clock.due_date()))];
      }
      request.set_page_token(page->next_page_token());
    } while (!request.page_token().empty());
    return counts;
  }

  std::map<std::string, int> EventCounts() {
    std::map<std::string, int> counts;
    for (const auto& event : Events()) {
      ++counts[event.type().substr(event.type().rfind('.') + 1)];
    }
    return counts;
  }
};

TEST_F(CalendarTest, TheStartLoadsTheNoticesOnce) {
  v1::ListCalendarsRequest request;
  ASSERT_OK_AND_ASSIGN(auto calendars,
                       Call<v1::ListCalendarsResponse>(chief(), "ListCalendars", request));
  ASSERT_EQ(calendars.calendars_size(), 1);
  EXPECT_EQ(calendars.calendars(0).name(), "calendars/2023");
  EXPECT_EQ(calendars.calendars(0).workday_count(), 249);
  system_.Stop("deadline");
  host_ = &system_.Start("deadline", Migrations(), [&](service::Host& host) {
    return RegisterDeadline(host, {.policy = "", .calendars = "", .calendar_years = {2023, 2024}});
  });
  ASSERT_OK_AND_ASSIGN(calendars,
                       Call<v1::ListCalendarsResponse>(chief(), "ListCalendars", request));
  ASSERT_EQ(calendars.calendars_size(), 2);
  EXPECT_EQ(calendars.calendars(1).workday_count(), 251);
  EXPECT_EQ(EventCounts()["CalendarImported"], 2);
}

TEST_F(CalendarTest, ANewYearMakesProvisionalDatesFirm) {
  system_.clock().Jump(At(2023, 12, 28));
  const std::string order = Inspect({TermFinding(1, 7)});
  const v1::Clock before = Running("order_make_and_serve");
  EXPECT_TRUE(before.provisional());
  EXPECT_EQ(before.calendar_version(), "2023.1");
  EXPECT_THAT(RunningKinds("provisional = true"), ElementsAre("order_make_and_serve"));
  ASSERT_OK_AND_ASSIGN(const v1::Calendar imported, Import(Shipped(2024)));
  EXPECT_EQ(imported.changed_clock_count(), 1);
  const v1::Clock after = Running("order_make_and_serve");
  EXPECT_FALSE(after.provisional());
  // 2024-01-01 is a holiday, so the third working day is the 3rd.
  EXPECT_EQ(after.due_date().day(), 3);
  EXPECT_EQ(before.due_date().day(), 2);
  EXPECT_EQ(after.first_due_date().day(), 2);
  EXPECT_EQ(after.calendar_version(), "2023.1+2024.1");
  ASSERT_EQ(after.changes_size(), 1);
  EXPECT_EQ(after.changes(0).reason(), "CALENDAR_LOADED");
  EXPECT_EQ(after.changes(0).old_calendar_version(), "2023.1");
  EXPECT_THAT(EventTypesOf(after.name()), ElementsAre("ClockStarted", "DueDateChanged"));
}

TEST_F(CalendarTest, ADateThatOnlyBecomesFirmIsToldToo) {
  system_.clock().Jump(At(2023, 12, 28));
  Inspect({TermFinding(1, 7)});
  v1::YearNotice without_new_year = Shipped(2024);
  without_new_year.mutable_days()->DeleteSubrange(0, 1);
  ASSERT_OK(Import(without_new_year));
  const v1::Clock clock = Running("order_make_and_serve");
  EXPECT_FALSE(clock.provisional());
  EXPECT_EQ(clock.due_date().day(), clock.first_due_date().day());
  EXPECT_EQ(clock.changes_size(), 1);
}

TEST_F(CalendarTest, ARevisionMovesTheClockButNotWhatIsPrinted) {
  const std::string order = Inspect({TermFinding(1, 7)});
  ASSERT_OK(SubmitAndServe(order));  // due on Wednesday the 11th
  v1::YearNotice revised = Shipped(2023);
  revised.set_version(2);
  v1::SpecialDay& day = *revised.add_days();
  *day.mutable_day() = Date(2023, 1, 11);
  day.set_day_class(v1::DAY_CLASS_HOLIDAY);
  day.set_name("临时放假");
  ASSERT_OK_AND_ASSIGN(const v1::Calendar imported, Import(revised));
  EXPECT_EQ(imported.changed_clock_count(), 1);
  const v1::Clock term = Running("correction_term");
  EXPECT_EQ(term.due_date().day(), 12);
  EXPECT_EQ(term.changes(0).reason(), "CALENDAR_REVISED");
  ASSERT_OK_AND_ASSIGN(const v1::Order printed, Get(order));
  EXPECT_EQ(printed.items(0).due_date().day(), 11);
  // The recheck is counted from the printed day; its three working days lie behind the change.
  EXPECT_EQ(Running("recheck").changes_size(), 0);
  // Each is explained by the calendar that it rests on.
  v1::ExplainDeadlineRequest request;
  request.set_name(Running("recheck").name());
  ASSERT_OK_AND_ASSIGN(const auto explained,
                       Call<v1::DeadlineExplanation>(li(), "ExplainDeadline", request));
  EXPECT_EQ(explained.calendar_version(), "2023.1");
  EXPECT_EQ(explained.days(0).day_class(), v1::DAY_CLASS_WORKDAY);
}

TEST_F(CalendarTest, ARevisionThatPutsADueDateOffTakesTheOverdueBack) {
  Inspect({TermFinding(1, 7)});
  const v1::Clock clock = Running("order_make_and_serve");  // due on the 9th
  system_.AdvanceTo(At(2023, 1, 10));
  EXPECT_TRUE(Running("order_make_and_serve").overdue());
  v1::YearNotice revised = Shipped(2023);
  revised.set_version(2);
  v1::SpecialDay& day = *revised.add_days();
  *day.mutable_day() = Date(2023, 1, 9);
  day.set_day_class(v1::DAY_CLASS_HOLIDAY);
  day.set_name("临时放假");
  ASSERT_OK(Import(revised));
  EXPECT_FALSE(Running("order_make_and_serve").overdue());
  system_.AdvanceTo(At(2023, 1, 11));
  EXPECT_THAT(EventTypesOf(clock.name()),
              ElementsAre("ClockStarted", "ClockOverdue", "DueDateChanged", "ClockOverdue"));
}

TEST_F(CalendarTest, AThousandClocksMoveWithOneEventEachAndOthersStayUntouched) {
  constexpr int kAffected = 1000, kOthers = 200;
  std::vector<domain::Clock> clocks;
  for (int n = 0; n < kAffected + kOthers; ++n) {
    const bool affected = n < kAffected;
    domain::Clock clock;
    clock.name = "districts/120110/clocks/" + Uuid(1000 + n);
    clock.kind = "recheck";
    clock.title = "复查期限";
    clock.subject = "districts/120110/orders/" + Uuid(1000 + n);
    clock.findings = {Finding(1000 + n)};
    clock.owner = li_;
    clock.venue = venue_;
    clock.reminder_ladder = "recheck";
    clock.start_time = affected ? At(2023, 12, 28) : At(2023, 12, 1);
    clock.period = domain::PeriodRule{.code = "recheck", .amount = 3, .basis = "x"};
    clock.due_date = affected ? absl::CivilDay(2024, 1, 2) : absl::CivilDay(2023, 12, 6);
    clock.first_due_date = clock.due_date;
    clock.due_time = At(2024, 1, 3, 0);
    clock.provisional = affected;
    clock.calendar_version = "2023.1";
    clocks.push_back(clock);
  }
  ASSERT_OK(host_->pool().Transact("test.insert", {}, [&](pg::Tx& tx) {
    return store::InsertClocks(tx, clocks, At(2023, 1, 4, 8));
  }));
  const int64_t others = Count("clocks where version = 1");
  system_.AdvanceTo(At(2023, 1, 5, 8));
  ASSERT_OK_AND_ASSIGN(const v1::Calendar imported,
                       Import(Shipped(2024), "8a1f2c3d-0000-4000-8000-000000000002"));
  EXPECT_EQ(imported.changed_clock_count(), kAffected);
  EXPECT_EQ(Count("clocks where version = 2 and not provisional and due_date = '2024-01-03'"),
            kAffected);
  EXPECT_EQ(Count("clocks where version = 1"), others - kAffected);
  EXPECT_EQ(Count("clock_changes"), kAffected);
  EXPECT_EQ(EventCounts()["DueDateChanged"], kAffected);
  // Yesterday still shows the old dates.
  EXPECT_EQ(DueDatesAsOf(At(2023, 1, 4, 12))["2024-01-02"], kAffected);
  EXPECT_EQ(DueDatesAsOf(system_.clock().Now())["2024-01-03"], kAffected);
  // The repeat answers the same and moves nothing.
  ASSERT_OK_AND_ASSIGN(const v1::Calendar again,
                       Import(Shipped(2024), "8a1f2c3d-0000-4000-8000-000000000002"));
  EXPECT_EQ(again.SerializeAsString(), imported.SerializeAsString());
  EXPECT_EQ(EventCounts()["DueDateChanged"], kAffected);
}

TEST_F(CalendarTest, NoImportPassesBetweenReadingACalendarAndStoringADateOfIt) {
  store::CalendarStore calendars;
  EXPECT_OK(host_->pool().Transact("test.start_clock", {}, [&](pg::Tx& tx) -> absl::Status {
    RETURN_IF_ERROR(calendars.NewestForUse(tx, "120110").status());
    const absl::Status import = host_->pool().Transact(
        "test.import", {.max_attempts = 1}, [&](pg::Tx& other) -> absl::Status {
          RETURN_IF_ERROR(other.ExecScript("set local lock_timeout = '20ms'"));
          return calendars.LockForImport(other);
        });
    EXPECT_EQ(pg::SqlStateOf(import), "55P03") << import;
    return absl::OkStatus();
  }));
  EXPECT_OK(Import(Shipped(2024)));
}

TEST_F(CalendarTest, RefusesWhatContradictsItselfOrIsNotNewer) {
  EXPECT_THAT(Import(Shipped(2023)), StatusIs(kInvalid, "CALENDAR_INVALID"));
  EXPECT_THAT(Import(Shipped(2023)), HasViolation("notice.version"));
  v1::YearNotice twice = Shipped(2024);
  *twice.add_days() = twice.days(0);
  const auto refused = Import(twice);
  EXPECT_THAT(refused, StatusIs(kInvalid, "CALENDAR_INVALID"));
  EXPECT_THAT(refused, HasViolation(absl::StrFormat("notice.days[%d].day", twice.days_size() - 1)));
  v1::YearNotice weekday = Shipped(2024);
  v1::SpecialDay& day = *weekday.add_days();
  *day.mutable_day() = Date(2024, 3, 5);
  day.set_day_class(v1::DAY_CLASS_MAKE_UP_WORKDAY);
  day.set_name("x");
  EXPECT_THAT(Import(weekday), StatusIs(kInvalid, "CALENDAR_INVALID"));
  day.set_day_class(v1::DAY_CLASS_CLOSURE);
  EXPECT_THAT(Import(weekday), StatusIs(kInvalid, "CALENDAR_INVALID"));
  v1::ImportCalendarRequest request;
  *request.mutable_notice() = Shipped(2024);
  EXPECT_THAT(Call<v1::Calendar>(li(), "ImportCalendar", request),
              StatusIs(absl::StatusCode::kPermissionDenied, "ROLE_MISSING"));
  EXPECT_EQ(Count("calendar_years"), 1);
}

}  // namespace
}  // namespace rectify::deadline
