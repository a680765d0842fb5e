#include "services/rectification_deadlines/events/journal.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/clock.h"
#include "services/rectification_deadlines/domain/period.h"

namespace rectify::deadline::events {

using ::rectify::events::Change;

void NoteDeliberation(const std::optional<domain::Deliberation>& deliberation, Note& note) {
  if (!deliberation) return;
  note.details["deliberation"] =
      absl::StrCat(FormatChinaMinute(deliberation->meet_time), "，", deliberation->VotesText());
  note.details["chair"] = deliberation->chair;
  note.details["minutes"] = deliberation->minutes;
}

void JournalOrder(Change& change, const domain::Order& order, Note note,
                  const google::protobuf::Message& payload, int audience) {
  std::vector<std::string> related = order.Findings();
  related.push_back(order.venue);
  related.push_back(order.inspection);
  if (!order.replacement.empty()) related.push_back(order.replacement);
  change.Audit({order.name, std::move(related), std::move(note.action), std::move(note.summary),
                std::move(note.details)});
  change.Emit(order.name, order.version, payload, audience);
}

void JournalClock(Change& change, const domain::Clock& clock, Note note,
                  const google::protobuf::Message& payload, int audience) {
  std::vector<std::string> related = clock.findings;
  if (clock.findings != std::vector<std::string>{clock.subject}) related.push_back(clock.subject);
  if (!clock.venue.empty()) related.push_back(clock.venue);
  note.details["kind"] = clock.kind;
  note.details["calendar_version"] = clock.calendar_version;
  change.Audit({clock.name, std::move(related), std::move(note.action), std::move(note.summary),
                std::move(note.details)});
  change.Emit(clock.name, clock.version, payload, audience);
}

std::string DueText(const domain::Clock& clock) {
  return absl::StrCat(
      clock.due_date ? domain::FormatLastDayZh(*clock.due_date) : FormatChinaMinute(clock.due_time),
      clock.provisional ? "（放假通知未载入，待定）" : "");
}

}  // namespace rectify::deadline::events
