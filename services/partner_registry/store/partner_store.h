// Rows of partners and of their keys.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "libs/pg/pool.h"
#include "services/partner_registry/domain/api_key.h"
#include "services/partner_registry/domain/partner.h"

namespace rectify::partner::store {

// ALREADY_EXISTS when the id or the name is taken.
absl::Status InsertPartner(pg::Tx& tx, const domain::Partner& partner, absl::Time now);
absl::Status SavePartner(pg::Tx& tx, const domain::Partner& partner, absl::Time now);
// NOT_FOUND.
absl::StatusOr<domain::Partner> ReadPartner(pg::Tx& tx, const std::string& district,
                                            const std::string& id);
absl::StatusOr<domain::Partner> LockPartner(pg::Tx& tx, const std::string& district,
                                            const std::string& id);
absl::StatusOr<std::pair<std::vector<domain::Partner>, std::string>> ListPartners(
    pg::Tx& tx, const std::string& district, absl::string_view filter, int page_size,
    absl::string_view page_token);

// Those of the district whose feeds tell something, or have just ceased to; they stay as they are
// until the transaction ends.
absl::StatusOr<std::vector<domain::Partner>> HoldFollowers(pg::Tx& tx, const std::string& district);

absl::Status InsertKey(pg::Tx& tx, const domain::ApiKey& key);
absl::Status SaveRevocation(pg::Tx& tx, const domain::ApiKey& key);
// NOT_FOUND.
absl::StatusOr<domain::ApiKey> LockKey(pg::Tx& tx, const std::string& district,
                                       const std::string& partner, const std::string& id);
absl::StatusOr<int64_t> CountLiveKeys(pg::Tx& tx, const domain::Partner& partner, absl::Time now);
absl::StatusOr<std::pair<std::vector<domain::ApiKey>, std::string>> ListKeys(
    pg::Tx& tx, const std::string& district, const std::string& partner, int page_size,
    absl::string_view page_token);

struct KeyHolder {
  domain::ApiKey key;
  domain::Partner partner;
};
// By what a key tells of itself; empty: no such key.
absl::StatusOr<std::vector<KeyHolder>> FindKey(pg::Tx& tx, const std::string& id);

}  // namespace rectify::partner::store
