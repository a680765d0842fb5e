#include "services/venue_registry/domain/venue.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "libs/base/text.h"
#include "services/venue_registry/domain/persons.h"
#include "services/venue_registry/domain/uscc.h"
#include "services/venue_registry/domain/violations.h"

namespace rectify::venue::domain {
namespace {

constexpr double kMinLongitude = 73, kMaxLongitude = 136;  // China and its waters
constexpr double kMinLatitude = 3, kMaxLatitude = 54;
constexpr size_t kMaxExternalIds = 20;
constexpr size_t kMaxSystem = 32;

// One field that a mask can name.
struct FieldRule {
  std::string path;
  bool (*equal)(const VenueFields& a, const VenueFields& b);
  void (*copy)(VenueFields& into, const VenueFields& from);
};

template <auto Member>
FieldRule Rule(std::string path) {
  return {std::move(path),
          [](const VenueFields& a, const VenueFields& b) { return a.*Member == b.*Member; },
          [](VenueFields& into, const VenueFields& from) { into.*Member = from.*Member; }};
}

const std::vector<FieldRule>& Rules() {
  static const auto& rules = *new std::vector<FieldRule>{
      Rule<&VenueFields::display_name>("display_name"),
      Rule<&VenueFields::venue_class>("venue_class"),
      Rule<&VenueFields::kind>("kind"),
      Rule<&VenueFields::uscc>("uscc"),
      Rule<&VenueFields::no_uscc_reason>("no_uscc_reason"),
      Rule<&VenueFields::address>("address"),
      Rule<&VenueFields::street_code>("street"),
      Rule<&VenueFields::point>("point"),
      Rule<&VenueFields::external_ids>("external_ids"),
      Rule<&VenueFields::key_unit>("key_unit"),
      Rule<&VenueFields::persons>("persons"),
  };
  return rules;
}

template <typename Enum>
void CheckEnum(Enum value, Enum last, const Label& label, Violations& violations) {
  if (static_cast<int>(value) < 1 || value > last) violations.Add(label, "必填", "is required");
}

void CheckCode(VenueFields& fields, Violations& violations) {
  const Label reason = {"no_uscc_reason", "无代码原因", "no_uscc_reason"};
  CheckText(fields.no_uscc_reason, reason, false, kMaxText, violations);
  if (Trimmed(fields.uscc).empty()) {
    fields.uscc.clear();
    if (fields.no_uscc_reason.empty()) {
      violations.Add({"uscc", "统一社会信用代码", "uscc"}, "必填；没有代码时请填写无代码原因",
                     "is required, or no_uscc_reason");
    }
    return;
  }
  absl::StatusOr<std::string> code = ParseUscc(fields.uscc);
  if (!code.ok()) {
    violations.Add(code.status());
  } else {
    fields.uscc = *std::move(code);
  }
  if (!fields.no_uscc_reason.empty()) {
    violations.Add(reason, "只在没有统一社会信用代码时填写", "is only for venues without a uscc");
  }
}

void CheckPoint(const Point& point, Violations& violations) {
  // Written so that NaN fails.
  if (!(point.longitude >= kMinLongitude && point.longitude <= kMaxLongitude)) {
    violations.Add({"point.longitude", "经度", "longitude"}, "应在73至136之间",
                   "must lie between 73 and 136");
  }
  if (!(point.latitude >= kMinLatitude && point.latitude <= kMaxLatitude)) {
    violations.Add({"point.latitude", "纬度", "latitude"}, "应在3至54之间",
                   "must lie between 3 and 54");
  }
  CheckEnum(point.datum, Datum::kBd09, {"point.datum", "坐标系", "datum"}, violations);
}

bool IsSystem(absl::string_view text) {
  return !text.empty() && text.size() <= kMaxSystem &&
         std::all_of(text.begin(), text.end(), [](unsigned char c) {
           return absl::ascii_islower(c) || absl::ascii_isdigit(c) || c == '_' || c == '-';
         });
}

void CheckExternalIds(VenueFields& fields, Violations& violations) {
  const Label label = {"external_ids", "外部编号", "external_ids"};
  if (fields.external_ids.size() > kMaxExternalIds) {
    violations.Add(label, "最多20项", "has more than 20 entries");
  }
  for (auto& [system, id] : fields.external_ids) {
    if (!IsSystem(system)) {
      violations.Add(label, "的系统名应为小写字母、数字、_或-，最多32个",
                     "needs system names of lower-case letters, digits, _ and -, at most 32");
    }
    CheckText(id, label, true, kMaxText, violations);
  }
}

absl::Status ClosedError(const Venue& venue) {
  return PreconditionError("VENUE_CLOSED",
                           {absl::StrCat("该场所已关闭（", venue.close_reason, "），不能再变更"),
                            "the venue is closed and can't be changed"});
}

}  // namespace

const std::vector<std::string>& VenuePaths() {
  static const auto& paths = *[] {
    auto* all = new std::vector<std::string>;
    for (const FieldRule& rule : Rules()) all->push_back(rule.path);
    return all;
  }();
  return paths;
}

absl::StatusOr<VenueFields> CheckVenue(VenueFields fields) {
  Violations violations;
  CheckText(fields.display_name, {"display_name", "单位名称", "display_name"}, true, kMaxText,
            violations);
  CheckEnum(fields.venue_class, VenueClass::kProductionStorage,
            {"venue_class", "类别", "venue_class"}, violations);
  CheckEnum(fields.kind, VenueKind::kOther, {"kind", "性质", "kind"}, violations);
  CheckCode(fields, violations);
  CheckText(fields.address, {"address", "地址", "address"}, true, kMaxText, violations);
  if (fields.street_code.empty()) {
    violations.Add({"street", "街道", "street"}, "必填", "is required");
  }
  if (fields.point) CheckPoint(*fields.point, violations);
  CheckExternalIds(fields, violations);
  CheckPersons(fields.persons, violations);
  RETURN_IF_ERROR(std::move(violations).Result());
  return fields;
}

absl::StatusOr<Venue> RegisterVenue(std::string district, std::string id, VenueFields fields,
                                    absl::Time now) {
  ASSIGN_OR_RETURN(fields, CheckVenue(std::move(fields)));
  return Venue{.district = std::move(district),
               .id = std::move(id),
               .fields = std::move(fields),
               .close_reason = {},
               .create_time = now,
               .update_time = now};
}

absl::StatusOr<VenueChange> UpdateVenue(const Venue& present, const VenueFields& sent,
                                        const std::vector<std::string>& paths, absl::Time now) {
  ASSIGN_OR_RETURN(const std::vector<std::string> mask, CheckMask(paths, VenuePaths()));
  if (present.state == VenueState::kClosed) return ClosedError(present);
  VenueFields fields = present.fields;
  for (const FieldRule& rule : Rules()) {
    if (std::find(mask.begin(), mask.end(), rule.path) != mask.end()) rule.copy(fields, sent);
  }
  RETURN_IF_ERROR(KeepMaskedPersons(fields.persons, present.fields.persons));
  ASSIGN_OR_RETURN(fields, CheckVenue(std::move(fields)));
  VenueChange change{present, {}};
  for (const FieldRule& rule : Rules()) {
    if (!rule.equal(fields, present.fields)) change.changed.push_back(rule.path);
  }
  if (change.changed.empty()) return change;
  change.venue.fields = std::move(fields);
  change.venue.update_time = now;
  ++change.venue.version;
  return change;
}

absl::StatusOr<Venue> CloseVenue(const Venue& present, std::string reason, absl::Time now) {
  Violations violations;
  CheckText(reason, {"reason", "关闭原因", "reason"}, true, kMaxText, violations);
  RETURN_IF_ERROR(std::move(violations).Result());
  if (present.state == VenueState::kClosed) return ClosedError(present);
  Venue closed = present;
  closed.state = VenueState::kClosed;
  closed.close_reason = std::move(reason);
  closed.update_time = now;
  ++closed.version;
  return closed;
}

std::string FoldName(absl::string_view name) { return absl::AsciiStrToLower(NormalizeText(name)); }

absl::StatusOr<std::vector<std::string>> CheckMask(const std::vector<std::string>& paths,
                                                   const std::vector<std::string>& known) {
  if (paths.size() == 1 && paths[0] == "*") return known;
  Violations violations;
  const Label label = {"update_mask", "变更字段", "update_mask"};
  if (paths.empty()) violations.Add(label, "必填", "is required");
  for (const std::string& path : paths) {
    if (std::find(known.begin(), known.end(), path) != known.end()) continue;
    violations.Add(label, absl::StrCat("中的“", path, "”不存在或不可变更"),
                   absl::StrCat("has \"", path, "\", which does not exist or can't be changed"));
  }
  RETURN_IF_ERROR(std::move(violations).Result());
  return paths;
}

}  // namespace rectify::venue::domain
