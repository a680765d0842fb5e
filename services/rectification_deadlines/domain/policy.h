// The statutory clocks and document kinds as data: what starts, moves and ends a clock, who must
// act and for how long. Read from a policy file; nobody edits C++ when the law changes.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "services/rectification_deadlines/domain/period.h"

namespace rectify::deadline::domain {

// Numbers of the enums below are those of the contract.

// The two notices by which a hazard is ordered to be rectified.
enum class OrderKind {
  kImmediate = 1,  // 责令立即改正通知书
  kTerm = 2,       // 责令限期改正通知书
};

enum class Trigger {
  kOrderDrafted = 1,
  kOrderServed = 2,
  kRectificationReported = 3,
  kRechecked = 4,
  kRecheckNotPassed = 5,
  kRecheckPassed = 6,
  kOrderVoided = 7,
  kTransferDecided = 8,
  kTransferConcluded = 9,
  kExtensionRequested = 10,
  kExtensionDecided = 11,
  kExtensionGranted = 12,
  kExtensionServed = 13,
  kNextDecided = 14,
  kNextConcluded = 15,
  kTermsRemain = 16,
};

// For people: 送达.
absl::string_view NameOf(Trigger trigger);

// What may follow when a hazard outlives its term.
enum class NextInstrument {
  kPenaltyCase = 1,
  kSecondOrder = 2,
  kSealing = 3,
  kTalk = 4,
  kTransfer = 5,
  kForcedRemoval = 6,
};

enum class StartFact { kInspection = 1, kTrigger = 2, kItemDueDate = 3 };

enum class Owner {
  kHandlingOfficer = 1,
  kVenue = 2,
  kDepartmentHead = 3,
  kChief = 4,
  kDuty = 5,  // whom the event's duty names
  kPost = 6,  // ClockRule::owner_post
};

// On whose side a duty lies.
enum class Side { kAuthority = 1, kVenue = 2, kDepartment = 3 };

enum class Scope { kSubject = 1, kItem = 2 };

// Which open items a clock covers, by the day of the trigger.
enum class Coverage { kAllOpen = 0, kTermRunning = 1, kTermEnded = 2 };

struct ClockRule {
  std::string kind, title;
  std::vector<Trigger> start_on;
  std::vector<OrderKind> order_kinds;  // empty: all
  Scope scope = Scope::kSubject;
  Coverage coverage = Coverage::kAllOpen;
  StartFact start_fact = StartFact::kTrigger;
  std::optional<PeriodRule> period;  // nullopt: the term of the item
  Owner owner = Owner::kHandlingOfficer;
  std::vector<Trigger> met_on, cancelled_on, earlier_start_on;
  std::string reminder_ladder;
  // Full names of event types that carry a duty, see duty.h.
  std::vector<std::string> start_on_event{}, met_on_event{}, cancelled_on_event{},
      suspended_on_event{}, resumed_on_event{}, moved_on_event{};
  std::vector<std::string> variants{};        // of duties that start it; empty: all
  std::string owner_post{};                   // code of the post, for Owner::kPost
  std::optional<Side> side{};                 // nullopt: follows from the owner
  std::vector<Trigger> moved_on{};            // what gives it the new date of an extended item
  std::vector<NextInstrument> instruments{};  // of kNextDecided and kNextConcluded; empty: all
};

struct DocumentRule {
  OrderKind kind{};  // not set for the decision on an extension
  std::string title;
  std::string organ;  // 机关代字: 津丽
  std::string code;   // 文书代字: 消限
  int serial_width = 4;
  std::vector<std::string> approval_steps;  // names of roles, in order
};

struct ServiceRule {
  int public_notice_days = 30;  // natural days until a public notice serves
};

struct ExtensionRule {
  std::vector<std::string> decided_by;  // names of roles, one suffices
  int max_count = 0;                    // extensions of one order
  int max_days = 0;                     // natural days between the old and the new date
  DocumentRule document{};
  // From which grant of an order on, and beyond how many days, it takes a deliberation; 0: never.
  int deliberation_from_count = 0, deliberation_over_days = 0;
};

struct InstrumentRule {
  NextInstrument instrument;
  std::string title, basis;
  std::vector<std::string> catalog_codes;  // or their beginnings; empty: all
  std::vector<std::string> decided_by;     // names of roles, one suffices
  bool needs_deliberation = false;

  bool IsFor(absl::string_view catalog_code) const;
};

struct Policy {
  int version = 0;
  std::vector<ClockRule> clocks;
  std::vector<DocumentRule> documents;
  ExtensionRule extension{};
  std::vector<InstrumentRule> instruments{};
  ServiceRule service{};

  const ClockRule* FindClock(absl::string_view kind) const;
  // nullptr for an instrument that the policy does not offer.
  const InstrumentRule* FindInstrument(NextInstrument instrument) const;
  // All event types that the rules name, sorted.
  std::vector<std::string> EventTypes() const;
  // A valid policy has one for each kind.
  const DocumentRule& DocumentOf(OrderKind kind) const;
};

// INVALID_ARGUMENT that lists every mistake: a rule without name, ladder, start, end or owner; a
// period that can't be counted; a kind without document; and every way through the life of an order
// or a transfer on which an open finding would have no running clock.
absl::Status ValidatePolicy(const Policy& policy);

// 津丽消限字〔2023〕第0001号
std::string DocumentNumber(const DocumentRule& rule, int year, int64_t serial);

}  // namespace rectify::deadline::domain
