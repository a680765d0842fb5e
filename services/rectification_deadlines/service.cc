#include "services/rectification_deadlines/service.h"

#include <chrono>
#include <memory>
#include <utility>

#include "deadline_migrations.h"
#include "libs/base/status_macros.h"
#include "libs/log/log.h"
#include "libs/metrics/metrics.h"
#include "services/rectification_deadlines/api/handlers.h"
#include "services/rectification_deadlines/events/calendar_import.h"
#include "services/rectification_deadlines/events/consumers.h"
#include "services/rectification_deadlines/events/data_files.h"
#include "services/rectification_deadlines/store/clock_store.h"

namespace rectify::deadline {
namespace {

constexpr absl::Duration kOverdueInterval = absl::Seconds(1);
constexpr absl::Duration kCoverageInterval = absl::Seconds(30);
constexpr int kRecordBatch = 100;

using ::rectify::events::Run;
using SteadyTime = std::chrono::steady_clock::time_point;

// A simulated run settles many times in a second and would pay for each measure.
absl::StatusOr<int> MeasureCoverage(service::Host& host, SteadyTime& next) {
  const SteadyTime now = std::chrono::steady_clock::now();
  if (now < next) return 0;
  next = now + absl::ToChronoNanoseconds(kCoverageInterval / 2);
  ASSIGN_OR_RETURN(
      const int64_t fallen,
      host.pool().TransactValue("deadline.measure_coverage", {.access = pg::Access::kReadOnly},
                                store::CountFallenThrough));
  metrics::SetGauge("rectify_deadline_fallen_through", {}, static_cast<double>(fallen));
  if (fallen > 0) log::Error("findings_fallen_through", {{"count", fallen}});
  return 0;
}

absl::StatusOr<absl::Time> NextOverdue(service::Host& host) {
  ASSIGN_OR_RETURN(const absl::Time due,
                   host.pool().TransactValue("deadline.next_due", {.access = pg::Access::kReadOnly},
                                             store::NextUnannouncedDue));
  // A clock is late after its due time, and instants are stored in microseconds.
  return due == absl::InfiniteFuture() ? due : due + absl::Microseconds(1);
}

// Orders of a release that kept no versions.
absl::Status RecordVersions(service::Host& host, const store::OrderStore& orders) {
  int recorded = kRecordBatch;
  while (recorded == kRecordBatch) {
    ASSIGN_OR_RETURN(recorded,
                     host.pool().TransactValue("deadline.record_versions", {}, [&](pg::Tx& tx) {
                       return orders.RecordMissing(tx, kRecordBatch);
                     }));
  }
  return absl::OkStatus();
}

void AddTimers(service::Host& host) {
  host.AddTimer(
      "overdue", kOverdueInterval, [&host] { return events::AnnounceOverdue(host.commands()); },
      [&host] { return NextOverdue(host); });
  host.AddTimer("coverage", kCoverageInterval,
                [&host, next = SteadyTime()]() mutable { return MeasureCoverage(host, next); });
}

}  // namespace

std::vector<pg::Migration> Migrations() {
  std::vector<pg::Migration> migrations;
  for (const auto& file : migrations::kEmbeddedFiles) {
    migrations.push_back({std::string(file.name), std::string(file.content)});
  }
  return migrations;
}

absl::Status RegisterDeadline(service::Host& host, const DeadlineConfig& config) {
  ASSIGN_OR_RETURN(domain::Policy policy, events::ReadPolicy(config.policy));
  ASSIGN_OR_RETURN(const std::vector<workday::YearNotice> notices,
                   events::ReadNotices(config.calendars, config.calendar_years));
  ASSIGN_OR_RETURN(std::unique_ptr<crypto::FieldCipher> cipher,
                   crypto::FieldCipher::FromKeyFile(host.options().keys + "/field.key"));
  const auto context = std::make_shared<api::Context>(host, std::move(policy), std::move(cipher));
  RETURN_IF_ERROR(events::ImportNewer(host.commands(), context->calendars, notices));
  RETURN_IF_ERROR(RecordVersions(host, context->orders));
  api::RegisterOrderRpcs(context);
  api::RegisterExecutionRpcs(context);
  api::RegisterExtensionRpcs(context);
  api::RegisterNextInstrumentRpcs(context);
  api::RegisterClockRpcs(context);
  api::RegisterCalendarRpcs(context);
  api::RegisterClosureRpcs(context);
  api::RegisterSealRpcs(context);
  host.Consume("venue", [context](pg::Tx& tx, Run& run) {
    return events::ApplyVenueEvents(tx, run, context->clocks);
  });
  host.Consume("hazard", [context](pg::Tx& tx, Run& run) {
    return events::HazardConsumer(context->policy, context->orders, context->clocks).Apply(tx, run);
  });
  AddTimers(host);
  return absl::OkStatus();
}

}  // namespace rectify::deadline
