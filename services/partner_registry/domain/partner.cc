#include "services/partner_registry/domain/partner.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"

namespace rectify::partner::domain {
namespace {

constexpr absl::string_view kName = "display_name", kPosts = "posts", kScopes = "scopes",
                            kRequests = "requests_per_minute", kEventTypes = "event_types";

// The fields of a partner that may change.
struct Rule {
  absl::string_view path;
  bool (*equal)(const PartnerFields&, const PartnerFields&);
  void (*copy)(PartnerFields&, const PartnerFields&);
};

template <auto Member>
Rule RuleOf(absl::string_view path) {
  return {path,
          [](const PartnerFields& a, const PartnerFields& b) { return a.*Member == b.*Member; },
          [](PartnerFields& into, const PartnerFields& from) { into.*Member = from.*Member; }};
}

const std::vector<Rule>& Rules() {
  static const auto& rules = *new std::vector<Rule>{
      RuleOf<&PartnerFields::display_name>(kName), RuleOf<&PartnerFields::posts>(kPosts),
      RuleOf<&PartnerFields::scopes>(kScopes),
      RuleOf<&PartnerFields::requests_per_minute>(kRequests),
      RuleOf<&PartnerFields::event_types>(kEventTypes)};
  return rules;
}

void Canonical(std::vector<std::string>& list) {
  std::sort(list.begin(), list.end());
  list.erase(std::unique(list.begin(), list.end()), list.end());
}

// The desks that a role acts for.
std::string DeskPrefix(absl::string_view district, Role role) {
  return absl::StrCat("districts/", district,
                      role == Role::kStreetOfficer ? "/streets/" : "/departments/");
}

bool IsDesk(absl::string_view name, absl::string_view prefix) {
  return absl::ConsumePrefix(&name, prefix) && !name.empty() && name.size() <= 32 &&
         std::all_of(name.begin(), name.end(),
                     [](unsigned char c) { return std::isalnum(c) != 0 || c == '-' || c == '_'; });
}

using Violations = std::vector<FieldViolation>;

void Add(Violations& violations, absl::string_view field, std::string zh, std::string en) {
  violations.push_back({std::string(field), {std::move(zh), std::move(en)}});
}

void CheckPosts(absl::string_view district, const PartnerFields& fields, Violations& violations) {
  const std::string prefix = DeskPrefix(district, fields.role);
  if (fields.posts.empty()) {
    Add(violations, kPosts, "代表的街道或部门：必填", "posts is required");
  }
  for (size_t i = 0; i < fields.posts.size(); ++i) {
    if (IsDesk(fields.posts[i], prefix)) continue;
    Add(violations, absl::StrCat(kPosts, "[", i, "]"),
        absl::StrCat("应写作 ", prefix, "代码，而不是“", fields.posts[i], "”"),
        absl::StrCat("must be ", prefix, "{code}, not \"", fields.posts[i], "\""));
  }
}

void CheckScopes(const PartnerFields& fields, const ScopeRule& may_call, Violations& violations) {
  if (fields.scopes.empty()) {
    Add(violations, kScopes, "可调用的方法：必填", "scopes is required");
  }
  for (size_t i = 0; i < fields.scopes.size(); ++i) {
    if (may_call(fields.role, fields.scopes[i])) continue;
    Add(violations, absl::StrCat(kScopes, "[", i, "]"),
        absl::StrCat("没有“", fields.scopes[i], "”，或者该角色无权调用"),
        absl::StrCat("\"", fields.scopes[i],
                     "\" does not exist, or the role may not call any of it"));
  }
}

void CheckEventTypes(const PartnerFields& fields, const EventTypeRule& is_event,
                     Violations& violations) {
  for (size_t i = 0; i < fields.event_types.size(); ++i) {
    if (is_event(fields.event_types[i])) continue;
    Add(violations, absl::StrCat(kEventTypes, "[", i, "]"),
        absl::StrCat("没有“", fields.event_types[i], "”这种事件"),
        absl::StrCat("there is no event \"", fields.event_types[i], "\""));
  }
}

}  // namespace

std::string PartnerName(absl::string_view district, absl::string_view id) {
  return absl::StrCat("districts/", district, "/partners/", id);
}

absl::StatusOr<PartnerFields> CheckPartner(absl::string_view district, PartnerFields fields,
                                           const Contract& contract) {
  Violations violations;
  if (fields.display_name.empty()) Add(violations, kName, "名称：必填", "display_name is required");
  if (fields.requests_per_minute == 0) fields.requests_per_minute = kDefaultRequests;
  if (fields.requests_per_minute < 1 || fields.requests_per_minute > kMostRequests) {
    Add(violations, kRequests, absl::StrCat("每分钟请求数应为1至", kMostRequests),
        absl::StrCat("requests_per_minute must be from 1 to ", kMostRequests));
  }
  if (fields.role == Role::kStreetOfficer || fields.role == Role::kDepartmentStaff) {
    CheckPosts(district, fields, violations);
    CheckScopes(fields, contract.may_call, violations);
  } else {
    Add(violations, "role", "角色应为 ROLE_STREET_OFFICER 或 ROLE_DEPARTMENT_STAFF",
        "role must be ROLE_STREET_OFFICER or ROLE_DEPARTMENT_STAFF");
  }
  CheckEventTypes(fields, contract.is_event, violations);
  if (!violations.empty()) return FieldErrors(std::move(violations));
  Canonical(fields.posts);
  Canonical(fields.scopes);
  Canonical(fields.event_types);
  return fields;
}

absl::StatusOr<PartnerChange> UpdatePartner(const Partner& present, const PartnerFields& sent,
                                            const std::vector<std::string>& paths,
                                            const Contract& contract) {
  PartnerFields fields = present.fields;
  if (paths.empty())
    return FieldError("update_mask", {"字段掩码：必填", "update_mask is required"});
  for (const std::string& path : paths) {
    bool known = false;
    for (const Rule& rule : Rules()) {
      if (path != "*" && path != rule.path) continue;
      rule.copy(fields, sent);
      known = true;
    }
    if (!known) {
      return FieldError("update_mask", {absl::StrCat("“", path, "”不可变更"),
                                        absl::StrCat("\"", path, "\" can't be changed")});
    }
  }
  ASSIGN_OR_RETURN(fields, CheckPartner(present.district, std::move(fields), contract));
  PartnerChange change{present, {}};
  for (const Rule& rule : Rules()) {
    if (!rule.equal(fields, present.fields)) change.changed.emplace_back(rule.path);
  }
  if (change.changed.empty()) return change;
  const bool other_types = fields.event_types != present.fields.event_types;
  change.other_view = other_types || fields.posts != present.fields.posts;
  change.partner.fields = std::move(fields);
  ++change.partner.version;
  if (other_types) ++change.partner.types_version;
  return change;
}

}  // namespace rectify::partner::domain
