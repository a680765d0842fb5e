#include "services/hazard_findings/store/venue_names.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "libs/base/status_macros.h"

namespace rectify::hazard::store {
namespace {

// The target may have been merged on already, when it was the registry that told of it and not its
// event.
constexpr pg::Statement kSaveMerge = {"hazard.save_venue_merge", R"sql(
  with target as (
    select split_part($2::text, '/', 2) as district,
           coalesce((select v.survivor from venues v
                      where v.district = split_part($2::text, '/', 2) and v.name = $2::text),
                    $2::text) as name
  ), source as (
    insert into venues (district, name, display_name, street, version, merged_into)
    select district, $1::text, '', '', 0, name from target
    on conflict (district, name) do update set merged_into = excluded.merged_into
  )
  update venues v set merged_into = t.name
    from target t where v.district = t.district and v.merged_into = $1::text)sql"};

constexpr pg::Statement kSurvivor = {"hazard.venue_survivor",
                                     "select survivor from venues where district = "
                                     "split_part($1::text, '/', 2) and name = $1::text"};

constexpr pg::Statement kNames = {"hazard.venue_names", R"sql(
  select name from unnest($1::text[]) as t(name)
  union
  select a.name
    from unnest($1::text[]) as t(name)
    join venues n on n.district = split_part(t.name, '/', 2) and n.name = t.name
    join venues a using (district, survivor))sql"};

}  // namespace

absl::Status SaveMerge(pg::Tx& tx, const std::string& source, const std::string& target) {
  return tx.Exec(kSaveMerge, {source, target}).status();
}

absl::StatusOr<std::string> SurvivorOf(pg::Tx& tx, const std::string& venue) {
  ASSIGN_OR_RETURN(pg::Rows rows, tx.Exec(kSurvivor, {venue}));
  return rows.empty() ? venue : rows[0].Text(0);
}

absl::StatusOr<bool> SameVenue(pg::Tx& tx, const std::string& one, const std::string& other) {
  if (one == other) return true;
  ASSIGN_OR_RETURN(const std::string first, SurvivorOf(tx, one));
  ASSIGN_OR_RETURN(const std::string second, SurvivorOf(tx, other));
  return first == second;
}

absl::StatusOr<std::vector<std::string>> WithFormerNames(pg::Tx& tx,
                                                         const std::vector<std::string>& names) {
  const bool any = std::any_of(names.begin(), names.end(), [](const std::string& name) {
    return absl::StrContains(name, "/venues/");
  });
  if (!any) return names;
  ASSIGN_OR_RETURN(pg::Rows rows, tx.Exec(kNames, {names}));
  std::vector<std::string> all;
  for (pg::Row row : rows) all.push_back(row.Text(0));
  return all;
}

}  // namespace rectify::hazard::store
