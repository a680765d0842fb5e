#include "services/rectification_deadlines/store/projection_store.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "libs/base/status_macros.h"
#include "libs/pg/column.h"
#include "services/rectification_deadlines/store/names.h"

namespace rectify::deadline::store {
namespace {

constexpr pg::Statement kSaveVenues = {"deadline.save_venues", R"sql(
  insert into venues (district, name, display_name, street, closed)
  select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::boolean[])
  on conflict (district, name) do update
     set display_name = excluded.display_name, street = excluded.street,
         closed = excluded.closed)sql"};

constexpr pg::Statement kFindVenues = {"deadline.find_venues", R"sql(
  select name, display_name, street, closed, survivor
    from venues where (district, name) in (select * from unnest($1::text[], $2::text[]))
   order by district, name for key share)sql"};

// Waits for those who rely on the source, and keeps others from it.
constexpr pg::Statement kLockSource = {
    "deadline.lock_merged_venue",
    "select 1 from venues where district = $1 and name = $2 for update"};

constexpr pg::Statement kSaveMerge = {"deadline.save_venue_merge", R"sql(
  update venues set merged_into = $3
   where district = $1 and (name = $2 or merged_into = $2))sql"};

constexpr pg::Statement kNames = {"deadline.venue_names", R"sql(
  select name from unnest($1::text[]) as t(name)
  union
  select a.name
    from unnest($1::text[]) as t(name)
    join venues n on n.district = split_part(t.name, '/', 2) and n.name = t.name
    join venues a using (district, survivor))sql"};

constexpr pg::Statement kSaveOfficers = {"deadline.save_officers", R"sql(
  insert into officers (district, name, display_name, certificate_start, certificate_end,
                        post_start, post_end)
  select * from unnest($1::text[], $2::text[], $3::text[], $4::date[], $5::date[], $6::date[],
                       $7::date[])
  on conflict (district, name) do update
     set display_name = excluded.display_name, certificate_start = excluded.certificate_start,
         certificate_end = excluded.certificate_end, post_start = excluded.post_start,
         post_end = excluded.post_end)sql"};

constexpr pg::Statement kFindOfficers = {"deadline.find_officers", R"sql(
  select name, display_name, certificate_start, certificate_end, post_start, post_end
    from officers where (district, name) in (select * from unnest($1::text[], $2::text[])))sql"};

constexpr pg::Statement kInsertFindings = {"deadline.insert_findings", R"sql(
  insert into findings (district, name, inspection, venue, handling_officer, inspect_time, hazard,
                        disposition, close_time)
  select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[],
                       $6::timestamptz[], $7::text[], $8::smallint[], $9::timestamptz[])
  on conflict (district, name) do nothing)sql"};

constexpr pg::Statement kLockFinding = {"deadline.lock_finding", R"sql(
  select inspection, venue, handling_officer, inspect_time, hazard, disposition, close_time
    from findings where district = $1 and name = $2 for update)sql"};

constexpr pg::Statement kCloseFindings = {"deadline.close_findings", R"sql(
  update findings set close_time = $3::timestamptz
   where district = $1 and name = any($2::text[]) and close_time is null)sql"};

}  // namespace

absl::Status SaveVenues(pg::Tx& tx, const std::map<std::string, Venue>& venues) {
  if (venues.empty()) return absl::OkStatus();
  std::vector<std::vector<pg::Param>> rows;
  rows.reserve(venues.size());
  for (const auto& [name, venue] : venues) {
    rows.push_back(
        {SplitName(name).district, name, venue.display_name, venue.street, venue.closed});
  }
  return tx.Send(kSaveVenues, pg::Columns(rows));
}

absl::StatusOr<std::map<std::string, Venue>> FindVenues(pg::Tx& tx,
                                                        const std::set<std::string>& names) {
  std::map<std::string, Venue> known;
  std::map<std::string, std::string> survivors;  // of those that were merged
  const auto follow = [&](const std::string& name) {
    const std::string* last = &name;
    for (auto next = survivors.find(name); next != survivors.end(); next = survivors.find(*last)) {
      last = &next->second;
    }
    return *last;
  };
  std::set<std::string> wanted = names, read;
  while (!wanted.empty()) {
    std::vector<std::string> districts;
    districts.reserve(wanted.size());
    for (const std::string& name : wanted) districts.push_back(SplitName(name).district);
    const std::vector<std::string> batch(wanted.begin(), wanted.end());
    ASSIGN_OR_RETURN(const pg::Rows rows, tx.Exec(kFindVenues, {districts, batch}));
    for (const pg::Row row : rows) {
      const std::string name = row.Text(0);
      if (row.Text(4) != name) survivors[name] = row.Text(4);
      known[name] = {name, row.Text(1), row.Text(2), row.Bool(3)};
    }
    read.insert(batch.begin(), batch.end());
    wanted.clear();
    for (const std::string& name : names) wanted.insert(follow(name));
    std::erase_if(wanted, [&](const std::string& name) { return read.contains(name); });
  }
  std::map<std::string, Venue> found;
  for (const std::string& name : names) {
    if (const auto venue = known.find(follow(name)); venue != known.end()) {
      found[name] = venue->second;
    }
  }
  return found;
}

absl::StatusOr<std::optional<Venue>> FindVenue(pg::Tx& tx, absl::string_view name) {
  const std::string asked(name);
  ASSIGN_OR_RETURN(const auto found, FindVenues(tx, {asked}));
  const auto venue = found.find(asked);
  return venue == found.end() ? std::nullopt : std::optional(venue->second);
}

absl::StatusOr<bool> SameVenue(pg::Tx& tx, absl::string_view one, absl::string_view other) {
  if (one == other) return true;
  ASSIGN_OR_RETURN(const std::optional<Venue> first, FindVenue(tx, one));
  ASSIGN_OR_RETURN(const std::optional<Venue> second, FindVenue(tx, other));
  return first && second && first->name == second->name;
}

absl::Status SaveMerge(pg::Tx& tx, absl::string_view source, absl::string_view target) {
  const std::string district = SplitName(source).district;
  RETURN_IF_ERROR(tx.Exec(kLockSource, {district, source}).status());
  return tx.Exec(kSaveMerge, {district, source, target}).status();
}

absl::StatusOr<std::vector<std::string>> WithFormerNames(pg::Tx& tx,
                                                         const std::vector<std::string>& names) {
  const bool any = std::any_of(names.begin(), names.end(), [](const std::string& name) {
    return absl::StrContains(name, "/venues/");
  });
  if (!any) return names;
  ASSIGN_OR_RETURN(const pg::Rows rows, tx.Exec(kNames, {names}));
  std::vector<std::string> all;
  for (const pg::Row row : rows) all.push_back(row.Text(0));
  return all;
}

absl::Status SaveOfficers(pg::Tx& tx, const domain::Officers& officers) {
  if (officers.empty()) return absl::OkStatus();
  std::vector<std::vector<pg::Param>> rows;
  rows.reserve(officers.size());
  for (const auto& [name, officer] : officers) {
    rows.push_back({SplitName(name).district, name, officer.display_name, officer.certificate_start,
                    officer.certificate_end, officer.post_start, officer.post_end});
  }
  return tx.Send(kSaveOfficers, pg::Columns(rows));
}

absl::StatusOr<domain::Officers> FindOfficers(pg::Tx& tx, const std::vector<std::string>& names) {
  std::vector<std::string> districts;
  districts.reserve(names.size());
  for (const std::string& name : names) districts.push_back(SplitName(name).district);
  ASSIGN_OR_RETURN(const pg::Rows rows, tx.Exec(kFindOfficers, {districts, names}));
  domain::Officers officers;
  for (const pg::Row row : rows) {
    officers[row.Text(0)] = {row.Text(0), row.Text(1), row.Day(2),
                             row.Day(3),  row.Day(4),  row.OptDay(5)};
  }
  return officers;
}

absl::Status InsertFindings(pg::Tx& tx, const std::vector<Finding>& findings) {
  if (findings.empty()) return absl::OkStatus();
  std::vector<std::vector<pg::Param>> rows;
  rows.reserve(findings.size());
  for (const Finding& finding : findings) {
    rows.push_back({SplitName(finding.name).district, finding.name, finding.inspection,
                    finding.venue, finding.handling_officer, finding.inspect_time, finding.hazard,
                    static_cast<int>(finding.disposition), finding.close_time});
  }
  return tx.Send(kInsertFindings, pg::Columns(rows));
}

absl::StatusOr<std::optional<Finding>> LockFinding(pg::Tx& tx, absl::string_view name) {
  ASSIGN_OR_RETURN(const pg::Rows rows, tx.Exec(kLockFinding, {SplitName(name).district, name}));
  if (rows.empty()) return std::optional<Finding>();
  const pg::Row row = rows[0];
  return std::optional<Finding>({std::string(name), row.Text(0), row.Text(1), row.Text(2),
                                 row.Time(3), row.Text(4),
                                 static_cast<domain::Disposition>(row.Int(5)), row.OptTime(6)});
}

absl::Status CloseFindings(pg::Tx& tx, const std::vector<std::string>& names, absl::Time time) {
  if (names.empty()) return absl::OkStatus();
  return tx.Exec(kCloseFindings, {SplitName(names[0]).district, names, time}).status();
}

}  // namespace rectify::deadline::store
