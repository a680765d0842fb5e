#include "services/hazard_findings/events/self_inspection_payloads.h"

#include "absl/strings/str_cat.h"
#include "libs/rpc/convert.h"

namespace rectify::hazard::events {

v1::SelfInspectionFacts ToFacts(const domain::SelfInspection& self) {
  v1::SelfInspectionFacts facts;
  facts.set_self_inspection(self.name());
  facts.set_campaign(self.campaign);
  facts.set_venue(self.venue);
  facts.set_target_class(self.target_class);
  *facts.mutable_due_date() = rpc::ToDate(self.due_date);
  facts.set_state(static_cast<v1::SelfInspection::State>(self.state));
  facts.set_problem_count(static_cast<int>(self.problems.size()));
  facts.set_open_problem_count(self.open_problems());
  return facts;
}

common::v1::DutyFacts ToDuty(const domain::SelfInspection& self) {
  common::v1::DutyFacts duty;
  duty.set_subject(self.name());
  duty.set_title("自查自改");
  duty.set_venue(self.venue);
  duty.set_owner(self.venue);
  duty.set_handling_officer(self.officer);
  if (self.state == domain::SelfInspectionState::kRequested) {
    *duty.mutable_due_date() = rpc::ToDate(self.due_date);
  }
  if (self.state == domain::SelfInspectionState::kConfirmed) {
    duty.set_title(absl::StrCat("自查问题整改，尚有 ", self.open_problems(), " 项"));
    duty.set_variant("OPEN_PROBLEMS");
    *duty.mutable_due_date() = rpc::ToDate(*self.next_planned_date());
  }
  return duty;
}

}  // namespace rectify::hazard::events
