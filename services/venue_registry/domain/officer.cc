#include "services/venue_registry/domain/officer.h"

#include <algorithm>

#include "libs/base/status_macros.h"
#include "services/venue_registry/domain/venue.h"
#include "services/venue_registry/domain/violations.h"

namespace rectify::venue::domain {
namespace {

struct FieldRule {
  std::string path;
  bool (*equal)(const OfficerFields& a, const OfficerFields& b);
  void (*copy)(OfficerFields& into, const OfficerFields& from);
};

template <auto Member>
FieldRule Rule(std::string path) {
  return {std::move(path),
          [](const OfficerFields& a, const OfficerFields& b) { return a.*Member == b.*Member; },
          [](OfficerFields& into, const OfficerFields& from) { into.*Member = from.*Member; }};
}

const std::vector<FieldRule>& Rules() {
  static const auto& rules = *new std::vector<FieldRule>{
      Rule<&OfficerFields::display_name>("display_name"),
      Rule<&OfficerFields::post>("post"),
      Rule<&OfficerFields::certificate_number>("certificate_number"),
      Rule<&OfficerFields::certificate_start>("certificate_start"),
      Rule<&OfficerFields::certificate_end>("certificate_end"),
      Rule<&OfficerFields::post_start>("post_start"),
      Rule<&OfficerFields::post_end>("post_end"),
      Rule<&OfficerFields::contact>("contact"),
  };
  return rules;
}

std::vector<std::string> Paths() {
  std::vector<std::string> paths;
  for (const FieldRule& rule : Rules()) paths.push_back(rule.path);
  return paths;
}

void CheckPeriod(const std::optional<absl::CivilDay>& start,
                 const std::optional<absl::CivilDay>& end, bool end_required,
                 const Label& start_label, const Label& end_label, Violations& violations) {
  if (!start) violations.Add(start_label, "必填", "is required");
  if (!end && end_required) violations.Add(end_label, "必填", "is required");
  if (start && end && *end < *start) {
    violations.Add(end_label, "早于起始日", "lies before the first day");
  }
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
  CheckPeriod(fields.certificate_start, fields.certificate_end, true,
              {"certificate_start", "执法证有效期起始日", "certificate_start"},
              {"certificate_end", "执法证有效期截止日", "certificate_end"}, violations);
  CheckPeriod(fields.post_start, fields.post_end, false, {"post_start", "任职起始日", "post_start"},
              {"post_end", "任职截止日", "post_end"}, violations);
  CheckContact(fields.contact, PhoneKind::kMobile, {"contact", "", ""}, violations);
  RETURN_IF_ERROR(std::move(violations).Result());
  return fields;
}

absl::StatusOr<OfficerChange> UpdateOfficer(const Officer& present, const OfficerFields& sent,
                                            const std::vector<std::string>& paths) {
  ASSIGN_OR_RETURN(const std::vector<std::string> mask, CheckMask(paths, Paths()));
  OfficerFields fields = present.fields;
  for (const FieldRule& rule : Rules()) {
    if (std::find(mask.begin(), mask.end(), rule.path) != mask.end()) rule.copy(fields, sent);
  }
  KeepMasked(fields.contact, present.fields.contact);
  ASSIGN_OR_RETURN(fields, CheckOfficer(std::move(fields)));
  OfficerChange change{present, {}};
  for (const FieldRule& rule : Rules()) {
    if (!rule.equal(fields, present.fields)) change.changed.push_back(rule.path);
  }
  if (change.changed.empty()) return change;
  change.officer.fields = std::move(fields);
  ++change.officer.version;
  return change;
}

}  // namespace rectify::venue::domain
