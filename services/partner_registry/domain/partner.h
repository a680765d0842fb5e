// Partners (接入单位): systems of other departments. Each acts for desks (streets or departments)
// of one district, within a scope of methods.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace rectify::partner::domain {

// The numbers are those of the contract and of the tables.
enum class Role { kStreetOfficer = 6, kDepartmentStaff = 7 };
inline constexpr Role kRoles[] = {Role::kStreetOfficer, Role::kDepartmentStaff};
enum class State { kActive = 1, kSuspended = 2 };

inline constexpr int kDefaultRequests = 600, kMostRequests = 60'000;  // in a minute

std::string PartnerName(absl::string_view district, absl::string_view id);

struct PartnerFields {
  std::string display_name;
  Role role = {};
  std::vector<std::string> posts;             // resource names
  std::vector<std::string> scopes;            // `package.Service.Method` or `package.Service.*`
  int requests_per_minute = 0;                // 0: kDefaultRequests
  std::vector<std::string> event_types = {};  // what its feed tells: `package.Type`, `package.*`
};

struct Partner {
  std::string district, id;
  PartnerFields fields;
  State state = State::kActive;
  int64_t version = 1;
  int64_t types_version = 1;  // grows with event_types
  absl::Time create_time;

  std::string name() const { return PartnerName(district, id); }
};

// Whether a role may call what a scope names; false too when nothing has that name.
using ScopeRule = std::function<bool(Role role, absl::string_view scope)>;
// Whether there are events of the type, or of a type of the package.
using EventTypeRule = std::function<bool(absl::string_view event_type)>;
// What the contract allows.
struct Contract {
  ScopeRule may_call;
  EventTypeRule is_event;
};

// Canonical form (sorted, without repeats); INVALID_ARGUMENT with all violations.
absl::StatusOr<PartnerFields> CheckPartner(absl::string_view district, PartnerFields fields,
                                           const Contract& contract);

// Nothing changed when `changed` is empty.
struct PartnerChange {
  Partner partner;
  std::vector<std::string> changed;  // mask paths
  bool other_view = false;           // its feed may have to begin or end telling of things
};

// Takes the fields named by `paths` ("*": all that may change) from `sent`. INVALID_ARGUMENT on
// update_mask for others and for an empty mask.
absl::StatusOr<PartnerChange> UpdatePartner(const Partner& present, const PartnerFields& sent,
                                            const std::vector<std::string>& paths,
                                            const Contract& contract);

}  // namespace rectify::partner::domain
