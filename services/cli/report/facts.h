// What the events of all services say, as plain facts by resource name. Nothing here is counted;
// figures.h names the records behind each number.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"

namespace rectify::cli {

struct VenueFact {
  std::string display_name, street;
  int venue_class = 0;  // venue::v1::VenueClass
  absl::Time registered;
};

struct InspectionFact {
  std::string venue;
  absl::Time time;
  int kind = 0;  // hazard::v1::InspectionKind
  std::vector<std::string> findings;
};

// One hazard. Times are InfiniteFuture until they happen.
struct FindingFact {
  std::string inspection, venue, catalog_code, transfer_department;
  int disposition = 0;  // hazard::v1::Disposition
  absl::Time found;
  absl::Time ordered = absl::InfiniteFuture();
  absl::Time rectified = absl::InfiniteFuture();
  absl::Time transferred = absl::InfiniteFuture();
};

struct OrderFact {
  int kind = 0;  // deadline::v1::OrderKind
  std::string inspection, venue, document_number;
  std::vector<std::string> findings;
  absl::Time drafted;
  absl::Time served = absl::InfiniteFuture();
  absl::Time closed = absl::InfiniteFuture();
  bool voided = false;
  int failed_rechecks = 0;
};

// A hint that there may be a hazard.
struct LeadFact {
  int source = 0;   // hazard::v1::Lead::Source
  int state = 0;    // hazard::v1::Lead::State
  int outcome = 0;  // hazard::v1::Lead::Outcome
  std::string venue;
  absl::Time received;
};

// A venue's look at itself, or a department's task, under a campaign.
struct CampaignDutyFact {
  std::string campaign;
  std::string of;         // the class of places, or the department
  int state = 0;          // hazard::v1::SelfInspection::State or DepartmentTask::State
  bool problems = false;  // the venue found something
  absl::Time begun;
};

// One statutory clock, on whichever side.
struct ClockFact {
  enum class State { kRunning, kMetInTime, kMetLate, kCancelled };
  std::string kind, title, venue;
  int side = 0;  // deadline::v1::ClockSide
  std::vector<std::string> findings;
  absl::Time started;
  State state = State::kRunning;
  bool overdue = false;  // passed its due time while it ran
};

struct PenaltyFact {
  std::string order, venue;
  absl::Time recorded;
};

// A reminder that has its outcome. The dispatcher's feed tells of what left the house and what
// could not; all outcomes are in its ledger.
struct ReminderFact {
  int outcome = 0;  // reminder::v1::Reminder::State
  absl::Time settled;
};

// What the discipline committee alone may know.
struct DrawFact {
  std::string quarter;
  bool abandoned = false;
  absl::Time finished;
};
struct VisitFact {
  std::string draw;
  int state = 0;  // followup::v1::Visit::State
};
struct CommitteeFacts {
  std::map<std::string, DrawFact> draws;
  std::map<std::string, VisitFact> visits;
};

// How far a source's feed was read.
struct FeedFact {
  int epoch = 0;
  int64_t position = 0;
  std::string chain;  // of the event at `position`
  std::string sha256;
};

struct Facts {
  std::map<std::string, std::string> streets, departments;  // name → Chinese name
  std::map<std::string, VenueFact> venues;
  std::map<std::string, InspectionFact> inspections;
  std::map<std::string, FindingFact> findings;
  std::map<std::string, OrderFact> orders;
  std::map<std::string, LeadFact> leads;
  std::map<std::string, std::string> campaigns;  // name → title
  std::map<std::string, CampaignDutyFact> self_inspections, department_tasks;
  std::map<std::string, ClockFact> clocks;
  std::map<std::string, PenaltyFact> penalties;  // by event's order and decision number
  std::map<std::string, ReminderFact> reminders;
  std::map<std::string, FeedFact> feeds;    // by source
  std::optional<CommitteeFacts> committee;  // only for the committee itself
};

}  // namespace rectify::cli
