// Times as partners write them. All are in the zone of the law, +08:00, whatever machine this is.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "google/protobuf/timestamp.pb.h"

namespace rectify::gateway {

// "2019-08-30 11:59:12" without a zone, exactly so. INVALID_ARGUMENT naming `field`.
absl::StatusOr<absl::Time> ParseLocalTime(absl::string_view text, absl::string_view field);
// "" for a time that is absent (zero).
std::string ToLocalTime(const google::protobuf::Timestamp& time);

// RFC 3339 with a zone: "2010-05-24T00:00:00Z". INVALID_ARGUMENT naming `field`.
absl::StatusOr<absl::Time> ParseZonedTime(absl::string_view text, absl::string_view field);
std::string ToZonedTime(absl::Time time);  // "2019-08-30T11:59:12+08:00"

}  // namespace rectify::gateway
