#include "services/followup_visits/store/lead_store.h"

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "libs/query/list_query.h"
#include "rectify/followup/v1/lead.pb.h"
#include "services/followup_visits/store/sealed.h"

namespace rectify::followup::store {
namespace {

using domain::Lead;
using domain::Referral;

#define RECTIFY_LEAD_COLUMNS                                                      \
  "district, id, number, source, visit, officers, summary_sealed, receive_date, " \
  "proposal_due_date, disposal, disposal_reason_sealed, propose_time, outcome, "  \
  "outcome_note_sealed, state, create_time, version"

#define RECTIFY_REFERRAL_COLUMNS                                                    \
  "district, id, number, lead, receiver, title, text_sealed, issue_time, receipt, " \
  "receive_time, version"

constexpr pg::Statement kSaveLead = {"followup.save_lead", R"sql(
  insert into problem_leads (district, id, number, source, visit, officers, summary_sealed,
                             receive_date, proposal_due_date, disposal, disposal_reason_sealed,
                             propose_time, outcome, outcome_note_sealed, state, create_time,
                             version)
  values ($1::text, $2::uuid, $3::text, $4::smallint, $5::text, $6::text[], $7::bytea, $8::date,
          $9::date, $10::smallint, $11::bytea, $12::timestamptz, $13::smallint, $14::bytea,
          $15::smallint, $16::timestamptz, $17::bigint)
  on conflict (district, id) do update
     set disposal = excluded.disposal, disposal_reason_sealed = excluded.disposal_reason_sealed,
         propose_time = excluded.propose_time, outcome = excluded.outcome,
         outcome_note_sealed = excluded.outcome_note_sealed, state = excluded.state,
         version = excluded.version)sql"};

constexpr pg::Statement kGetLead = {"followup.get_lead", "select " RECTIFY_LEAD_COLUMNS R"sql(
  from problem_leads where district = $1::text and id = $2::uuid)sql"};

constexpr pg::Statement kLockLead = {"followup.lock_lead", "select " RECTIFY_LEAD_COLUMNS R"sql(
  from problem_leads where district = $1::text and id = $2::uuid for update)sql"};

constexpr pg::Statement kSaveReferral = {"followup.save_referral", R"sql(
  insert into referrals (district, id, number, lead, receiver, title, text_sealed, issue_time,
                         receipt, receive_time, version)
  values ($1::text, $2::uuid, $3::text, $4::text, $5::text, $6::text, $7::bytea, $8::timestamptz,
          $9::text, $10::timestamptz, $11::bigint)
  on conflict (district, id) do update
     set receipt = excluded.receipt, receive_time = excluded.receive_time,
         version = excluded.version)sql"};

constexpr pg::Statement kGetReferral = {"followup.get_referral",
                                        "select " RECTIFY_REFERRAL_COLUMNS R"sql(
  from referrals where district = $1::text and id = $2::uuid)sql"};

constexpr pg::Statement kLockReferral = {"followup.lock_referral",
                                         "select " RECTIFY_REFERRAL_COLUMNS R"sql(
  from referrals where district = $1::text and id = $2::uuid for update)sql"};

const query::ListSpec& LeadList() {
  using Kind = query::ListField::Kind;
  static const auto& spec = *new query::ListSpec{
      .name = "followup.list_leads",
      .columns = RECTIFY_LEAD_COLUMNS,
      .from = "problem_leads where district = $1",
      .fields = {{"state", Kind::kEnum, "state = $?", v1::ProblemLead::State_descriptor()},
                 {"source", Kind::kEnum, "source = $?", v1::ProblemLead::Source_descriptor()},
                 {"disposal", Kind::kEnum, "disposal = $?", v1::ProblemLead::Disposal_descriptor()},
                 {"visit", Kind::kText, "visit = $?"}},
      .order = {{"problem_leads.create_time", "timestamptz"}, {"problem_leads.id", "uuid"}},
      .descending = true};
  return spec;
}

const query::ListSpec& ReferralList() {
  static const auto& spec = *new query::ListSpec{
      .name = "followup.list_referrals",
      .columns = RECTIFY_REFERRAL_COLUMNS,
      .from = "referrals where district = $1",
      .fields = {},
      .order = {{"referrals.issue_time", "timestamptz"}, {"referrals.id", "uuid"}},
      .descending = true};
  return spec;
}

// The items of a page, or the first that can't be read.
template <typename T>
absl::StatusOr<std::pair<std::vector<T>, std::string>> Unwrapped(
    std::pair<std::vector<absl::StatusOr<T>>, std::string> page) {
  std::pair<std::vector<T>, std::string> items;
  for (absl::StatusOr<T>& item : page.first) {
    RETURN_IF_ERROR(item.status());
    items.first.push_back(*std::move(item));
  }
  items.second = std::move(page.second);
  return items;
}

}  // namespace

absl::StatusOr<Lead> LeadStore::ReadLead(const pg::Row& row) const {
  Lead lead;
  lead.district = row.Text(0);
  lead.id = row.Text(1);
  lead.number = row.Text(2);
  lead.source = static_cast<domain::LeadSource>(row.Int(3));
  lead.visit = row.Text(4);
  lead.officers = row.TextArray(5);
  const auto open = [&](int column, const char* name) {
    return Open(cipher_, row, column, Place("problem_leads", lead.id, name));
  };
  ASSIGN_OR_RETURN(lead.summary, open(6, "summary"));
  lead.receive_date = row.Day(7);
  lead.proposal_due_date = row.Day(8);
  lead.disposal = static_cast<domain::Disposal>(row.Int(9));
  ASSIGN_OR_RETURN(lead.disposal_reason, open(10, "disposal_reason"));
  lead.propose_time = row.OptTime(11);
  lead.outcome = static_cast<domain::Outcome>(row.Int(12));
  ASSIGN_OR_RETURN(lead.outcome_note, open(13, "outcome_note"));
  lead.state = static_cast<domain::LeadState>(row.Int(14));
  lead.create_time = row.Time(15);
  lead.version = row.Int(16);
  return lead;
}

absl::StatusOr<Referral> LeadStore::ReadReferral(const pg::Row& row) const {
  Referral referral;
  referral.district = row.Text(0);
  referral.id = row.Text(1);
  referral.number = row.Text(2);
  referral.lead = row.Text(3);
  referral.receiver = row.Text(4);
  referral.title = row.Text(5);
  ASSIGN_OR_RETURN(referral.text, Open(cipher_, row, 6, Place("referrals", referral.id, "text")));
  referral.issue_time = row.Time(7);
  referral.receipt = row.Text(8);
  referral.receive_time = row.OptTime(9);
  referral.version = row.Int(10);
  return referral;
}

absl::Status LeadStore::SaveLead(pg::Tx& tx, const Lead& lead) const {
  const auto seal = [&](const std::string& value, const char* name) {
    return Seal(cipher_, value, Place("problem_leads", lead.id, name));
  };
  return tx
      .Exec(kSaveLead, {lead.district, lead.id, lead.number, static_cast<int>(lead.source),
                        lead.visit, lead.officers, seal(lead.summary, "summary"), lead.receive_date,
                        lead.proposal_due_date, static_cast<int>(lead.disposal),
                        seal(lead.disposal_reason, "disposal_reason"), lead.propose_time,
                        static_cast<int>(lead.outcome), seal(lead.outcome_note, "outcome_note"),
                        static_cast<int>(lead.state), lead.create_time, lead.version})
      .status();
}

absl::StatusOr<Lead> LeadStore::GetLead(pg::Tx& tx, absl::string_view district,
                                        absl::string_view id, bool lock) const {
  ASSIGN_OR_RETURN(pg::Rows rows, tx.Exec(lock ? kLockLead : kGetLead, {district, id}));
  if (rows.empty()) {
    return NotFoundError(absl::StrCat("districts/", district, "/problemLeads/", id));
  }
  return ReadLead(rows[0]);
}

absl::StatusOr<std::pair<std::vector<Lead>, std::string>> LeadStore::ListLeads(
    pg::Tx& tx, absl::string_view district, absl::string_view filter, int page_size,
    absl::string_view page_token) const {
  ASSIGN_OR_RETURN(query::ListQuery query,
                   query::ListQuery::Build(LeadList(), {district}, filter, page_size, page_token));
  ASSIGN_OR_RETURN(auto page, query.Run<absl::StatusOr<Lead>>(
                                  tx, [this](const pg::Row& row) { return ReadLead(row); }));
  return Unwrapped<Lead>(std::move(page));
}

absl::Status LeadStore::SaveReferral(pg::Tx& tx, const Referral& referral) const {
  return tx
      .Exec(kSaveReferral,
            {referral.district, referral.id, referral.number, referral.lead, referral.receiver,
             referral.title, Seal(cipher_, referral.text, Place("referrals", referral.id, "text")),
             referral.issue_time, referral.receipt, referral.receive_time, referral.version})
      .status();
}

absl::StatusOr<Referral> LeadStore::GetReferral(pg::Tx& tx, absl::string_view district,
                                                absl::string_view id, bool lock) const {
  ASSIGN_OR_RETURN(pg::Rows rows, tx.Exec(lock ? kLockReferral : kGetReferral, {district, id}));
  if (rows.empty()) {
    return NotFoundError(absl::StrCat("districts/", district, "/referrals/", id));
  }
  return ReadReferral(rows[0]);
}

absl::StatusOr<std::pair<std::vector<Referral>, std::string>> LeadStore::ListReferrals(
    pg::Tx& tx, absl::string_view district, int page_size, absl::string_view page_token) const {
  ASSIGN_OR_RETURN(query::ListQuery query,
                   query::ListQuery::Build(ReferralList(), {district}, "", page_size, page_token));
  ASSIGN_OR_RETURN(auto page, query.Run<absl::StatusOr<Referral>>(
                                  tx, [this](const pg::Row& row) { return ReadReferral(row); }));
  return Unwrapped<Referral>(std::move(page));
}

}  // namespace rectify::followup::store
