// Evidence (证据): which files are taken, and about what.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace rectify::hazard::domain {

std::string EvidenceName(absl::string_view district, absl::string_view id);

struct Evidence {
  std::string district, id;
  std::string subject;
  std::string media_type;
  std::string sha256;  // 64 hexadecimal digits in lower case
  int64_t size_bytes = 0;
  absl::Time capture_time;
  std::string device, description;
  std::string uploader;
  absl::Time upload_time;

  std::string name() const { return EvidenceName(district, id); }
};

// Bytes that a file of the type may have; nullopt when the type is not taken.
std::optional<int64_t> MaxBytes(absl::string_view media_type);

// What the first bytes of a file say that it is; "" when none of the types that are taken. The
// beginning of a text must be clean UTF-8.
absl::string_view SniffMediaType(absl::string_view head);
// How many of them suffice.
inline constexpr size_t kSniffBytes = 512;

// What is known of a subject here.
struct EvidenceSubject {
  bool ours = false;     // its kind is kept by this service
  bool present = false;  // it exists; what others keep is known here only by its findings
  std::string venue;
  std::string reporter;  // of a lead: the street or department that handed it in
};

// The kind of a subject ("findings" …); nullopt when evidence can't be about such a thing in that
// district.
std::optional<std::string> SubjectKind(absl::string_view district, absl::string_view subject);

// INVALID_ARGUMENT with paths of the first message: EVIDENCE_TYPE_NOT_ALLOWED, IN_THE_FUTURE,
// INVALID_FIELD.
absl::Status CheckEvidence(const Evidence& evidence, absl::Time now);

// The fire body attaches to everything, outsiders only to what is theirs by one of their `posts`.
// NOT_FOUND otherwise, as if there were no such subject.
absl::Status CheckMayAttach(const Evidence& evidence, const EvidenceSubject& subject,
                            bool fire_body, const std::vector<std::string>& posts);

// What arrived against what was promised: EVIDENCE_HASH_MISMATCH, EVIDENCE_TYPE_NOT_ALLOWED.
absl::Status CheckContent(const Evidence& evidence, absl::string_view head,
                          absl::string_view sha256);
// EVIDENCE_TOO_LARGE, as soon as it is.
absl::Status CheckSize(const Evidence& evidence, int64_t bytes);

}  // namespace rectify::hazard::domain
