#include "services/hazard_findings/store/finding_store.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "libs/pg/column.h"
#include "libs/query/list_query.h"
#include "rectify/hazard/v1/hazard.pb.h"
#include "services/hazard_findings/store/venue_names.h"

namespace rectify::hazard::store {
namespace {

using domain::Finding;

constexpr pg::Statement kAddFinding = {"hazard.add_findings", R"sql(
  insert into findings (district, id, inspection_id, ordinal, venue, catalog_code, catalog_version,
                        title, description, location, disposition, term_days, stated_due_date,
                        transfer_department, state, order_name, find_time, close_time,
                        transfer_outcome, version, recurrence_of, recurrence_count)
  select $1::text, id, inspection_id, ordinal, venue, catalog_code, catalog_version, title,
         description, location, disposition, term_days, stated_due_date, transfer_department, state,
         '', find_time, close_time, '', 1, recurrence_of, recurrence_count
    from unnest($2::uuid[], $3::uuid[], $4::int[], $5::text[], $6::text[], $7::int[], $8::text[],
                $9::text[], $10::text[], $11::smallint[], $12::int[], $13::date[], $14::text[],
                $15::smallint[], $16::timestamptz[], $17::timestamptz[], $18::uuid[], $19::int[])
         as t(id, inspection_id, ordinal, venue, catalog_code, catalog_version, title, description,
              location, disposition, term_days, stated_due_date, transfer_department, state,
              find_time, close_time, recurrence_of, recurrence_count))sql"};

#define RECTIFY_FINDING_COLUMNS                                                           \
  "district, id, inspection_id, ordinal, venue, catalog_code, catalog_version, title, "   \
  "description, location, disposition, term_days, stated_due_date, transfer_department, " \
  "state, order_name, find_time, close_time, transfer_outcome, version, recurrence_of, "  \
  "recurrence_count"

constexpr pg::Statement kGetFinding = {"hazard.get_findings",
                                       "select " RECTIFY_FINDING_COLUMNS R"sql(
  from findings where district = $1::text and id = any($2::uuid[]))sql"};

constexpr pg::Statement kLockFinding = {"hazard.lock_findings",
                                        "select " RECTIFY_FINDING_COLUMNS R"sql(
  from findings where district = $1::text and id = any($2::uuid[]) order by id for update)sql"};

constexpr pg::Statement kOfInspections = {"hazard.findings_of",
                                          "select " RECTIFY_FINDING_COLUMNS R"sql(
  from findings where district = $1::text and inspection_id = any($2::uuid[])
 order by inspection_id, ordinal)sql"};

constexpr pg::Statement kOpenOfVenue = {"hazard.open_findings_of_venue",
                                        "select " RECTIFY_FINDING_COLUMNS R"sql(
  from findings where district = $1::text and )sql" RECTIFY_OF_VENUE(
                                            "venue", "$2") R"sql( and state in (1, 2)
 order by find_time, id limit 1000)sql"};

constexpr pg::Statement kSaveFinding = {"hazard.save_findings", R"sql(
  update findings f
     set state = t.state, order_name = t.order_name, close_time = t.close_time,
         transfer_outcome = t.transfer_outcome, version = t.version
    from unnest($2::uuid[], $3::smallint[], $4::text[], $5::timestamptz[], $6::text[],
                $7::bigint[]) as t(id, state, order_name, close_time, transfer_outcome, version)
   where f.district = $1::text and f.id = t.id)sql"};

Finding ReadFinding(const pg::Row& row) {
  Finding finding;
  finding.district = row.Text(0);
  finding.id = row.Text(1);
  finding.inspection_id = row.Text(2);
  finding.ordinal = static_cast<int>(row.Int(3));
  finding.venue = row.Text(4);
  finding.catalog_code = row.Text(5);
  finding.catalog_version = static_cast<int>(row.Int(6));
  finding.title = row.Text(7);
  finding.description = row.Text(8);
  finding.location = row.Text(9);
  finding.disposition = static_cast<domain::Disposition>(row.Int(10));
  finding.term_days = static_cast<int>(row.Int(11));
  finding.stated_due_date = row.OptDay(12);
  finding.transfer_department = row.Text(13);
  finding.state = static_cast<domain::FindingState>(row.Int(14));
  finding.order = row.Text(15);
  finding.find_time = row.Time(16);
  finding.close_time = row.OptTime(17);
  finding.transfer_outcome = row.Text(18);
  finding.version = row.Int(19);
  finding.recurrence_of_id = row.OptText(20).value_or("");
  finding.recurrence_count = static_cast<int>(row.Int(21));
  return finding;
}

std::vector<Finding> ReadFindings(const pg::Rows& rows) {
  std::vector<Finding> findings;
  findings.reserve(rows.size());
  for (pg::Row row : rows) findings.push_back(ReadFinding(row));
  return findings;
}

const query::ListSpec& FindingList() {
  using Kind = query::ListField::Kind;
  // A name of another form must match nothing instead of failing in a cast.
  static const auto& spec = *new query::ListSpec{
      .name = "hazard.list_findings",
      .columns = RECTIFY_FINDING_COLUMNS,
      .from = "findings where district = $1",
      .fields = {{"state", Kind::kEnum, "state = $?", v1::Finding::State_descriptor()},
                 {"venue", Kind::kText, RECTIFY_OF_VENUE("venue", "$?")},
                 {"inspection", Kind::kText, R"sql(inspection_id = case
              when $? ~ ('^districts/' || $1 ||
                         '/inspections/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$')
              then split_part($?, '/', 4)::uuid
              else '00000000-0000-0000-0000-000000000000'::uuid end)sql"},
                 {"order", Kind::kText, "order_name = $?"},
                 {"catalog_code", Kind::kText, "catalog_code = $?"},
                 {"disposition", Kind::kEnum, "disposition = $?", v1::Disposition_descriptor()}},
      .order = {{"findings.find_time", "timestamptz"}, {"findings.id", "uuid"}},
      .descending = true};
  return spec;
}

}  // namespace

absl::Status AddFindings(pg::Tx& tx, absl::string_view district,
                         const std::vector<const Finding*>& findings) {
  if (findings.empty()) return absl::OkStatus();
  using F = Finding;
  return tx.Send(kAddFinding,
                 {district, pg::Column(findings, [](const F& f) { return f.id; }),
                  pg::Column(findings, [](const F& f) { return f.inspection_id; }),
                  pg::Column(findings, [](const F& f) { return f.ordinal; }),
                  pg::Column(findings, [](const F& f) { return f.venue; }),
                  pg::Column(findings, [](const F& f) { return f.catalog_code; }),
                  pg::Column(findings, [](const F& f) { return f.catalog_version; }),
                  pg::Column(findings, [](const F& f) { return f.title; }),
                  pg::Column(findings, [](const F& f) { return f.description; }),
                  pg::Column(findings, [](const F& f) { return f.location; }),
                  pg::Column(findings, [](const F& f) { return static_cast<int>(f.disposition); }),
                  pg::Column(findings, [](const F& f) { return f.term_days; }),
                  pg::Column(findings, [](const F& f) { return f.stated_due_date; }),
                  pg::Column(findings, [](const F& f) { return f.transfer_department; }),
                  pg::Column(findings, [](const F& f) { return static_cast<int>(f.state); }),
                  pg::Column(findings, [](const F& f) { return f.find_time; }),
                  pg::Column(findings, [](const F& f) { return f.close_time; }),
                  pg::Column(findings,
                             [](const F& f) {
                               return f.recurrence_of_id.empty() ? std::optional<std::string>()
                                                                 : f.recurrence_of_id;
                             }),
                  pg::Column(findings, [](const F& f) { return f.recurrence_count; })});
}

absl::StatusOr<std::vector<Finding>> GetFindings(pg::Tx& tx, absl::string_view district,
                                                 const std::vector<std::string>& ids) {
  ASSIGN_OR_RETURN(pg::Rows rows, tx.Exec(kGetFinding, {district, ids}));
  return ReadFindings(rows);
}

absl::StatusOr<std::vector<Finding>> LockFindings(pg::Tx& tx, absl::string_view district,
                                                  const std::vector<std::string>& names) {
  if (names.empty()) return std::vector<Finding>();
  std::vector<std::string> ids;
  for (const std::string& name : names) {
    const size_t slash = name.rfind('/') + 1;
    if (name != domain::FindingName(district, name.substr(slash))) return NotFoundError(name);
    ids.push_back(name.substr(slash));
  }
  ASSIGN_OR_RETURN(pg::Rows rows, tx.Exec(kLockFinding, {district, ids}));
  std::vector<Finding> findings = ReadFindings(rows);
  for (const std::string& name : names) {
    const bool found = std::any_of(findings.begin(), findings.end(),
                                   [&](const Finding& f) { return f.name() == name; });
    if (!found) return NotFoundError(name);
  }
  return findings;
}

absl::Status SaveFindings(pg::Tx& tx, const std::vector<Finding>& findings) {
  if (findings.empty()) return absl::OkStatus();
  return tx
      .Exec(kSaveFinding,
            {findings.front().district, pg::Column(findings, [](const Finding& f) { return f.id; }),
             pg::Column(findings, [](const Finding& f) { return static_cast<int>(f.state); }),
             pg::Column(findings, [](const Finding& f) { return f.order; }),
             pg::Column(findings, [](const Finding& f) { return f.close_time; }),
             pg::Column(findings, [](const Finding& f) { return f.transfer_outcome; }),
             pg::Column(findings, [](const Finding& f) { return f.version; })})
      .status();
}

absl::StatusOr<std::vector<Finding>> FindingsOf(pg::Tx& tx, absl::string_view district,
                                                const std::vector<std::string>& inspection_ids) {
  ASSIGN_OR_RETURN(pg::Rows rows, tx.Exec(kOfInspections, {district, inspection_ids}));
  return ReadFindings(rows);
}

absl::StatusOr<std::vector<Finding>> OpenFindingsOf(pg::Tx& tx, absl::string_view district,
                                                    absl::string_view venue) {
  ASSIGN_OR_RETURN(pg::Rows rows, tx.Exec(kOpenOfVenue, {district, venue}));
  return ReadFindings(rows);
}

absl::StatusOr<std::pair<std::vector<Finding>, std::string>> ListFindings(
    pg::Tx& tx, absl::string_view district, absl::string_view filter, int page_size,
    absl::string_view page_token) {
  ASSIGN_OR_RETURN(query::ListQuery query, query::ListQuery::Build(FindingList(), {district},
                                                                   filter, page_size, page_token));
  return query.Run<Finding>(tx, ReadFinding);
}

}  // namespace rectify::hazard::store
