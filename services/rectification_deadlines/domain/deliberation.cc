#include "services/rectification_deadlines/domain/deliberation.h"

#include <algorithm>
#include <set>

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "services/rectification_deadlines/domain/order_internal.h"

namespace rectify::deadline::domain {
namespace {

constexpr size_t kMinParticipants = 3;
constexpr char kRequired[] = "DELIBERATION_REQUIRED";

absl::Status NotOne(absl::string_view reason, absl::string_view cause, absl::string_view zh,
                    absl::string_view en) {
  return PreconditionError(reason, {std::string(zh), std::string(en)},
                           {{"cause", std::string(cause)}});
}

absl::Status Repeated(absl::string_view reason) {
  return NotOne(reason, "REPEATED", "参加集体讨论的人员重复", "somebody is named twice");
}

size_t Agreeing(const std::vector<Opinion>& participants) {
  return static_cast<size_t>(std::count_if(participants.begin(), participants.end(),
                                           [](const Opinion& opinion) { return opinion.agrees; }));
}

// Nobody both took part and stayed away.
absl::Status CheckAbsentees(const Deliberation& deliberation) {
  std::set<std::string> people;
  for (const Opinion& opinion : deliberation.participants) people.insert(opinion.officer);
  for (const auto* absentees : {&deliberation.absentees, &deliberation.recusals}) {
    for (const Absentee& absentee : *absentees) {
      if (!people.insert(absentee.officer).second) return Repeated(kRequired);
    }
  }
  return absl::OkStatus();
}

absl::Status CheckMeetTime(absl::Time time, absl::Time not_before, absl::Time now) {
  // Recorded to the minute, so it may seem to lie some seconds before.
  if (time + absl::Minutes(1) <= not_before) {
    return DateOrderError("deliberation.meet_time", "集体讨论早于所议事项",
                          "the deliberation lies before what it is about");
  }
  if (time > now) {
    return DateOrderError("deliberation.meet_time", "集体讨论晚于现在",
                          "the deliberation lies in the future");
  }
  return absl::OkStatus();
}

}  // namespace

std::string Deliberation::VotesText() const {
  return absl::StrCat(participants.size(), " 人参加，", Agreeing(participants), " 人同意");
}

bool IsCarried(const std::vector<Opinion>& participants) {
  return 2 * Agreeing(participants) > participants.size();
}

absl::Status CheckMeeting(const std::vector<Opinion>& participants, const std::string& chair,
                          absl::string_view handling_officer, absl::string_view reason) {
  std::set<std::string> people;
  for (const Opinion& opinion : participants) {
    if (!people.insert(opinion.officer).second) return Repeated(reason);
  }
  if (people.size() < kMinParticipants) {
    return NotOne(reason, "TOO_FEW", "集体讨论须有三人以上参加",
                  "at least three people take part in a deliberation");
  }
  if (!people.contains(chair)) {
    return NotOne(reason, "CHAIR_ABSENT", "主持人须参加集体讨论",
                  "the chair must take part in the deliberation");
  }
  if (chair == handling_officer) {
    return NotOne(reason, "CHAIR_HANDLES", "承办人不得主持集体讨论",
                  "the handling officer can't lead the deliberation");
  }
  return absl::OkStatus();
}

absl::Status CheckDeliberation(std::optional<Deliberation>& deliberation, const DeliberatedAct& act,
                               absl::Time now) {
  if (!deliberation) {
    if (!act.needed) return absl::OkStatus();
    return NotOne(kRequired, "MISSING", "须经集体讨论决定", "needs a collective deliberation");
  }
  RETURN_IF_ERROR(CheckMeeting(deliberation->participants, deliberation->chair,
                               act.handling_officer, kRequired));
  RETURN_IF_ERROR(CheckAbsentees(*deliberation));
  RETURN_IF_ERROR(CheckMeetTime(deliberation->meet_time, act.not_before, now));
  deliberation->carried = IsCarried(deliberation->participants);
  if (act.done && !deliberation->carried) {
    return NotOne(kRequired, "NOT_CARRIED", "集体讨论多数不同意",
                  "the majority of the deliberation disagreed");
  }
  return absl::OkStatus();
}

}  // namespace rectify::deadline::domain
