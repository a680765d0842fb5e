// What this service must know of the registry's things to judge an inspection.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "absl/time/civil_time.h"
#include "absl/time/time.h"

namespace rectify::hazard::domain {

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

// Those that exist of the names that an inspection mentions.
struct References {
  std::optional<Venue> venue;
  std::map<std::string, Officer> officers;
  std::map<std::string, Department> departments;
};

}  // namespace rectify::hazard::domain
