#include "services/venue_registry/domain/venue.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "libs/base/clock.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "libs/base/text.h"
#include "services/venue_registry/domain/checks.h"
#include "services/venue_registry/domain/field_rules.h"
#include "services/venue_registry/domain/persons.h"
#include "services/venue_registry/domain/violations.h"

namespace rectify::venue::domain {
namespace {

constexpr size_t kMaxExternalIds = 20;
constexpr size_t kMaxSystem = 32;
constexpr size_t kMaxUnits = 50;
constexpr size_t kMaxCampaigns = 100;
constexpr size_t kMaxCampaign = 60;
constexpr char kCampaignPath[] = "campaign_classes";

const FieldRules<VenueFields>& VenueRules() {
  static const auto& rules = *new FieldRules<VenueFields>{
      Rule<VenueFields, &VenueFields::display_name>("display_name"),
      Rule<VenueFields, &VenueFields::venue_class>("venue_class"),
      Rule<VenueFields, &VenueFields::kind>("kind"),
      Rule<VenueFields, &VenueFields::uscc>("uscc"),
      Rule<VenueFields, &VenueFields::no_uscc_reason>("no_uscc_reason"),
      Rule<VenueFields, &VenueFields::address>("address"),
      Rule<VenueFields, &VenueFields::street_code>("street"),
      Rule<VenueFields, &VenueFields::point>("point"),
      Rule<VenueFields, &VenueFields::external_ids>("external_ids"),
      Rule<VenueFields, &VenueFields::key_unit>("key_unit"),
      Rule<VenueFields, &VenueFields::persons>("persons"),
      Rule<VenueFields, &VenueFields::building_id>("building"),
      Rule<VenueFields, &VenueFields::units>("units"),
      Rule<VenueFields, &VenueFields::campaign_classes>(kCampaignPath),
  };
  return rules;
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

void CheckUnits(const std::vector<UnitPart>& units, Violations& violations) {
  if (units.size() > kMaxUnits) {
    violations.Add({"units", "单位", "units"}, "最多50项", "has more than 50 entries");
  }
  for (size_t i = 0; i < units.size(); ++i) {
    const UnitPart& part = units[i];
    const std::string field = absl::StrCat("units[", i, "]");
    if (part.unit_id.empty()) {
      violations.Add({field + ".unit", "单位", "unit"}, "必填", "is required");
    }
    CheckEnum(part.relation, UnitRelation::kPropertyManager,
              {field + ".relation", "单位关系", "relation"}, violations);
    CheckPeriod(part.start_day, part.end_day, {field + ".end_day", "单位关系截止日", "end_day"},
                violations);
    if (std::find(units.begin(), units.begin() + static_cast<ptrdiff_t>(i), part) !=
        units.begin() + static_cast<ptrdiff_t>(i)) {
      violations.Add({field, "单位关系", "unit relation"}, "重复", "is there twice");
    }
  }
}

// A code as the resource names of campaigns have it.
bool IsCampaign(absl::string_view text) {
  return !text.empty() && text.size() <= kMaxCampaign &&
         std::all_of(text.begin(), text.end(), [](unsigned char c) {
           return absl::ascii_islower(c) || absl::ascii_isdigit(c) || c == '-';
         });
}

void CheckCampaigns(const VenueFields& fields, Violations& violations) {
  const Label label = {kCampaignPath, "活动类别", kCampaignPath};
  if (fields.campaign_classes.size() > kMaxCampaigns) {
    violations.Add(label, "最多100项", "has more than 100 entries");
  }
  for (const auto& [campaign, place] : fields.campaign_classes) {
    if (!IsCampaign(campaign)) {
      violations.Add(label, "的活动代码应为小写字母、数字或-，最多60个",
                     "needs campaign codes of lower-case letters, digits and -, at most 60");
    }
    CheckEnum(place.venue_class, VenueClass::kProductionStorage, label, violations);
  }
}

void DateCampaigns(VenueFields& fields, absl::Time now) {
  for (auto& [campaign, place] : fields.campaign_classes) {
    if (place.set_time == absl::Time()) place.set_time = now;
  }
}

absl::StatusOr<VenueChange> Changed(const Venue& present, VenueFields fields, absl::Time now) {
  RETURN_IF_ERROR(KeepMaskedPersons(fields.persons, present.fields.persons));
  ASSIGN_OR_RETURN(fields, CheckVenue(std::move(fields)));
  VenueChange change{present, {}};
  DatePersons(fields.persons, present.fields.persons, CivilDayOf(now), change.venue.former_persons);
  DateCampaigns(fields, now);
  change.changed = Differences(VenueRules(), fields, present.fields);
  if (change.changed.empty()) return change;
  change.venue.fields = std::move(fields);
  change.venue.update_time = now;
  ++change.venue.version;
  return change;
}

}  // namespace

const std::vector<std::string>& VenuePaths() {
  static const auto& paths = *[] {
    auto* all = new std::vector<std::string>(PathsOf(VenueRules()));
    std::erase(*all, kCampaignPath);
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
  CheckCode(fields.uscc, fields.no_uscc_reason, violations);
  CheckText(fields.address, {"address", "地址", "address"}, true, kMaxText, violations);
  if (fields.street_code.empty()) {
    violations.Add({"street", "街道", "street"}, "必填", "is required");
  }
  if (fields.point) CheckPoint(*fields.point, "point", violations);
  CheckExternalIds(fields, violations);
  CheckPersons(fields.persons, violations);
  CheckUnits(fields.units, violations);
  CheckCampaigns(fields, violations);
  RETURN_IF_ERROR(std::move(violations).Result());
  return fields;
}

absl::StatusOr<Venue> RegisterVenue(std::string district, std::string id, VenueFields fields,
                                    absl::Time now) {
  ASSIGN_OR_RETURN(fields, CheckVenue(std::move(fields)));
  DateCampaigns(fields, now);
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
  RETURN_IF_ERROR(CheckActive(present));
  VenueFields fields = present.fields;
  CopyFields(VenueRules(), mask, fields, sent);
  return Changed(present, std::move(fields), now);
}

absl::StatusOr<VenueChange> ReplaceVenue(const Venue& present, VenueFields fields, absl::Time now) {
  RETURN_IF_ERROR(CheckActive(present));
  return Changed(present, std::move(fields), now);
}

absl::StatusOr<VenueChange> SetCampaignClass(const Venue& present, const std::string& campaign,
                                             VenueClass venue_class, std::string target_group,
                                             absl::Time now) {
  Violations violations;
  CheckText(target_group, {"target_group", "整治对象", "target_group"}, false, kMaxText,
            violations);
  RETURN_IF_ERROR(std::move(violations).Result());
  RETURN_IF_ERROR(CheckActive(present));
  VenueFields fields = present.fields;
  CampaignClass& place = fields.campaign_classes[campaign];
  if (place.venue_class != venue_class || place.target_group != target_group) {
    place = {venue_class, std::move(target_group), now};
  }
  return Changed(present, std::move(fields), now);
}

std::vector<std::string> ChangedPaths(const Venue& before, const Venue& after) {
  std::vector<std::string> paths = Differences(VenueRules(), before.fields, after.fields);
  if (before.state != after.state) paths.push_back("state");
  return paths;
}

absl::Status CheckActive(const Venue& venue) {
  if (venue.state == VenueState::kMerged) {
    const std::string into =
        absl::StrCat("districts/", venue.district, "/venues/", venue.merged_into);
    return PreconditionError("VENUE_MERGED",
                             {absl::StrCat("该场所已并入", into, "，请改用并入后的场所"),
                              absl::StrCat("the venue was merged into ", into)},
                             {{"merged_into", into}});
  }
  if (venue.state == VenueState::kActive) return absl::OkStatus();
  return PreconditionError("VENUE_CLOSED",
                           {absl::StrCat("该场所已关闭（", venue.close_reason, "），不能再变更"),
                            "the venue is closed and can't be changed"});
}

absl::StatusOr<Venue> CloseVenue(const Venue& present, std::string reason, absl::Time now) {
  Violations violations;
  CheckText(reason, {"reason", "关闭原因", "reason"}, true, kMaxText, violations);
  RETURN_IF_ERROR(std::move(violations).Result());
  RETURN_IF_ERROR(CheckActive(present));
  Venue closed = present;
  closed.state = VenueState::kClosed;
  closed.close_reason = std::move(reason);
  closed.update_time = now;
  ++closed.version;
  return closed;
}

std::string FoldName(absl::string_view name) { return absl::AsciiStrToLower(NormalizeText(name)); }

}  // namespace rectify::venue::domain
