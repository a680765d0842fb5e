#include "services/rectification_deadlines/events/seal_events.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "libs/rpc/convert.h"

namespace rectify::deadline::events {
namespace {

using ::rectify::events::Change;
using ::rectify::events::kDepartments;
using ::rectify::events::kDiscipline;

common::v1::DutyFacts DutyOfSeal(const domain::Seal& seal) {
  common::v1::DutyFacts duty;
  duty.set_subject(seal.name);
  duty.set_title(absl::StrCat("临时查封：", seal.PartsText()));
  duty.set_venue(seal.venue);
  if (!seal.officers.empty()) duty.set_handling_officer(seal.officers.front());
  duty.mutable_findings()->Assign(seal.findings.begin(), seal.findings.end());
  return duty;
}

}  // namespace

v1::SealProposed ToSealProposed(const domain::Seal& seal) {
  v1::SealProposed event;
  event.set_seal(seal.name);
  event.set_ground(static_cast<v1::SealGround>(seal.ground));
  event.set_former(seal.former);
  common::v1::DutyFacts& duty = *event.mutable_duty() = DutyOfSeal(seal);
  duty.set_variant(seal.urgent ? "URGENT" : "ORDINARY");
  *duty.mutable_start_time() =
      rpc::ToTimestamp(seal.urgent ? seal.urgent->seal_time : seal.inspect_time);
  return event;
}

v1::SealReviewed ToSealReviewed(const domain::Seal& seal, absl::string_view action) {
  v1::SealReviewed event;
  event.set_seal(seal.name);
  event.set_state(static_cast<v1::Seal::State>(seal.state));
  event.set_action(std::string(action));
  return event;
}

v1::SealRefused ToSealRefused(const domain::Seal& seal) {
  v1::SealRefused event;
  event.set_seal(seal.name);
  event.set_reason(seal.end_reason);
  *event.mutable_duty() = DutyOfSeal(seal);
  return event;
}

v1::SealServed ToSealServed(const domain::Seal& seal) {
  v1::SealServed event;
  event.set_seal(seal.name);
  event.mutable_parts()->Assign(seal.parts.begin(), seal.parts.end());
  *event.mutable_seal_time() = rpc::ToTimestamp(*seal.seal_time);
  *event.mutable_last_day() = rpc::ToDate(*seal.last_day);
  common::v1::DutyFacts& duty = *event.mutable_duty() = DutyOfSeal(seal);
  *duty.mutable_start_time() = event.seal_time();
  *duty.mutable_due_date() = event.last_day();
  return event;
}

v1::SealLiftApplied ToSealLiftApplied(const domain::Seal& seal) {
  v1::SealLiftApplied event;
  event.set_seal(seal.name);
  *event.mutable_duty() = DutyOfSeal(seal);
  return event;
}

v1::SealLiftChecked ToSealLiftChecked(const domain::Seal& seal) {
  v1::SealLiftChecked event;
  event.set_seal(seal.name);
  event.set_removed(seal.check->removed);
  *event.mutable_duty() = DutyOfSeal(seal);
  return event;
}

v1::SealLiftRefused ToSealLiftRefused(const domain::Seal& seal) {
  v1::SealLiftRefused event;
  event.set_seal(seal.name);
  event.set_reason(seal.end_reason);
  *event.mutable_duty() = DutyOfSeal(seal);
  return event;
}

v1::SealLifted ToSealLifted(const domain::Seal& seal) {
  v1::SealLifted event;
  event.set_seal(seal.name);
  event.set_reason(seal.end_reason);
  *event.mutable_duty() = DutyOfSeal(seal);
  return event;
}

absl::Status JournalSeal(Change& change, const ClockKeeper& clocks, const domain::Seal& seal,
                         std::string action, std::string summary,
                         const google::protobuf::Message& payload, absl::Time time) {
  std::vector<std::string> related = seal.findings;
  related.push_back(seal.venue);
  if (!seal.former.empty()) related.push_back(seal.former);
  change.Audit({seal.name,
                std::move(related),
                std::move(action),
                std::move(summary),
                {{"state", std::string(domain::NameOf(seal.state))}}});
  change.Emit(seal.name, seal.version, payload, kDepartments | kDiscipline);
  return clocks.Hear(change, payload, time);
}

}  // namespace rectify::deadline::events
