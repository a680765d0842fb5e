#include "services/followup_visits/store/analysis_store.h"

#include "absl/strings/str_cat.h"
#include "libs/base/clock.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "libs/query/list_query.h"
#include "rectify/followup/v1/lead.pb.h"
#include "services/followup_visits/store/visit_store.h"

namespace rectify::followup::store {
namespace {

#define RECTIFY_ANALYSIS_COLUMNS "district, id, quarter, version, cut_time, reason, document_hash"

// The handling officer is the first one of the case.
constexpr pg::Statement kVisits = {"followup.analysed_visits", R"sql(
  select v.id, v.stratum, u.street, u.officers[1], v.method, v.questionnaire_version
    from visits v
    join penalised_units u on u.district = v.district and u.id = v.unit_id
   where v.district = $1::text and v.state = 2
     and v.visit_time >= $2::timestamptz and v.visit_time < $3::timestamptz
   order by v.id)sql"};

constexpr pg::Statement kLeads = {"followup.analysed_leads", R"sql(
  select id, source, disposal, outcome from problem_leads
   where district = $1::text and receive_date between $2::date and $3::date order by id)sql"};

constexpr pg::Statement kEarlier = {"followup.earlier_analyses", R"sql(
  select version, cells from analyses
   where district = $1::text and quarter = $2::text order by version)sql"};

constexpr pg::Statement kNewest = {"followup.newest_document", R"sql(
  select convert_from(document, 'UTF8') from analyses
   where district = $1::text and quarter = $2::text order by version desc limit 1)sql"};

constexpr pg::Statement kAddAnalysis = {"followup.add_analysis", R"sql(
  insert into analyses (district, id, quarter, version, cut_time, reason, document, document_hash,
                        cells)
  values ($1::text, $2::uuid, $3::text, $4::int, $5::timestamptz, $6::text, $7::bytea, $8::text,
          $9::text))sql"};

constexpr pg::Statement kGetAnalysis = {"followup.get_analysis",
                                        "select " RECTIFY_ANALYSIS_COLUMNS R"sql(, document
  from analyses where district = $1::text and id = $2::uuid)sql"};

Analysis ReadAnalysis(const pg::Row& row) {
  return {.district = row.Text(0),
          .id = row.Text(1),
          .quarter = row.Text(2),
          .version = static_cast<int>(row.Int(3)),
          .cut_time = row.Time(4),
          .reason = row.Text(5),
          .document = {},
          .document_hash = row.Text(6)};
}

// DISPOSAL_HELD of the contract's enum is told as HELD.
std::string ShortName(const google::protobuf::EnumDescriptor& type, int64_t number,
                      absl::string_view prefix) {
  const auto* value = type.FindValueByNumber(static_cast<int>(number));
  return value == nullptr ? absl::StrCat(number) : value->name().substr(prefix.size());
}

const query::ListSpec& AnalysisList() {
  using Kind = query::ListField::Kind;
  static const auto& spec =
      *new query::ListSpec{.name = "followup.list_analyses",
                           .columns = RECTIFY_ANALYSIS_COLUMNS,
                           .from = "analyses where district = $1",
                           .fields = {{"quarter", Kind::kText, "quarter = $?"}},
                           .order = {{"analyses.cut_time", "timestamptz"}, {"analyses.id", "uuid"}},
                           .descending = true};
  return spec;
}

}  // namespace

std::string Analysis::name() const {
  return absl::StrCat("districts/", district, "/analyses/", id);
}

absl::StatusOr<std::vector<domain::AnalysedVisit>> ReadAnalysedVisits(
    pg::Tx& tx, const crypto::FieldCipher& cipher, absl::string_view district,
    const domain::Quarter& quarter) {
  ASSIGN_OR_RETURN(pg::Rows rows, tx.Exec(kVisits, {district, StartOfDay(quarter.FirstDay()),
                                                    StartOfDay(quarter.LastDay() + 1)}));
  std::vector<domain::AnalysedVisit> visits;
  for (pg::Row row : rows) {
    domain::AnalysedVisit visit;
    visit.id = row.Text(0);
    visit.stratum = row.Text(1);
    visit.street = row.Text(2);
    visit.officer = row.OptText(3).value_or("");
    visit.site = row.Int(4) == static_cast<int>(domain::VisitMethod::kSite);
    visit.questionnaire_version = static_cast<int>(row.Int(5));
    ASSIGN_OR_RETURN(domain::VisitContent content, ReadContent(tx, cipher, district, visit.id));
    visit.answers = std::move(content.answers);
    visits.push_back(std::move(visit));
  }
  return visits;
}

absl::StatusOr<std::vector<domain::AnalysedLead>> ReadAnalysedLeads(
    pg::Tx& tx, absl::string_view district, const domain::Quarter& quarter) {
  ASSIGN_OR_RETURN(pg::Rows rows,
                   tx.Exec(kLeads, {district, quarter.FirstDay(), quarter.LastDay()}));
  std::vector<domain::AnalysedLead> leads;
  using L = v1::ProblemLead;
  for (pg::Row row : rows) {
    leads.push_back({.id = row.Text(0),
                     .source = ShortName(*L::Source_descriptor(), row.Int(1), "SOURCE_"),
                     .disposal = ShortName(*L::Disposal_descriptor(), row.Int(2), "DISPOSAL_"),
                     .outcome = ShortName(*L::Outcome_descriptor(), row.Int(3), "OUTCOME_")});
  }
  return leads;
}

absl::StatusOr<EarlierVersions> ReadEarlier(pg::Tx& tx, absl::string_view district,
                                            const std::string& quarter) {
  ASSIGN_OR_RETURN(pg::Rows rows, tx.Exec(kEarlier, {district, quarter}));
  EarlierVersions earlier;
  for (pg::Row row : rows) {
    earlier.last = static_cast<int>(row.Int(0));
    ASSIGN_OR_RETURN(std::vector<domain::Cell> cells, domain::ReadCells(row.Text(1)));
    for (domain::Cell& cell : cells) {
      cell.table = absl::StrCat(earlier.last, "/", cell.table);
      earlier.published.push_back(std::move(cell));
    }
  }
  return earlier;
}

absl::StatusOr<std::string> NewestDocument(pg::Tx& tx, absl::string_view district,
                                           const std::string& quarter) {
  ASSIGN_OR_RETURN(pg::Rows rows, tx.Exec(kNewest, {district, quarter}));
  return rows.empty() ? std::string() : rows[0].Text(0);
}

absl::Status AddAnalysis(pg::Tx& tx, const Analysis& analysis,
                         const std::vector<domain::Cell>& cells) {
  absl::Status status =
      tx.Exec(kAddAnalysis, {analysis.district, analysis.id, analysis.quarter, analysis.version,
                             analysis.cut_time, analysis.reason, pg::Bytes{analysis.document},
                             analysis.document_hash, domain::WriteCells(cells)})
          .status();
  if (pg::ConstraintOf(status) != "analyses_district_quarter_version_uq") return status;
  return MakeError(absl::StatusCode::kAborted,
                   {.reason = "CONFLICT",
                    .text = {"同一季度的分析正在由他人生成，请重试",
                             "somebody else freezes an analysis of the quarter, try again"},
                    .metadata = {},
                    .violations = {}});
}

absl::StatusOr<Analysis> GetAnalysis(pg::Tx& tx, absl::string_view district, absl::string_view id) {
  ASSIGN_OR_RETURN(pg::Rows rows, tx.Exec(kGetAnalysis, {district, id}));
  if (rows.empty()) {
    return NotFoundError(absl::StrCat("districts/", district, "/analyses/", id));
  }
  Analysis analysis = ReadAnalysis(rows[0]);
  analysis.document = rows[0].Bytes(7);
  return analysis;
}

absl::StatusOr<std::pair<std::vector<Analysis>, std::string>> ListAnalyses(
    pg::Tx& tx, absl::string_view district, absl::string_view filter, int page_size,
    absl::string_view page_token) {
  ASSIGN_OR_RETURN(query::ListQuery query, query::ListQuery::Build(AnalysisList(), {district},
                                                                   filter, page_size, page_token));
  return query.Run<Analysis>(tx, ReadAnalysis);
}

}  // namespace rectify::followup::store
