// Errors with a machine-readable reason, texts in both languages and the fields at fault, carried
// as payloads of absl::Status so that domain code needs neither gRPC nor protobuf. libs/rpc turns
// them into google.rpc details at the edge.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace rectify {

// One text in the two languages we answer in.
struct Text {
  std::string zh;
  std::string en;
};

struct FieldViolation {
  std::string field;  // path from the request message, e.g. "inspection.findings[2].catalog_code"
  Text text;
};

struct ErrorDetail {
  std::string
      reason;  // a name of rectify.common.v1.ErrorReason without its prefix, e.g. "ORDER_STATE"
  Text text;
  std::map<std::string, std::string> metadata;
  std::vector<FieldViolation> violations;
};

// The English text is also the status message.
absl::Status MakeError(absl::StatusCode code, ErrorDetail detail);

// FAILED_PRECONDITION with a reason and facts.
absl::Status PreconditionError(absl::string_view reason, Text text,
                               std::map<std::string, std::string> metadata = {});

// INVALID_ARGUMENT about one field; `reason` is INVALID_FIELD unless the field has a reason of its
// own.
absl::Status FieldError(absl::string_view field, Text text,
                        absl::string_view reason = "INVALID_FIELD");

// INVALID_ARGUMENT about several fields; `violations` is not empty.
absl::Status FieldErrors(std::vector<FieldViolation> violations);

// NOT_FOUND that looks the same for a missing object and for one of somebody else.
absl::Status NotFoundError(absl::string_view name);

// ABORTED: the resource has another version; metadata `etag`.
absl::Status EtagMismatchError(absl::string_view current_etag);

// The detail of a status made by the functions above, also after further payloads were added.
std::optional<ErrorDetail> DetailOf(const absl::Status& status);

// The reason of a status, "" when it has none. For tests and branching.
std::string ReasonOf(const absl::Status& status);

// Puts `prefix` before every field path (used when a nested message was validated on its own):
// "findings[2]" and "catalog_code" make "findings[2].catalog_code". Other statuses pass unchanged.
absl::Status PrefixFields(const absl::Status& status, absl::string_view prefix);

}  // namespace rectify
