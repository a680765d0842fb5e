// What others learn of partners and keys: never a secret.
#pragma once

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "libs/events/command.h"
#include "rectify/partner/v1/partner.pb.h"
#include "services/partner_registry/domain/api_key.h"
#include "services/partner_registry/domain/partner.h"

namespace rectify::partner::events {

v1::Partner ToProto(const domain::Partner& partner);
// `now`: real time, for its state.
v1::ApiKey ToProto(const domain::ApiKey& key, absl::Time now);

// A registration when `changed` is empty.
void EmitPartner(rectify::events::Change& change, const domain::Partner& partner,
                 const std::vector<std::string>& changed);
void EmitIssued(rectify::events::Change& change, const domain::ApiKey& key, absl::Time now);
void EmitRevoked(rectify::events::Change& change, const domain::ApiKey& key, absl::Time now);

}  // namespace rectify::partner::events
