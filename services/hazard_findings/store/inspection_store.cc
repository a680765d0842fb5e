#include "services/hazard_findings/store/inspection_store.h"

#include <map>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "libs/base/clock.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "libs/query/list_query.h"
#include "rectify/hazard/v1/hazard.pb.h"
#include "services/hazard_findings/store/finding_store.h"
#include "services/hazard_findings/store/venue_names.h"

namespace rectify::hazard::store {
namespace {

using domain::Inspection;

#define RECTIFY_INSPECTION_COLUMNS                                                            \
  "district, id, venue, inspect_time, summary, create_time, kind, lead, campaign, accident, " \
  "advice, cap_exception"

constexpr pg::Statement kAdd = {"hazard.add_inspection", R"sql(
  insert into inspections (district, id, venue, inspect_time, summary, create_time, kind, lead,
                           campaign, accident, advice, cap_exception)
  values ($1::text, $2::uuid, $3::text, $4::timestamptz, $5::text, $6::timestamptz, $7::smallint,
          $8::text, $9::text, $10::text, $11::text[], $12::smallint)
  on conflict do nothing)sql"};

constexpr pg::Statement kAddAnswers = {"hazard.add_inspection_answers", R"sql(
  insert into inspection_answers (district, inspection_id, ordinal, item, result, note, findings, hint)
  select $1::text, $2::uuid, n - 1, item, result, note, findings::int[], hint
    from unnest($3::text[], $4::smallint[], $5::text[], $6::text[], $7::boolean[])
         with ordinality as t(item, result, note, findings, hint, n))sql"};

constexpr pg::Statement kAnswers = {"hazard.inspection_answers", R"sql(
  select inspection_id, item, result, note, findings::text[], hint from inspection_answers
   where district = $1::text and inspection_id = any($2::uuid[])
   order by inspection_id, ordinal)sql"};

// The lock keeps two inspections of one venue from both being the last one that the cap allows.
constexpr pg::Statement kLockVenue = {"hazard.lock_venue", R"sql(
  select name from venues where district = $1::text and name = $2::text for no key update)sql"};

constexpr pg::Statement kCounted = {"hazard.counted_inspections", R"sql(
  select count(*) from inspections
   where district = $1::text and venue = any($2::text[]) and cap_exception = 0
     and inspect_time >= $3::timestamptz and inspect_time < $4::timestamptz)sql"};

constexpr pg::Statement kAddOfficers = {"hazard.add_inspection_officers", R"sql(
  insert into inspection_officers (district, inspection_id, ordinal, officer)
  select $1::text, $2::uuid, n - 1, officer
    from unnest($3::text[]) with ordinality as t(officer, n))sql"};

constexpr pg::Statement kGet = {"hazard.get_inspection", "select " RECTIFY_INSPECTION_COLUMNS R"sql(
  from inspections where district = $1::text and id = $2::uuid)sql"};

constexpr pg::Statement kOfficers = {"hazard.inspection_officers", R"sql(
  select inspection_id, officer from inspection_officers
   where district = $1::text and inspection_id = any($2::uuid[])
   order by inspection_id, ordinal)sql"};

constexpr pg::Statement kPast = {"hazard.past_findings", R"sql(
  select distinct on (catalog_code) catalog_code, id, find_time,
         count(*) over (partition by catalog_code)
    from findings
   where district = $1::text and venue = any($2::text[]) and catalog_code = any($3::text[])
     and find_time >= $4::timestamptz and find_time < $5::timestamptz
   order by catalog_code, find_time desc, id desc)sql"};

Inspection ReadInspection(const pg::Row& row) {
  return {.district = row.Text(0),
          .id = row.Text(1),
          .venue = row.Text(2),
          .inspect_time = row.Time(3),
          .officers = {},
          .summary = row.Text(4),
          .findings = {},
          .create_time = row.Time(5),
          .kind = static_cast<domain::InspectionKind>(row.Int(6)),
          .lead = row.Text(7),
          .campaign = row.Text(8),
          .accident = row.Text(9),
          .answers = {},
          .advice = row.TextArray(10),
          .cap_exception = static_cast<domain::CapException>(row.Int(11))};
}

domain::ChecklistAnswer ReadAnswer(const pg::Row& row) {
  domain::ChecklistAnswer answer = {.item = row.Text(1),
                                    .result = static_cast<domain::AnswerResult>(row.Int(2)),
                                    .note = row.Text(3),
                                    .findings = {},
                                    .hint = row.Bool(5)};
  for (const std::string& text : row.TextArray(4)) {
    int finding = 0;
    if (absl::SimpleAtoi(text, &finding)) answer.findings.push_back(finding);
  }
  return answer;
}

absl::Status AddAnswers(pg::Tx& tx, const Inspection& inspection) {
  if (inspection.answers.empty()) return absl::OkStatus();
  std::vector<std::string> items, notes, findings;
  std::vector<int> results;
  std::vector<bool> hints;
  for (const domain::ChecklistAnswer& answer : inspection.answers) {
    items.push_back(answer.item);
    results.push_back(static_cast<int>(answer.result));
    notes.push_back(answer.note);
    findings.push_back(absl::StrCat("{", absl::StrJoin(answer.findings, ","), "}"));
    hints.push_back(answer.hint);
  }
  return tx
      .Exec(kAddAnswers,
            {inspection.district, inspection.id, items, results, notes, findings, hints})
      .status();
}

// Three statements for any number of inspections.
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
  ASSIGN_OR_RETURN(pg::Rows answers, tx.Exec(kAnswers, {district, ids}));
  for (pg::Row row : answers) by_id.at(row.Text(0))->answers.push_back(ReadAnswer(row));
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
      .columns = RECTIFY_INSPECTION_COLUMNS,
      .from = "inspections where district = $1",
      .fields =
          {{"venue", Kind::kText, RECTIFY_OF_VENUE("venue", "$?")},
           {"kind", Kind::kEnum, "kind = $?", v1::InspectionKind_descriptor()},
           {"campaign", Kind::kText, "campaign = $?"},
           {"lead", Kind::kText, "lead = $?"},
           {"officer", Kind::kText,
            "exists (select from inspection_officers o where o.district = inspections.district"
            " and o.inspection_id = inspections.id and o.officer = $?)"}},
      .order = {{"inspections.inspect_time", "timestamptz"}, {"inspections.id", "uuid"}},
      .descending = true};
  return spec;
}

}  // namespace

absl::Status AddInspection(pg::Tx& tx, const Inspection& inspection) {
  ASSIGN_OR_RETURN(
      pg::Rows added,
      tx.Exec(kAdd, {inspection.district, inspection.id, inspection.venue, inspection.inspect_time,
                     inspection.summary, inspection.create_time, static_cast<int>(inspection.kind),
                     inspection.lead, inspection.campaign, inspection.accident, inspection.advice,
                     static_cast<int>(inspection.cap_exception)}));
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
  RETURN_IF_ERROR(AddAnswers(tx, inspection));
  return AddFindings(tx, inspection.findings);
}

absl::StatusOr<int> CountedInspections(pg::Tx& tx, absl::string_view district,
                                       const domain::Venue& venue, int64_t year) {
  RETURN_IF_ERROR(tx.Exec(kLockVenue, {district, venue.name}).status());
  ASSIGN_OR_RETURN(pg::Rows rows,
                   tx.Exec(kCounted, {district, venue.names, StartOfDay(absl::CivilDay(year)),
                                      StartOfDay(absl::CivilDay(year + 1))}));
  return static_cast<int>(rows[0].Int(0));
}

absl::StatusOr<std::vector<domain::PastFindings>> PastFindingsOf(pg::Tx& tx,
                                                                 const Inspection& inspection,
                                                                 const domain::Venue& venue,
                                                                 absl::Time from) {
  std::vector<std::string> codes;
  for (const domain::Finding& finding : inspection.findings) codes.push_back(finding.catalog_code);
  ASSIGN_OR_RETURN(pg::Rows rows, tx.Exec(kPast, {inspection.district, venue.names, codes, from,
                                                  inspection.inspect_time}));
  std::vector<domain::PastFindings> past;
  for (pg::Row row : rows) {
    past.push_back({row.Text(0), row.Text(1), row.Time(2), static_cast<int>(row.Int(3))});
  }
  return past;
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
