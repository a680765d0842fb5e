// The hazard findings service as a whole: what main.cc and in-process tests share.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "libs/pg/pool.h"
#include "libs/service/host.h"

namespace rectify::hazard {

struct HazardConfig {
  // Further versions of the hazard catalogue (text protos), besides those in the binary.
  std::vector<std::string> catalog_files;
  // Further editions of the standard on major hazards (text protos), besides those in the binary.
  std::vector<std::string> major_hazard_rules;
  // Key file of the encryption at rest; empty: <keys>/field.key.
  std::string field_key;
  // Folder of the evidence files; empty: evidence is neither taken nor given.
  std::string evidence;
};

// The tables of this service, for Host::Create.
std::vector<pg::Migration> Migrations();

// Registers all rpcs and consumers. Needs the peers `venue` and `deadline`. INVALID_ARGUMENT,
// NOT_FOUND or FAILED_PRECONDITION when a catalogue, the key file or the evidence folder can't be
// used.
absl::Status RegisterHazard(service::Host& host, const HazardConfig& config);

}  // namespace rectify::hazard
