#include "services/hazard_findings/domain/deliberation.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "services/hazard_findings/domain/problems.h"

namespace rectify::hazard::domain {
namespace {

void CheckDistinct(const std::vector<Vote>& votes, const std::string& path, Problems& problems) {
  std::set<std::string> seen;
  for (size_t i = 0; i < votes.size(); ++i) {
    if (seen.insert(votes[i].voter).second) continue;
    problems.Add(absl::StrCat(path, "[", i, "]"), "重复", "is there twice");
  }
}

absl::Status TooSmall(const std::string& field, size_t needed) {
  return PreconditionError(
      "COLLECTIVE_TOO_SMALL",
      {absl::StrCat("不得少于 ", needed, " 人（", field, "）"),
       absl::StrCat("at least ", needed, " people must take part (", field, ")")},
      {{"needed", absl::StrCat(needed)}});
}

size_t Agreeing(const std::vector<Vote>& votes) {
  return static_cast<size_t>(
      std::count_if(votes.begin(), votes.end(), [](const Vote& vote) { return vote.agrees; }));
}

}  // namespace

absl::Status Decide(Deliberation& deliberation, const DeliberationRules& rules,
                    const References& references, absl::Time now) {
  const std::vector<Vote>& participants = deliberation.participants;
  const std::vector<Vote>& experts = deliberation.experts;
  Problems problems;
  if (deliberation.meet_time > now) {
    problems.Add("deliberation.meet_time", "晚于当前时间", "lies in the future", "IN_THE_FUTURE");
  } else if (deliberation.meet_time < rules.not_before) {
    problems.Add("deliberation.meet_time", "早于所议事项", "lies before what is decided");
  }
  CheckDistinct(participants, "deliberation.participants", problems);
  CheckDistinct(experts, "deliberation.experts", problems);
  if (std::none_of(participants.begin(), participants.end(),
                   [&](const Vote& vote) { return vote.voter == deliberation.chair; })) {
    problems.Add("deliberation.chair", "应为参加人员", "must be one of the participants");
  }
  RETURN_IF_ERROR(std::move(problems).Result());
  if (participants.size() < kMinParticipants) {
    return TooSmall("deliberation.participants", kMinParticipants);
  }
  if ((rules.experts_required || !experts.empty()) && experts.size() < kMinExperts) {
    return TooSmall("deliberation.experts", kMinExperts);
  }
  if (deliberation.chair == rules.handling_officer) {
    return PreconditionError("CHAIR_NOT_ALLOWED",
                             {"承办人不得主持集体议定（deliberation.chair）",
                              "the handling officer can't lead the meeting (deliberation.chair)"});
  }
  for (const Vote& vote : participants) {
    if (!references.officers.contains(vote.voter)) return NotFoundError(vote.voter);
  }
  const bool majority = 2 * Agreeing(participants) > participants.size();
  const bool panel = experts.empty() || 3 * Agreeing(experts) >= 2 * experts.size();
  deliberation.carried = majority && panel;
  return absl::OkStatus();
}

}  // namespace rectify::hazard::domain
