// Records of service as columns, the same ones in each table that has them. All are null before
// service; some are null in rows that are older than the column.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "libs/crypto/crypto.h"
#include "libs/pg/param.h"
#include "libs/pg/rows.h"
#include "services/rectification_deadlines/domain/service_record.h"

namespace rectify::deadline::store {

// For reading and inserting, in the order of AddService(). The persons come last, encrypted.
#define SERVICE_COLUMNS                                                                 \
  "serve_method, serve_time, serve_officers, serve_proof, serve_refusal, serve_place, " \
  "serve_video, serve_tracking_number, serve_organ, serve_consent, serve_publication, " \
  "serve_publish_date, receiver, serve_witness"

// For `on conflict … do update` of table `t`; what is encrypted is written once.
#define SET_SERVICE(t)                                                             \
  "serve_method = excluded.serve_method, serve_time = excluded.serve_time, "       \
  "serve_officers = excluded.serve_officers, serve_proof = excluded.serve_proof, " \
  "serve_refusal = excluded.serve_refusal, serve_place = excluded.serve_place, "   \
  "serve_video = excluded.serve_video, "                                           \
  "serve_tracking_number = excluded.serve_tracking_number, "                       \
  "serve_organ = excluded.serve_organ, serve_consent = excluded.serve_consent, "   \
  "serve_publication = excluded.serve_publication, "                               \
  "serve_publish_date = excluded.serve_publish_date, "                             \
  "receiver = coalesce(" t                                                         \
  ".receiver, excluded.receiver), "                                                \
  "serve_witness = coalesce(" t ".serve_witness, excluded.serve_witness)"

// Reads SERVICE_COLUMNS from column `first` on; the persons stay encrypted.
std::optional<domain::ServiceRecord> ReadService(const pg::Row& row, int first);

// `table` and `key` are those of the row that the encrypted values are bound to.
absl::Status DecryptService(const crypto::FieldCipher& cipher, absl::string_view table,
                            absl::string_view key, std::optional<domain::ServiceRecord>& service);

// Adds the values of SERVICE_COLUMNS.
void AddService(const crypto::FieldCipher& cipher, absl::string_view table, absl::string_view key,
                const std::optional<domain::ServiceRecord>& service,
                std::vector<pg::Param>& params);

}  // namespace rectify::deadline::store
