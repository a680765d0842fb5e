#include "services/rectification_deadlines/store/service_columns.h"

#include "absl/strings/str_cat.h"
#include "libs/base/status_macros.h"

namespace rectify::deadline::store {
namespace {

constexpr int kColumns = 14;

std::string ContextOf(absl::string_view table, absl::string_view column, absl::string_view key) {
  return absl::StrCat(table, ".", column, "/", key);
}

}  // namespace

std::optional<domain::ServiceRecord> ReadService(const pg::Row& row, int first) {
  if (row.IsNull(first)) return std::nullopt;
  auto text = [&](int column) { return row.OptText(first + column).value_or(""); };
  return domain::ServiceRecord{
      .method = static_cast<domain::ServiceMethod>(row.Int(first)),
      .serve_time = row.Time(first + 1),
      .receiver = row.Bytes(first + 12),
      .officers = row.TextArray(first + 2),
      .proof = text(3),
      .refusal = text(4),
      .place = text(5),
      .witness = row.IsNull(first + 13) ? "" : row.Bytes(first + 13),
      .video = text(6),
      .tracking_number = text(7),
      .entrusted_organ = text(8),
      .consent = text(9),
      .publication = text(10),
      .publish_date = row.OptDay(first + 11),
  };
}

absl::Status DecryptService(const crypto::FieldCipher& cipher, absl::string_view table,
                            absl::string_view key, std::optional<domain::ServiceRecord>& service) {
  if (!service) return absl::OkStatus();
  ASSIGN_OR_RETURN(service->receiver,
                   cipher.Decrypt(service->receiver, ContextOf(table, "receiver", key)));
  if (service->witness.empty()) return absl::OkStatus();
  ASSIGN_OR_RETURN(service->witness,
                   cipher.Decrypt(service->witness, ContextOf(table, "witness", key)));
  return absl::OkStatus();
}

void AddService(const crypto::FieldCipher& cipher, absl::string_view table, absl::string_view key,
                const std::optional<domain::ServiceRecord>& service,
                std::vector<pg::Param>& params) {
  if (!service) {
    params.insert(params.end(), kColumns, pg::Param(nullptr));
    return;
  }
  auto encrypted = [&](absl::string_view column, const std::string& value) {
    return pg::Param(pg::Bytes{cipher.Encrypt(value, ContextOf(table, column, key))});
  };
  for (pg::Param value : std::vector<pg::Param>{
           static_cast<int>(service->method), service->serve_time, service->officers,
           service->proof, service->refusal, service->place, service->video,
           service->tracking_number, service->entrusted_organ, service->consent,
           service->publication, service->publish_date, encrypted("receiver", service->receiver),
           service->witness.empty() ? pg::Param(nullptr)
                                    : encrypted("witness", service->witness)}) {
    params.push_back(std::move(value));
  }
}

}  // namespace rectify::deadline::store
