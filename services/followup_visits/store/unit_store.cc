#include "services/followup_visits/store/unit_store.h"

#include "libs/base/status_macros.h"
#include "libs/pg/column.h"
#include "libs/query/list_query.h"
#include "libs/rpc/resource_name.h"
#include "rectify/followup/v1/draw.pb.h"

namespace rectify::followup::store {
namespace {

using domain::PenalisedUnit;

#define RECTIFY_UNIT_COLUMNS                                                        \
  "district, id, decision_number, decision_date, case_kind, party, venue, street, " \
  "officers, basis, penalty, source, state, entry_quarter, create_time, "           \
  "array(select a.name from venues n join venues a using (district, survivor) "     \
  "where n.district = penalised_units.district and n.name = penalised_units.venue " \
  "and a.name <> n.name)"

// Officers come as one text each, because arrays of arrays can't be unnested row by row.
constexpr pg::Statement kAddUnit = {"followup.add_units", R"sql(
  with added as (
    insert into penalised_units (district, id, decision_number, decision_date, case_kind, party,
                                 venue, street, officers, basis, penalty, source, state,
                                 entry_quarter, create_time)
    select $1::text, t.id, t.decision_number, t.decision_date, t.case_kind, t.party, t.venue,
           coalesce(nullif(t.street, ''), v.street, ''), string_to_array(t.officers, ' '), t.basis,
           t.penalty, t.source, 1, t.entry_quarter, t.create_time
      from unnest($2::uuid[], $3::text[], $4::date[], $5::smallint[], $6::text[], $7::text[],
                  $8::text[], $9::text[], $10::text[], $11::text[], $12::smallint[], $13::text[],
                  $14::timestamptz[])
           as t(id, decision_number, decision_date, case_kind, party, venue, street, officers,
                basis, penalty, source, entry_quarter, create_time)
      left join venues n on n.district = $1::text and n.name = t.venue
      left join venues v on v.district = n.district and v.name = n.survivor
     order by t.decision_number
    on conflict (district, decision_number) do nothing
    returning decision_number, id)
  select decision_number, id from added
  union all
  select decision_number, id from penalised_units
   where district = $1::text and decision_number = any($3::text[]))sql"};

constexpr pg::Statement kRead = {"followup.read_units", "select " RECTIFY_UNIT_COLUMNS R"sql(
  from penalised_units where district = $1::text and id = any($2::uuid[]) order by id)sql"};

constexpr pg::Statement kLockWaiting = {"followup.lock_waiting_units",
                                        "select " RECTIFY_UNIT_COLUMNS R"sql(
  from penalised_units
 where district = $1::text and state = 1 and decision_date <= $2::date
   and ($3::smallint[] = '{}' or case_kind = any($3::smallint[]))
   and ($4::text[] = '{}' or street = any($4::text[]))
 order by id limit $5::bigint for update)sql"};

constexpr pg::Statement kSetState = {"followup.set_unit_state", R"sql(
  update penalised_units set state = $3::smallint
   where district = $1::text and id = any($2::uuid[]))sql"};

constexpr pg::Statement kSaveVenue = {"followup.save_venue", R"sql(
  insert into venues (district, name, display_name, street, version)
  values ($1::text, $2::text, $3::text, $4::text, $5::bigint)
  on conflict (district, name) do update
     set display_name = excluded.display_name, street = excluded.street, version = excluded.version
   where venues.version < excluded.version)sql"};

constexpr pg::Statement kSaveMerge = {"followup.save_venue_merge", R"sql(
  update venues set merged_into = $3::text
   where district = $1::text and (name = $2::text or merged_into = $2::text))sql"};

constexpr pg::Statement kFillStreet = {"followup.fill_street", R"sql(
  update penalised_units u set street = v.street
    from venues n join venues v on v.district = n.district and v.name = n.survivor
   where v.district = $1::text and v.name = $2::text and u.district = n.district
     and u.venue = n.name and u.street = '' and u.state = 1)sql"};

constexpr pg::Statement kSaveOfficer = {"followup.save_officer", R"sql(
  insert into officers (district, name, display_name, version)
  values ($1::text, $2::text, $3::text, $4::bigint)
  on conflict (district, name) do update
     set display_name = excluded.display_name, version = excluded.version
   where officers.version < excluded.version)sql"};

constexpr pg::Statement kOfficerNames = {"followup.officer_names", R"sql(
  select name, display_name from officers
   where district = $1::text and name = any($2::text[]))sql"};

PenalisedUnit ReadUnit(const pg::Row& row) {
  PenalisedUnit unit;
  unit.district = row.Text(0);
  unit.id = row.Text(1);
  unit.decision_number = row.Text(2);
  unit.decision_date = row.Day(3);
  unit.case_kind = static_cast<domain::CaseKind>(row.Int(4));
  unit.party = row.Text(5);
  unit.venue = row.Text(6);
  unit.street = row.Text(7);
  unit.officers = row.TextArray(8);
  unit.basis = row.Text(9);
  unit.penalty = row.Text(10);
  unit.source = static_cast<domain::UnitSource>(row.Int(11));
  unit.state = static_cast<domain::UnitState>(row.Int(12));
  // Written by this service alone, so it is always a quarter.
  unit.entry_quarter =
      domain::ParseQuarter(row.Text(13), "entry_quarter").value_or(domain::Quarter());
  unit.create_time = row.Time(14);
  unit.other_venues = row.TextArray(15);
  return unit;
}

std::vector<PenalisedUnit> ReadAll(const pg::Rows& rows) {
  std::vector<PenalisedUnit> units;
  units.reserve(rows.size());
  for (pg::Row row : rows) units.push_back(ReadUnit(row));
  return units;
}

std::string Joined(const std::vector<std::string>& officers) {
  std::string text;
  for (const std::string& officer : officers) text += (text.empty() ? "" : " ") + officer;
  return text;
}

const query::ListSpec& UnitList() {
  using Kind = query::ListField::Kind;
  static const auto& spec = *new query::ListSpec{
      .name = "followup.list_units",
      .columns = RECTIFY_UNIT_COLUMNS,
      .from = "penalised_units where district = $1",
      .fields = {{"state", Kind::kEnum, "state = $?", v1::PenalisedUnit::State_descriptor()},
                 {"case_kind", Kind::kEnum, "case_kind = $?", v1::CaseKind_descriptor()},
                 {"street", Kind::kText, "street = $?"},
                 {"venue", Kind::kText,
                  "venue = any(array(select $?::text union all select a.name from venues n "
                  "join venues a using (district, survivor) where n.district = $1::text "
                  "and n.name = $?::text))"},
                 {"decision_number", Kind::kText, "decision_number = $?"},
                 {"officer", Kind::kText, "$? = any(officers)"}},
      .order = {{"penalised_units.decision_date", "date"}, {"penalised_units.id", "uuid"}},
      .descending = true};
  return spec;
}

}  // namespace

absl::StatusOr<std::map<std::string, std::string>> AddUnits(
    pg::Tx& tx, absl::string_view district, const std::vector<PenalisedUnit>& units) {
  std::map<std::string, std::string> ids;
  if (units.empty()) return ids;
  using U = PenalisedUnit;
  ASSIGN_OR_RETURN(
      pg::Rows rows,
      tx.Exec(kAddUnit,
              {district, pg::Column(units, [](const U& u) { return u.id; }),
               pg::Column(units, [](const U& u) { return u.decision_number; }),
               pg::Column(units, [](const U& u) { return u.decision_date; }),
               pg::Column(units, [](const U& u) { return static_cast<int>(u.case_kind); }),
               pg::Column(units, [](const U& u) { return u.party; }),
               pg::Column(units, [](const U& u) { return u.venue; }),
               pg::Column(units, [](const U& u) { return u.street; }),
               pg::Column(units, [](const U& u) { return Joined(u.officers); }),
               pg::Column(units, [](const U& u) { return u.basis; }),
               pg::Column(units, [](const U& u) { return u.penalty; }),
               pg::Column(units, [](const U& u) { return static_cast<int>(u.source); }),
               pg::Column(units, [](const U& u) { return u.entry_quarter.text(); }),
               pg::Column(units, [](const U& u) { return u.create_time; })}));
  for (pg::Row row : rows) ids[row.Text(0)] = row.Text(1);
  return ids;
}

absl::StatusOr<std::vector<PenalisedUnit>> ReadUnits(pg::Tx& tx, absl::string_view district,
                                                     const std::vector<std::string>& ids) {
  ASSIGN_OR_RETURN(pg::Rows rows, tx.Exec(kRead, {district, ids}));
  return ReadAll(rows);
}

absl::StatusOr<std::vector<PenalisedUnit>> LockWaitingUnits(
    pg::Tx& tx, absl::string_view district, absl::CivilDay last_day,
    const std::vector<domain::CaseKind>& kinds, const std::vector<std::string>& streets,
    int limit) {
  const auto numbers =
      pg::Column(kinds, [](domain::CaseKind kind) { return static_cast<int>(kind); });
  ASSIGN_OR_RETURN(pg::Rows rows,
                   tx.Exec(kLockWaiting, {district, last_day, numbers, streets, limit}));
  return ReadAll(rows);
}

absl::Status SetUnitState(pg::Tx& tx, absl::string_view district,
                          const std::vector<std::string>& ids, domain::UnitState state) {
  return tx.Exec(kSetState, {district, ids, static_cast<int>(state)}).status();
}

absl::StatusOr<std::pair<std::vector<PenalisedUnit>, std::string>> ListUnits(
    pg::Tx& tx, absl::string_view district, absl::string_view filter, int page_size,
    absl::string_view page_token) {
  ASSIGN_OR_RETURN(query::ListQuery query,
                   query::ListQuery::Build(UnitList(), {district}, filter, page_size, page_token));
  return query.Run<PenalisedUnit>(tx, ReadUnit);
}

absl::Status SaveVenue(pg::Tx& tx, const Copy& venue) {
  const std::string district = rpc::DistrictOf(venue.name);
  RETURN_IF_ERROR(
      tx.Send(kSaveVenue, {district, venue.name, venue.display_name, venue.street, venue.version}));
  return tx.Send(kFillStreet, {district, venue.name});
}

absl::Status SaveMerge(pg::Tx& tx, const std::string& source, const std::string& target) {
  const std::string district = rpc::DistrictOf(source);
  RETURN_IF_ERROR(tx.Send(kSaveMerge, {district, source, target}));
  return tx.Send(kFillStreet, {district, target});
}

absl::Status SaveOfficer(pg::Tx& tx, const Copy& officer) {
  return tx.Send(kSaveOfficer, {rpc::DistrictOf(officer.name), officer.name, officer.display_name,
                                officer.version});
}

absl::StatusOr<std::map<std::string, std::string>> OfficerNames(
    pg::Tx& tx, absl::string_view district, const std::vector<std::string>& names) {
  ASSIGN_OR_RETURN(pg::Rows rows, tx.Exec(kOfficerNames, {district, names}));
  std::map<std::string, std::string> display_names;
  for (pg::Row row : rows) display_names[row.Text(0)] = row.Text(1);
  return display_names;
}

}  // namespace rectify::followup::store
