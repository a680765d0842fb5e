#include "services/followup_visits/store/visit_store.h"

#include <nlohmann/json.hpp>
#include <optional>

#include "absl/strings/str_join.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "libs/pg/column.h"
#include "libs/pg/text_format.h"
#include "libs/query/list_query.h"
#include "rectify/followup/v1/visit.pb.h"
#include "services/followup_visits/store/sealed.h"

namespace rectify::followup::store {
namespace {

using domain::Visit;
using domain::VisitContent;
using Json = nlohmann::json;

#define RECTIFY_VISIT_COLUMNS                                                                     \
  "visits.district, visits.id, visits.draw_id, visits.unit_id, visits.stratum, visits.visitors, " \
  "visits.state, visits.file_number, visits.method, visits.visit_time, visits.anonymous, "        \
  "visits.respondent_sealed is not null, visits.questionnaire_version, "                          \
  "visits.attempt_times::text[], visits.attempt_reasons, visits.attempt_users, "                  \
  "visits.replaced_by, visits.replaces, visits.replace_reason, visits.create_time, "              \
  "visits.version, (select u.party from penalised_units u"                                        \
  "  where u.district = visits.district and u.id = visits.unit_id)"

constexpr pg::Statement kPlan = {"followup.plan_visits", R"sql(
  insert into visits (district, id, draw_id, unit_id, stratum, visitors, state, file_number, method,
                      anonymous, questionnaire_version, attempt_times, attempt_reasons,
                      attempt_users, replaces, replace_reason, create_time, version)
  select $1::text, id, $2::uuid, unit_id, stratum, string_to_array(visitors, ','), 1, '', 0, false,
         0, '{}', '{}', '{}', replaces, '', $3::timestamptz, 1
    from unnest($4::uuid[], $5::uuid[], $6::text[], $7::text[], $8::uuid[])
         as t(id, unit_id, stratum, visitors, replaces))sql"};

constexpr pg::Statement kGetVisit = {"followup.get_visit", "select " RECTIFY_VISIT_COLUMNS R"sql(
  from visits where district = $1::text and id = $2::uuid)sql"};

constexpr pg::Statement kLockVisit = {"followup.lock_visit", "select " RECTIFY_VISIT_COLUMNS R"sql(
  from visits where district = $1::text and id = $2::uuid for update)sql"};

constexpr pg::Statement kSaveVisit = {"followup.save_visit", R"sql(
  update visits
     set state = $3::smallint, file_number = $4::text, method = $5::smallint,
         visit_time = $6::timestamptz, anonymous = $7::boolean, questionnaire_version = $8::int,
         attempt_times = $9::timestamptz[], attempt_reasons = $10::text[],
         attempt_users = $11::text[], replaced_by = $12::uuid, replace_reason = $13::text,
         version = $14::bigint
   where district = $1::text and id = $2::uuid)sql"};

constexpr pg::Statement kSaveContent = {"followup.save_visit_content", R"sql(
  update visits set answers_sealed = $3::bytea, respondent_sealed = $4::bytea,
         note_sealed = $5::bytea
   where district = $1::text and id = $2::uuid)sql"};

constexpr pg::Statement kContent = {"followup.visit_content", R"sql(
  select answers_sealed, respondent_sealed, note_sealed from visits
   where district = $1::text and id = $2::uuid)sql"};

constexpr pg::Statement kNext = {"followup.next_number", R"sql(
  insert into counters (district, kind, year, last) values ($1::text, $2::text, $3::int, 1)
  on conflict (district, kind, year) do update set last = counters.last + 1
  returning last)sql"};

// Times of an array come as text.
absl::Time ArrayTime(const std::string& text) {
  return pg::ParseTimestamp(text).value_or(absl::UnixEpoch());
}

ListedVisit ReadVisit(const pg::Row& row) {
  Visit visit;
  visit.district = row.Text(0);
  visit.id = row.Text(1);
  visit.draw_id = row.Text(2);
  visit.unit_id = row.Text(3);
  visit.stratum = row.Text(4);
  visit.visitors = row.TextArray(5);
  visit.state = static_cast<domain::VisitState>(row.Int(6));
  visit.file_number = row.Text(7);
  visit.method = static_cast<domain::VisitMethod>(row.Int(8));
  visit.visit_time = row.OptTime(9);
  visit.anonymous = row.Bool(10);
  visit.has_respondent = row.Bool(11);
  visit.questionnaire_version = static_cast<int>(row.Int(12));
  const std::vector<std::string> times = row.TextArray(13);
  const std::vector<std::string> reasons = row.TextArray(14);
  const std::vector<std::string> users = row.TextArray(15);
  for (size_t i = 0; i < times.size(); ++i) {
    visit.attempts.push_back({ArrayTime(times[i]), reasons[i], users[i]});
  }
  visit.replaced_by = row.OptText(16).value_or("");
  visit.replaces = row.OptText(17).value_or("");
  visit.replace_reason = row.Text(18);
  visit.create_time = row.Time(19);
  visit.version = row.Int(20);
  return {std::move(visit), row.OptText(21).value_or("")};
}

absl::StatusOr<ListedVisit> OneVisit(pg::Tx& tx, const pg::Statement& statement,
                                     absl::string_view district, absl::string_view id) {
  ASSIGN_OR_RETURN(pg::Rows rows, tx.Exec(statement, {district, id}));
  if (rows.empty()) return NotFoundError(domain::VisitName(district, id));
  return ReadVisit(rows[0]);
}

std::optional<std::string> OrNull(const std::string& id) {
  return id.empty() ? std::nullopt : std::make_optional(id);
}

const query::ListSpec& VisitList() {
  using Kind = query::ListField::Kind;
  // A name of another form must match nothing instead of failing in a cast.
  static const auto& spec = *new query::ListSpec{
      .name = "followup.list_visits",
      .columns = RECTIFY_VISIT_COLUMNS,
      .from = "visits where district = $1",
      .fields = {{"state", Kind::kEnum, "visits.state = $?", v1::Visit::State_descriptor()},
                 {"draw", Kind::kText, "'districts/' || $1 || '/draws/' || visits.draw_id = $?"},
                 {"unit", Kind::kText,
                  "'districts/' || $1 || '/penalisedUnits/' || visits.unit_id = $?"},
                 {"visitor", Kind::kText,
                  "split_part($?, '/visitors/', 2) = any(visits.visitors)"}},
      .order = {{"visits.create_time", "timestamptz"}, {"visits.id", "uuid"}},
      .descending = true};
  return spec;
}

std::string WriteAnswers(const std::vector<domain::Answer>& answers) {
  Json list = Json::array();
  for (const domain::Answer& answer : answers) list.push_back({answer.item, answer.value});
  return list.dump();
}

std::string WriteRespondent(const domain::Respondent& respondent) {
  if (respondent.empty()) return "";
  return Json::array({respondent.person_name, respondent.mobile, respondent.position}).dump();
}

}  // namespace

absl::Status PlanVisits(pg::Tx& tx, absl::string_view district, absl::string_view draw,
                        const std::vector<PlannedVisit>& visits, absl::Time now) {
  using V = PlannedVisit;
  return tx
      .Exec(kPlan,
            {district, draw, now, pg::Column(visits, [](const V& v) { return v.id; }),
             pg::Column(visits, [](const V& v) { return v.place.unit; }),
             pg::Column(visits, [](const V& v) { return v.place.stratum; }),
             pg::Column(visits, [](const V& v) { return absl::StrJoin(v.place.visitors, ","); }),
             pg::Column(visits, [](const V& v) { return OrNull(v.replaces); })})
      .status();
}

absl::StatusOr<ListedVisit> GetVisit(pg::Tx& tx, absl::string_view district, absl::string_view id) {
  return OneVisit(tx, kGetVisit, district, id);
}

absl::StatusOr<ListedVisit> LockVisit(pg::Tx& tx, absl::string_view district,
                                      absl::string_view id) {
  return OneVisit(tx, kLockVisit, district, id);
}

absl::StatusOr<std::pair<std::vector<ListedVisit>, std::string>> ListVisits(
    pg::Tx& tx, absl::string_view district, absl::string_view filter, int page_size,
    absl::string_view page_token) {
  ASSIGN_OR_RETURN(query::ListQuery query,
                   query::ListQuery::Build(VisitList(), {district}, filter, page_size, page_token));
  return query.Run<ListedVisit>(tx, ReadVisit);
}

absl::Status SaveVisit(pg::Tx& tx, const Visit& visit) {
  using A = domain::Attempt;
  return tx
      .Exec(kSaveVisit, {visit.district, visit.id, static_cast<int>(visit.state), visit.file_number,
                         static_cast<int>(visit.method), visit.visit_time, visit.anonymous,
                         visit.questionnaire_version,
                         pg::Column(visit.attempts, [](const A& a) { return a.time; }),
                         pg::Column(visit.attempts, [](const A& a) { return a.reason; }),
                         pg::Column(visit.attempts, [](const A& a) { return a.user; }),
                         OrNull(visit.replaced_by), visit.replace_reason, visit.version})
      .status();
}

absl::Status SaveContent(pg::Tx& tx, const crypto::FieldCipher& cipher, const Visit& visit,
                         const VisitContent& content) {
  const auto seal = [&](const std::string& value, const char* column) {
    return Seal(cipher, value, Place("visits", visit.id, column));
  };
  return tx
      .Exec(kSaveContent,
            {visit.district, visit.id, seal(WriteAnswers(content.answers), "answers"),
             seal(WriteRespondent(content.respondent), "respondent"), seal(content.note, "note")})
      .status();
}

absl::StatusOr<VisitContent> ReadContent(pg::Tx& tx, const crypto::FieldCipher& cipher,
                                         absl::string_view district, absl::string_view id) {
  ASSIGN_OR_RETURN(pg::Rows rows, tx.Exec(kContent, {district, id}));
  if (rows.empty()) return NotFoundError(domain::VisitName(district, id));
  const auto open = [&](int column, const char* name) {
    return Open(cipher, rows[0], column, Place("visits", id, name));
  };
  ASSIGN_OR_RETURN(const std::string answers, open(0, "answers"));
  ASSIGN_OR_RETURN(const std::string respondent, open(1, "respondent"));
  VisitContent content;
  ASSIGN_OR_RETURN(content.note, open(2, "note"));
  // Authenticated by the cipher, so both are what the functions above wrote.
  if (!answers.empty()) {
    for (const Json& each : Json::parse(answers)) {
      content.answers.push_back({each[0].get<std::string>(), each[1].get<std::string>()});
    }
  }
  if (!respondent.empty()) {
    const Json fields = Json::parse(respondent);
    content.respondent = {fields[0].get<std::string>(), fields[1].get<std::string>(),
                          fields[2].get<std::string>()};
  }
  return content;
}

absl::StatusOr<int> NextNumber(pg::Tx& tx, absl::string_view district, absl::string_view kind,
                               int year) {
  ASSIGN_OR_RETURN(pg::Rows rows, tx.Exec(kNext, {district, kind, year}));
  return static_cast<int>(rows[0].Int(0));
}

}  // namespace rectify::followup::store
