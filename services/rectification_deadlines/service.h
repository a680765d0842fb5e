// The service of rectification deadlines as a whole: what main.cc and in-process tests share.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "libs/pg/pool.h"
#include "libs/service/host.h"

namespace rectify::deadline {

struct DeadlineConfig {
  std::string policy;     // --policy: clock policy (text proto); empty: the one in the binary
  std::string calendars;  // --calendars: folder of holiday notices; empty: those in the binary
  std::vector<int> calendar_years;  // --calendar-years: load only these; empty: all
};

// The tables of this service, for Host::Create.
std::vector<pg::Migration> Migrations();

// Registers all rpcs, consumers and timers and loads the notices that are newer than the stored
// ones. Needs the peers `venue` and `hazard` and the field key. INVALID_ARGUMENT, NOT_FOUND or
// DATA_LOSS when policy, notices or key can't be used.
absl::Status RegisterDeadline(service::Host& host, const DeadlineConfig& config);

}  // namespace rectify::deadline
