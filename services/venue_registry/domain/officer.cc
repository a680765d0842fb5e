#include "services/venue_registry/domain/officer.h"

#include "libs/base/status_macros.h"
#include "services/venue_registry/domain/checks.h"
#include "services/venue_registry/domain/field_rules.h"
#include "services/venue_registry/domain/violations.h"

namespace rectify::venue::domain {
namespace {

const FieldRules<OfficerFields>& OfficerRules() {
  static const auto& rules = *new FieldRules<OfficerFields>{
      Rule<OfficerFields, &OfficerFields::display_name>("display_name"),
      Rule<OfficerFields, &OfficerFields::post>("post"),
      Rule<OfficerFields, &OfficerFields::certificate_number>("certificate_number"),
      Rule<OfficerFields, &OfficerFields::certificate_start>("certificate_start"),
      Rule<OfficerFields, &OfficerFields::certificate_end>("certificate_end"),
      Rule<OfficerFields, &OfficerFields::post_start>("post_start"),
      Rule<OfficerFields, &OfficerFields::post_end>("post_end"),
      Rule<OfficerFields, &OfficerFields::contact>("contact"),
  };
  return rules;
}

}  // namespace

absl::StatusOr<OfficerFields> CheckOfficer(OfficerFields fields) {
  Violations violations;
  CheckText(fields.display_name, {"display_name", "姓名", "display_name"}, true, kMaxText,
            violations);
  if (fields.post < Post::kInspector || fields.post > Post::kChief) {
    violations.Add({"post", "岗位", "post"}, "必填", "is required");
  }
  CheckText(fields.certificate_number, {"certificate_number", "执法证号", "certificate_number"},
            true, kMaxText, violations);
  const Label certificate_end = {"certificate_end", "执法证有效期截止日", "certificate_end"};
  CheckDay(fields.certificate_start,
           {"certificate_start", "执法证有效期起始日", "certificate_start"}, violations);
  CheckDay(fields.certificate_end, certificate_end, violations);
  CheckPeriod(fields.certificate_start, fields.certificate_end, certificate_end, violations);
  CheckDay(fields.post_start, {"post_start", "任职起始日", "post_start"}, violations);
  CheckPeriod(fields.post_start, fields.post_end, {"post_end", "任职截止日", "post_end"},
              violations);
  CheckContact(fields.contact, PhoneKind::kMobile, {"contact", "", ""}, violations);
  RETURN_IF_ERROR(std::move(violations).Result());
  return fields;
}

absl::StatusOr<OfficerChange> UpdateOfficer(const Officer& present, const OfficerFields& sent,
                                            const std::vector<std::string>& paths) {
  ASSIGN_OR_RETURN(const std::vector<std::string> mask, CheckMask(paths, PathsOf(OfficerRules())));
  OfficerFields fields = present.fields;
  CopyFields(OfficerRules(), mask, fields, sent);
  KeepMasked(fields.contact, present.fields.contact);
  ASSIGN_OR_RETURN(fields, CheckOfficer(std::move(fields)));
  OfficerChange change{present, Differences(OfficerRules(), fields, present.fields)};
  if (change.changed.empty()) return change;
  change.officer.fields = std::move(fields);
  ++change.officer.version;
  return change;
}

}  // namespace rectify::venue::domain
