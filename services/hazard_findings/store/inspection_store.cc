#include "services/hazard_findings/store/inspection_store.h"

#include <map>

#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "libs/query/list_query.h"
#include "services/hazard_findings/store/finding_store.h"

namespace rectify::hazard::store {
namespace {

using domain::Inspection;

constexpr pg::Statement kAdd = {"hazard.add_inspection", R"sql(
  insert into inspections (district, id, venue, inspect_time, summary, create_time)
  select $1::text, t.id, t.venue, t.inspect_time, t.summary, t.create_time
    from unnest($2::uuid[], $3::text[], $4::timestamptz[], $5::text[], $6::timestamptz[])
         as t(id, venue, inspect_time, summary, create_time)
  on conflict do nothing)sql"};

constexpr pg::Statement kAddOfficers = {"hazard.add_inspection_officers", R"sql(
  insert into inspection_officers (district, inspection_id, ordinal, officer)
  select $1::text, $2::uuid, n - 1, officer
    from unnest($3::text[]) with ordinality as t(officer, n))sql"};

constexpr const char* kColumns = "district, id, venue, inspect_time, summary, create_time";

constexpr pg::Statement kGet = {"hazard.get_inspection", R"sql(
  select district, id, venue, inspect_time, summary, create_time
    from inspections where district = $1::text and id = $2::uuid)sql"};

constexpr pg::Statement kOfficers = {"hazard.inspection_officers", R"sql(
  select inspection_id, officer from inspection_officers
   where district = $1::text and inspection_id = any($2::uuid[])
   order by inspection_id, ordinal)sql"};

Inspection ReadInspection(const pg::Row& row) {
  return {.district = row.Text(0),
          .id = row.Text(1),
          .venue = row.Text(2),
          .inspect_time = row.Time(3),
          .officers = {},
          .summary = row.Text(4),
          .findings = {},
          .create_time = row.Time(5)};
}

// Two statements for any number of inspections.
absl::Status AddParts(pg::Tx& tx, absl::string_view district,
                      std::vector<Inspection>& inspections) {
  if (inspections.empty()) return absl::OkStatus();
  std::vector<std::string> ids;
  std::map<std::string, Inspection*> by_id;
  for (Inspection& inspection : inspections) {
    ids.push_back(inspection.id);
    by_id[inspection.id] = &inspection;
  }
  ASSIGN_OR_RETURN(pg::Rows officers, tx.Exec(kOfficers, {district, ids}));
  for (pg::Row row : officers) by_id.at(row.Text(0))->officers.push_back(row.Text(1));
  ASSIGN_OR_RETURN(std::vector<domain::Finding> findings, FindingsOf(tx, district, ids));
  for (domain::Finding& finding : findings) {
    Inspection& inspection = *by_id.at(finding.inspection_id);
    inspection.findings.push_back(std::move(finding));
  }
  return absl::OkStatus();
}

const query::ListSpec& InspectionList() {
  using Kind = query::ListField::Kind;
  static const auto& spec = *new query::ListSpec{
      .name = "hazard.list_inspections",
      .columns = kColumns,
      .from = "inspections where district = $1",
      .fields =
          {{"venue", Kind::kText, "venue = $?"},
           {"officer", Kind::kText,
            "exists (select from inspection_officers o where o.district = inspections.district"
            " and o.inspection_id = inspections.id and o.officer = $?)"}},
      .order = {{"inspections.inspect_time", "timestamptz"}, {"inspections.id", "uuid"}},
      .descending = true};
  return spec;
}

}  // namespace

absl::Status AddInspection(pg::Tx& tx, const Inspection& inspection) {
  using Texts = std::vector<std::string>;
  using Times = std::vector<absl::Time>;
  ASSIGN_OR_RETURN(pg::Rows added,
                   tx.Exec(kAdd, {inspection.district, Texts{inspection.id},
                                  Texts{inspection.venue}, Times{inspection.inspect_time},
                                  Texts{inspection.summary}, Times{inspection.create_time}}));
  if (added.affected() == 0) {
    return MakeError(absl::StatusCode::kAlreadyExists,
                     {.reason = "ALREADY_EXISTS",
                      .text = {"该编号的检查已存在（inspection_id）",
                               "an inspection with this id exists already (inspection_id)"},
                      .metadata = {{"field", "inspection_id"}},
                      .violations = {}});
  }
  RETURN_IF_ERROR(
      tx.Exec(kAddOfficers, {inspection.district, inspection.id, inspection.officers}).status());
  return AddFindings(tx, inspection.findings);
}

absl::StatusOr<Inspection> GetInspection(pg::Tx& tx, absl::string_view district,
                                         absl::string_view id) {
  ASSIGN_OR_RETURN(pg::Rows rows, tx.Exec(kGet, {district, id}));
  if (rows.empty()) return NotFoundError(domain::InspectionName(district, id));
  std::vector<Inspection> inspections = {ReadInspection(rows[0])};
  RETURN_IF_ERROR(AddParts(tx, district, inspections));
  return std::move(inspections.front());
}

absl::StatusOr<std::pair<std::vector<Inspection>, std::string>> ListInspections(
    pg::Tx& tx, absl::string_view district, absl::string_view filter, int page_size,
    absl::string_view page_token) {
  ASSIGN_OR_RETURN(query::ListQuery query, query::ListQuery::Build(InspectionList(), {district},
                                                                   filter, page_size, page_token));
  ASSIGN_OR_RETURN(auto page, query.Run<Inspection>(tx, ReadInspection));
  RETURN_IF_ERROR(AddParts(tx, district, page.first));
  return page;
}

}  // namespace rectify::hazard::store
