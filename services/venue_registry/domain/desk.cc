#include "services/venue_registry/domain/desk.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "libs/base/status_macros.h"
#include "services/venue_registry/domain/violations.h"

namespace rectify::venue::domain {
namespace {

constexpr size_t kStreetDigits = 9;

bool IsStreetCode(const std::string& code, const std::string& district) {
  return code.size() == kStreetDigits && absl::StartsWith(code, district) &&
         std::all_of(code.begin(), code.end(),
                     [](unsigned char c) { return absl::ascii_isdigit(c); });
}

}  // namespace

absl::StatusOr<Desk> ReplaceDesk(DeskKind kind, const std::optional<Desk>& present, Desk sent) {
  Violations violations;
  if (kind == DeskKind::kStreet && !IsStreetCode(sent.code, sent.district)) {
    violations.Add({"name", "街道代码", "name"}, "应为以本区代码开头的9位数字",
                   "must have a code of 9 digits that begins with the district's");
  }
  CheckText(sent.display_name, {"display_name", "名称", "display_name"}, true, kMaxText,
            violations);
  if (present) KeepMasked(sent.contact, present->contact);
  CheckContact(sent.contact, PhoneKind::kMobileOrLandline, {"contact", "", ""}, violations);
  RETURN_IF_ERROR(std::move(violations).Result());
  sent.version = present ? present->version : 0;
  const bool same =
      present && present->display_name == sent.display_name && present->contact == sent.contact;
  if (!same) ++sent.version;
  return sent;
}

}  // namespace rectify::venue::domain
