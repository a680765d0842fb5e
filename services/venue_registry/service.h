// The venue registry as a whole: what main.cc and in-process tests share.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "libs/pg/pool.h"
#include "libs/service/host.h"

namespace rectify::venue {

struct VenueConfig {
  std::string field_key;        // key file of the encryption at rest; empty: <keys>/field.key
  int import_batch_rows = 500;  // rows of a CSV file written in one transaction
};

// The tables of this service, for Host::Create.
std::vector<pg::Migration> Migrations();

// Registers all rpcs with the host's server. NOT_FOUND or FAILED_PRECONDITION when the key file
// can't be used.
absl::Status RegisterVenue(service::Host& host, const VenueConfig& config);

}  // namespace rectify::venue
