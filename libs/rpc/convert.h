// Between protobuf's well-known types and ours.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "google/protobuf/duration.pb.h"
#include "google/protobuf/message.h"
#include "google/protobuf/timestamp.pb.h"
#include "google/type/date.pb.h"

namespace rectify::rpc {

google::protobuf::Timestamp ToTimestamp(absl::Time time);
absl::Time ToTime(const google::protobuf::Timestamp& timestamp);
absl::Duration ToDuration(const google::protobuf::Duration& duration);
google::type::Date ToDate(absl::CivilDay day);
// The date must be valid (ValidateMessage has checked requests).
absl::CivilDay ToCivilDay(const google::type::Date& date);

// etag of a version: "\"7\"".
std::string EtagOf(int64_t version);
// ABORTED ETAG_MISMATCH unless `etag` is empty or that of `version`.
absl::Status CheckEtag(int64_t version, absl::string_view etag);

// Reads a protobuf text file (policies, catalogues, scenarios). INVALID_ARGUMENT with file, line
// and column; unknown fields are errors. NOT_FOUND when there is no such file.
absl::Status ReadTextProto(const std::string& path, google::protobuf::Message& message);
absl::Status ParseTextProto(absl::string_view text, absl::string_view file,
                            google::protobuf::Message& message);

}  // namespace rectify::rpc
