#include "services/hazard_findings/store/referral_store.h"

#include "absl/strings/match.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "libs/query/list_query.h"
#include "rectify/hazard/v1/referral.pb.h"
#include "services/hazard_findings/domain/evidence.h"
#include "services/hazard_findings/store/evidence_store.h"
#include "services/hazard_findings/store/reference_store.h"
#include "services/hazard_findings/store/venue_names.h"

namespace rectify::hazard::store {
namespace {

using domain::Referral;

#define RECTIFY_REFERRAL_COLUMNS                                                           \
  "district, id, kind, subject, venue, addressee, title, text, document_number, issuer, "  \
  "issue_date, reply_required, reply_due_date, state, send_time, receive_time, receiver, " \
  "decide_time, refuse_reason, reply, outcome, reply_time, return_reason, return_count, "  \
  "withdraw_reason, end_time, version"

constexpr pg::Statement kAddReferral = {"hazard.add_referral", R"sql(
  insert into referrals (district, id, kind, subject, venue, addressee, title, text, document_number,
                         issuer, issue_date, reply_required, reply_due_date, state, send_time,
                         receiver, refuse_reason, reply, outcome, return_reason, return_count,
                         withdraw_reason, version)
  values ($1::text, $2::uuid, $3::smallint, $4::text, $5::text, $6::text, $7::text, $8::text,
          $9::text, $10::text, $11::date, $12::boolean, $13::date, 1, $14::timestamptz, '', '', '',
          0, '', 0, '', 1))sql"};

constexpr pg::Statement kSaveReferral = {"hazard.save_referral", R"sql(
  update referrals
     set reply_required = $3::boolean, reply_due_date = $4::date, state = $5::smallint,
         receive_time = $6::timestamptz, receiver = $7::text, decide_time = $8::timestamptz,
         refuse_reason = $9::text, reply = $10::text, outcome = $11::smallint,
         reply_time = $12::timestamptz, return_reason = $13::text, return_count = $14::int,
         withdraw_reason = $15::text, end_time = $16::timestamptz, version = $17::bigint
   where district = $1::text and id = $2::uuid)sql"};

constexpr pg::Statement kGetReferral = {"hazard.get_referral",
                                        "select " RECTIFY_REFERRAL_COLUMNS R"sql(
  from referrals where district = $1::text and id = $2::uuid
   and ($3::text[] is null or addressee = any($3::text[])))sql"};

constexpr pg::Statement kLockReferral = {"hazard.lock_referral",
                                         "select " RECTIFY_REFERRAL_COLUMNS R"sql(
  from referrals where district = $1::text and id = $2::uuid for update)sql"};

constexpr pg::Statement kDesk = {"hazard.referral_desk", R"sql(
  select from departments where district = $1::text and name = $2::text
  union all
  select from streets where district = $1::text and name = $2::text)sql"};

Referral ReadReferral(const pg::Row& row) {
  Referral referral;
  referral.district = row.Text(0);
  referral.id = row.Text(1);
  referral.kind = static_cast<domain::ReferralKind>(row.Int(2));
  referral.subject = row.Text(3);
  referral.venue = row.Text(4);
  referral.addressee = row.Text(5);
  referral.title = row.Text(6);
  referral.text = row.Text(7);
  referral.document_number = row.Text(8);
  referral.issuer = row.Text(9);
  referral.issue_date = row.OptDay(10);
  referral.reply_required = row.Bool(11);
  referral.reply_due_date = row.OptDay(12);
  referral.state = static_cast<domain::ReferralState>(row.Int(13));
  referral.send_time = row.Time(14);
  referral.receive_time = row.OptTime(15);
  referral.receiver = row.Text(16);
  referral.decide_time = row.OptTime(17);
  referral.refuse_reason = row.Text(18);
  referral.reply = row.Text(19);
  referral.outcome = static_cast<domain::ReferralOutcome>(row.Int(20));
  referral.reply_time = row.OptTime(21);
  referral.return_reason = row.Text(22);
  referral.return_count = static_cast<int>(row.Int(23));
  referral.withdraw_reason = row.Text(24);
  referral.end_time = row.OptTime(25);
  referral.version = row.Int(26);
  return referral;
}

const query::ListSpec& ReferralList() {
  using Kind = query::ListField::Kind;
  static const auto& spec = *new query::ListSpec{
      .name = "hazard.list_referrals",
      .columns = RECTIFY_REFERRAL_COLUMNS,
      .from =
          "referrals where district = $1"
          " and ($2::text[] is null or addressee = any($2::text[]))",
      .fields = {{"kind", Kind::kEnum, "kind = $?", v1::Referral::Kind_descriptor()},
                 {"state", Kind::kEnum, "state = $?", v1::Referral::State_descriptor()},
                 {"outcome", Kind::kEnum, "outcome = $?", v1::Referral::Outcome_descriptor()},
                 {"addressee", Kind::kText, "addressee = $?"},
                 {"subject", Kind::kText, "subject = $?"},
                 {"venue", Kind::kText, RECTIFY_OF_VENUE("venue", "$?")}},
      .order = {{"referrals.send_time", "timestamptz"}, {"referrals.id", "uuid"}},
      .descending = true};
  return spec;
}

// Of the subject; nullopt when there is no such thing.
absl::StatusOr<std::optional<std::string>> VenueOf(pg::Tx& tx, const Referral& referral) {
  if (absl::StrContains(referral.subject, "/venues/")) {
    ASSIGN_OR_RETURN(
        const domain::References references,
        LoadReferences(tx, referral.district,
                       {.venue = referral.subject, .officers = {}, .departments = {}}));
    if (!references.venue) return std::nullopt;
    return references.venue->name;
  }
  const auto kind = domain::SubjectKind(referral.district, referral.subject);
  if (!kind) return std::nullopt;
  ASSIGN_OR_RETURN(const domain::EvidenceSubject subject,
                   FindSubject(tx, referral.district, *kind, referral.subject));
  if (!subject.present) return std::nullopt;
  return subject.venue;
}

}  // namespace

absl::StatusOr<domain::ReferralReferences> LoadReferralReferences(pg::Tx& tx,
                                                                  const Referral& referral) {
  domain::ReferralReferences found;
  ASSIGN_OR_RETURN(found.venue, VenueOf(tx, referral));
  ASSIGN_OR_RETURN(pg::Rows desk, tx.Exec(kDesk, {referral.district, referral.addressee}));
  found.addressee = !desk.empty();
  return found;
}

absl::Status AddReferral(pg::Tx& tx, const Referral& referral) {
  return tx
      .Exec(kAddReferral,
            {referral.district, referral.id, static_cast<int>(referral.kind), referral.subject,
             referral.venue, referral.addressee, referral.title, referral.text,
             referral.document_number, referral.issuer, referral.issue_date,
             referral.reply_required, referral.reply_due_date, referral.send_time})
      .status();
}

absl::Status SaveReferral(pg::Tx& tx, const Referral& referral) {
  return tx
      .Exec(kSaveReferral,
            {referral.district, referral.id, referral.reply_required, referral.reply_due_date,
             static_cast<int>(referral.state), referral.receive_time, referral.receiver,
             referral.decide_time, referral.refuse_reason, referral.reply,
             static_cast<int>(referral.outcome), referral.reply_time, referral.return_reason,
             referral.return_count, referral.withdraw_reason, referral.end_time, referral.version})
      .status();
}

absl::StatusOr<Referral> GetReferral(pg::Tx& tx, absl::string_view district, absl::string_view id,
                                     const Desks& desks) {
  ASSIGN_OR_RETURN(pg::Rows rows, tx.Exec(kGetReferral, {district, id, desks}));
  if (rows.empty()) return NotFoundError(domain::ReferralName(district, id));
  return ReadReferral(rows[0]);
}

absl::StatusOr<Referral> LockReferral(pg::Tx& tx, absl::string_view district,
                                      absl::string_view id) {
  ASSIGN_OR_RETURN(pg::Rows rows, tx.Exec(kLockReferral, {district, id}));
  if (rows.empty()) return NotFoundError(domain::ReferralName(district, id));
  return ReadReferral(rows[0]);
}

absl::StatusOr<std::pair<std::vector<Referral>, std::string>> ListReferrals(
    pg::Tx& tx, absl::string_view district, const Desks& desks, absl::string_view filter,
    int page_size, absl::string_view page_token) {
  ASSIGN_OR_RETURN(
      query::ListQuery query,
      query::ListQuery::Build(ReferralList(), {district, desks}, filter, page_size, page_token));
  return query.Run<Referral>(tx, ReadReferral);
}

}  // namespace rectify::hazard::store
