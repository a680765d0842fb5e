#include "tests/integration/deadline/fixture.h"

#include <algorithm>
#include <map>

#include "absl/strings/str_format.h"
#include "libs/base/clock.h"
#include "libs/events/feed.h"
#include "libs/rpc/convert.h"

namespace rectify::deadline {
namespace {

venue::v1::Officer Officer(const std::string& name, const std::string& display_name) {
  venue::v1::Officer officer;
  officer.set_name(name);
  officer.set_display_name(display_name);
  officer.set_post(venue::v1::POST_INSPECTOR);
  *officer.mutable_certificate_start() = Date(2020, 1, 1);
  *officer.mutable_certificate_end() = Date(2025, 12, 31);
  *officer.mutable_post_start() = Date(2020, 1, 1);
  officer.set_etag("\"1\"");
  return officer;
}

venue::v1::Venue Venue(const std::string& name) {
  venue::v1::Venue venue;
  venue.set_name(name);
  venue.set_display_name("北方五金城𠮷（示例）");
  venue.set_street(kStreet);
  venue.set_state(venue::v1::Venue::STATE_ACTIVE);
  venue.set_etag("\"1\"");
  return venue;
}

hazard::v1::FindingFacts Facts(int n, hazard::v1::Disposition disposition) {
  hazard::v1::FindingFacts facts;
  facts.set_finding(Finding(n));
  facts.set_catalog_code("B02");
  facts.set_catalog_version(1);
  facts.set_title("消防设施器材未保持完好有效");
  facts.set_description(absl::StrCat("第", n, "处消火栓箱门损坏"));
  facts.set_location("西区一层");
  facts.set_disposition(disposition);
  facts.set_duty_basis("消防法第十六条第一款第二项");
  facts.set_required_action("更换箱门");
  return facts;
}

}  // namespace

absl::Time At(int year, int month, int day, int hour, int minute) {
  return StartOfDay(absl::CivilDay(year, month, day)) + absl::Hours(hour) + absl::Minutes(minute);
}

std::string Uuid(int n) { return absl::StrFormat("00000000-0000-7000-8000-%012d", n); }
std::string Finding(int n) { return "districts/120110/findings/" + Uuid(n); }

google::type::Date Date(int year, int month, int day) {
  return rpc::ToDate(absl::CivilDay(year, month, day));
}

DeadlineTest::DeadlineTest(DeadlineConfig config)
    : system_(At(2023, 1, 4, 8), {"venue", "hazard", "deadline"}) {
  system_.Start("venue", {}, [&](service::Host& host) { return registry_.Register(host); });
  hazard_ = &system_.Start("hazard", {}, [](service::Host&) { return absl::OkStatus(); });
  host_ = &system_.Start("deadline", Migrations(),
                         [&](service::Host& host) { return RegisterDeadline(host, config); });
  registry_.Announce(Officer(li_, "示例监督员李"));
  registry_.Announce(Officer(wang_, "示例监督员王"));
  registry_.Announce(Venue(venue_));
  system_.Settle();
}

hazard::v1::FindingFacts DeadlineTest::TermFinding(int n, int term_days) {
  hazard::v1::FindingFacts facts = Facts(n, hazard::v1::DISPOSITION_ORDER);
  facts.set_term_days(term_days);
  return facts;
}

hazard::v1::FindingFacts DeadlineTest::AtOnceFinding(int n) {
  hazard::v1::FindingFacts facts = Facts(n, hazard::v1::DISPOSITION_ORDER);
  facts.set_at_once(true);
  return facts;
}

hazard::v1::FindingFacts DeadlineTest::TransferFinding(int n) {
  hazard::v1::FindingFacts facts = Facts(n, hazard::v1::DISPOSITION_TRANSFER);
  facts.set_transfer_department("districts/120110/departments/zhujian");
  return facts;
}

hazard::v1::FindingFacts DeadlineTest::CorrectedFinding(int n) {
  return Facts(n, hazard::v1::DISPOSITION_CORRECTED_ON_SPOT);
}

hazard::v1::InspectionRecorded DeadlineTest::Inspection(
    std::vector<hazard::v1::FindingFacts> findings, int n) {
  hazard::v1::InspectionRecorded event;
  event.set_inspection("districts/120110/inspections/" + Uuid(n));
  event.set_venue(venue_);
  *event.mutable_inspect_time() = rpc::ToTimestamp(system_.clock().Now());
  event.add_officers(li_);
  event.add_officers(wang_);
  for (hazard::v1::FindingFacts& facts : findings) *event.add_findings() = std::move(facts);
  return event;
}

void DeadlineTest::Emit(const std::string& aggregate, int64_t version,
                        const google::protobuf::Message& event) {
  ASSERT_OK(hazard_->commands().Act({"users/li", absl::StrCat(aggregate, version), ""}, "test.emit",
                                    [&](::rectify::events::Change& change) {
                                      change.Emit(aggregate, version, event);
                                      return absl::OkStatus();
                                    }));
}

std::string DeadlineTest::Inspect(const hazard::v1::InspectionRecorded& inspection) {
  Emit(inspection.inspection(), 1, inspection);
  system_.Settle();
  v1::ListOrdersRequest request;
  request.set_parent(kParent);
  request.set_filter(absl::StrCat("inspection = \"", inspection.inspection(), "\""));
  const auto orders = Call<v1::ListOrdersResponse>(li(), "ListOrders", request);
  EXPECT_OK(orders);
  if (!orders.ok() || orders->orders_size() != 1) return "";
  return orders->orders(0).name();
}

absl::StatusOr<v1::Order> DeadlineTest::Get(const std::string& order) {
  return Verb<v1::GetOrderRequest>(li(), "GetOrder", order);
}

absl::StatusOr<v1::Order> DeadlineTest::Submit(const std::string& order) {
  return Verb<v1::SubmitOrderRequest>(li(), "SubmitOrder", order);
}

absl::StatusOr<v1::Order> DeadlineTest::Approve(rpc::Client& client, const std::string& order) {
  return Verb<v1::ApproveOrderRequest>(client, "ApproveOrder", order);
}

absl::StatusOr<v1::Order> DeadlineTest::Issue(const std::string& order) {
  return Verb<v1::IssueOrderRequest>(li(), "IssueOrder", order);
}

v1::ServeOrderRequest DeadlineTest::Service(absl::Time time) {
  if (time == absl::InfinitePast()) time = system_.clock().Now();
  v1::ServeOrderRequest request;
  v1::ServiceRecord& service = *request.mutable_service();
  service.set_method(v1::SERVICE_METHOD_DIRECT);
  *service.mutable_serve_time() = rpc::ToTimestamp(time);
  service.set_receiver("㙍某某（店长）");
  service.add_officers(li_);
  service.add_officers(wang_);
  service.set_proof("示例送达回证");
  return request;
}

absl::StatusOr<v1::Order> DeadlineTest::Serve(const std::string& order,
                                              const v1::ServeOrderRequest& request) {
  return Verb(li(), "ServeOrder", order, request);
}

absl::StatusOr<v1::Order> DeadlineTest::SubmitAndIssue(const std::string& order) {
  absl::StatusOr<v1::Order> submitted = Submit(order);
  if (!submitted.ok()) return submitted;
  if (submitted->state() == v1::Order::STATE_IN_REVIEW) {
    for (rpc::Client* client : {&head(), &legal(), &chief()}) {
      if (auto approved = Approve(*client, order); !approved.ok()) return approved;
    }
  }
  return Issue(order);
}

absl::StatusOr<v1::Order> DeadlineTest::SubmitAndServe(const std::string& order) {
  if (auto issued = SubmitAndIssue(order); !issued.ok()) return issued;
  return Serve(order, Service());
}

absl::StatusOr<v1::Order> DeadlineTest::Report(const std::string& order) {
  v1::ReportRectificationRequest request;
  request.set_statement("已全部更换");
  return Verb(manager(), "ReportRectification", order, request);
}

v1::RecordRecheckRequest DeadlineTest::RecheckRequest(const v1::Order& order,
                                                      const std::vector<std::string>& open) {
  v1::RecordRecheckRequest request;
  *request.mutable_recheck_time() = rpc::ToTimestamp(system_.clock().Now());
  request.add_officers(li_);
  request.add_officers(wang_);
  for (const v1::OrderItem& item : order.items()) {
    if (item.rectified()) continue;
    v1::RecheckResult& result = *request.add_results();
    result.set_finding(item.finding());
    result.set_rectified(std::find(open.begin(), open.end(), item.finding()) == open.end());
  }
  return request;
}

absl::StatusOr<v1::Order> DeadlineTest::Recheck(const std::string& order,
                                                const std::vector<std::string>& open) {
  absl::StatusOr<v1::Order> present = Get(order);
  if (!present.ok()) return present;
  return Verb(li(), "RecordRecheck", order, RecheckRequest(*present, open));
}

absl::StatusOr<v1::ListClocksResponse> DeadlineTest::ListClocks(const std::string& filter,
                                                                int page_size,
                                                                const std::string& token) {
  v1::ListClocksRequest request;
  request.set_parent(kParent);
  request.set_filter(filter);
  request.set_page_size(page_size);
  request.set_page_token(token);
  return Call<v1::ListClocksResponse>(li(), "ListClocks", request);
}

std::vector<std::string> DeadlineTest::RunningKinds(const std::string& filter) {
  const auto clocks = ListClocks(filter, 500);
  EXPECT_OK(clocks);
  std::vector<std::string> kinds;
  if (clocks.ok()) {
    for (const v1::Clock& clock : clocks->clocks()) kinds.push_back(clock.kind());
  }
  std::sort(kinds.begin(), kinds.end());
  return kinds;
}

v1::Clock DeadlineTest::Running(const std::string& kind) {
  const auto clocks = ListClocks(absl::StrCat("state = RUNNING AND kind = ", kind));
  EXPECT_OK(clocks);
  if (!clocks.ok()) return {};
  EXPECT_EQ(clocks->clocks_size(), 1) << kind;
  return clocks->clocks_size() == 1 ? clocks->clocks(0) : v1::Clock();
}

v1::ListFallenThroughResponse DeadlineTest::FallenThrough() {
  v1::ListFallenThroughRequest request;
  request.set_parent(kParent);
  const auto response = Call<v1::ListFallenThroughResponse>(chief(), "ListFallenThrough", request);
  EXPECT_OK(response);
  return response.value_or(v1::ListFallenThroughResponse());
}

std::vector<event::v1::EventEnvelope> DeadlineTest::Events(const std::string& feed) {
  system_.Settle();
  rectify::events::LocalFeed reader(host_->pool(), "deadline");
  event::v1::ReadEventsRequest request;
  request.set_source("deadline");
  request.set_feed(feed);
  request.set_max_events(1000);
  std::vector<event::v1::EventEnvelope> events;
  for (;;) {
    const auto page = reader.Read(request);
    EXPECT_OK(page);
    if (!page.ok() || page->events().empty()) return events;
    events.insert(events.end(), page->events().begin(), page->events().end());
    request.set_after_position(events.back().position());
    request.set_after_epoch(events.back().epoch());
    request.set_after_chain(events.back().chain());
  }
}

std::vector<std::string> DeadlineTest::EventTypesOf(const std::string& aggregate) {
  std::vector<std::string> types;
  for (const event::v1::EventEnvelope& event : Events()) {
    if (event.aggregate() != aggregate) continue;
    EXPECT_EQ(event.aggregate_version(), static_cast<int64_t>(types.size()) + 1) << aggregate;
    types.push_back(event.type().substr(event.type().rfind('.') + 1));
  }
  return types;
}

std::vector<audit::v1::AuditEntry> DeadlineTest::AuditOf(const std::string& name) {
  audit::v1::ListAuditEntriesRequest request;
  request.set_subject(name);
  const auto response = chief().Unary<audit::v1::ListAuditEntriesResponse>(
      "rectify.audit.v1.AuditTrail.ListAuditEntries", request);
  EXPECT_OK(response);
  if (!response.ok()) return {};
  return {response->entries().begin(), response->entries().end()};
}

audit::v1::AuditEntry DeadlineTest::LastAudit(const std::string& name, const std::string& action) {
  audit::v1::AuditEntry last;
  for (audit::v1::AuditEntry& entry : AuditOf(name)) {
    if (entry.action() == action) last = std::move(entry);
  }
  EXPECT_FALSE(last.action().empty()) << action;
  return last;
}

std::string DeadlineTest::Value(const std::string& query) {
  // Statements are remembered by name as long as the connections live.
  static auto& known = *new std::map<std::string, std::string>();
  auto it = known.emplace(query, absl::StrCat("test.value_", known.size())).first;
  const pg::Statement statement{it->second.c_str(), it->first.c_str()};
  const auto value =
      host_->pool().TransactValue("test.value", {}, [&](pg::Tx& tx) -> absl::StatusOr<std::string> {
        ASSIGN_OR_RETURN(const pg::Rows rows, tx.Exec(statement));
        return rows.empty() || rows[0].IsNull(0) ? "" : rows[0].Text(0);
      });
  EXPECT_OK(value) << query;
  return value.value_or("");
}

int64_t DeadlineTest::Count(const std::string& query) {
  return std::stoll(Value("select count(*) from " + query));
}

}  // namespace rectify::deadline
