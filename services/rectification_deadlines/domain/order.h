// A rectification order (责令改正通知书) and its life: drafted from an inspection's findings,
// reviewed by a chain of different people, numbered, served, reported, rechecked, closed. Pure:
// each verb takes the present state and gives the next one, one version higher.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "libs/workday/calendar.h"
#include "services/rectification_deadlines/domain/deliberation.h"
#include "services/rectification_deadlines/domain/officer.h"
#include "services/rectification_deadlines/domain/policy.h"
#include "services/rectification_deadlines/domain/service_record.h"

namespace rectify::deadline::domain {

// Numbers of the enums below are those of the contract.

enum class OrderState {
  kDrafted = 1,
  kInReview = 2,
  kApproved = 3,
  kIssued = 4,
  kServed = 5,
  kReported = 6,
  kRecheckFailed = 7,
  kClosed = 8,
  kVoided = 9,
  kSuperseded = 10,
};

// The contract's name without prefix: "IN_REVIEW".
absl::string_view NameOf(OrderState state);

struct OrderItem {
  std::string finding, catalog_code, description, basis, required_action;
  int term_days = 0;                                // ignored when a date is stated
  std::optional<absl::CivilDay> stated_due_date{};  // chosen by the officer
  std::optional<absl::CivilDay> due_date{};         // as served or extended; inclusive
  std::optional<absl::Time> rectify_time{};         // when a recheck proved it
  std::optional<absl::CivilDay> first_due_date{};   // as served; extensions leave it

  bool open() const { return !rectify_time.has_value(); }
};

// A signature under the content of the order.
struct Approval {
  std::string role;      // of the step
  std::string approver;  // empty while open
  std::optional<absl::Time> approve_time{};
  std::string opinion{};
  std::string user{};          // account that signed, besides the officer in whose post
  std::string content_hash{};  // of what was signed
};

struct Report {
  absl::Time report_time;
  std::string reporter, statement;
};

struct RecheckResult {
  std::string finding;
  bool rectified;
  std::string note;
};

struct Recheck {
  absl::Time recheck_time;
  std::vector<std::string> officers;
  std::vector<RecheckResult> results;
};

enum class ExtensionState { kPending = 1, kGranted = 2, kRefused = 3, kLapsed = 4 };

struct ExtendedItem {
  std::string finding;
  absl::CivilDay old_due_date;
  std::optional<absl::CivilDay> due_date{};  // as granted
};

// A request of the venue for more time, and the decision on it.
struct Extension {
  ExtensionState state = ExtensionState::kPending;
  absl::Time request_time;
  std::string requester, reason, safeguards;
  absl::CivilDay wished_date;
  std::vector<ExtendedItem> items;
  std::optional<absl::Time> decide_time{};
  std::string decider{}, decision{}, document_number{};
  std::optional<ServiceRecord> service{};
  std::optional<Deliberation> deliberation{};
};

enum class DecisionState { kOpen = 1, kConcluded = 2, kDropped = 3 };

// What follows for items that outlived their term, and what became of it.
struct InstrumentDecision {
  NextInstrument instrument;
  DecisionState state = DecisionState::kOpen;
  absl::Time decide_time;
  std::string decider, reason, reference, basis;
  std::vector<std::string> findings;
  std::optional<absl::Time> conclude_time{};
  std::string outcome{}, outcome_reference{};
  std::optional<Deliberation> deliberation{};
};

struct Order {
  std::string name;  // districts/{district}/orders/{uuid}
  OrderKind kind = OrderKind::kTerm;
  std::string inspection;
  absl::Time inspect_time;
  std::string venue, party, street;
  std::vector<std::string> officers;  // the first one handles the order
  std::vector<OrderItem> items;
  std::string document_number;
  OrderState state = OrderState::kDrafted;
  // By the officer who handed it in (承办人), the first of the four signatures; nullopt while
  // drafted.
  std::optional<Approval> submission;
  std::vector<Approval> approvals;  // the steps after it, in order
  std::string return_reason;        // of the last return; empty once it is submitted again
  std::optional<ServiceRecord> service;
  std::vector<Report> reports;                // oldest first
  std::vector<Recheck> rechecks;              // oldest first
  std::vector<Extension> extensions;          // oldest first; only the last may be pending
  std::vector<InstrumentDecision> decisions;  // oldest first
  std::string predecessor, successor;         // of a second order for what is still open
  std::string void_reason, replacement;
  absl::Time create_time, update_time;
  std::optional<absl::Time> issue_time, close_time;
  int64_t version = 1;

  bool HasOfficer(absl::string_view officer) const;
  std::vector<std::string> Findings() const;
  // The earliest due date among the items that are open; nullopt before service and when closed.
  std::optional<absl::CivilDay> OpenDueDate() const;
  // An item is open after its due date.
  bool OverdueAt(absl::Time now) const;
};

// What happens to a finding, as the inspection says.
enum class Disposition { kCorrectedOnSpot = 1, kOrder = 2, kTransfer = 3 };

struct FindingFacts {
  std::string finding, catalog_code, title, description, location, basis, required_action;
  Disposition disposition;
  bool at_once = false;
  int term_days = 0;
  std::optional<absl::CivilDay> stated_due_date{};
};

struct InspectionFacts {
  std::string inspection, venue, party, street;
  absl::Time inspect_time;
  std::vector<std::string> officers;
  std::vector<FindingFacts> findings;
};

// The orders that an inspection calls for, without names: findings that must be corrected at once
// in one immediate order, the others in one order with terms.
std::vector<Order> DraftOrders(const InspectionFacts& facts, const Policy& policy, absl::Time now);

// The verbs. All fail with FAILED_PRECONDITION ORDER_STATE (metadata `state` and `allowed`) from
// a state that does not allow them.

// `items` replace the texts and terms one by one; voids the approvals. INVALID_ARGUMENT when items
// were added, left out or reordered, or a term is one that the kind can't have.
absl::StatusOr<Order> Edit(Order order, const std::vector<OrderItem>& items, absl::Time now);

// Someone who wants to sign: the officer or, without one, the user; and the roles held.
struct Signer {
  std::string name;
  std::vector<std::string> officers;  // all officer posts of the person
  std::vector<std::string> roles;
  std::string user{};  // the account
};

// Signs as the officer who handles the order. PERMISSION_DENIED NOT_YOUR_TASK for anybody who is
// not one of its officers.
absl::StatusOr<Order> Submit(Order order, const Signer& signer, absl::Time now);

// Signs the next open step. PERMISSION_DENIED NOT_YOUR_TASK without its role; FAILED_PRECONDITION
// APPROVER_NOT_DISTINCT for an officer of the order and for someone who has signed before, by post
// or by account; CONTENT_CHANGED when what was submitted is not the content any more.
absl::StatusOr<Order> Approve(Order order, const Signer& signer, absl::string_view opinion,
                              absl::Time now);

absl::StatusOr<Order> Return(Order order, absl::string_view reason, absl::Time now);

// APPROVED with every signature of the chain, each of another person, under the present content:
// ORDER_STATE, CONTENT_CHANGED, APPROVER_NOT_DISTINCT.
absl::Status RequireApproved(const Order& order);
absl::StatusOr<Order> Issue(Order order, std::string document_number, absl::Time now);

// Computes the due dates. DATE_ORDER, CALENDAR_MISSING, TOO_FEW_OFFICERS, OFFICER_NOT_QUALIFIED;
// INVALID_ARGUMENT for what the method needs, see CheckService().
absl::StatusOr<Order> Serve(Order order, ServiceRecord service, const Officers& officers,
                            const Policy& policy, const workday::Calendar& calendar,
                            absl::Time now);

struct Voided {
  Order voided;
  Order replacement;  // same items, drafted anew
};
absl::StatusOr<Voided> Void(Order order, std::string reason, std::string replacement_name,
                            const Policy& policy, absl::Time now);

absl::StatusOr<Order> ReportRectified(Order order, Report report, absl::Time now);

struct Rechecked {
  Order order;
  // Findings, in the order of the items: proved rectified, found still there, and left out.
  std::vector<std::string> rectified, open, remaining;
};
// `recheck.results` covers the open items whose term has ended before its day, or all open ones
// when the party has applied since the last recheck, and no other: RECHECK_INCOMPLETE. DATE_ORDER,
// TOO_FEW_OFFICERS, OFFICER_NOT_QUALIFIED.
absl::StatusOr<Rechecked> RecordRecheck(Order order, Recheck recheck, const Officers& officers,
                                        absl::Time now);

// The rule by which an item's due date follows from service; nullopt for a stated date.
std::optional<PeriodRule> TermOf(const Order& order, const OrderItem& item);

}  // namespace rectify::deadline::domain
