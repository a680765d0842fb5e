// What this service must know of the registry's things to judge an inspection.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "services/hazard_findings/domain/campaign.h"
#include "services/hazard_findings/domain/inspection_kind.h"

namespace rectify::hazard::domain {

// Whether a resource name is one of the district's.
inline bool LiesIn(absl::string_view name, absl::string_view district) {
  return absl::StartsWith(name, absl::StrCat("districts/", district, "/"));
}

struct Venue {
  std::string name, display_name, street;
  std::optional<absl::Time> close_time;  // absent while it is in use
};

struct Officer {
  std::string name, display_name;
  absl::CivilDay certificate_start, certificate_end;  // inclusive
  absl::CivilDay post_start;
  std::optional<absl::CivilDay> post_end;  // inclusive; absent while in post
};

struct Department {
  std::string name, display_name;
};

struct Street {
  std::string name, display_name;
};

// What an inspection needs to know of its lead.
struct LeadReference {
  std::string name;
  std::string venue;  // "" when it is not known
};

// Those that exist of the names that an inspection mentions.
struct References {
  std::optional<Venue> venue;
  std::map<std::string, Officer> officers;
  std::map<std::string, Department> departments;
  std::optional<LeadReference> lead;
  std::optional<Campaign> campaign;
  const Checklist* checklist = nullptr;  // of the campaign
  // The cap of the inspection's day, nullptr without one, and how many inspections of the venue
  // count against it in that year.
  const InspectionCap* cap = nullptr;
  int counted_inspections = 0;
};

}  // namespace rectify::hazard::domain
