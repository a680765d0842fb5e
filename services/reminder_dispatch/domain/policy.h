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

enum class Channel { kEmail = 1, kWebhook = 2, kFile = 3, kWeCom = 4, kSms = 5 };

// 邮件, 推送, 书面通知, 企业微信, 短信.
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
  kIndustryDepartment = 7,
};

// What a step's offset counts.
enum class OffsetUnit {
  kDays,      // natural days from the due date
  kWorkdays,  // working days after the due date
  kHours,     // from the due time; through nights and days off, as periods in hours run
};

struct Step {
  std::string code;
  OffsetUnit unit = OffsetUnit::kDays;
  int offset = 0;
  // Local time of day, except for steps in hours; nullopt: not readable, never valid.
  std::optional<absl::Duration> at;
  std::vector<RecipientKind> recipients;
  std::vector<Channel> channels;
  CatchUp catch_up = CatchUp::kLatest;
  int min_term_days = 0;
  int repeat_days = 0;                    // 0: once
  bool urgent = false;                    // goes out alone and at any hour
  bool statutory = false;                 // nobody can mute it; ends an acknowledgement
  bool unless_acknowledged = false;       // left out while acknowledged
  std::vector<std::string> inhibited_by;  // kinds of clocks that speak for it
  std::string title, body;

  // Only for a department that not every venue has; without one the step is left out.
  bool IsOptional() const;
};

struct Ladder {
  std::string name;
  std::vector<Step> steps;
};

// When recipients are left in peace.
struct QuietHours {
  std::optional<absl::Duration> from, to, resume;  // local times of day
  std::vector<Channel> channels;                   // that keep them
};

// A token bucket that delays and never drops.
struct RateLimit {
  Channel channel = Channel::kEmail;
  bool per_recipient = false;
  int amount = 0;
  absl::Duration window;
};

// How much a channel takes; 0: no limit.
struct MessageLimit {
  Channel channel = Channel::kEmail;
  int title_characters = 0;
  int text_bytes = 0;       // title, line break and body together, UTF-8
  int text_characters = 0;  // of a short message with its signature, UTF-16
  int digest_entries = 0;   // most reminders in one message
};

// Who is written to when nobody holds a post, by the codes of posts.
struct DeputyPost {
  std::string post, deputy;
};

// The department in charge of some uses of venues, by its code.
struct IndustryDepartment {
  std::string department;
  std::vector<int> venue_kinds;  // numbers of the registry's contract
};

struct Policy {
  int version = 0;
  std::vector<Ladder> ladders;
  int max_attempts = 0;
  absl::Duration first_backoff;
  std::optional<QuietHours> quiet_hours;
  int digest_entries = 1;  // most reminders in one message; 1: no digests
  std::vector<RateLimit> rate_limits;
  std::vector<MessageLimit> message_limits;
  std::vector<DeputyPost> deputy_posts;
  std::vector<IndustryDepartment> industry_departments;

  // The code of the department in charge; empty when there is none.
  std::string DepartmentFor(int venue_kind) const;
  // The limits of the channel, or none.
  MessageLimit LimitOf(Channel channel) const;
  std::vector<RateLimit> RatesOf(Channel channel) const;
  // Most reminders in one message.
  int DigestEntriesOf(Channel channel) const;

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
// date or the basis is missing) or that do not fit a channel of their step even with shortened
// names, a step that repeats before the last or by working days, and a ladder that ends without
// repeating: overdue never goes quiet.
absl::Status ValidatePolicy(const Policy& policy);

}  // namespace rectify::reminder::domain
