#include "services/venue_registry/domain/building.h"

#include <utility>

#include "libs/base/clock.h"
#include "services/venue_registry/domain/checks.h"

namespace rectify::venue::domain {
namespace {

constexpr double kMaxHeight = 1000, kSuperHeight = 100;
constexpr double kHighResidential = 27, kHighOther = 24;
constexpr int kHighResidentialFloors = 10;
constexpr int kMaxFloorsAbove = 200, kMaxFloorsBelow = 20;
constexpr int kFirstYear = 1800, kLastOldYear = 2000;

const FieldRules<BuildingFields>& BuildingRules() {
  using F = BuildingFields;
  static const auto& rules = *new FieldRules<F>{
      Rule<F, &F::display_name>("display_name"), Rule<F, &F::address>("address"),
      Rule<F, &F::street_code>("street"),        Rule<F, &F::point>("point"),
      Rule<F, &F::height_m>("height_m"),         Rule<F, &F::floors_above>("floors_above"),
      Rule<F, &F::floors_below>("floors_below"), Rule<F, &F::use>("use"),
      Rule<F, &F::built_year>("built_year"),     Rule<F, &F::high_rise_class>("high_rise_class")};
  return rules;
}

bool IsResidential(BuildingUse use) {
  return use == BuildingUse::kResidential || use == BuildingUse::kMixedResidential;
}

bool IsHighRise(const BuildingFields& fields) {
  const bool residential = IsResidential(fields.use);
  if (fields.height_m > 0) return fields.height_m > (residential ? kHighResidential : kHighOther);
  return residential && fields.floors_above >= kHighResidentialFloors;
}

void CheckSize(const BuildingFields& fields, int year, Violations& violations) {
  // Written so that NaN fails.
  if (!(fields.height_m >= 0 && fields.height_m <= kMaxHeight)) {
    violations.Add({"height_m", "建筑高度", "height_m"}, "应在0至1000米之间",
                   "must lie between 0 and 1000 m");
  }
  if (fields.floors_above < 0 || fields.floors_above > kMaxFloorsAbove) {
    violations.Add({"floors_above", "地上层数", "floors_above"}, "应在0至200之间",
                   "must lie between 0 and 200");
  }
  if (fields.floors_below < 0 || fields.floors_below > kMaxFloorsBelow) {
    violations.Add({"floors_below", "地下层数", "floors_below"}, "应在0至20之间",
                   "must lie between 0 and 20");
  }
  if (fields.built_year != 0 && (fields.built_year < kFirstYear || fields.built_year > year)) {
    violations.Add({"built_year", "建成年份", "built_year"}, "应在1800年至今年之间",
                   "must lie between 1800 and the present year");
  }
}

}  // namespace

absl::StatusOr<BuildingFields> CheckBuilding(BuildingFields fields, int year) {
  Violations violations;
  CheckText(fields.display_name, {"display_name", "建筑名称", "display_name"}, true, kMaxText,
            violations);
  CheckText(fields.address, {"address", "地址", "address"}, true, kMaxText, violations);
  if (fields.street_code.empty()) {
    violations.Add({"street", "街道", "street"}, "必填", "is required");
  }
  if (fields.point) CheckPoint(*fields.point, "point", violations);
  CheckSize(fields, year, violations);
  CheckEnum(fields.use, BuildingUse::kWarehouse, {"use", "使用性质", "use"}, violations);
  RETURN_IF_ERROR(std::move(violations).Result());
  return fields;
}

absl::StatusOr<BuildingChange> UpdateBuilding(const Building& present, const BuildingFields& sent,
                                              const std::vector<std::string>& paths,
                                              absl::Time now) {
  const int year = static_cast<int>(CivilDayOf(now).year());
  return ChangeRegistered(
      BuildingRules(),
      [&](BuildingFields fields) { return CheckBuilding(std::move(fields), year); }, present, sent,
      paths, now);
}

HighRiseClass SuggestHighRiseClass(const BuildingFields& fields) {
  if (fields.height_m > kSuperHeight) return HighRiseClass::kSuper;
  if (!IsHighRise(fields)) return HighRiseClass::kNone;
  if (fields.use == BuildingUse::kPublic) return HighRiseClass::kPublic;
  const bool old = fields.built_year != 0 && fields.built_year <= kLastOldYear;
  if (!old || !IsResidential(fields.use)) return HighRiseClass::kNone;
  return fields.use == BuildingUse::kResidential ? HighRiseClass::kOldResidential
                                                 : HighRiseClass::kOldMixed;
}

}  // namespace rectify::venue::domain
