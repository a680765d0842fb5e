#include "services/hazard_findings/store/inspection_store.h"

#include <map>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "libs/base/clock.h"
#include "libs/base/error.h"
#include "libs/base/ids.h"
#include "libs/base/status_macros.h"
#include "libs/pg/column.h"
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

constexpr pg::Statement kAddInspection = {"hazard.add_inspections", R"sql(
  insert into inspections (district, id, venue, inspect_time, summary, create_time, kind, lead,
                           campaign, accident, advice, cap_exception)
  select $1::text, id, venue, inspect_time, summary, create_time, kind, lead, campaign, accident,
         advice::text[], cap_exception
    from unnest($2::uuid[], $3::text[], $4::timestamptz[], $5::text[], $6::timestamptz[],
                $7::smallint[], $8::text[], $9::text[], $10::text[], $11::text[], $12::smallint[])
         as t(id, venue, inspect_time, summary, create_time, kind, lead, campaign, accident, advice,
              cap_exception)
   order by id)sql"};

constexpr pg::Statement kTaken = {"hazard.taken_inspection_ids", R"sql(
  select id from inspections where district = $1::text and id = any($2::uuid[]))sql"};

constexpr pg::Statement kAddOfficers = {"hazard.add_inspection_officers", R"sql(
  insert into inspection_officers (district, inspection_id, ordinal, officer)
  select $1::text, inspection_id, ordinal, officer
    from unnest($2::uuid[], $3::int[], $4::text[]) as t(inspection_id, ordinal, officer))sql"};

constexpr pg::Statement kAddInspectionAnswers = {"hazard.add_inspection_answers", R"sql(
  insert into inspection_answers (district, inspection_id, ordinal, item, result, note, findings,
                                  hint)
  select $1::text, inspection_id, ordinal, item, result, note, findings::int[], hint
    from unnest($2::uuid[], $3::int[], $4::text[], $5::smallint[], $6::text[], $7::text[],
                $8::boolean[])
         as t(inspection_id, ordinal, item, result, note, findings, hint))sql"};

constexpr pg::Statement kInspectionAnswers = {"hazard.inspection_answers", R"sql(
  select inspection_id, item, result, note, findings::text[], hint from inspection_answers
   where district = $1::text and inspection_id = any($2::uuid[])
   order by inspection_id, ordinal)sql"};

// The lock keeps two inspections of one venue from both being the last one that the cap allows.
constexpr pg::Statement kLockVenues = {"hazard.lock_venues", R"sql(
  select name from venues
   where district = $1::text
     and name = any(array(select n.survivor from venues n
                           where n.district = $1::text and n.name = any($2::text[])))
   order by name for no key update)sql"};

// Here and below a subquery for each place, because a join may begin at its other end, with all
// inspections of the district; and `offset 0`, because a span of time always looks narrow to a plan
// for any values, narrower than a venue where there are few of them.
constexpr pg::Statement kCounted = {"hazard.counted_inspections", R"sql(
  select t.n, (select count(*)
                 from (select inspect_time, cap_exception from inspections
                        where district = $1::text
                          and )sql" RECTIFY_OF_VENUE("venue", "t.venue") R"sql(
                       offset 0) i
                where i.inspect_time >= t.starts and i.inspect_time < t.ends
                  and i.cap_exception = 0)
    from unnest($2::int[], $3::text[], $4::timestamptz[], $5::timestamptz[])
         as t(n, venue, starts, ends))sql"};

constexpr pg::Statement kGetInspection = {"hazard.get_inspection",
                                          "select " RECTIFY_INSPECTION_COLUMNS R"sql(
  from inspections where district = $1::text and id = $2::uuid)sql"};

constexpr pg::Statement kInspectionOfficers = {"hazard.inspection_officers", R"sql(
  select inspection_id, officer from inspection_officers
   where district = $1::text and inspection_id = any($2::uuid[])
   order by inspection_id, ordinal)sql"};

constexpr pg::Statement kPast = {"hazard.past_findings", R"sql(
  select t.n, t.catalog_code, f.id, f.find_time, f.times
    from unnest($2::int[], $3::text[], $4::text[], $5::timestamptz[], $6::timestamptz[])
         as t(n, venue, catalog_code, starts, ends)
   cross join lateral (
     select f.id, f.find_time, count(*) over () as times
       from (select id, find_time from findings
              where district = $1::text and catalog_code = t.catalog_code
                and )sql" RECTIFY_OF_VENUE("venue", "t.venue") R"sql(
             offset 0) f
      where f.find_time >= t.starts and f.find_time < t.ends
      order by f.find_time desc, f.id desc limit 1) f)sql"};

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

using Inspections = std::vector<const Inspection*>;

// Spans of time at venues, for the inspection of each place.
struct Periods {
  void Add(size_t place, const std::string& venue, absl::Time start, absl::Time end) {
    places.push_back(static_cast<int>(place));
    venues.push_back(venue);
    starts.push_back(start);
    ends.push_back(end);
  }
  std::vector<int> places;
  std::vector<std::string> venues;
  std::vector<absl::Time> starts, ends;
};

absl::Status AddOfficers(pg::Tx& tx, absl::string_view district, const Inspections& inspections) {
  std::vector<std::string> ids, officers;
  std::vector<int> ordinals;
  for (const Inspection* inspection : inspections) {
    int ordinal = 0;
    for (const std::string& officer : inspection->officers) {
      ids.push_back(inspection->id);
      ordinals.push_back(ordinal++);
      officers.push_back(officer);
    }
  }
  return tx.Send(kAddOfficers, {district, ids, ordinals, officers});
}

absl::Status AddAnswers(pg::Tx& tx, absl::string_view district, const Inspections& inspections) {
  std::vector<std::string> ids, items, notes, findings;
  std::vector<int> ordinals, results;
  std::vector<bool> hints;
  for (const Inspection* inspection : inspections) {
    int ordinal = 0;
    for (const domain::ChecklistAnswer& answer : inspection->answers) {
      ids.push_back(inspection->id);
      ordinals.push_back(ordinal++);
      items.push_back(answer.item);
      results.push_back(static_cast<int>(answer.result));
      notes.push_back(answer.note);
      findings.push_back(absl::StrCat("{", absl::StrJoin(answer.findings, ","), "}"));
      hints.push_back(answer.hint);
    }
  }
  if (ids.empty()) return absl::OkStatus();
  return tx.Send(kAddInspectionAnswers,
                 {district, ids, ordinals, items, results, notes, findings, hints});
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
  ASSIGN_OR_RETURN(pg::Rows officers, tx.Exec(kInspectionOfficers, {district, ids}));
  for (pg::Row row : officers) by_id.at(row.Text(0))->officers.push_back(row.Text(1));
  ASSIGN_OR_RETURN(pg::Rows answers, tx.Exec(kInspectionAnswers, {district, ids}));
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

absl::Status AddInspections(pg::Tx& tx, absl::string_view district,
                            const std::vector<const Inspection*>& inspections) {
  if (inspections.empty()) return absl::OkStatus();
  using I = Inspection;
  RETURN_IF_ERROR(tx.Send(
      kAddInspection,
      {district, pg::Column(inspections, [](const I& i) { return i.id; }),
       pg::Column(inspections, [](const I& i) { return i.venue; }),
       pg::Column(inspections, [](const I& i) { return i.inspect_time; }),
       pg::Column(inspections, [](const I& i) { return i.summary; }),
       pg::Column(inspections, [](const I& i) { return i.create_time; }),
       pg::Column(inspections, [](const I& i) { return static_cast<int>(i.kind); }),
       pg::Column(inspections, [](const I& i) { return i.lead; }),
       pg::Column(inspections, [](const I& i) { return i.campaign; }),
       pg::Column(inspections, [](const I& i) { return i.accident; }),
       pg::Column(inspections, [](const I& i) { return pg::Param(i.advice).text(); }),
       pg::Column(inspections, [](const I& i) { return static_cast<int>(i.cap_exception); })}));
  std::vector<const domain::Finding*> findings;
  for (const Inspection* inspection : inspections) {
    for (const domain::Finding& finding : inspection->findings) findings.push_back(&finding);
  }
  RETURN_IF_ERROR(AddOfficers(tx, district, inspections));
  RETURN_IF_ERROR(AddAnswers(tx, district, inspections));
  return AddFindings(tx, district, findings);
}

absl::Status AskPast(pg::Tx& tx, absl::string_view district, const std::vector<Upcoming>& upcoming,
                     PastRows* rows) {
  std::vector<std::string> locked, ids;
  Periods years, recurrences;
  std::vector<std::string> codes;
  for (size_t n = 0; n < upcoming.size(); ++n) {
    const Upcoming& one = upcoming[n];
    if (IsUuid(one.id)) ids.push_back(one.id);
    if (one.capped) {
      const int64_t year = CivilDayOf(one.inspect_time).year();
      locked.push_back(one.venue);
      years.Add(n, one.venue, StartOfDay(absl::CivilDay(year)),
                StartOfDay(absl::CivilDay(year + 1)));
    }
    for (const std::string& code : one.catalog_codes) {
      recurrences.Add(n, one.venue, domain::RecurrenceStart(one.inspect_time), one.inspect_time);
      codes.push_back(code);
    }
  }
  // The lock first: each statement sees what was committed before it began.
  if (!locked.empty()) {
    RETURN_IF_ERROR(tx.Send(kLockVenues, {district, locked}));
    RETURN_IF_ERROR(tx.Ask(kCounted,
                           {district, years.places, years.venues, years.starts, years.ends},
                           &rows->counted));
  }
  if (!codes.empty()) {
    RETURN_IF_ERROR(tx.Ask(kPast,
                           {district, recurrences.places, recurrences.venues, codes,
                            recurrences.starts, recurrences.ends},
                           &rows->findings));
  }
  return ids.empty() ? absl::OkStatus() : tx.Ask(kTaken, {district, ids}, &rows->taken);
}

std::vector<VenuePast> ReadPast(const PastRows& rows, const std::vector<Upcoming>& upcoming) {
  std::vector<VenuePast> pasts(upcoming.size());
  for (const pg::Row row : rows.counted) {
    pasts[row.Int(0)].counted_inspections = static_cast<int>(row.Int(1));
  }
  for (const pg::Row row : rows.findings) {
    pasts[row.Int(0)].findings.push_back(
        {row.Text(1), row.Text(2), row.Time(3), static_cast<int>(row.Int(4))});
  }
  std::set<std::string> taken;
  for (const pg::Row row : rows.taken) taken.insert(row.Text(0));
  for (size_t n = 0; n < upcoming.size(); ++n) {
    pasts[n].id_is_taken = taken.contains(upcoming[n].id);
  }
  return pasts;
}

absl::StatusOr<Inspection> GetInspection(pg::Tx& tx, absl::string_view district,
                                         absl::string_view id) {
  ASSIGN_OR_RETURN(pg::Rows rows, tx.Exec(kGetInspection, {district, id}));
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
