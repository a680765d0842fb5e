#include "services/rectification_deadlines/events/consumers.h"

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/clock.h"
#include "libs/base/status_macros.h"
#include "libs/events/payload.h"
#include "libs/rpc/convert.h"
#include "rectify/hazard/v1/hazard_events.pb.h"
#include "rectify/venue/v1/venue_directory_events.pb.h"
#include "rectify/venue/v1/venue_events.pb.h"
#include "services/rectification_deadlines/events/duty_facts.h"
#include "services/rectification_deadlines/events/journal.h"
#include "services/rectification_deadlines/events/payloads.h"
#include "services/rectification_deadlines/events/venue_merge.h"
#include "services/rectification_deadlines/store/names.h"
#include "services/rectification_deadlines/store/projection_store.h"

namespace rectify::deadline::events {
namespace {

using event::v1::EventEnvelope;
using ::rectify::events::Arrival;
using ::rectify::events::Change;
using ::rectify::events::ReadPayload;
using ::rectify::events::Run;

// What a run tells of venues and officers, written as sets: of several events of one thing the last
// one tells all.
class Projection {
 public:
  absl::Status Take(Change& change, const EventEnvelope& envelope) {
    ASSIGN_OR_RETURN(const auto registered, ReadPayload<venue::v1::VenueRegistered>(envelope));
    if (registered) Note(registered->venue());
    ASSIGN_OR_RETURN(const auto updated, ReadPayload<venue::v1::VenueUpdated>(envelope));
    if (updated) Note(updated->venue());
    ASSIGN_OR_RETURN(const auto closed, ReadPayload<venue::v1::VenueClosed>(envelope));
    if (closed) Note(closed->venue());
    ASSIGN_OR_RETURN(const auto officer, ReadPayload<venue::v1::OfficerUpdated>(envelope));
    if (officer) Note(*officer);
    ASSIGN_OR_RETURN(const auto merged, ReadPayload<venue::v1::VenueMerged>(envelope));
    if (!merged) return absl::OkStatus();
    Note(merged->source());
    RETURN_IF_ERROR(Save(change.sql()));
    return MergeVenue(change, *merged);
  }

  absl::Status Save(pg::Tx& tx) {
    RETURN_IF_ERROR(store::SaveVenues(tx, std::exchange(venues_, {})));
    return store::SaveOfficers(tx, std::exchange(officers_, {}));
  }

 private:
  void Note(const venue::v1::VenueFacts& facts) {
    venues_[facts.name()] = {facts.name(), facts.display_name(), facts.street(),
                             facts.state() == venue::v1::Venue::STATE_CLOSED};
  }
  void Note(const venue::v1::OfficerUpdated& event) {
    domain::Officer& officer = officers_[event.name()];
    officer = {event.name(),
               event.display_name(),
               rpc::ToCivilDay(event.certificate_start()),
               rpc::ToCivilDay(event.certificate_end()),
               rpc::ToCivilDay(event.post_start()),
               std::nullopt};
    if (event.has_post_end()) officer.post_end = rpc::ToCivilDay(event.post_end());
  }

  std::map<std::string, store::Venue> venues_;
  domain::Officers officers_;
};

absl::Status TakeDuty(Change& change, const EventEnvelope& envelope, const ClockKeeper& clocks) {
  ASSIGN_OR_RETURN(const std::unique_ptr<google::protobuf::Message> payload,
                   ReadAnyPayload(envelope));
  return clocks.Hear(change, *payload, rpc::ToTime(envelope.occur_time()));
}

domain::FindingFacts ToFacts(const hazard::v1::FindingFacts& message) {
  domain::FindingFacts facts{.finding = message.finding(),
                             .catalog_code = message.catalog_code(),
                             .title = message.title(),
                             .description = message.description(),
                             .location = message.location(),
                             .basis = message.duty_basis(),
                             .required_action = message.required_action(),
                             .disposition = static_cast<domain::Disposition>(message.disposition()),
                             .at_once = message.at_once(),
                             .term_days = message.term_days()};
  if (message.has_stated_due_date()) {
    facts.stated_due_date = rpc::ToCivilDay(message.stated_due_date());
  }
  return facts;
}

domain::InspectionFacts ToFacts(const hazard::v1::InspectionRecorded& event,
                                const store::Venue& venue) {
  domain::InspectionFacts facts{.inspection = event.inspection(),
                                .venue = venue.name,
                                .party = venue.display_name,
                                .street = venue.street,
                                .inspect_time = rpc::ToTime(event.inspect_time()),
                                .officers = {event.officers().begin(), event.officers().end()},
                                .findings = {}};
  for (const auto& finding : event.findings()) facts.findings.push_back(ToFacts(finding));
  return facts;
}

std::vector<store::Finding> ToFindings(const domain::InspectionFacts& facts) {
  std::vector<store::Finding> findings;
  for (const domain::FindingFacts& finding : facts.findings) {
    std::optional<absl::Time> closed;
    if (finding.disposition == domain::Disposition::kCorrectedOnSpot) closed = facts.inspect_time;
    findings.push_back({finding.finding, facts.inspection, facts.venue,
                        facts.officers.empty() ? "" : facts.officers.front(), facts.inspect_time,
                        finding.description, finding.disposition, closed});
  }
  return findings;
}

domain::Subject SubjectOf(const store::Finding& finding, const store::Venue* venue) {
  domain::Subject subject;
  subject.name = finding.name;
  subject.venue = finding.venue;
  subject.handling_officer = finding.handling_officer;
  subject.inspect_time = finding.inspect_time;
  subject.items = {{finding.name, finding.hazard}};
  if (venue != nullptr) {
    subject.party = venue->display_name;
    subject.street = venue->street;
  }
  return subject;
}

// The orders that the inspection calls for, named and journalled.
std::vector<domain::Order> DraftOrders(Change& change, const domain::InspectionFacts& facts,
                                       const domain::Policy& policy) {
  std::vector<domain::Order> orders = domain::DraftOrders(facts, policy, change.now());
  for (domain::Order& order : orders) {
    const bool immediate = order.kind == domain::OrderKind::kImmediate;
    order.name = store::OrderName(store::SplitName(facts.inspection).district,
                                  change.NewId(immediate ? "order/immediate" : "order/term"));
    JournalOrder(change, order,
                 {"DraftOrder", absl::StrCat("拟制", policy.DocumentOf(order.kind).title, "，共 ",
                                             order.items.size(), " 项（", order.party, "）")},
                 ToOrderDrafted(order), ::rectify::events::kInternalOnly);
  }
  return orders;
}

}  // namespace

// An inspection with findings, and the change in which it is taken.
struct HazardConsumer::Recorded {
  Change& change;
  hazard::v1::InspectionRecorded inspection;
};

absl::Status ApplyVenueEvents(pg::Tx& tx, Run& run, const ClockKeeper& clocks) {
  Projection projection;
  for (Arrival& arrival : run) {
    RETURN_IF_ERROR(projection.Take(arrival.change, arrival.event));
    if (!clocks.Hears(arrival.event.type())) continue;
    RETURN_IF_ERROR(projection.Save(tx));
    RETURN_IF_ERROR(TakeDuty(arrival.change, arrival.event, clocks));
  }
  return projection.Save(tx);
}

absl::Status HazardConsumer::Apply(pg::Tx& tx, Run& run) const {
  std::vector<Recorded> recorded;  // of which nothing is written yet
  for (Arrival& arrival : run) {
    const EventEnvelope& event = arrival.event;
    ASSIGN_OR_RETURN(auto inspection, ReadPayload<hazard::v1::InspectionRecorded>(event));
    if (inspection && !inspection->findings().empty()) {
      recorded.push_back({arrival.change, *std::move(inspection)});
    }
    ASSIGN_OR_RETURN(const auto transferred, ReadPayload<hazard::v1::FindingTransferred>(event));
    const bool duty = clocks_.Hears(event.type());
    if (!transferred && !duty) continue;
    RETURN_IF_ERROR(Draft(tx, recorded));
    if (transferred) {
      RETURN_IF_ERROR(ConcludeTransfer(arrival.change, transferred->finding(),
                                       rpc::ToTime(event.occur_time())));
    }
    if (duty) RETURN_IF_ERROR(TakeDuty(arrival.change, event, clocks_));
  }
  return Draft(tx, recorded);
}

absl::Status HazardConsumer::Draft(pg::Tx& tx, std::vector<Recorded>& recorded) const {
  if (recorded.empty()) return absl::OkStatus();
  std::set<std::string> names;
  for (const Recorded& one : recorded) names.insert(one.inspection.venue());
  ASSIGN_OR_RETURN(const auto venues, store::FindVenues(tx, names));
  std::vector<store::Finding> findings;
  std::vector<domain::Order> orders;
  std::vector<Telling> tellings;
  for (const Recorded& one : recorded) {
    const auto venue = venues.find(one.inspection.venue());
    if (venue == venues.end()) {
      return absl::UnavailableError(absl::StrCat(one.inspection.venue(), " has not arrived yet"));
    }
    const domain::InspectionFacts facts = ToFacts(one.inspection, venue->second);
    for (domain::Order& order : DraftOrders(one.change, facts, policy_)) {
      tellings.push_back({one.change,
                          domain::SubjectOf(order),
                          {{domain::Trigger::kOrderDrafted, one.change.now()}}});
      orders.push_back(std::move(order));
    }
    for (store::Finding& finding : ToFindings(facts)) {
      if (finding.disposition == domain::Disposition::kTransfer) {
        tellings.push_back({one.change,
                            SubjectOf(finding, &venue->second),
                            {{domain::Trigger::kTransferDecided, facts.inspect_time}}});
      }
      findings.push_back(std::move(finding));
    }
  }
  recorded.clear();
  RETURN_IF_ERROR(store::InsertFindings(tx, findings));
  RETURN_IF_ERROR(orders_.Save(tx, orders));
  return clocks_.TellOfNew(tx, tellings);
}

absl::Status HazardConsumer::ConcludeTransfer(Change& change, const std::string& name,
                                              absl::Time time) const {
  ASSIGN_OR_RETURN(const std::optional<store::Finding> finding,
                   store::LockFinding(change.sql(), name));
  if (!finding) return absl::NotFoundError(absl::StrCat(name, " is not known here"));
  RETURN_IF_ERROR(clocks_.Tell(change, SubjectOf(*finding, nullptr),
                               {{domain::Trigger::kTransferConcluded, time}}));
  return store::CloseFindings(change.sql(), {name}, time);
}

}  // namespace rectify::deadline::events
