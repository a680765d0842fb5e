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
};

// For people: 送达.
absl::string_view NameOf(Trigger trigger);

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
  std::vector<std::string> variants{};  // of duties that start it; empty: all
  std::string owner_post{};             // code of the post, for Owner::kPost
  std::optional<Side> side{};           // nullopt: follows from the owner
};

struct DocumentRule {
  OrderKind kind;
  std::string title;
  std::string organ;  // 机关代字: 津丽
  std::string code;   // 文书代字: 消限
  int serial_width = 4;
  std::vector<std::string> approval_steps;  // names of roles, in order
};

struct Policy {
  int version = 0;
  std::vector<ClockRule> clocks;
  std::vector<DocumentRule> documents;

  const ClockRule* FindClock(absl::string_view kind) const;
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
