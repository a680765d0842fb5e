#include "services/rectification_deadlines/domain/officer.h"

#include <set>

#include "absl/strings/str_cat.h"
#include "libs/base/clock.h"
#include "libs/base/error.h"

namespace rectify::deadline::domain {
namespace {

bool Qualified(const Officer& officer, absl::CivilDay day) {
  const bool certified = officer.certificate_start <= day && day <= officer.certificate_end;
  const bool in_post = officer.post_start <= day && (!officer.post_end || day <= *officer.post_end);
  return certified && in_post;
}

}  // namespace

absl::Status RequireQualified(const std::vector<std::string>& names, const Officers& officers,
                              absl::CivilDay day) {
  if (std::set<std::string>(names.begin(), names.end()).size() < 2) {
    return PreconditionError("TOO_FEW_OFFICERS",
                             {"执法人员不得少于两人（行政处罚法第四十二条）",
                              "an enforcement act needs at least two officers"});
  }
  for (const std::string& name : names) {
    auto it = officers.find(name);
    if (it != officers.end() && Qualified(it->second, day)) continue;
    const std::string date = FormatCivilDay(day);
    const std::string who = it == officers.end() ? name : it->second.display_name;
    return PreconditionError(
        "OFFICER_NOT_QUALIFIED",
        {absl::StrCat(who, " 在 ", date, " 没有有效执法证或者不在岗"),
         absl::StrCat(who, " had no valid certificate or was not in post on ", date)},
        {{"officer", name}, {"date", date}});
  }
  return absl::OkStatus();
}

}  // namespace rectify::deadline::domain
