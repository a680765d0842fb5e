// What can keep a reminder from being sent: mutes, acknowledgements, inhibitors, rate limits.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/pg/pool.h"
#include "services/reminder_dispatch/domain/gate.h"
#include "services/reminder_dispatch/store/reminder_store.h"

namespace rectify::reminder::store {

absl::Status InsertMute(pg::Tx& tx, const domain::Mute& mute);
absl::StatusOr<std::optional<domain::Mute>> LockMute(pg::Tx& tx, const std::string& district,
                                                     const std::string& id);
absl::Status SetMuteEnd(pg::Tx& tx, const domain::Mute& mute);
absl::StatusOr<std::pair<std::vector<domain::Mute>, std::string>> ListMutes(
    pg::Tx& tx, const ListQuestion& question);

// A later one of the same schedule replaces it.
absl::Status SaveAcknowledgement(pg::Tx& tx, const domain::Acknowledgement& acknowledgement);

// How things stand at `now` for each of the reminders of one district, by id.
absl::StatusOr<std::map<std::string, domain::Standing>> ReadStandings(
    pg::Tx& tx, const std::string& district, const std::vector<domain::Reminder>& reminders,
    absl::Time now);

// Takes one token from each bucket, or tells when there will be one in all of them.
absl::StatusOr<std::optional<absl::Time>> TakeTokens(pg::Tx& tx, const std::string& district,
                                                     const std::vector<domain::RateLimit>& limits,
                                                     const std::string& recipient, absl::Time now);

}  // namespace rectify::reminder::store
