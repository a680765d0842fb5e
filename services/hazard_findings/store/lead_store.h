// Leads in the database, and apart from them, encrypted, who complained.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "libs/crypto/crypto.h"
#include "libs/pg/pool.h"
#include "services/hazard_findings/domain/lead.h"

namespace rectify::hazard::store {

// A keyed hash of what was handed in, so that a repeat is known without reading who complained.
std::string ContentMark(const crypto::FieldCipher& cipher, const domain::Lead& lead,
                        const domain::Complainant& complainant);

// A lead that is there already under the same source and external id.
struct KnownLead {
  domain::Lead lead;
  std::string content_mark;
};

// nullopt when it was added, otherwise the one that is there.
absl::StatusOr<std::optional<KnownLead>> AddLead(pg::Tx& tx, const domain::Lead& lead,
                                                 const std::string& content_mark);

// The streets and departments to whose leads a caller is limited; nullopt: sees all.
using Desks = std::optional<std::vector<std::string>>;

// NOT_FOUND when it does not exist or is none of `desks`.
absl::StatusOr<domain::Lead> GetLead(pg::Tx& tx, absl::string_view district, absl::string_view id,
                                     const Desks& desks);
absl::StatusOr<domain::Lead> LockLead(pg::Tx& tx, absl::string_view district, absl::string_view id);

// Writes what the verbs change.
absl::Status SaveLead(pg::Tx& tx, const domain::Lead& lead);

// One page, newest first, and the token of the next.
absl::StatusOr<std::pair<std::vector<domain::Lead>, std::string>> ListLeads(
    pg::Tx& tx, absl::string_view district, const Desks& desks, absl::string_view filter,
    int page_size, absl::string_view page_token);

absl::Status AddComplainant(pg::Tx& tx, const crypto::FieldCipher& cipher, const domain::Lead& lead,
                            const domain::Complainant& complainant);
// NOT_FOUND when the lead has none; DATA_LOSS when a value was changed or moved.
absl::StatusOr<domain::Complainant> ReadComplainant(pg::Tx& tx, const crypto::FieldCipher& cipher,
                                                    absl::string_view district,
                                                    absl::string_view id);

}  // namespace rectify::hazard::store
