// What was told of things, and of which of them a partner's feed tells.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "libs/pg/pool.h"
#include "rectify/event/v1/event.pb.h"
#include "services/partner_registry/domain/feed.h"
#include "services/partner_registry/domain/partner.h"

namespace rectify::partner::store {

// Keeps the event and what it tells of its thing; returns the thing as known after it.
absl::StatusOr<domain::Thing> KeepEvent(pg::Tx& tx, const domain::Thing& told,
                                        const event::v1::EventEnvelope& event);
// In their order; with aggregate, aggregate_version, type, payload and occur_time.
absl::StatusOr<std::vector<event::v1::EventEnvelope>> HistoryOf(pg::Tx& tx,
                                                                const std::string& thing);
// At most `limit` of the district whose names come after `after`.
absl::StatusOr<std::vector<domain::Thing>> ThingsAfter(pg::Tx& tx, const std::string& district,
                                                       const std::string& after, int limit);

// By partner: the types version by which its feed tells of the thing.
absl::StatusOr<std::map<std::string, int64_t>> ToldBy(pg::Tx& tx, const std::string& thing);
absl::Status BeginTelling(pg::Tx& tx, const domain::Partner& partner, const std::string& thing);
absl::Status EndTelling(pg::Tx& tx, const domain::Partner& partner, const std::string& thing);

// After a change of what the partner may see: everything is looked at anew.
absl::Status LookAgain(pg::Tx& tx, const domain::Partner& partner);
struct Look {
  domain::Partner partner;
  std::string after;
};
// Until the transaction ends nobody looks (NextLook), which in turn waits until nobody tells.
absl::Status ShareTelling(pg::Tx& tx);
// A partner for which something is left to look at, locked; nullopt: there is none.
absl::StatusOr<std::optional<Look>> NextLook(pg::Tx& tx);
// nullopt: everything was looked at.
absl::Status SaveLook(pg::Tx& tx, const domain::Partner& partner, std::optional<std::string> after);

}  // namespace rectify::partner::store
