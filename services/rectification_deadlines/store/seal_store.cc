#include "services/rectification_deadlines/store/seal_store.h"

#include <map>
#include <optional>

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "libs/query/list_query.h"
#include "rectify/deadline/v1/seal.pb.h"
#include "services/rectification_deadlines/store/names.h"
#include "services/rectification_deadlines/store/projection_store.h"

namespace rectify::deadline::store {
namespace {

using domain::Seal;

#define SEAL_COLUMNS                                                                           \
  "district, id, venue, party, inspect_time, officers, ground, facts, parts, findings, "       \
  "term_days, former, urgent_approver, urgent_approve_time, urgent_seal_time, urgent_reason, " \
  "state, study_time, study_chair, study_justified, study_conclusion, serve_time, "            \
  "serve_officers, receiver, serve_proof, serve_refusal, seal_time, last_day, apply_time, "    \
  "apply_statement, check_time, check_officers, check_removed, check_note, end_time, "         \
  "end_reason, create_time, version"

constexpr pg::Statement kLoadSeal = {"deadline.load_seal",
                                     "select " SEAL_COLUMNS
                                     " from seals where district = $1 and id = $2::uuid"};

constexpr pg::Statement kLockSeal = {
    "deadline.lock_seal",
    "select " SEAL_COLUMNS " from seals where district = $1 and id = $2::uuid for update"};

constexpr pg::Statement kInsertSeal = {"deadline.insert_seal", R"sql(
  insert into seals (district, id, venue, party, inspect_time, officers, ground, facts, parts,
                     findings, term_days, former, urgent_approver, urgent_approve_time,
                     urgent_seal_time, urgent_reason, state, seal_time, apply_statement,
                     end_reason, create_time, version)
  values ($1, $2::uuid, $3, $4, $5::timestamptz, $6::text[], $7::smallint, $8, $9::text[],
          $10::text[], $11::int, $12, $13, $14::timestamptz, $15::timestamptz, $16, $17::smallint,
          $18::timestamptz, '', '', $19::timestamptz, 0)
  on conflict (district, id) do nothing)sql"};

// What changes after the proposal.
constexpr pg::Statement kUpdateSeal = {"deadline.update_seal", R"sql(
  update seals
     set state = $3::smallint, study_time = $4::timestamptz, study_chair = $5,
         study_justified = $6::boolean, study_conclusion = $7, serve_time = $8::timestamptz,
         serve_officers = $9::text[], receiver = coalesce(receiver, $10::bytea), serve_proof = $11,
         serve_refusal = $12, seal_time = $13::timestamptz, last_day = $14::date,
         apply_time = $15::timestamptz, apply_statement = $16, check_time = $17::timestamptz,
         check_officers = $18::text[], check_removed = $19::boolean, check_note = $20,
         end_time = $21::timestamptz, end_reason = $22, version = $23::bigint
   where district = $1 and id = $2::uuid)sql"};

constexpr pg::Statement kSaveSealApprovals = {"deadline.save_seal_approvals", R"sql(
  insert into seal_approvals (district, seal_id, position, role, approver, approver_user,
                              approve_time, opinion)
  select $1, $2::uuid, n, role, approver, approver_user, approve_time, opinion
    from unnest($3::text[], $4::text[], $5::text[], $6::timestamptz[], $7::text[]) with ordinality
         as t(role, approver, approver_user, approve_time, opinion, n)
  on conflict do nothing)sql"};

constexpr pg::Statement kSaveOpinions = {"deadline.save_seal_opinions", R"sql(
  insert into seal_opinions (district, seal_id, position, officer, agrees, opinion)
  select $1, $2::uuid, n, officer, agrees, opinion
    from unnest($3::text[], $4::boolean[], $5::text[]) with ordinality
         as t(officer, agrees, opinion, n)
  on conflict do nothing)sql"};

constexpr pg::Statement kSealApprovals = {"deadline.seal_approvals", R"sql(
  select seal_id, role, approver, approver_user, approve_time, opinion
    from seal_approvals where district = $1 and seal_id = any($2::uuid[])
   order by seal_id, position)sql"};

constexpr pg::Statement kOpinions = {"deadline.seal_opinions", R"sql(
  select seal_id, officer, agrees, opinion
    from seal_opinions where district = $1 and seal_id = any($2::uuid[])
   order by seal_id, position)sql"};

std::string ReceiverContext(absl::string_view id) { return absl::StrCat("seals.receiver/", id); }

void ReadDecision(const pg::Row& row, Seal& seal) {
  if (!row.IsNull(12)) {
    seal.urgent = {row.Text(12), row.Time(13), row.Time(14), row.Text(15)};
  }
  if (!row.IsNull(17)) {
    seal.study = {row.Time(17), row.Text(18), {}, row.Bool(19), row.Text(20)};
  }
  if (!row.IsNull(21)) {
    seal.service = {row.Time(21), row.TextArray(22), row.Bytes(23), row.Text(24), row.Text(25)};
  }
}

// All but the parts below the row; the receiver stays encrypted.
Seal ReadSeal(const pg::Row& row) {
  Seal seal;
  seal.name = SealName(row.Text(0), row.Text(1));
  seal.venue = row.Text(2);
  seal.party = row.Text(3);
  seal.inspect_time = row.Time(4);
  seal.officers = row.TextArray(5);
  seal.ground = static_cast<domain::SealGround>(row.Int(6));
  seal.facts = row.Text(7);
  seal.parts = row.TextArray(8);
  seal.findings = row.TextArray(9);
  seal.term_days = static_cast<int>(row.Int(10));
  seal.former = row.Text(11);
  ReadDecision(row, seal);
  seal.state = static_cast<domain::SealState>(row.Int(16));
  seal.seal_time = row.OptTime(26);
  seal.last_day = row.OptDay(27);
  seal.apply_time = row.OptTime(28);
  seal.apply_statement = row.Text(29);
  if (!row.IsNull(30)) {
    seal.check = {row.Time(30), row.TextArray(31), row.Bool(32), row.Text(33)};
  }
  seal.end_time = row.OptTime(34);
  seal.end_reason = row.Text(35);
  seal.create_time = row.Time(36);
  seal.version = row.Int(37);
  return seal;
}

const query::ListSpec& SealList() {
  using Field = query::ListField;
  static const auto& spec = *new query::ListSpec{
      .name = "deadline.list_seals",
      .columns = SEAL_COLUMNS,
      .from = "seals where district = $1",
      .fields = {{"state", Field::Kind::kEnum, "state = $?::smallint",
                  v1::Seal::State_descriptor()},
                 {"ground", Field::Kind::kEnum, "ground = $?::smallint",
                  v1::SealGround_descriptor()},
                 {"venue", Field::Kind::kText, RECTIFY_OF_VENUE("venue", "$?")},
                 {"handling_officer", Field::Kind::kText, "officers[1] = $?"}},
      .order = {{"create_time", "timestamptz"}, {"id", "uuid"}},
      .descending = true};
  return spec;
}

absl::Status Insert(pg::Tx& tx, const Seal& seal) {
  const NameParts name = SplitName(seal.name);
  const auto& urgent = seal.urgent;
  using Text = std::optional<std::string>;
  using Time = std::optional<absl::Time>;
  return tx
      .Exec(kInsertSeal,
            {name.district, name.id, seal.venue, seal.party, seal.inspect_time, seal.officers,
             static_cast<int>(seal.ground), seal.facts, seal.parts, seal.findings, seal.term_days,
             seal.former, urgent ? Text(urgent->approver) : Text(),
             urgent ? Time(urgent->approve_time) : Time(),
             urgent ? Time(urgent->seal_time) : Time(), urgent ? Text(urgent->reason) : Text(),
             static_cast<int>(seal.state), seal.seal_time, seal.create_time})
      .status();
}

absl::Status SaveApprovals(pg::Tx& tx, const Seal& seal) {
  if (seal.approvals.empty()) return absl::OkStatus();
  std::vector<std::string> roles, approvers, users, opinions;
  std::vector<std::optional<absl::Time>> times;
  for (const domain::Approval& approval : seal.approvals) {
    roles.push_back(approval.role);
    approvers.push_back(approval.approver);
    users.push_back(approval.user);
    times.push_back(approval.approve_time);
    opinions.push_back(approval.opinion);
  }
  const NameParts name = SplitName(seal.name);
  return tx
      .Exec(kSaveSealApprovals, {name.district, name.id, roles, approvers, users, times, opinions})
      .status();
}

absl::Status SaveOpinions(pg::Tx& tx, const Seal& seal) {
  if (!seal.study) return absl::OkStatus();
  std::vector<std::string> officers, opinions;
  std::vector<bool> agrees;
  for (const domain::Opinion& opinion : seal.study->opinions) {
    officers.push_back(opinion.officer);
    agrees.push_back(opinion.agrees);
    opinions.push_back(opinion.opinion);
  }
  const NameParts name = SplitName(seal.name);
  return tx.Exec(kSaveOpinions, {name.district, name.id, officers, agrees, opinions}).status();
}

}  // namespace

absl::StatusOr<Seal> SealStore::Load(pg::Tx& tx, absl::string_view name) const {
  return LoadOne(tx, name, kLoadSeal);
}

absl::StatusOr<Seal> SealStore::LoadForUpdate(pg::Tx& tx, absl::string_view name) const {
  return LoadOne(tx, name, kLockSeal);
}

absl::StatusOr<Seal> SealStore::LoadOne(pg::Tx& tx, absl::string_view name,
                                        const pg::Statement& statement) const {
  const NameParts parts = SplitName(name);
  ASSIGN_OR_RETURN(const pg::Rows rows, tx.Exec(statement, {parts.district, parts.id}));
  if (rows.empty()) return rectify::NotFoundError(name);
  std::vector<Seal> seals = {ReadSeal(rows[0])};
  RETURN_IF_ERROR(Complete(tx, parts.district, seals));
  return std::move(seals[0]);
}

absl::Status SealStore::Complete(pg::Tx& tx, absl::string_view district,
                                 std::vector<Seal>& seals) const {
  std::map<std::string, Seal*> by_id;
  std::vector<std::string> ids;
  for (Seal& seal : seals) {
    ids.push_back(SplitName(seal.name).id);
    by_id[ids.back()] = &seal;
    if (!seal.service) continue;
    ASSIGN_OR_RETURN(seal.service->receiver,
                     cipher_.Decrypt(seal.service->receiver, ReceiverContext(ids.back())));
  }
  if (ids.empty()) return absl::OkStatus();
  ASSIGN_OR_RETURN(const pg::Rows approvals, tx.Exec(kSealApprovals, {district, ids}));
  for (const pg::Row row : approvals) {
    by_id[row.Text(0)]->approvals.push_back({.role = row.Text(1),
                                             .approver = row.Text(2),
                                             .approve_time = row.Time(4),
                                             .opinion = row.Text(5),
                                             .user = row.Text(3)});
  }
  ASSIGN_OR_RETURN(const pg::Rows opinions, tx.Exec(kOpinions, {district, ids}));
  for (const pg::Row row : opinions) {
    by_id[row.Text(0)]->study->opinions.push_back({row.Text(1), row.Bool(2), row.Text(3)});
  }
  return absl::OkStatus();
}

absl::Status SealStore::Save(pg::Tx& tx, const Seal& seal) const {
  RETURN_IF_ERROR(Insert(tx, seal));
  const NameParts name = SplitName(seal.name);
  const auto& study = seal.study;
  const auto& service = seal.service;
  const auto& check = seal.check;
  using Text = std::optional<std::string>;
  using Time = std::optional<absl::Time>;
  using Flag = std::optional<bool>;
  const std::vector<std::string> nobody;
  RETURN_IF_ERROR(tx.Exec(kUpdateSeal, {name.district,
                                        name.id,
                                        static_cast<int>(seal.state),
                                        study ? Time(study->study_time) : Time(),
                                        study ? Text(study->chair) : Text(),
                                        study ? Flag(study->justified) : Flag(),
                                        study ? Text(study->conclusion) : Text(),
                                        service ? Time(service->serve_time) : Time(),
                                        service ? service->officers : nobody,
                                        service ? pg::Param(pg::Bytes{cipher_.Encrypt(
                                                      service->receiver, ReceiverContext(name.id))})
                                                : pg::Param(Text()),
                                        service ? Text(service->proof) : Text(),
                                        service ? Text(service->refusal) : Text(),
                                        seal.seal_time,
                                        seal.last_day,
                                        seal.apply_time,
                                        seal.apply_statement,
                                        check ? Time(check->check_time) : Time(),
                                        check ? check->officers : nobody,
                                        check ? Flag(check->removed) : Flag(),
                                        check ? Text(check->note) : Text(),
                                        seal.end_time,
                                        seal.end_reason,
                                        seal.version})
                      .status());
  RETURN_IF_ERROR(SaveApprovals(tx, seal));
  return SaveOpinions(tx, seal);
}

absl::StatusOr<std::pair<std::vector<Seal>, std::string>> SealStore::List(
    pg::Tx& tx, absl::string_view district, const Page& page) const {
  ASSIGN_OR_RETURN(
      const query::ListQuery list,
      query::ListQuery::Build(SealList(), {district}, page.filter, page.size, page.token));
  ASSIGN_OR_RETURN(auto seals, list.Run<Seal>(tx, ReadSeal));
  RETURN_IF_ERROR(Complete(tx, district, seals.first));
  return seals;
}

}  // namespace rectify::deadline::store
