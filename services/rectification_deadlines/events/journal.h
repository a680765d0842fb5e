// One audit entry and one event for each version of an order or clock.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "google/protobuf/message.h"
#include "libs/events/command.h"
#include "services/rectification_deadlines/domain/clock.h"
#include "services/rectification_deadlines/domain/order.h"

namespace rectify::deadline::events {

struct Note {
  std::string action;   // "ServeOrder"
  std::string summary;  // one line in Chinese
  std::map<std::string, std::string> details = {};
};

// Who decided together, and what they concluded, in the details.
void NoteDeliberation(const std::optional<domain::Deliberation>& deliberation, Note& note);

// The order is the one after the change.
void JournalOrder(::rectify::events::Change& change, const domain::Order& order, Note note,
                  const google::protobuf::Message& payload, int audience);
void JournalClock(::rectify::events::Change& change, const domain::Clock& clock, Note note,
                  const google::protobuf::Message& payload, int audience);

// "2023年2月3日（含当日）", or the minute for a period in hours; with "（待定）" while provisional.
std::string DueText(const domain::Clock& clock);

}  // namespace rectify::deadline::events
