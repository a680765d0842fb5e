#include "services/cli/report/fold.h"

#include <functional>
#include <map>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "libs/rpc/convert.h"
#include "rectify/deadline/v1/deadline_events.pb.h"
#include "rectify/hazard/v1/campaign_events.pb.h"
#include "rectify/hazard/v1/department_task_events.pb.h"
#include "rectify/hazard/v1/hazard_events.pb.h"
#include "rectify/hazard/v1/lead_events.pb.h"
#include "rectify/hazard/v1/self_inspection_events.pb.h"
#include "rectify/venue/v1/venue_events.pb.h"

namespace rectify::cli {
namespace {

using event::v1::EventEnvelope;
using Applier = std::function<absl::Status(const EventEnvelope&, Facts&)>;
using Appliers = absl::flat_hash_map<std::string, Applier>;

// What an event of type `Payload` means: `apply(payload, time, facts)`.
template <typename Payload, typename Apply>
void On(Appliers& appliers, Apply apply) {
  appliers[Payload::descriptor()->full_name()] = [apply](const EventEnvelope& event,
                                                         Facts& facts) -> absl::Status {
    Payload payload;
    if (!payload.ParseFromString(event.payload())) {
      return absl::DataLossError(
          absl::StrCat("事件 ", event.source(), "/", event.position(), " 不是 ", event.type()));
    }
    apply(payload, rpc::ToTime(event.occur_time()), facts);
    return absl::OkStatus();
  };
}

void NoteVenue(const venue::v1::VenueFacts& venue, Facts& facts) {
  VenueFact& fact = facts.venues[venue.name()];
  fact.display_name = venue.display_name();
  fact.street = venue.street();
  fact.venue_class = venue.venue_class();
}

void AddRegistry(Appliers& on) {
  using namespace venue::v1;  // NOLINT: the payloads of one package
  On<VenueRegistered>(on, [](const VenueRegistered& e, absl::Time at, Facts& facts) {
    NoteVenue(e.venue(), facts);
    facts.venues[e.venue().name()].registered = at;
  });
  On<VenueUpdated>(
      on, [](const VenueUpdated& e, absl::Time, Facts& facts) { NoteVenue(e.venue(), facts); });
  On<StreetUpdated>(on, [](const StreetUpdated& e, absl::Time, Facts& facts) {
    facts.streets[e.name()] = e.display_name();
  });
  On<DepartmentUpdated>(on, [](const DepartmentUpdated& e, absl::Time, Facts& facts) {
    facts.departments[e.name()] = e.display_name();
  });
}

void AddFindings(Appliers& on) {
  using namespace hazard::v1;  // NOLINT
  On<InspectionRecorded>(on, [](const InspectionRecorded& e, absl::Time, Facts& facts) {
    InspectionFact& fact = facts.inspections[e.inspection()];
    fact = {e.venue(), rpc::ToTime(e.inspect_time()), e.kind(), {}};
    for (const FindingFacts& finding : e.findings()) fact.findings.push_back(finding.finding());
  });
  On<FindingRecorded>(on, [](const FindingRecorded& e, absl::Time at, Facts& facts) {
    FindingFact& fact = facts.findings[e.finding().finding()];
    fact.inspection = e.inspection();
    fact.venue = e.venue();
    fact.catalog_code = e.finding().catalog_code();
    fact.transfer_department = e.finding().transfer_department();
    fact.disposition = e.finding().disposition();
    fact.found = at;
  });
  On<FindingOrdered>(on, [](const FindingOrdered& e, absl::Time at, Facts& facts) {
    facts.findings[e.finding()].ordered = at;
  });
  On<FindingRectified>(on, [](const FindingRectified& e, absl::Time, Facts& facts) {
    facts.findings[e.finding()].rectified = rpc::ToTime(e.rectify_time());
  });
  On<FindingTransferred>(on, [](const FindingTransferred& e, absl::Time at, Facts& facts) {
    facts.findings[e.finding()].transferred = at;
  });
}

// A lead's facts come whole with each of its events.
void NoteLead(const hazard::v1::LeadFacts& lead, Facts& facts) {
  LeadFact& fact = facts.leads[lead.lead()];
  fact.source = lead.source();
  fact.state = lead.state();
  fact.venue = lead.venue();
  fact.received = rpc::ToTime(lead.receive_time());
}

template <typename Payload>
void OnLead(Appliers& on) {
  On<Payload>(on, [](const Payload& e, absl::Time, Facts& facts) { NoteLead(e.lead(), facts); });
}

void AddLeads(Appliers& on) {
  using namespace hazard::v1;  // NOLINT
  OnLead<LeadReceived>(on);
  OnLead<LeadAccepted>(on);
  OnLead<LeadRefused>(on);
  OnLead<LeadTransferred>(on);
  OnLead<LeadReplied>(on);
  On<LeadVerified>(on, [](const LeadVerified& e, absl::Time, Facts& facts) {
    NoteLead(e.lead(), facts);
    facts.leads[e.lead().lead()].outcome = e.outcome();
  });
}

CampaignDutyFact& Begun(std::map<std::string, CampaignDutyFact>& duties, const std::string& name,
                        absl::Time at) {
  auto [known, added] = duties.try_emplace(name);
  if (added) known->second.begun = at;
  return known->second;
}

void NoteSelfInspection(const hazard::v1::SelfInspectionFacts& inspection, absl::Time at,
                        Facts& facts) {
  CampaignDutyFact& fact = Begun(facts.self_inspections, inspection.self_inspection(), at);
  fact.campaign = inspection.campaign();
  fact.of = inspection.target_class();
  fact.state = inspection.state();
  fact.problems = fact.problems || inspection.problem_count() > 0;
}

void NoteTask(const hazard::v1::DepartmentTaskFacts& task, absl::Time at, Facts& facts) {
  CampaignDutyFact& fact = Begun(facts.department_tasks, task.task(), at);
  fact.campaign = task.campaign();
  fact.of = task.department();
  fact.state = task.state();
}

template <typename Payload>
void OnSelfInspection(Appliers& on) {
  On<Payload>(on, [](const Payload& e, absl::Time at, Facts& facts) {
    NoteSelfInspection(e.self_inspection(), at, facts);
  });
}

template <typename Payload>
void OnTask(Appliers& on) {
  On<Payload>(on,
              [](const Payload& e, absl::Time at, Facts& facts) { NoteTask(e.task(), at, facts); });
}

void AddCampaigns(Appliers& on) {
  using namespace hazard::v1;  // NOLINT
  On<CampaignActivated>(on, [](const CampaignActivated& e, absl::Time, Facts& facts) {
    facts.campaigns[e.campaign().campaign()] = e.campaign().title();
  });
  OnSelfInspection<SelfInspectionRequested>(on);
  OnSelfInspection<SelfInspectionReported>(on);
  OnSelfInspection<SelfInspectionReturned>(on);
  OnSelfInspection<SelfInspectionConfirmed>(on);
  OnSelfInspection<SelfFoundProblemRectified>(on);
  OnSelfInspection<SelfInspectionClosed>(on);
  OnTask<DepartmentTaskAssigned>(on);
  OnTask<DepartmentTaskReported>(on);
  OnTask<DepartmentTaskAccepted>(on);
  OnTask<DepartmentTaskReturned>(on);
}

void AddOrders(Appliers& on) {
  using namespace deadline::v1;  // NOLINT
  On<OrderDrafted>(on, [](const OrderDrafted& e, absl::Time at, Facts& facts) {
    OrderFact& fact = facts.orders[e.order()];
    fact.kind = e.kind();
    fact.inspection = e.inspection();
    fact.venue = e.venue();
    fact.findings.assign(e.findings().begin(), e.findings().end());
    fact.drafted = at;
  });
  On<OrderIssued>(on, [](const OrderIssued& e, absl::Time, Facts& facts) {
    facts.orders[e.order()].document_number = e.document_number();
  });
  On<OrderServed>(on, [](const OrderServed& e, absl::Time, Facts& facts) {
    facts.orders[e.order()].served = rpc::ToTime(e.serve_time());
  });
  On<OrderVoided>(on, [](const OrderVoided& e, absl::Time, Facts& facts) {
    facts.orders[e.order()].voided = true;
  });
  On<RecheckFailed>(on, [](const RecheckFailed& e, absl::Time, Facts& facts) {
    ++facts.orders[e.order()].failed_rechecks;
  });
  On<RecheckPassed>(on, [](const RecheckPassed& e, absl::Time, Facts& facts) {
    facts.orders[e.order()].closed = rpc::ToTime(e.recheck_time());
  });
  On<PenaltyRecorded>(on, [](const PenaltyRecorded& e, absl::Time at, Facts& facts) {
    facts.penalties[absl::StrCat(e.order(), " ", e.decision_number())] = {e.order(), e.venue(), at};
  });
}

void AddClocks(Appliers& on) {
  using namespace deadline::v1;  // NOLINT
  On<ClockStarted>(on, [](const ClockStarted& e, absl::Time at, Facts& facts) {
    ClockFact& fact = facts.clocks[e.clock()];
    fact.kind = e.kind();
    fact.title = e.title();
    fact.side = e.side();
    fact.venue = e.venue();
    fact.findings.assign(e.findings().begin(), e.findings().end());
    fact.started = at;
  });
  On<ClockOverdue>(on, [](const ClockOverdue& e, absl::Time, Facts& facts) {
    facts.clocks[e.clock()].overdue = true;
  });
  On<ClockMet>(on, [](const ClockMet& e, absl::Time, Facts& facts) {
    facts.clocks[e.clock()].state =
        e.in_time() ? ClockFact::State::kMetInTime : ClockFact::State::kMetLate;
  });
  On<ClockCancelled>(on, [](const ClockCancelled& e, absl::Time, Facts& facts) {
    facts.clocks[e.clock()].state = ClockFact::State::kCancelled;
  });
}

const Appliers& KnownTypes() {
  static const Appliers* known = [] {
    auto* appliers = new Appliers;
    AddRegistry(*appliers);
    AddFindings(*appliers);
    AddLeads(*appliers);
    AddCampaigns(*appliers);
    AddOrders(*appliers);
    AddClocks(*appliers);
    return appliers;
  }();
  return *known;
}

}  // namespace

absl::Status Fold(const EventEnvelope& event, Facts& facts) {
  auto known = KnownTypes().find(event.type());
  return known == KnownTypes().end() ? absl::OkStatus() : known->second(event, facts);
}

}  // namespace rectify::cli
