// Problem leads and referrals in the database. What they say is encrypted.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "libs/crypto/crypto.h"
#include "libs/pg/pool.h"
#include "services/followup_visits/domain/lead.h"

namespace rectify::followup::store {

// Thread-safe. The cipher outlives it.
class LeadStore {
 public:
  explicit LeadStore(const crypto::FieldCipher& cipher) : cipher_(cipher) {}

  // Creates or writes what the verbs change.
  absl::Status SaveLead(pg::Tx& tx, const domain::Lead& lead) const;
  // NOT_FOUND when it does not exist; locked when `lock`.
  absl::StatusOr<domain::Lead> GetLead(pg::Tx& tx, absl::string_view district, absl::string_view id,
                                       bool lock) const;
  // One page, newest first, and the token of the next.
  absl::StatusOr<std::pair<std::vector<domain::Lead>, std::string>> ListLeads(
      pg::Tx& tx, absl::string_view district, absl::string_view filter, int page_size,
      absl::string_view page_token) const;

  absl::Status SaveReferral(pg::Tx& tx, const domain::Referral& referral) const;
  // NOT_FOUND when it does not exist; locked when `lock`.
  absl::StatusOr<domain::Referral> GetReferral(pg::Tx& tx, absl::string_view district,
                                               absl::string_view id, bool lock) const;
  absl::StatusOr<std::pair<std::vector<domain::Referral>, std::string>> ListReferrals(
      pg::Tx& tx, absl::string_view district, int page_size, absl::string_view page_token) const;

 private:
  absl::StatusOr<domain::Lead> ReadLead(const pg::Row& row) const;
  absl::StatusOr<domain::Referral> ReadReferral(const pg::Row& row) const;
  const crypto::FieldCipher& cipher_;
};

}  // namespace rectify::followup::store
