#include "services/gateway/calendar/deadline_calendar.h"

#include <optional>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/testing/status_matchers.h"

namespace rectify::gateway {
namespace {

using deadline::v1::Clock;
using deadline::v1::ListClocksRequest;
using deadline::v1::ListClocksResponse;
using ::rectify::testing::HasViolation;
using ::testing::HasSubstr;
using ::testing::Not;

Clock Recheck() {
  Clock clock;
  clock.set_name("districts/120110/clocks/c1");
  clock.set_title("复查期限");
  clock.set_subject("districts/120110/orders/o1");
  clock.set_subject_title("安全出口锁闭");
  clock.set_party("示例商场, 一层; 东区");
  clock.mutable_start_time()->set_seconds(1'672'704'000);  // 2023-01-03 00:00 UTC
  clock.mutable_due_date()->set_year(2023);
  clock.mutable_due_date()->set_month(1);
  clock.mutable_due_date()->set_day(9);
  *clock.mutable_first_due_date() = clock.due_date();
  clock.mutable_due_time()->set_seconds(1'673'280'000);
  return clock;
}

// Without the line breaks that keep lines short.
std::string Unfolded(const std::string& text) { return absl::StrReplaceAll(text, {{"\r\n ", ""}}); }

TEST(DeadlineCalendarTest, AClockIsAnEventOnItsLastLawfulDay) {
  const std::string text = Unfolded(ToCalendar({Recheck()}));
  for (const char* line :
       {"UID:districts/120110/clocks/c1\r\n", "DTSTAMP:20230103T000000Z\r\n",
        "DTSTART;VALUE=DATE:20230109\r\n", "SUMMARY:复查期限：示例商场\\, 一层\\; 东区\r\n",
        "TRANSP:TRANSPARENT\r\n", "DESCRIPTION:安全出口锁闭\\n事项：districts/120110/orders/o1\r\n",
        "REFRESH-INTERVAL;VALUE=DURATION:PT1H\r\n", "X-WR-CALNAME:整改时限\r\n"}) {
    EXPECT_THAT(text, HasSubstr(line));
  }
  EXPECT_THAT(text, Not(HasSubstr("原到期日")));
}

TEST(DeadlineCalendarTest, ADateThatMovedMovesTheSameEvent) {
  Clock clock = Recheck();
  clock.mutable_due_date()->set_day(16);
  clock.add_changes()->mutable_change_time()->set_seconds(1'672'790'400);
  const std::string text = Unfolded(ToCalendar({clock}));
  EXPECT_THAT(text, HasSubstr("UID:districts/120110/clocks/c1\r\n"));
  EXPECT_THAT(text, HasSubstr("DTSTART;VALUE=DATE:20230116\r\n"));
  EXPECT_THAT(text, HasSubstr("DTSTAMP:20230104T000000Z\r\n"));
  EXPECT_THAT(text, HasSubstr("原到期日：2023年1月9日"));
}

TEST(DeadlineCalendarTest, APeriodInHoursEndsAtAnInstant) {
  Clock clock = Recheck();
  clock.clear_due_date();
  clock.set_overdue(true);
  clock.set_provisional(true);
  const std::string text = Unfolded(ToCalendar({clock}));
  EXPECT_THAT(text, HasSubstr("DTSTART:20230109T160000Z\r\n"));
  EXPECT_THAT(text, HasSubstr("SUMMARY:【逾期】复查期限（暂定）"));
}

TEST(DeadlineCalendarTest, NoLineIsLongerThanItMayBeAndNoCharacterIsCut) {
  Clock clock = Recheck();
  clock.set_subject_title(absl::StrReplaceAll(std::string(200, 'x'), {{"x", "安全出口"}}));
  const std::string text = ToCalendar({clock});
  for (const absl::string_view line : absl::StrSplit(text, "\r\n")) {
    EXPECT_LE(line.size(), 75u);
    if (!absl::StartsWith(line, " ")) continue;
    EXPECT_NE(static_cast<unsigned char>(line.substr(1)[0]) & 0xC0, 0x80)
        << "begins with the rest of a character: " << line;
  }
  EXPECT_THAT(Unfolded(text), HasSubstr(clock.subject_title()));
}

class AnswerCalendarTest : public ::testing::Test {
 protected:
  AskClocks Source(int pages, int clocks_each) {
    return [this, pages, clocks_each](const ListClocksRequest& request,
                                      const std::function<void(absl::StatusOr<std::string>)>& got) {
      asked_.push_back(request);
      ListClocksResponse page;
      for (int i = 0; i < clocks_each; ++i) {
        *page.add_clocks() = Recheck();
        page.mutable_clocks(i)->set_name(
            absl::StrCat("districts/120110/clocks/", asked_.size(), "-", i));
      }
      if (static_cast<int>(asked_.size()) < pages) {
        page.set_next_page_token(absl::StrCat("after ", asked_.size()));
      }
      got(page.SerializeAsString());
    };
  }

  void Ask(int pages, int clocks_each, const std::string& filter = "") {
    ListClocksRequest request;
    request.set_parent("districts/120110");
    request.set_filter(filter);
    AnswerCalendar(Source(pages, clocks_each), request,
                   [this](absl::StatusOr<http::Response> answer) { answer_ = std::move(answer); });
  }

  std::vector<ListClocksRequest> asked_;
  std::optional<absl::StatusOr<http::Response>> answer_;
};

TEST_F(AnswerCalendarTest, HasAllPages) {
  Ask(3, 2);
  ASSERT_TRUE(answer_.has_value());
  ASSERT_OK(*answer_);
  EXPECT_EQ((*answer_)->headers.Get("Content-Type"), "text/calendar; charset=utf-8");
  EXPECT_EQ(std::vector<std::string>(absl::StrSplit((*answer_)->body, "BEGIN:VEVENT")).size(), 7u);
  EXPECT_EQ(asked_[0].filter(), "state = \"RUNNING\"");
  EXPECT_EQ(asked_[0].page_token(), "");
  EXPECT_EQ(asked_[2].page_token(), "after 2");
  const std::string etag((*answer_)->headers.Get("ETag"));
  asked_.clear();
  Ask(3, 2);
  EXPECT_EQ((*answer_)->headers.Get("ETag"), etag);
}

TEST_F(AnswerCalendarTest, HasWhatTheFilterLetsThrough) {
  Ask(1, 0, "owner = \"districts/120110/posts/x\"");
  ASSERT_OK(*answer_);
  EXPECT_EQ(asked_[0].filter(), "owner = \"districts/120110/posts/x\"");
  EXPECT_THAT((*answer_)->body, Not(HasSubstr("VEVENT")));
}

TEST_F(AnswerCalendarTest, RefusesMoreThanACalendarCanHold) {
  Ask(100, 500);
  EXPECT_THAT(answer_->status(), HasViolation("filter"));
  EXPECT_EQ(asked_.size(), 5u);
}

}  // namespace
}  // namespace rectify::gateway
