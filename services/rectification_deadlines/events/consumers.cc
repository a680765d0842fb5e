#include "services/rectification_deadlines/events/consumers.h"

#include <memory>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/clock.h"
#include "libs/base/status_macros.h"
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
using ::rectify::events::Change;

// nullopt when the event is of another type; DATA_LOSS when it can't be read.
template <typename Payload>
absl::StatusOr<std::optional<Payload>> ReadPayload(const EventEnvelope& envelope) {
  if (envelope.type() != Payload::descriptor()->full_name()) return std::optional<Payload>();
  Payload payload;
  if (!payload.ParseFromString(envelope.payload())) {
    return absl::DataLossError(
        absl::StrCat(envelope.source(), "/", envelope.position(), " is no ", envelope.type()));
  }
  return std::optional<Payload>(std::move(payload));
}

absl::Status SaveVenue(Change& change, const venue::v1::VenueFacts& facts) {
  return store::SaveVenue(change.sql(), {facts.name(), facts.display_name(), facts.street(),
                                         facts.state() == venue::v1::Venue::STATE_CLOSED});
}

absl::Status SaveOfficer(Change& change, const venue::v1::OfficerUpdated& event) {
  domain::Officer officer{event.name(),
                          event.display_name(),
                          rpc::ToCivilDay(event.certificate_start()),
                          rpc::ToCivilDay(event.certificate_end()),
                          rpc::ToCivilDay(event.post_start()),
                          std::nullopt};
  if (event.has_post_end()) officer.post_end = rpc::ToCivilDay(event.post_end());
  return store::SaveOfficer(change.sql(), officer);
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

domain::Subject SubjectOf(const store::Finding& finding, const std::optional<store::Venue>& venue) {
  domain::Subject subject;
  subject.name = finding.name;
  subject.venue = finding.venue;
  subject.handling_officer = finding.handling_officer;
  subject.inspect_time = finding.inspect_time;
  subject.items = {{finding.name, finding.hazard}};
  if (venue) {
    subject.party = venue->display_name;
    subject.street = venue->street;
  }
  return subject;
}

absl::Status DraftOrders(Change& change, const domain::InspectionFacts& facts,
                         const domain::Policy& policy, const store::OrderStore& orders,
                         const ClockKeeper& clocks) {
  for (domain::Order& order : domain::DraftOrders(facts, policy, change.now())) {
    const bool immediate = order.kind == domain::OrderKind::kImmediate;
    order.name = store::OrderName(store::SplitName(facts.inspection).district,
                                  change.NewId(immediate ? "order/immediate" : "order/term"));
    RETURN_IF_ERROR(orders.Save(change.sql(), order));
    JournalOrder(change, order,
                 {"DraftOrder", absl::StrCat("拟制", policy.DocumentOf(order.kind).title, "，共 ",
                                             order.items.size(), " 项（", order.party, "）")},
                 ToOrderDrafted(order), ::rectify::events::kInternalOnly);
    RETURN_IF_ERROR(clocks.Tell(change, domain::SubjectOf(order),
                                {{domain::Trigger::kOrderDrafted, change.now()}}));
  }
  return absl::OkStatus();
}

absl::Status TakeInspection(Change& change, const hazard::v1::InspectionRecorded& event,
                            const domain::Policy& policy, const store::OrderStore& orders,
                            const ClockKeeper& clocks) {
  if (event.findings().empty()) return absl::OkStatus();
  ASSIGN_OR_RETURN(const std::optional<store::Venue> venue,
                   store::FindVenue(change.sql(), event.venue()));
  if (!venue) {
    return absl::UnavailableError(absl::StrCat(event.venue(), " has not arrived yet"));
  }
  const domain::InspectionFacts facts = ToFacts(event, *venue);
  const std::vector<store::Finding> findings = ToFindings(facts);
  RETURN_IF_ERROR(store::InsertFindings(change.sql(), findings));
  RETURN_IF_ERROR(DraftOrders(change, facts, policy, orders, clocks));
  for (const store::Finding& finding : findings) {
    if (finding.disposition != domain::Disposition::kTransfer) continue;
    RETURN_IF_ERROR(clocks.Tell(change, SubjectOf(finding, venue),
                                {{domain::Trigger::kTransferDecided, facts.inspect_time}}));
  }
  return absl::OkStatus();
}

absl::Status ConcludeTransfer(Change& change, const std::string& name, absl::Time time,
                              const ClockKeeper& clocks) {
  ASSIGN_OR_RETURN(const std::optional<store::Finding> finding,
                   store::LockFinding(change.sql(), name));
  if (!finding) return absl::NotFoundError(absl::StrCat(name, " is not known here"));
  RETURN_IF_ERROR(clocks.Tell(change, SubjectOf(*finding, std::nullopt),
                              {{domain::Trigger::kTransferConcluded, time}}));
  return store::CloseFindings(change.sql(), {name}, time);
}

}  // namespace

absl::Status ApplyVenueEvent(Change& change, const EventEnvelope& envelope) {
  ASSIGN_OR_RETURN(const auto registered, ReadPayload<venue::v1::VenueRegistered>(envelope));
  if (registered) return SaveVenue(change, registered->venue());
  ASSIGN_OR_RETURN(const auto updated, ReadPayload<venue::v1::VenueUpdated>(envelope));
  if (updated) return SaveVenue(change, updated->venue());
  ASSIGN_OR_RETURN(const auto closed, ReadPayload<venue::v1::VenueClosed>(envelope));
  if (closed) return SaveVenue(change, closed->venue());
  ASSIGN_OR_RETURN(const auto merged, ReadPayload<venue::v1::VenueMerged>(envelope));
  if (merged) {
    RETURN_IF_ERROR(SaveVenue(change, merged->source()));
    return MergeVenue(change, *merged);
  }
  ASSIGN_OR_RETURN(const auto officer, ReadPayload<venue::v1::OfficerUpdated>(envelope));
  if (officer) return SaveOfficer(change, *officer);
  return absl::OkStatus();
}

absl::Status ApplyDuty(Change& change, const EventEnvelope& envelope, const ClockKeeper& clocks) {
  if (!clocks.Hears(envelope.type())) return absl::OkStatus();
  ASSIGN_OR_RETURN(const std::unique_ptr<google::protobuf::Message> payload,
                   ReadAnyPayload(envelope));
  return clocks.Hear(change, *payload, rpc::ToTime(envelope.occur_time()));
}

absl::Status HazardConsumer::Apply(Change& change, const EventEnvelope& envelope) const {
  ASSIGN_OR_RETURN(const auto recorded, ReadPayload<hazard::v1::InspectionRecorded>(envelope));
  if (recorded) return TakeInspection(change, *recorded, policy_, orders_, clocks_);
  ASSIGN_OR_RETURN(const auto transferred, ReadPayload<hazard::v1::FindingTransferred>(envelope));
  if (transferred) {
    return ConcludeTransfer(change, transferred->finding(), rpc::ToTime(envelope.occur_time()),
                            clocks_);
  }
  return absl::OkStatus();
}

}  // namespace rectify::deadline::events
