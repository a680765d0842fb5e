#include "services/hazard_findings/store/evidence_store.h"

#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "libs/query/list_query.h"

namespace rectify::hazard::store {
namespace {

using domain::Evidence;

#define RECTIFY_EVIDENCE_COLUMNS                                                               \
  "district, id, subject, media_type, sha256, size_bytes, capture_time, device, description, " \
  "uploader, upload_time"

constexpr pg::Statement kAddEvidence = {"hazard.add_evidence",
                                        "insert into evidence (" RECTIFY_EVIDENCE_COLUMNS R"sql()
  values ($1::text, $2::uuid, $3::text, $4::text, $5::text, $6::bigint, $7::timestamptz, $8::text,
          $9::text, $10::text, $11::timestamptz))sql"};

constexpr pg::Statement kGetEvidence = {"hazard.get_evidence",
                                        "select " RECTIFY_EVIDENCE_COLUMNS R"sql(
  from evidence where district = $1::text and id = $2::uuid)sql"};

constexpr pg::Statement kFinding = {"hazard.evidence_finding", R"sql(
  select venue, '' from findings
   where district = $1::text and id = split_part($2::text, '/', 4)::uuid)sql"};
constexpr pg::Statement kInspection = {"hazard.evidence_inspection", R"sql(
  select venue, '' from inspections
   where district = $1::text and id = split_part($2::text, '/', 4)::uuid)sql"};
constexpr pg::Statement kLead = {"hazard.evidence_lead", R"sql(
  select venue, reporter from leads
   where district = $1::text and id = split_part($2::text, '/', 4)::uuid)sql"};
constexpr pg::Statement kMajorHazard = {"hazard.evidence_major_hazard", R"sql(
  select venue, '' from major_hazards
   where district = $1::text and id = split_part($2::text, '/', 4)::uuid)sql"};
// Orders are kept elsewhere; their findings tell whose they are.
constexpr pg::Statement kOrder = {"hazard.evidence_order", R"sql(
  select venue, '' from findings
   where district = $1::text and order_name = $2::text limit 1)sql"};

Evidence ReadEvidence(const pg::Row& row) {
  Evidence evidence;
  evidence.district = row.Text(0);
  evidence.id = row.Text(1);
  evidence.subject = row.Text(2);
  evidence.media_type = row.Text(3);
  evidence.sha256 = row.Text(4);
  evidence.size_bytes = row.Int(5);
  evidence.capture_time = row.Time(6);
  evidence.device = row.Text(7);
  evidence.description = row.Text(8);
  evidence.uploader = row.Text(9);
  evidence.upload_time = row.Time(10);
  return evidence;
}

const query::ListSpec& EvidenceList() {
  using Kind = query::ListField::Kind;
  static const auto& spec = *new query::ListSpec{
      .name = "hazard.list_evidence",
      .columns = RECTIFY_EVIDENCE_COLUMNS,
      .from = "evidence where district = $1",
      .fields = {{"subject", Kind::kText, "subject = $?"},
                 {"sha256", Kind::kText, "sha256 = $?"},
                 {"media_type", Kind::kText, "media_type = $?"},
                 {"uploader", Kind::kText, "uploader = $?"}},
      .order = {{"evidence.upload_time", "timestamptz"}, {"evidence.id", "uuid"}},
      .descending = true};
  return spec;
}

}  // namespace

absl::StatusOr<domain::EvidenceSubject> FindSubject(pg::Tx& tx, absl::string_view district,
                                                    absl::string_view kind,
                                                    absl::string_view subject) {
  const pg::Statement* statement = kind == "findings"       ? &kFinding
                                   : kind == "inspections"  ? &kInspection
                                   : kind == "leads"        ? &kLead
                                   : kind == "orders"       ? &kOrder
                                   : kind == "majorHazards" ? &kMajorHazard
                                                            : nullptr;
  domain::EvidenceSubject found;
  found.ours = statement != nullptr && statement != &kOrder;
  if (statement == nullptr) return found;
  ASSIGN_OR_RETURN(pg::Rows rows, tx.Exec(*statement, {district, subject}));
  if (rows.empty()) return found;
  found.present = true;
  found.venue = rows[0].Text(0);
  found.reporter = rows[0].Text(1);
  return found;
}

absl::Status AddEvidence(pg::Tx& tx, const Evidence& evidence) {
  return tx
      .Exec(kAddEvidence,
            {evidence.district, evidence.id, evidence.subject, evidence.media_type, evidence.sha256,
             evidence.size_bytes, evidence.capture_time, evidence.device, evidence.description,
             evidence.uploader, evidence.upload_time})
      .status();
}

absl::StatusOr<Evidence> GetEvidence(pg::Tx& tx, absl::string_view district, absl::string_view id) {
  ASSIGN_OR_RETURN(pg::Rows rows, tx.Exec(kGetEvidence, {district, id}));
  if (rows.empty()) return NotFoundError(domain::EvidenceName(district, id));
  return ReadEvidence(rows[0]);
}

absl::StatusOr<std::pair<std::vector<Evidence>, std::string>> ListEvidence(
    pg::Tx& tx, absl::string_view district, absl::string_view filter, int page_size,
    absl::string_view page_token) {
  ASSIGN_OR_RETURN(query::ListQuery query, query::ListQuery::Build(EvidenceList(), {district},
                                                                   filter, page_size, page_token));
  return query.Run<Evidence>(tx, ReadEvidence);
}

}  // namespace rectify::hazard::store
