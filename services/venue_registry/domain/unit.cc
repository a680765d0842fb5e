#include "services/venue_registry/domain/unit.h"

#include <utility>

#include "services/venue_registry/domain/checks.h"

namespace rectify::venue::domain {
namespace {

const FieldRules<UnitFields>& UnitRules() {
  using F = UnitFields;
  static const auto& rules = *new FieldRules<F>{
      Rule<F, &F::display_name>("display_name"), Rule<F, &F::trade_name>("trade_name"),
      Rule<F, &F::uscc>("uscc"), Rule<F, &F::no_uscc_reason>("no_uscc_reason")};
  return rules;
}

}  // namespace

absl::StatusOr<UnitFields> CheckUnit(UnitFields fields) {
  Violations violations;
  CheckText(fields.display_name, {"display_name", "单位名称", "display_name"}, true, kMaxText,
            violations);
  CheckText(fields.trade_name, {"trade_name", "字号", "trade_name"}, false, kMaxText, violations);
  CheckCode(fields.uscc, fields.no_uscc_reason, violations);
  RETURN_IF_ERROR(std::move(violations).Result());
  return fields;
}

absl::StatusOr<UnitChange> UpdateUnit(const Unit& present, const UnitFields& sent,
                                      const std::vector<std::string>& paths, absl::Time now) {
  return ChangeRegistered(UnitRules(), CheckUnit, present, sent, paths, now);
}

}  // namespace rectify::venue::domain
