// The words of a reminder: templates of the policy, filled with the facts of a clock, as long as
// the channel takes. Where they do not fit, only names are shortened (party, title, hazards),
// between characters and with an ellipsis; due date, document number and basis stand in full.
#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "services/reminder_dispatch/domain/clock.h"
#include "services/reminder_dispatch/domain/policy.h"

namespace rectify::reminder::domain {

// Every body carries it: a reminder never starts or ends a legal period (行政处罚法 61).
inline constexpr absl::string_view kDisclaimer = "本提醒不是法律文书的送达";

struct Text {
  std::string title, body;
};

// Names in braces that no message has, without the braces; a brace that is never closed is one with
// all that follows it.
std::vector<std::string> UnknownVariables(absl::string_view text);
bool UsesVariable(absl::string_view text, absl::string_view variable);

// "还有3日到期", "今日到期" or "已逾期2日".
std::string DaysText(absl::CivilDay due, absl::CivilDay today);
// "2023年2月3日（含当日）"; for periods in hours "2023年2月3日20时30分".
std::string DueText(const TrackedClock& clock);

// Fills both templates as they read at `now`, so that a message that was held up does not state an
// old count of days. Should facts be longer than the policy was checked with (see FitsExpected),
// the end of the body gives way, never the disclaimer.
Text Render(absl::string_view title, absl::string_view body, absl::string_view step,
            const TrackedClock& clock, absl::Time now, const MessageLimit& limit = {});

// Whether the templates fit with facts as long as may be expected, in a digest of `entries`.
bool FitsExpected(absl::string_view title, absl::string_view body, absl::string_view step,
                  const MessageLimit& limit, int entries);
// The longest basis, in characters, that FitsExpected counts with.
inline constexpr int kLongestBasis = 60;

// What is left of the limit for each entry of a digest.
MessageLimit ShareOf(const MessageLimit& limit, int entries);

// Several messages to one recipient as one: a title that counts them, then each in full, so that
// each keeps its due date, its basis and the disclaimer. One alone is itself.
Text RenderDigest(const std::vector<Text>& entries, absl::Time now);

}  // namespace rectify::reminder::domain
