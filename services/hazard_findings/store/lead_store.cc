#include "services/hazard_findings/store/lead_store.h"

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "libs/query/list_query.h"
#include "rectify/hazard/v1/lead.pb.h"
#include "services/hazard_findings/store/venue_names.h"

namespace rectify::hazard::store {
namespace {

using domain::Complainant;
using domain::Lead;

#define RECTIFY_LEAD_COLUMNS                                                              \
  "district, id, source, external_id, category, text, place, venue, receive_time, "       \
  "reporter, has_complainant, state, officer, accept_time, reason, transfer_department, " \
  "outcome, inspection, verification, verify_time, reply_result, reply, end_time, version"

constexpr pg::Statement kAddLead = {"hazard.add_lead", R"sql(
  insert into leads (district, id, source, external_id, content_mark, category, text, place, venue,
                     receive_time, reporter, has_complainant, state, officer, reason,
                     transfer_department, outcome, inspection, verification, reply_result, reply,
                     version)
  values ($1::text, $2::uuid, $3::smallint, $4::text, $5::bytea, $6::smallint, $7::text, $8::text,
          $9::text, $10::timestamptz, $11::text, $12::boolean, 1, '', '', '', 0, '', '', 0, '', 1)
  on conflict (district, source, external_id) where external_id <> '' do nothing)sql"};

constexpr pg::Statement kByExternalId = {"hazard.lead_by_external_id",
                                         "select " RECTIFY_LEAD_COLUMNS R"sql(, content_mark
  from leads where district = $1::text and source = $2::smallint and external_id = $3::text)sql"};

constexpr pg::Statement kGetLead = {"hazard.get_lead", "select " RECTIFY_LEAD_COLUMNS R"sql(
  from leads where district = $1::text and id = $2::uuid
   and ($3::text[] is null or reporter = any($3::text[])
        or transfer_department = any($3::text[])))sql"};

constexpr pg::Statement kLockLead = {"hazard.lock_lead", "select " RECTIFY_LEAD_COLUMNS R"sql(
  from leads where district = $1::text and id = $2::uuid for update)sql"};

constexpr pg::Statement kSaveLead = {"hazard.save_lead", R"sql(
  update leads
     set venue = $3::text, state = $4::smallint, officer = $5::text, accept_time = $6::timestamptz,
         reason = $7::text, transfer_department = $8::text, outcome = $9::smallint,
         inspection = $10::text, verification = $11::text, verify_time = $12::timestamptz,
         reply_result = $13::smallint, reply = $14::text, end_time = $15::timestamptz,
         version = $16::bigint
   where district = $1::text and id = $2::uuid)sql"};

constexpr pg::Statement kAddComplainant = {"hazard.add_complainant", R"sql(
  insert into complainants (district, lead_id, display_name, phone, address)
  values ($1::text, $2::uuid, $3::bytea, $4::bytea, $5::bytea))sql"};

constexpr pg::Statement kComplainant = {"hazard.complainant", R"sql(
  select display_name, phone, address from complainants
   where district = $1::text and lead_id = $2::uuid)sql"};

Lead ReadLead(const pg::Row& row) {
  Lead lead;
  lead.district = row.Text(0);
  lead.id = row.Text(1);
  lead.source = static_cast<domain::LeadSource>(row.Int(2));
  lead.external_id = row.Text(3);
  lead.category = static_cast<domain::LeadCategory>(row.Int(4));
  lead.text = row.Text(5);
  lead.place = row.Text(6);
  lead.venue = row.Text(7);
  lead.receive_time = row.Time(8);
  lead.reporter = row.Text(9);
  lead.has_complainant = row.Bool(10);
  lead.state = static_cast<domain::LeadState>(row.Int(11));
  lead.officer = row.Text(12);
  lead.accept_time = row.OptTime(13);
  lead.reason = row.Text(14);
  lead.transfer_department = row.Text(15);
  lead.outcome = static_cast<domain::LeadOutcome>(row.Int(16));
  lead.inspection = row.Text(17);
  lead.verification = row.Text(18);
  lead.verify_time = row.OptTime(19);
  lead.reply_result = static_cast<domain::ReplyResult>(row.Int(20));
  lead.reply = row.Text(21);
  lead.end_time = row.OptTime(22);
  lead.version = row.Int(23);
  return lead;
}

const query::ListSpec& LeadList() {
  using Kind = query::ListField::Kind;
  static const auto& spec = *new query::ListSpec{
      .name = "hazard.list_leads",
      .columns = RECTIFY_LEAD_COLUMNS,
      .from =
          "leads where district = $1 and ($2::text[] is null or reporter = any($2::text[])"
          " or transfer_department = any($2::text[]))",
      .fields = {{"state", Kind::kEnum, "state = $?", v1::Lead::State_descriptor()},
                 {"source", Kind::kEnum, "source = $?", v1::Lead::Source_descriptor()},
                 {"category", Kind::kEnum, "category = $?", v1::Lead::Category_descriptor()},
                 {"outcome", Kind::kEnum, "outcome = $?", v1::Lead::Outcome_descriptor()},
                 {"venue", Kind::kText, RECTIFY_OF_VENUE("venue", "$?")},
                 {"officer", Kind::kText, "officer = $?"},
                 {"external_id", Kind::kText, "external_id = $?"}},
      .order = {{"leads.receive_time", "timestamptz"}, {"leads.id", "uuid"}},
      .descending = true};
  return spec;
}

// Where a value lies; a value can't be moved to another lead or column.
std::string Place(absl::string_view lead, absl::string_view column) {
  return absl::StrCat("hazard|complainants|", lead, "|", column);
}

std::optional<pg::Bytes> Seal(const crypto::FieldCipher& cipher, absl::string_view lead,
                              absl::string_view column, absl::string_view value) {
  if (value.empty()) return std::nullopt;
  return pg::Bytes{cipher.Encrypt(value, Place(lead, column))};
}

absl::StatusOr<std::string> Open(const crypto::FieldCipher& cipher, absl::string_view lead,
                                 absl::string_view column, const pg::Row& row, int index) {
  if (row.IsNull(index)) return "";
  return cipher.Decrypt(row.Bytes(index), Place(lead, column));
}

}  // namespace

std::string ContentMark(const crypto::FieldCipher& cipher, const Lead& lead,
                        const Complainant& complainant) {
  std::string content = absl::StrCat(static_cast<int>(lead.category));
  for (const std::string* part : {&lead.text, &lead.place, &lead.venue, &complainant.display_name,
                                  &complainant.phone, &complainant.address}) {
    absl::StrAppend(&content, "|", part->size(), ":", *part);
  }
  return cipher.BlindIndex(content);
}

absl::StatusOr<std::optional<KnownLead>> AddLead(pg::Tx& tx, const Lead& lead,
                                                 const std::string& content_mark) {
  ASSIGN_OR_RETURN(
      pg::Rows added,
      tx.Exec(kAddLead,
              {lead.district, lead.id, static_cast<int>(lead.source), lead.external_id,
               pg::Bytes{content_mark}, static_cast<int>(lead.category), lead.text, lead.place,
               lead.venue, lead.receive_time, lead.reporter, lead.has_complainant}));
  if (added.affected() == 1) return std::optional<KnownLead>();
  ASSIGN_OR_RETURN(
      pg::Rows rows,
      tx.Exec(kByExternalId, {lead.district, static_cast<int>(lead.source), lead.external_id}));
  if (rows.empty()) return absl::InternalError("a lead that is there can't be found");
  return std::optional<KnownLead>({ReadLead(rows[0]), rows[0].Bytes(24)});
}

absl::StatusOr<Lead> GetLead(pg::Tx& tx, absl::string_view district, absl::string_view id,
                             const Desks& desks) {
  ASSIGN_OR_RETURN(pg::Rows rows, tx.Exec(kGetLead, {district, id, desks}));
  if (rows.empty()) return NotFoundError(domain::LeadName(district, id));
  return ReadLead(rows[0]);
}

absl::StatusOr<Lead> LockLead(pg::Tx& tx, absl::string_view district, absl::string_view id) {
  ASSIGN_OR_RETURN(pg::Rows rows, tx.Exec(kLockLead, {district, id}));
  if (rows.empty()) return NotFoundError(domain::LeadName(district, id));
  return ReadLead(rows[0]);
}

absl::Status SaveLead(pg::Tx& tx, const Lead& lead) {
  return tx
      .Exec(kSaveLead,
            {lead.district, lead.id, lead.venue, static_cast<int>(lead.state), lead.officer,
             lead.accept_time, lead.reason, lead.transfer_department,
             static_cast<int>(lead.outcome), lead.inspection, lead.verification, lead.verify_time,
             static_cast<int>(lead.reply_result), lead.reply, lead.end_time, lead.version})
      .status();
}

absl::StatusOr<std::pair<std::vector<Lead>, std::string>> ListLeads(
    pg::Tx& tx, absl::string_view district, const Desks& desks, absl::string_view filter,
    int page_size, absl::string_view page_token) {
  ASSIGN_OR_RETURN(query::ListQuery query, query::ListQuery::Build(LeadList(), {district, desks},
                                                                   filter, page_size, page_token));
  return query.Run<Lead>(tx, ReadLead);
}

absl::Status AddComplainant(pg::Tx& tx, const crypto::FieldCipher& cipher, const Lead& lead,
                            const Complainant& complainant) {
  return tx
      .Exec(kAddComplainant, {lead.district, lead.id,
                              Seal(cipher, lead.id, "display_name", complainant.display_name),
                              Seal(cipher, lead.id, "phone", complainant.phone),
                              Seal(cipher, lead.id, "address", complainant.address)})
      .status();
}

absl::StatusOr<Complainant> ReadComplainant(pg::Tx& tx, const crypto::FieldCipher& cipher,
                                            absl::string_view district, absl::string_view id) {
  ASSIGN_OR_RETURN(pg::Rows rows, tx.Exec(kComplainant, {district, id}));
  if (rows.empty())
    return NotFoundError(absl::StrCat(domain::LeadName(district, id), "/complainant"));
  Complainant complainant;
  ASSIGN_OR_RETURN(complainant.display_name, Open(cipher, id, "display_name", rows[0], 0));
  ASSIGN_OR_RETURN(complainant.phone, Open(cipher, id, "phone", rows[0], 1));
  ASSIGN_OR_RETURN(complainant.address, Open(cipher, id, "address", rows[0], 2));
  return complainant;
}

}  // namespace rectify::hazard::store
