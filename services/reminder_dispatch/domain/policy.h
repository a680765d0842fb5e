// The reminder ladders as data: who is reminded when, how and in which words. Read from a policy
// file; nobody edits C++ to remind earlier or somebody else.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace rectify::reminder::domain {

// Numbers of the enums below are those of the contract.

enum class Channel { kEmail = 1, kWebhook = 2, kFile = 3 };

// 邮件, 推送, 书面通知.
absl::string_view NameOf(Channel channel);

// What happens to steps whose time passed while nobody could send them.
enum class CatchUp { kLatest = 1, kAll = 2 };

enum class RecipientKind {
  kOwner = 1,
  kHandlingOfficer = 2,
  kVenue = 3,
  kStreet = 4,
  kDepartmentHead = 5,
  kChief = 6,
};

struct Step {
  std::string code;
  bool by_workdays = false;  // counts working days after the due date instead of natural days
  int offset = 0;
  std::optional<absl::Duration> at;  // local time of day; nullopt: not readable, never valid
  std::vector<RecipientKind> recipients;
  std::vector<Channel> channels;
  CatchUp catch_up = CatchUp::kLatest;
  int min_term_days = 0;
  int repeat_days = 0;  // 0: once
  std::string title, body;
};

struct Ladder {
  std::string name;
  std::vector<Step> steps;
};

struct Policy {
  int version = 0;
  std::vector<Ladder> ladders;
  int max_attempts = 0;
  absl::Duration first_backoff;

  // The ladder of that name, or the one named `default`, so that no clock goes without reminders.
  // A valid policy has it.
  const Ladder& LadderFor(absl::string_view name) const;
  bool Knows(absl::string_view name) const;
};

// "09:00"; nullopt for anything else.
std::optional<absl::Duration> ParseTimeOfDay(absl::string_view text);

// INVALID_ARGUMENT that lists every mistake: names and codes that are empty or used twice, times,
// recipients, channels and catch-up that are missing or unknown, offsets out of range, variables
// that no message has, texts that could be taken for service of a document (the disclaimer, the due
// date or the basis is missing), a step that repeats before the last or by working days, and a
// ladder that ends without repeating: overdue never goes quiet.
absl::Status ValidatePolicy(const Policy& policy);

}  // namespace rectify::reminder::domain
