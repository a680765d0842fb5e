// Resources that are registered and then changed by masks, and have no other life: buildings,
// units.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/base/status_macros.h"
#include "services/venue_registry/domain/field_rules.h"

namespace rectify::venue::domain {

template <typename Fields>
struct Registered {
  std::string district;
  std::string id;
  Fields fields;
  absl::Time create_time;
  absl::Time update_time;
  int64_t version = 1;
};

// Nothing changed when `changed` is empty; the version is then the old one.
template <typename Fields>
struct RegisteredChange {
  Registered<Fields> after;
  std::vector<std::string> changed;  // mask paths
};

// `check` brings fields into canonical form or answers with their violations.
template <typename Fields, typename Check>
absl::StatusOr<RegisteredChange<Fields>> ChangeRegistered(
    const FieldRules<Fields>& rules, Check check, const Registered<Fields>& present,
    const Fields& sent, const std::vector<std::string>& paths, absl::Time now) {
  ASSIGN_OR_RETURN(const std::vector<std::string> mask, CheckMask(paths, PathsOf(rules)));
  Fields fields = present.fields;
  CopyFields(rules, mask, fields, sent);
  ASSIGN_OR_RETURN(fields, check(std::move(fields)));
  RegisteredChange<Fields> change{present, Differences(rules, fields, present.fields)};
  if (change.changed.empty()) return change;
  change.after.fields = std::move(fields);
  change.after.update_time = now;
  ++change.after.version;
  return change;
}

}  // namespace rectify::venue::domain
