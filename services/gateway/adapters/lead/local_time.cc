#include "services/gateway/adapters/lead/local_time.h"

#include "absl/strings/str_cat.h"
#include "libs/base/clock.h"
#include "libs/base/error.h"
#include "libs/rpc/convert.h"

namespace rectify::gateway {
namespace {

constexpr char kLocal[] = "%Y-%m-%d %H:%M:%S";

absl::Status BadTime(absl::string_view field, absl::string_view form) {
  return FieldError(field, {absl::StrCat(field, " 须为 ", form, " 形式的时间"),
                            absl::StrCat(field, " must be a time like ", form)});
}

}  // namespace

absl::StatusOr<absl::Time> ParseLocalTime(absl::string_view text, absl::string_view field) {
  absl::Time time;
  std::string error;
  // What is written again is what was read: neither "infinite-future" nor spaces nor 9 o'clock.
  if (!absl::ParseTime(kLocal, text, ChinaZone(), &time, &error) ||
      absl::FormatTime(kLocal, time, ChinaZone()) != text) {
    return BadTime(field, "2019-08-30 11:59:12");
  }
  return time;
}

std::string ToLocalTime(const google::protobuf::Timestamp& time) {
  if (time.seconds() == 0) return "";
  return absl::FormatTime(kLocal, rpc::ToTime(time), ChinaZone());
}

absl::StatusOr<absl::Time> ParseZonedTime(absl::string_view text, absl::string_view field) {
  absl::Time time;
  std::string error;
  if (!absl::ParseTime(absl::RFC3339_full, text, &time, &error) || time == absl::InfiniteFuture() ||
      time == absl::InfinitePast()) {
    return BadTime(field, "2010-05-24T00:00:00Z");
  }
  return time;
}

std::string ToZonedTime(absl::Time time) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%S%Ez", time, ChinaZone());
}

}  // namespace rectify::gateway
