// Analyses in the database, and what they count.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "libs/crypto/crypto.h"
#include "libs/pg/pool.h"
#include "services/followup_visits/domain/analysis.h"

namespace rectify::followup::store {

struct Analysis {
  std::string district, id, quarter;
  int version = 0;
  absl::Time cut_time;
  std::string reason, document, document_hash;

  std::string name() const;
};

// The quarter's visits that are done, by id.
absl::StatusOr<std::vector<domain::AnalysedVisit>> ReadAnalysedVisits(
    pg::Tx& tx, const crypto::FieldCipher& cipher, absl::string_view district,
    const domain::Quarter& quarter);
// The leads that were received in the quarter, by id.
absl::StatusOr<std::vector<domain::AnalysedLead>> ReadAnalysedLeads(pg::Tx& tx,
                                                                    absl::string_view district,
                                                                    const domain::Quarter& quarter);

// Everything that earlier versions of the quarter published, with the number of the last one.
struct EarlierVersions {
  int last = 0;
  std::vector<domain::Cell> published;
};
absl::StatusOr<EarlierVersions> ReadEarlier(pg::Tx& tx, absl::string_view district,
                                            const std::string& quarter);
// The newest document of a quarter, "" when there is none.
absl::StatusOr<std::string> NewestDocument(pg::Tx& tx, absl::string_view district,
                                           const std::string& quarter);

// ABORTED CONFLICT when somebody else froze that version meanwhile.
absl::Status AddAnalysis(pg::Tx& tx, const Analysis& analysis,
                         const std::vector<domain::Cell>& cells);
// NOT_FOUND when it does not exist.
absl::StatusOr<Analysis> GetAnalysis(pg::Tx& tx, absl::string_view district, absl::string_view id);
// One page without documents, newest first, and the token of the next.
absl::StatusOr<std::pair<std::vector<Analysis>, std::string>> ListAnalyses(
    pg::Tx& tx, absl::string_view district, absl::string_view filter, int page_size,
    absl::string_view page_token);

}  // namespace rectify::followup::store
