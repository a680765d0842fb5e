// The deadline service in this process on real PostgreSQL and Redis, called over real gRPC, with
// stand-ins of the registry and the hazard service that feed it real events.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "libs/testing/status_matchers.h"
#include "libs/testing/system/test_system.h"
#include "rectify/audit/v1/audit_trail_service.pb.h"
#include "rectify/deadline/v1/deadline_events.pb.h"
#include "rectify/deadline/v1/deadline_service.pb.h"
#include "rectify/event/v1/event.pb.h"
#include "rectify/hazard/v1/hazard_events.pb.h"
#include "services/rectification_deadlines/service.h"
#include "tests/integration/hazard/registry_stand_in.h"

namespace rectify::deadline {

absl::Time At(int year, int month, int day, int hour = 10, int minute = 0);
std::string Uuid(int n);
std::string Finding(int n);
google::type::Date Date(int year, int month, int day);

inline constexpr char kParent[] = "districts/120110";
inline constexpr char kStreet[] = "districts/120110/streets/120110001";

class DeadlineTest : public ::testing::Test {
 protected:
  // 2023-01-04 (a Wednesday), 08:00. The officers Li and Wang and the venue 北方五金城𠮷 are known.
  explicit DeadlineTest(DeadlineConfig config = {});

  const std::string li_ = "districts/120110/officers/" + Uuid(1);
  const std::string wang_ = "districts/120110/officers/" + Uuid(2);
  const std::string venue_ = "districts/120110/venues/" + Uuid(7);

  rpc::Client& As(absl::string_view user, std::vector<std::string> roles,
                  std::vector<std::string> posts = {}) {
    return system_.As("deadline", user, std::move(roles), std::move(posts));
  }
  rpc::Client& li() { return As("users/li", {"INSPECTOR"}, {li_}); }
  rpc::Client& head() { return As("users/head", {"DEPARTMENT_HEAD"}); }
  rpc::Client& legal() { return As("users/legal", {"LEGAL_REVIEWER"}); }
  rpc::Client& chief() { return As("users/chief", {"CHIEF"}); }
  rpc::Client& manager() { return As("users/manager", {"VENUE_MANAGER"}, {venue_}); }
  rpc::Client& registrar() { return As("users/registrar", {"REGISTRAR"}); }

  template <typename Response>
  absl::StatusOr<Response> Call(rpc::Client& client, absl::string_view method,
                                const google::protobuf::Message& request) {
    return client.Unary<Response>(
        absl::StrCat("rectify.deadline.v1.RectificationDeadlines.", method), request);
  }
  template <typename Request>
  absl::StatusOr<v1::Order> Verb(rpc::Client& client, absl::string_view method,
                                 const std::string& name, Request request = {}) {
    request.set_name(name);
    return Call<v1::Order>(client, method, request);
  }

  // What inspectors found; names count up from `n`.
  static hazard::v1::FindingFacts TermFinding(int n, int term_days);
  static hazard::v1::FindingFacts AtOnceFinding(int n);
  static hazard::v1::FindingFacts TransferFinding(int n);
  static hazard::v1::FindingFacts CorrectedFinding(int n);
  hazard::v1::InspectionRecorded Inspection(std::vector<hazard::v1::FindingFacts> findings,
                                            int n = 1);
  // Says so in the hazard service and brings everything to rest. The order's name, if there is
  // exactly one.
  std::string Inspect(const hazard::v1::InspectionRecorded& inspection);
  std::string Inspect(std::vector<hazard::v1::FindingFacts> findings, int n = 1) {
    return Inspect(Inspection(std::move(findings), n));
  }
  void Emit(const std::string& aggregate, int64_t version, const google::protobuf::Message& event);

  absl::StatusOr<v1::Order> Get(const std::string& order);
  absl::StatusOr<v1::Order> Submit(const std::string& order);
  absl::StatusOr<v1::Order> Approve(rpc::Client& client, const std::string& order);
  absl::StatusOr<v1::Order> Issue(const std::string& order);
  // By Li and Wang, at this time or now.
  v1::ServeOrderRequest Service(absl::Time time = absl::InfinitePast());
  absl::StatusOr<v1::Order> Serve(const std::string& order, const v1::ServeOrderRequest& request);
  // Through the whole chain up to service now.
  absl::StatusOr<v1::Order> SubmitAndIssue(const std::string& order);
  absl::StatusOr<v1::Order> SubmitAndServe(const std::string& order);
  absl::StatusOr<v1::Order> Report(const std::string& order);
  // Of all open items now; those of `open` are not rectified.
  v1::RecordRecheckRequest RecheckRequest(const v1::Order& order,
                                          const std::vector<std::string>& open = {});
  absl::StatusOr<v1::Order> Recheck(const std::string& order,
                                    const std::vector<std::string>& open = {});

  absl::StatusOr<v1::ListClocksResponse> ListClocks(const std::string& filter, int page_size = 0,
                                                    const std::string& token = "");
  // Kinds of the running clocks, sorted.
  std::vector<std::string> RunningKinds(const std::string& filter = "state = RUNNING");
  // The only running clock of that kind.
  v1::Clock Running(const std::string& kind);
  v1::ListFallenThroughResponse FallenThrough();

  // All events of this service so far, in order; their types for one aggregate; the audit trail of
  // a name, oldest first.
  std::vector<event::v1::EventEnvelope> Events(const std::string& feed = "internal");
  std::vector<std::string> EventTypesOf(const std::string& aggregate);
  std::vector<audit::v1::AuditEntry> AuditOf(const std::string& name);
  // The last entry of an action in that trail.
  audit::v1::AuditEntry LastAudit(const std::string& name, const std::string& action);
  // The first column of the only row.
  std::string Value(const std::string& query);
  int64_t Count(const std::string& query);

  testing::TestSystem system_;
  hazard::RegistryStandIn registry_;
  service::Host* hazard_ = nullptr;
  service::Host* host_ = nullptr;
};

}  // namespace rectify::deadline
