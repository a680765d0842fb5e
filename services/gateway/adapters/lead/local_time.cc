#include "services/gateway/adapters/lead/local_time.h"

#include <optional>

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

// Abseil also reads "infinite-future".
std::optional<absl::Time> Parse(absl::string_view form, absl::string_view text) {
  absl::Time time;
  std::string error;
  if (!absl::ParseTime(form, text, ChinaZone(), &time, &error)) return std::nullopt;
  if (time == absl::InfiniteFuture() || time == absl::InfinitePast()) return std::nullopt;
  return time;
}

}  // namespace

absl::StatusOr<absl::Time> ParseLocalTime(absl::string_view text, absl::string_view field) {
  const std::optional<absl::Time> time = Parse(kLocal, text);
  // What is written again is what was read: neither spaces nor 9 o'clock.
  if (!time || absl::FormatTime(kLocal, *time, ChinaZone()) != text) {
    return BadTime(field, "2019-08-30 11:59:12");
  }
  return *time;
}

std::string ToLocalTime(const google::protobuf::Timestamp& time) {
  if (time.seconds() == 0) return "";
  return absl::FormatTime(kLocal, rpc::ToTime(time), ChinaZone());
}

absl::StatusOr<absl::Time> ParseZonedTime(absl::string_view text, absl::string_view field) {
  const std::optional<absl::Time> time = Parse(absl::RFC3339_full, text);
  if (!time) return BadTime(field, "2010-05-24T00:00:00Z");
  return *time;
}

std::string ToZonedTime(absl::Time time) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%S%Ez", time, ChinaZone());
}

}  // namespace rectify::gateway
