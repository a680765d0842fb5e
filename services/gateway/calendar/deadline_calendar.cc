#include "services/gateway/calendar/deadline_calendar.h"

#include <libical/ical.h>

#include <cstdlib>
#include <memory>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "libs/base/error.h"
#include "services/gateway/transcode/answer.h"

namespace rectify::gateway {
namespace {

using deadline::v1::Clock;
using deadline::v1::ListClocksRequest;
using deadline::v1::ListClocksResponse;

constexpr int kPageSize = 500;
constexpr size_t kMostClocks = 2000;
constexpr char kRunning[] = "state = \"RUNNING\"";
// How often programs that follow the hint look again.
constexpr char kRefresh[] = "PT1H";

struct FreeComponent {
  void operator()(icalcomponent* component) const { icalcomponent_free(component); }
};
using Component = std::unique_ptr<icalcomponent, FreeComponent>;

icaltimetype Instant(const google::protobuf::Timestamp& time) {
  return icaltime_from_timet_with_zone(time.seconds(), /*is_date=*/0,
                                       icaltimezone_get_utc_timezone());
}

icaltimetype Day(const google::type::Date& date) {
  icaltimetype day = icaltime_null_date();
  day.year = date.year();
  day.month = date.month();
  day.day = date.day();
  return day;
}

// When what the event shows was last changed; the same answer for the same clocks.
google::protobuf::Timestamp LastChange(const Clock& clock) {
  google::protobuf::Timestamp last = clock.start_time();
  for (const auto& change : clock.changes()) {
    if (change.change_time().seconds() > last.seconds()) last = change.change_time();
  }
  return last;
}

std::string Summary(const Clock& clock) {
  const std::string& about = clock.party().empty() ? clock.subject_title() : clock.party();
  return absl::StrCat(clock.overdue() ? "【逾期】" : "", clock.title(),
                      clock.provisional() ? "（暂定）" : "", about.empty() ? "" : "：", about);
}

std::string Description(const Clock& clock) {
  std::string text = clock.subject_title();
  if (!text.empty()) text += '\n';
  if (clock.has_first_due_date() && clock.has_due_date() &&
      (clock.first_due_date().month() != clock.due_date().month() ||
       clock.first_due_date().day() != clock.due_date().day() ||
       clock.first_due_date().year() != clock.due_date().year())) {
    absl::StrAppend(&text, "原到期日：", clock.first_due_date().year(), "年",
                    clock.first_due_date().month(), "月", clock.first_due_date().day(), "日\n");
  }
  absl::StrAppend(&text, "事项：", clock.subject());
  return text;
}

void AddExtension(icalcomponent* calendar, const char* name, const char* value) {
  icalproperty* property = icalproperty_new_x(value);
  icalproperty_set_x_name(property, name);
  icalcomponent_add_property(calendar, property);
}

icalcomponent* EventOf(const Clock& clock) {
  icalcomponent* event = icalcomponent_new_vevent();
  const auto add = [&](icalproperty* property) { icalcomponent_add_property(event, property); };
  add(icalproperty_new_uid(clock.name().c_str()));
  add(icalproperty_new_dtstamp(Instant(LastChange(clock))));
  add(icalproperty_new_dtstart(clock.has_due_date() ? Day(clock.due_date())
                                                    : Instant(clock.due_time())));
  add(icalproperty_new_summary(Summary(clock).c_str()));
  add(icalproperty_new_description(Description(clock).c_str()));
  if (!clock.party().empty()) add(icalproperty_new_location(clock.party().c_str()));
  add(icalproperty_new_categories(clock.title().c_str()));
  // A deadline takes none of the day's time.
  add(icalproperty_new_transp(ICAL_TRANSP_TRANSPARENT));
  return event;
}

struct Collection : std::enable_shared_from_this<Collection> {
  AskClocks ask;
  ListClocksRequest request;
  std::function<void(absl::StatusOr<http::Response>)> done;
  std::vector<Clock> clocks;

  void AskNext() {
    ask(request, [self = shared_from_this()](const absl::StatusOr<std::string>& encoded) {
      if (!encoded.ok()) return self->done(encoded.status());
      ListClocksResponse page;
      if (!page.ParseFromString(*encoded)) {
        return self->done(absl::InternalError("the answer is no page of clocks"));
      }
      self->Add(std::move(page));
    });
  }

  void Add(ListClocksResponse page) {
    for (Clock& clock : *page.mutable_clocks()) clocks.push_back(std::move(clock));
    if (clocks.size() > kMostClocks) {
      return done(FieldError(
          "filter", {absl::StrCat("超过 ", kMostClocks, " 项，请缩小筛选范围"),
                     absl::StrCat("lets more than ", kMostClocks, " through, narrow it")}));
    }
    if (page.next_page_token().empty()) {
      return done(ToPage(ToCalendar(clocks), "text/calendar; charset=utf-8"));
    }
    request.set_page_token(page.next_page_token());
    AskNext();
  }
};

}  // namespace

bool TakeCalendarSuffix(std::vector<std::string>& segments) {
  if (segments.empty() || !absl::EndsWith(segments.back(), kCalendarSuffix)) return false;
  segments.back() = std::string(absl::StripSuffix(segments.back(), kCalendarSuffix));
  return true;
}

bool HasCalendar(const google::protobuf::MethodDescriptor& method) {
  return method.output_type() == ListClocksResponse::descriptor();
}

std::string ToCalendar(const std::vector<Clock>& clocks) {
  const Component calendar(icalcomponent_new_vcalendar());
  const auto add = [&](icalproperty* property) {
    icalcomponent_add_property(calendar.get(), property);
  };
  add(icalproperty_new_version("2.0"));
  add(icalproperty_new_prodid("-//Rectify//Deadlines//ZH"));
  add(icalproperty_new_calscale("GREGORIAN"));
  add(icalproperty_new_method(ICAL_METHOD_PUBLISH));
  AddExtension(calendar.get(), "X-WR-CALNAME", "整改时限");
  add(icalproperty_new_refreshinterval(icaldurationtype_from_string(kRefresh)));
  AddExtension(calendar.get(), "X-PUBLISHED-TTL", kRefresh);
  for (const Clock& clock : clocks) icalcomponent_add_component(calendar.get(), EventOf(clock));
  const std::unique_ptr<char, decltype(&std::free)> text(
      icalcomponent_as_ical_string_r(calendar.get()), &std::free);
  return text.get();
}

void AnswerCalendar(AskClocks ask, ListClocksRequest request,
                    std::function<void(absl::StatusOr<http::Response>)> done) {
  if (request.filter().empty()) request.set_filter(kRunning);
  request.set_page_size(kPageSize);
  request.clear_page_token();
  const auto collection = std::make_shared<Collection>();
  collection->ask = std::move(ask);
  collection->request = std::move(request);
  collection->done = std::move(done);
  collection->AskNext();
}

}  // namespace rectify::gateway
