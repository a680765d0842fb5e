#include "services/followup_visits/events/penalty_feed.h"

#include "absl/strings/str_cat.h"
#include "libs/base/clock.h"
#include "libs/base/status_macros.h"
#include "libs/events/payload.h"
#include "libs/rpc/convert.h"
#include "libs/rpc/resource_name.h"
#include "rectify/deadline/v1/deadline_events.pb.h"
#include "services/followup_visits/store/unit_store.h"

namespace rectify::followup::events {

absl::Status ApplyPenaltyEvent(rectify::events::Change& change,
                               const event::v1::EventEnvelope& envelope) {
  ASSIGN_OR_RETURN(auto event,
                   rectify::events::ReadPayload<deadline::v1::PenaltyRecorded>(envelope));
  if (!event) return absl::OkStatus();
  domain::PenalisedUnit unit;
  unit.district = rpc::DistrictOf(event->venue());
  unit.id = change.NewId("unit");
  unit.decision_number = event->decision_number();
  unit.decision_date = rpc::ToCivilDay(event->decision_date());
  unit.case_kind = domain::CaseKind::kPenalty;
  unit.party = event->party();
  unit.venue = event->venue();
  unit.officers.assign(event->officers().begin(), event->officers().end());
  unit.basis = event->basis();
  unit.penalty = event->penalty();
  unit.source = domain::UnitSource::kEvent;
  const absl::CivilDay today = CivilDayOf(change.now());
  unit.entry_quarter = domain::QuarterOf(today);
  unit.create_time = change.now();
  RETURN_IF_ERROR(domain::CheckUnit(unit, today));
  ASSIGN_OR_RETURN(const auto ids, store::AddUnits(change.sql(), unit.district, {unit}));
  if (ids.at(unit.decision_number) != unit.id) return absl::OkStatus();
  change.Audit({.subject = unit.name(),
                .related = {unit.venue},
                .action = "PenaltyRecorded",
                .summary = absl::StrCat("登记回访对象：", unit.decision_number),
                .details = {}});
  return absl::OkStatus();
}

}  // namespace rectify::followup::events
