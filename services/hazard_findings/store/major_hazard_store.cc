#include "services/hazard_findings/store/major_hazard_store.h"

#include <map>

#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "libs/query/list_query.h"
#include "rectify/hazard/v1/major_hazard.pb.h"
#include "services/hazard_findings/store/venue_names.h"

namespace rectify::hazard::store {
namespace {

using domain::Deliberation;
using domain::MajorHazard;
using domain::Vote;

#define RECTIFY_MAJOR_HAZARD_COLUMNS                                                           \
  "district, id, inspection_id, venue, findings, rule_set, clauses, facts, expert_argument, "  \
  "handling_officer, state, propose_time, inspect_time, notice_number, serve_time, due_date, " \
  "report_time, report_document, supervise_time, supervision, end_time, version"

constexpr pg::Statement kAddMajorHazard = {"hazard.add_major_hazard", R"sql(
  insert into major_hazards (district, id, inspection_id, venue, findings, rule_set, clauses, facts,
                             expert_argument, handling_officer, state, propose_time, inspect_time,
                             notice_number, report_document, supervision, version)
  values ($1::text, $2::uuid, $3::uuid, $4::text, $5::text[], $6::text, $7::text[], $8::text,
          $9::boolean, $10::text, 1, $11::timestamptz, $12::timestamptz, '', '', '', 1))sql"};

constexpr pg::Statement kGetMajorHazard = {"hazard.get_major_hazard",
                                           "select " RECTIFY_MAJOR_HAZARD_COLUMNS R"sql(
  from major_hazards where district = $1::text and id = $2::uuid)sql"};

constexpr pg::Statement kLockMajorHazard = {"hazard.lock_major_hazard",
                                            "select " RECTIFY_MAJOR_HAZARD_COLUMNS R"sql(
  from major_hazards where district = $1::text and id = $2::uuid for update)sql"};

constexpr pg::Statement kSaveMajorHazard = {"hazard.save_major_hazard", R"sql(
  update major_hazards
     set state = $3::smallint, notice_number = $4::text, serve_time = $5::timestamptz,
         due_date = $6::date, report_time = $7::timestamptz, report_document = $8::text,
         supervise_time = $9::timestamptz, supervision = $10::text, end_time = $11::timestamptz,
         version = $12::bigint
   where district = $1::text and id = $2::uuid)sql"};

// The rows of a meeting never change, so those that are there already are left alone.
constexpr pg::Statement kAddMeeting = {"hazard.add_major_hazard_meeting", R"sql(
  with meeting as (
    insert into major_hazard_meetings (district, hazard_id, ordinal, matter, meet_time, chair,
                                       minutes, carried)
    values ($1::text, $2::uuid, $3::int, $4::smallint, $5::timestamptz, $6::text, $7::text,
            $8::boolean)
    on conflict do nothing returning ordinal)
  insert into major_hazard_votes (district, hazard_id, meeting, ordinal, expert, voter, opinion,
                                  agrees)
  select $1::text, $2::uuid, meeting.ordinal, n - 1, expert, voter, opinion, agrees
    from meeting, unnest($9::boolean[], $10::text[], $11::text[], $12::boolean[])
         with ordinality as t(expert, voter, opinion, agrees, n))sql"};

constexpr pg::Statement kAddRecheck = {"hazard.add_major_hazard_recheck", R"sql(
  insert into major_hazard_rechecks (district, hazard_id, ordinal, recheck_time, officers, passed,
                                     text)
  values ($1::text, $2::uuid, $3::int, $4::timestamptz, $5::text[], $6::boolean, $7::text)
  on conflict do nothing)sql"};

constexpr pg::Statement kMeetings = {"hazard.major_hazard_meetings", R"sql(
  select hazard_id, matter, meet_time, chair, minutes, carried from major_hazard_meetings
   where district = $1::text and hazard_id = any($2::uuid[]) order by hazard_id, ordinal)sql"};

constexpr pg::Statement kVotes = {"hazard.major_hazard_votes", R"sql(
  select hazard_id, meeting, expert, voter, opinion, agrees from major_hazard_votes
   where district = $1::text and hazard_id = any($2::uuid[])
   order by hazard_id, meeting, ordinal)sql"};

constexpr pg::Statement kRechecks = {"hazard.major_hazard_rechecks", R"sql(
  select hazard_id, recheck_time, officers, passed, text from major_hazard_rechecks
   where district = $1::text and hazard_id = any($2::uuid[]) order by hazard_id, ordinal)sql"};

MajorHazard ReadMajorHazard(const pg::Row& row) {
  MajorHazard hazard;
  hazard.district = row.Text(0);
  hazard.id = row.Text(1);
  hazard.inspection_id = row.Text(2);
  hazard.venue = row.Text(3);
  hazard.findings = row.TextArray(4);
  hazard.rule_set = row.Text(5);
  hazard.clauses = row.TextArray(6);
  hazard.facts = row.Text(7);
  hazard.expert_argument = row.Bool(8);
  hazard.handling_officer = row.Text(9);
  hazard.state = static_cast<domain::MajorHazardState>(row.Int(10));
  hazard.propose_time = row.Time(11);
  hazard.inspect_time = row.Time(12);
  hazard.notice_number = row.Text(13);
  hazard.serve_time = row.OptTime(14);
  hazard.due_date = row.OptDay(15);
  hazard.report_time = row.OptTime(16);
  hazard.report_document = row.Text(17);
  hazard.supervise_time = row.OptTime(18);
  hazard.supervision = row.Text(19);
  hazard.end_time = row.OptTime(20);
  hazard.version = row.Int(21);
  return hazard;
}

// Three statements for any number of hazards.
absl::Status AddParts(pg::Tx& tx, absl::string_view district, std::vector<MajorHazard>& hazards) {
  if (hazards.empty()) return absl::OkStatus();
  std::vector<std::string> ids;
  std::map<std::string, MajorHazard*> by_id;
  for (MajorHazard& hazard : hazards) {
    ids.push_back(hazard.id);
    by_id[hazard.id] = &hazard;
  }
  ASSIGN_OR_RETURN(pg::Rows meetings, tx.Exec(kMeetings, {district, ids}));
  for (pg::Row row : meetings) {
    Deliberation meeting;
    meeting.matter = static_cast<domain::Matter>(row.Int(1));
    meeting.meet_time = row.Time(2);
    meeting.chair = row.Text(3);
    meeting.minutes = row.Text(4);
    meeting.carried = row.Bool(5);
    by_id.at(row.Text(0))->deliberations.push_back(std::move(meeting));
  }
  ASSIGN_OR_RETURN(pg::Rows votes, tx.Exec(kVotes, {district, ids}));
  for (pg::Row row : votes) {
    Deliberation& meeting =
        by_id.at(row.Text(0))->deliberations.at(static_cast<size_t>(row.Int(1)));
    (row.Bool(2) ? meeting.experts : meeting.participants)
        .push_back({row.Text(3), row.Text(4), row.Bool(5)});
  }
  ASSIGN_OR_RETURN(pg::Rows rechecks, tx.Exec(kRechecks, {district, ids}));
  for (pg::Row row : rechecks) {
    by_id.at(row.Text(0))
        ->rechecks.push_back({row.Time(1), row.TextArray(2), row.Bool(3), row.Text(4)});
  }
  return absl::OkStatus();
}

absl::Status AddMeeting(pg::Tx& tx, const MajorHazard& hazard, size_t ordinal) {
  const Deliberation& meeting = hazard.deliberations[ordinal];
  std::vector<bool> experts, agrees;
  std::vector<std::string> voters, opinions;
  const auto add = [&](const Vote& vote, bool expert) {
    experts.push_back(expert);
    voters.push_back(vote.voter);
    opinions.push_back(vote.opinion);
    agrees.push_back(vote.agrees);
  };
  for (const Vote& vote : meeting.participants) add(vote, false);
  for (const Vote& vote : meeting.experts) add(vote, true);
  return tx
      .Exec(kAddMeeting, {hazard.district, hazard.id, static_cast<int>(ordinal),
                          static_cast<int>(meeting.matter), meeting.meet_time, meeting.chair,
                          meeting.minutes, meeting.carried, experts, voters, opinions, agrees})
      .status();
}

absl::StatusOr<MajorHazard> Read(pg::Tx& tx, const pg::Statement& statement,
                                 absl::string_view district, absl::string_view id) {
  ASSIGN_OR_RETURN(pg::Rows rows, tx.Exec(statement, {district, id}));
  if (rows.empty()) return NotFoundError(domain::MajorHazardName(district, id));
  std::vector<MajorHazard> hazards = {ReadMajorHazard(rows[0])};
  RETURN_IF_ERROR(AddParts(tx, district, hazards));
  return std::move(hazards.front());
}

const query::ListSpec& MajorHazardList() {
  using Kind = query::ListField::Kind;
  static const auto& spec = *new query::ListSpec{
      .name = "hazard.list_major_hazards",
      .columns = RECTIFY_MAJOR_HAZARD_COLUMNS,
      .from = "major_hazards where district = $1",
      .fields = {{"state", Kind::kEnum, "state = $?", v1::MajorHazard::State_descriptor()},
                 {"venue", Kind::kText, RECTIFY_OF_VENUE("venue", "$?")},
                 {"inspection", Kind::kText,
                  "'districts/' || district || '/inspections/' || inspection_id = $?"}},
      .order = {{"major_hazards.propose_time", "timestamptz"}, {"major_hazards.id", "uuid"}},
      .descending = true};
  return spec;
}

}  // namespace

absl::Status AddMajorHazard(pg::Tx& tx, const MajorHazard& hazard) {
  return tx
      .Exec(kAddMajorHazard,
            {hazard.district, hazard.id, hazard.inspection_id, hazard.venue, hazard.findings,
             hazard.rule_set, hazard.clauses, hazard.facts, hazard.expert_argument,
             hazard.handling_officer, hazard.propose_time, hazard.inspect_time})
      .status();
}

absl::StatusOr<MajorHazard> GetMajorHazard(pg::Tx& tx, absl::string_view district,
                                           absl::string_view id) {
  return Read(tx, kGetMajorHazard, district, id);
}

absl::StatusOr<MajorHazard> LockMajorHazard(pg::Tx& tx, absl::string_view district,
                                            absl::string_view id) {
  return Read(tx, kLockMajorHazard, district, id);
}

absl::Status SaveMajorHazard(pg::Tx& tx, const MajorHazard& hazard) {
  RETURN_IF_ERROR(
      tx.Exec(kSaveMajorHazard,
              {hazard.district, hazard.id, static_cast<int>(hazard.state), hazard.notice_number,
               hazard.serve_time, hazard.due_date, hazard.report_time, hazard.report_document,
               hazard.supervise_time, hazard.supervision, hazard.end_time, hazard.version})
          .status());
  for (size_t i = 0; i < hazard.deliberations.size(); ++i) {
    RETURN_IF_ERROR(AddMeeting(tx, hazard, i));
  }
  for (size_t i = 0; i < hazard.rechecks.size(); ++i) {
    const domain::MajorHazardRecheck& recheck = hazard.rechecks[i];
    RETURN_IF_ERROR(
        tx.Exec(kAddRecheck, {hazard.district, hazard.id, static_cast<int>(i), recheck.recheck_time,
                              recheck.officers, recheck.passed, recheck.text})
            .status());
  }
  return absl::OkStatus();
}

absl::StatusOr<std::pair<std::vector<MajorHazard>, std::string>> ListMajorHazards(
    pg::Tx& tx, absl::string_view district, absl::string_view filter, int page_size,
    absl::string_view page_token) {
  ASSIGN_OR_RETURN(query::ListQuery query, query::ListQuery::Build(MajorHazardList(), {district},
                                                                   filter, page_size, page_token));
  ASSIGN_OR_RETURN(auto page, query.Run<MajorHazard>(tx, ReadMajorHazard));
  RETURN_IF_ERROR(AddParts(tx, district, page.first));
  return page;
}

}  // namespace rectify::hazard::store
