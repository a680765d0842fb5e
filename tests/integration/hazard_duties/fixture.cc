#include "tests/integration/hazard_duties/fixture.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "libs/rpc/convert.h"
#include "rectify/deadline/v1/deadline_service.pb.h"
#include "services/hazard_findings/service.h"
#include "services/rectification_deadlines/service.h"

namespace rectify::hazard {

absl::Time At(int year, int month, int day, int hour, int minute) {
  return absl::FromCivil(absl::CivilMinute(year, month, day, hour, minute), ChinaZone());
}

DutiesTest::DutiesTest(absl::Time start) : system_(start, {"venue", "hazard", "deadline"}) {
  system_.Start("venue", {}, [&](service::Host& host) { return registry_.Register(host); });
  system_.Start("hazard", Migrations(),
                [](service::Host& host) { return RegisterHazard(host, HazardConfig{}); });
  system_.Start("deadline", deadline::Migrations(), [](service::Host& host) {
    return deadline::RegisterDeadline(host, deadline::DeadlineConfig{});
  });
  venue::v1::Venue venue;
  venue.set_name(venue_);
  venue.set_display_name("示例商场");
  venue.set_street("districts/120110/streets/120110001");
  venue.set_state(venue::v1::Venue::STATE_ACTIVE);
  venue.set_etag("\"1\"");
  registry_.Announce(venue);
  for (const std::string& name : {zhang_, li_, wang_}) {
    venue::v1::Officer officer;
    officer.set_name(name);
    officer.set_display_name("示例监督员");
    officer.set_post(venue::v1::POST_INSPECTOR);
    *officer.mutable_certificate_start() = rpc::ToDate(absl::CivilDay(2020, 1, 1));
    *officer.mutable_certificate_end() = rpc::ToDate(absl::CivilDay(2030, 12, 31));
    *officer.mutable_post_start() = rpc::ToDate(absl::CivilDay(2019, 6, 1));
    officer.set_etag("\"1\"");
    registry_.Announce(officer);
  }
  system_.Settle();
}

std::vector<deadline::v1::Clock> DutiesTest::Clocks(const std::string& subject) {
  system_.Settle();
  deadline::v1::ListClocksRequest request;
  request.set_parent(kParent);
  request.set_filter(absl::StrCat("subject = \"", subject, "\""));
  const auto response = system_.As("deadline", "users/head", {"DEPARTMENT_HEAD"})
                            .Unary<deadline::v1::ListClocksResponse>(
                                "rectify.deadline.v1.RectificationDeadlines.ListClocks", request);
  EXPECT_OK(response);
  if (!response.ok()) return {};
  std::vector<deadline::v1::Clock> clocks(response->clocks().begin(), response->clocks().end());
  // By their end; those that run still come last.
  std::sort(clocks.begin(), clocks.end(), [](const auto& a, const auto& b) {
    return a.end_time().seconds() != b.end_time().seconds() && a.has_end_time() && b.has_end_time()
               ? a.end_time().seconds() < b.end_time().seconds()
               : a.has_end_time() > b.has_end_time();
  });
  return clocks;
}

deadline::v1::Clock DutiesTest::Running(const std::string& subject, const std::string& kind) {
  for (const deadline::v1::Clock& clock : Clocks(subject)) {
    if (clock.kind() == kind && clock.state() == deadline::v1::Clock::STATE_RUNNING) return clock;
  }
  ADD_FAILURE() << "no running " << kind;
  return {};
}

deadline::v1::Clock DutiesTest::Last(const std::string& subject, const std::string& kind) {
  deadline::v1::Clock last;
  for (const deadline::v1::Clock& clock : Clocks(subject)) {
    if (clock.kind() == kind) last = clock;
  }
  EXPECT_FALSE(last.name().empty()) << "no " << kind;
  return last;
}

}  // namespace rectify::hazard
