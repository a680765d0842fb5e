#include "services/hazard_findings/store/self_inspection_store.h"

#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "libs/query/list_query.h"
#include "rectify/hazard/v1/self_inspection.pb.h"
#include "services/hazard_findings/store/venue_names.h"

namespace rectify::hazard::store {
namespace {

using domain::SelfInspection;

#define RECTIFY_SELF_COLUMNS                                                         \
  "district, id, campaign, venue, target_class, officer, due_date, first_due_date, " \
  "state, report_time, return_reason, return_count, create_time, confirm_time, "     \
  "close_time, version"

constexpr pg::Statement kSelfInspectionVenues = {"hazard.known_venues", R"sql(
  select n.name, v.name, v.display_name, v.street, v.close_time
    from venues n join venues v on v.district = n.district and v.name = n.survivor
   where n.district = $1::text and n.name = any($2::text[]))sql"};

constexpr pg::Statement kAddSelfInspection = {"hazard.add_self_inspections", R"sql(
  insert into self_inspections (district, id, campaign, venue, target_class, officer, due_date,
                                first_due_date, state, return_reason, return_count, create_time,
                                version)
  select $1::text, id, $2::text, venue, target_class, $3::text, $4::date, $4::date, 1, '', 0,
         $5::timestamptz, 1
    from unnest($6::uuid[], $7::text[], $8::text[]) as t(id, venue, target_class)
   where not exists (select from venues a
                       join self_inspections s on s.district = a.district and s.venue = a.name
                      where a.district = $1::text and a.survivor = t.venue
                        and s.campaign = $2::text)
   order by venue
  on conflict (district, campaign, venue) do nothing)sql"};

constexpr pg::Statement kGetSelfInspection = {"hazard.get_self_inspection",
                                              "select " RECTIFY_SELF_COLUMNS R"sql(
  from self_inspections where district = $1::text and id = $2::uuid
   and ($3::text[] is null or venue = any($3::text[])))sql"};

constexpr pg::Statement kLockSelfInspection = {"hazard.lock_self_inspection",
                                               "select " RECTIFY_SELF_COLUMNS R"sql(
  from self_inspections where district = $1::text and id = $2::uuid for update)sql"};

constexpr pg::Statement kSelfInspectionAnswers = {"hazard.self_inspection_answers", R"sql(
  select item, result, note from self_inspection_answers
   where district = $1::text and self_inspection_id = $2::uuid order by ordinal)sql"};

constexpr pg::Statement kProblems = {"hazard.self_inspection_problems", R"sql(
  select item, description, location, rectified_date, planned_date, rectification
    from self_inspection_problems
   where district = $1::text and self_inspection_id = $2::uuid order by ordinal)sql"};

constexpr pg::Statement kSaveSelfInspection = {"hazard.save_self_inspection", R"sql(
  update self_inspections
     set due_date = $3::date, state = $4::smallint, report_time = $5::timestamptz,
         return_reason = $6::text, return_count = $7::int, confirm_time = $8::timestamptz,
         close_time = $9::timestamptz, version = $10::bigint
   where district = $1::text and id = $2::uuid)sql"};

constexpr pg::Statement kDropAnswers = {"hazard.drop_self_inspection_answers", R"sql(
  delete from self_inspection_answers
   where district = $1::text and self_inspection_id = $2::uuid)sql"};

constexpr pg::Statement kDropProblems = {"hazard.drop_self_inspection_problems", R"sql(
  delete from self_inspection_problems
   where district = $1::text and self_inspection_id = $2::uuid)sql"};

constexpr pg::Statement kAddSelfInspectionAnswers = {"hazard.add_self_inspection_answers", R"sql(
  insert into self_inspection_answers (district, self_inspection_id, ordinal, item, result, note)
  select $1::text, $2::uuid, n - 1, item, result, note
    from unnest($3::text[], $4::smallint[], $5::text[])
         with ordinality as t(item, result, note, n))sql"};

constexpr pg::Statement kAddProblems = {"hazard.add_self_inspection_problems", R"sql(
  insert into self_inspection_problems (district, self_inspection_id, ordinal, item, description,
                                        location, rectified_date, planned_date, rectification)
  select $1::text, $2::uuid, n - 1, item, description, location, rectified_date, planned_date,
         rectification
    from unnest($3::text[], $4::text[], $5::text[], $6::date[], $7::date[], $8::text[])
         with ordinality as t(item, description, location, rectified_date, planned_date,
                              rectification, n))sql"};

constexpr pg::Statement kProgress = {"hazard.campaign_progress", R"sql(
  select 1, target_class, state, count(*) from self_inspections
   where district = $1::text and campaign = $2::text group by target_class, state
  union all
  select 2, '', state, count(*) from department_tasks
   where district = $1::text and campaign = $2::text group by state
  union all
  select 3, '', 0, count(*) from inspections
   where district = $1::text and campaign = $2::text and campaign <> ''
   order by 1, 2, 3)sql"};

SelfInspection ReadSelf(const pg::Row& row) {
  SelfInspection self;
  self.district = row.Text(0);
  self.id = row.Text(1);
  self.campaign = row.Text(2);
  self.venue = row.Text(3);
  self.target_class = row.Text(4);
  self.officer = row.Text(5);
  self.due_date = row.Day(6);
  self.first_due_date = row.Day(7);
  self.state = static_cast<domain::SelfInspectionState>(row.Int(8));
  self.report_time = row.OptTime(9);
  self.return_reason = row.Text(10);
  self.return_count = static_cast<int>(row.Int(11));
  self.create_time = row.Time(12);
  self.confirm_time = row.OptTime(13);
  self.close_time = row.OptTime(14);
  self.version = row.Int(15);
  return self;
}

absl::StatusOr<SelfInspection> WithParts(pg::Tx& tx, SelfInspection self) {
  ASSIGN_OR_RETURN(pg::Rows answers, tx.Exec(kSelfInspectionAnswers, {self.district, self.id}));
  for (pg::Row row : answers) {
    self.answers.push_back({.item = row.Text(0),
                            .result = static_cast<domain::AnswerResult>(row.Int(1)),
                            .note = row.Text(2),
                            .findings = {},
                            .hint = false});
  }
  ASSIGN_OR_RETURN(pg::Rows problems, tx.Exec(kProblems, {self.district, self.id}));
  for (pg::Row row : problems) {
    self.problems.push_back(
        {row.Text(0), row.Text(1), row.Text(2), row.OptDay(3), row.OptDay(4), row.Text(5)});
  }
  return self;
}

absl::Status SaveAnswers(pg::Tx& tx, const SelfInspection& self) {
  RETURN_IF_ERROR(tx.Exec(kDropAnswers, {self.district, self.id}).status());
  std::vector<std::string> items, notes;
  std::vector<int> results;
  for (const domain::ChecklistAnswer& answer : self.answers) {
    items.push_back(answer.item);
    results.push_back(static_cast<int>(answer.result));
    notes.push_back(answer.note);
  }
  return tx.Exec(kAddSelfInspectionAnswers, {self.district, self.id, items, results, notes})
      .status();
}

absl::Status SaveProblems(pg::Tx& tx, const SelfInspection& self) {
  RETURN_IF_ERROR(tx.Exec(kDropProblems, {self.district, self.id}).status());
  std::vector<std::string> items, descriptions, locations, rectifications;
  std::vector<std::optional<absl::CivilDay>> rectified, planned;
  for (const domain::SelfFoundProblem& problem : self.problems) {
    items.push_back(problem.item);
    descriptions.push_back(problem.description);
    locations.push_back(problem.location);
    rectified.push_back(problem.rectified_date);
    planned.push_back(problem.planned_date);
    rectifications.push_back(problem.rectification);
  }
  return tx
      .Exec(kAddProblems, {self.district, self.id, items, descriptions, locations, rectified,
                           planned, rectifications})
      .status();
}

const query::ListSpec& SelfList() {
  using Kind = query::ListField::Kind;
  static const auto& spec = *new query::ListSpec{
      .name = "hazard.list_self_inspections",
      .columns = RECTIFY_SELF_COLUMNS,
      .from =
          "self_inspections where district = $1"
          " and ($2::text[] is null or venue = any($2::text[]))",
      .fields = {{"state", Kind::kEnum, "state = $?", v1::SelfInspection::State_descriptor()},
                 {"campaign", Kind::kText, "campaign = $?"},
                 {"venue", Kind::kText, RECTIFY_OF_VENUE("venue", "$?")},
                 {"target_class", Kind::kText, "target_class = $?"},
                 {"officer", Kind::kText, "officer = $?"}},
      .order = {{"self_inspections.due_date", "date"}, {"self_inspections.id", "uuid"}}};
  return spec;
}

}  // namespace

absl::StatusOr<std::map<std::string, domain::Venue>> KnownVenues(
    pg::Tx& tx, absl::string_view district, const std::vector<std::string>& names) {
  ASSIGN_OR_RETURN(pg::Rows rows, tx.Exec(kSelfInspectionVenues, {district, names}));
  std::map<std::string, domain::Venue> venues;
  for (pg::Row row : rows) {
    const domain::Venue venue = {row.Text(1), row.Text(2), row.Text(3), row.OptTime(4)};
    for (const std::string& name : {row.Text(0), venue.name}) venues[name] = venue;
  }
  return venues;
}

absl::Status AddSelfInspections(pg::Tx& tx, const std::vector<SelfInspection>& all) {
  std::vector<std::string> ids, venues, classes;
  for (const SelfInspection& self : all) {
    ids.push_back(self.id);
    venues.push_back(self.venue);
    classes.push_back(self.target_class);
  }
  const SelfInspection& first = all.front();
  ASSIGN_OR_RETURN(
      pg::Rows added,
      tx.Exec(kAddSelfInspection, {first.district, first.campaign, first.officer, first.due_date,
                                   first.create_time, ids, venues, classes}));
  if (added.affected() == static_cast<int64_t>(all.size())) return absl::OkStatus();
  return MakeError(absl::StatusCode::kAlreadyExists,
                   {.reason = "ALREADY_EXISTS",
                    .text = {"其中有场所在该专项行动中已有自查（targets）",
                             "a venue has a self-inspection under this campaign already (targets)"},
                    .metadata = {{"field", "targets"}},
                    .violations = {}});
}

absl::StatusOr<SelfInspection> GetSelfInspection(pg::Tx& tx, absl::string_view district,
                                                 absl::string_view id, const Desks& venues) {
  ASSIGN_OR_RETURN(pg::Rows rows, tx.Exec(kGetSelfInspection, {district, id, venues}));
  if (rows.empty()) return NotFoundError(domain::SelfInspectionName(district, id));
  return WithParts(tx, ReadSelf(rows[0]));
}

absl::StatusOr<SelfInspection> LockSelfInspection(pg::Tx& tx, absl::string_view district,
                                                  absl::string_view id) {
  ASSIGN_OR_RETURN(pg::Rows rows, tx.Exec(kLockSelfInspection, {district, id}));
  if (rows.empty()) return NotFoundError(domain::SelfInspectionName(district, id));
  return WithParts(tx, ReadSelf(rows[0]));
}

absl::Status SaveSelfInspection(pg::Tx& tx, const SelfInspection& self, bool with_parts) {
  RETURN_IF_ERROR(tx.Exec(kSaveSelfInspection,
                          {self.district, self.id, self.due_date, static_cast<int>(self.state),
                           self.report_time, self.return_reason, self.return_count,
                           self.confirm_time, self.close_time, self.version})
                      .status());
  if (!with_parts) return absl::OkStatus();
  RETURN_IF_ERROR(SaveAnswers(tx, self));
  return SaveProblems(tx, self);
}

absl::StatusOr<std::pair<std::vector<SelfInspection>, std::string>> ListSelfInspections(
    pg::Tx& tx, absl::string_view district, const Desks& venues, absl::string_view filter,
    int page_size, absl::string_view page_token) {
  ASSIGN_OR_RETURN(query::ListQuery query, query::ListQuery::Build(SelfList(), {district, venues},
                                                                   filter, page_size, page_token));
  return query.Run<SelfInspection>(tx, ReadSelf);
}

absl::StatusOr<Progress> CampaignProgress(pg::Tx& tx, absl::string_view district,
                                          absl::string_view campaign) {
  ASSIGN_OR_RETURN(pg::Rows rows, tx.Exec(kProgress, {district, campaign}));
  Progress progress;
  for (pg::Row row : rows) {
    const Progress::Count count = {row.Text(1), static_cast<int>(row.Int(2)),
                                   static_cast<int>(row.Int(3))};
    if (row.Int(0) == 1) progress.self_inspections.push_back(count);
    if (row.Int(0) == 2) progress.department_tasks.push_back(count);
    if (row.Int(0) == 3) progress.inspections = count.count;
  }
  return progress;
}

}  // namespace rectify::hazard::store
