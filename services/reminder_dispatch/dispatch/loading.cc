#include "services/reminder_dispatch/dispatch/loading.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/failpoint.h"
#include "libs/base/planted.h"
#include "libs/base/status_macros.h"
#include "libs/metrics/metrics.h"
#include "services/reminder_dispatch/dispatch/outcome.h"
#include "services/reminder_dispatch/domain/gate.h"
#include "services/reminder_dispatch/domain/message.h"
#include "services/reminder_dispatch/store/clock_store.h"
#include "services/reminder_dispatch/store/gate_store.h"

namespace rectify::reminder::dispatch {
namespace {

using rectify::events::Change;
using Claims = std::vector<store::Claim>;

// Settles what mutes, acknowledgements, ended clocks or other reminders silence; returns the rest.
absl::StatusOr<Claims> Withhold(Change& change, const Claims& claims, const Clocks& clocks,
                                int& withheld) {
  Claims going;
  if (claims.empty()) return going;
  std::vector<domain::Reminder> reminders;
  for (const store::Claim& claim : claims) reminders.push_back(claim.reminder);
  ASSIGN_OR_RETURN(
      const auto standings,
      store::ReadStandings(change.sql(), reminders.front().district, reminders, change.now()));
  std::vector<Ending> endings;
  for (const store::Claim& claim : claims) {
    const domain::TrackedClock& clock = clocks.at(claim.reminder.clock);
    const std::optional<domain::Outcome> outcome =
        domain::Withhold(claim.reminder, clock, standings.at(claim.reminder.id), change.now());
    if (outcome.has_value()) {
      endings.push_back({{claim, *outcome, domain::DeliveryState::kFailed, "", true}, nullptr});
    } else {
      going.push_back(claim);
    }
  }
  ASSIGN_OR_RETURN(const std::vector<std::string> settled, Conclude(change, endings, clocks));
  withheld += static_cast<int>(settled.size());
  return going;
}

// Whether the rate limits let a message go; puts it off otherwise.
absl::StatusOr<bool> WithinLimits(Change& change, const domain::Policy& policy, Claims claims,
                                  const Route& route) {
  const std::vector<domain::RateLimit> limits = policy.RatesOf(route.kind);
  if (limits.empty()) return true;
  const domain::Reminder& first = claims.front().reminder;
  // A robot counts for all whose group it serves.
  const std::string& who =
      route.kind == domain::Channel::kWeCom ? route.addresses.front() : first.recipient;
  ASSIGN_OR_RETURN(const std::optional<absl::Time> later,
                   store::TakeTokens(change.sql(), first.district, limits, who, change.now()));
  if (!later.has_value()) return true;
  metrics::Count("rectify_reminder_rate_limited_total", {}, static_cast<double>(claims.size()));
  for (store::Claim& claim : claims) {
    claim.reminder.not_before = *later;
    claim.reminder.last_error = "发送频次已达上限，顺延";
  }
  RETURN_IF_ERROR(store::PutOff(change.sql(), claims));
  return false;
}

// New words as of `now`, as long as the channel takes. Each claim has its own title.
void Compose(Outbound& outbound, const Clocks& clocks, const domain::Policy& policy,
             absl::Time now) {
  const domain::MessageLimit share = domain::ShareOf(policy.LimitOf(outbound.route.kind),
                                                     static_cast<int>(outbound.claims.size()));
  std::vector<domain::Text> entries;
  for (store::Claim& claim : outbound.claims) {
    domain::Reminder& reminder = claim.reminder;
    entries.push_back(domain::Render(reminder.title_template, reminder.body_template, reminder.step,
                                     clocks.at(reminder.clock), now, share));
    reminder.title = entries.back().title;
  }
  domain::Text text = domain::RenderDigest(entries, now);
  const domain::Reminder& carrier = outbound.claims.front().reminder;
  domain::Delivery& delivery = outbound.delivery;
  delivery.district = carrier.district;
  delivery.id = domain::DeliveryId(carrier);
  delivery.reminder = carrier.name();
  delivery.title = std::move(text.title);
  delivery.body = std::move(text.body);
  delivery.create_time = delivery.write_time = now;
  outbound.message = Address(outbound.route, carrier, delivery);
}

Claims ClaimsOf(const std::vector<Outbound>& load) {
  Claims claims;
  for (const Outbound& each : load) {
    claims.insert(claims.end(), each.claims.begin(), each.claims.end());
  }
  return claims;
}

Ids IdsOf(const Claims& claims) {
  Ids ids;
  for (const store::Claim& claim : claims) ids.insert(claim.reminder.id);
  return ids;
}

// Those whose clocks are shared and that nobody else has or changes.
absl::StatusOr<Claims> Lock(pg::Tx& tx, const Claims& claims, const Clocks& clocks) {
  Claims free;
  for (const store::Claim& claim : claims) {
    if (clocks.contains(claim.reminder.clock)) free.push_back(claim);
  }
  ASSIGN_OR_RETURN(const std::vector<std::string> locked, store::LockClaims(tx, free));
  return Among(free, {locked.begin(), locked.end()});
}

absl::Status Mark(Change& change, std::vector<Outbound>& going, const store::Lease& lease) {
  std::vector<store::Mark> marks;
  for (const Outbound& each : going) {
    for (store::Mark& mark : each.Marks()) marks.push_back(std::move(mark));
  }
  if (marks.empty()) return absl::OkStatus();
  RETURN_IF_ERROR(store::MarkSending(change.sql(), marks, lease, change.now()).status());
  for (Outbound& each : going) each.NoteMark();
  return absl::OkStatus();
}

}  // namespace

std::vector<std::string> ClocksOf(const Claims& claims) {
  std::vector<std::string> names;
  for (const store::Claim& claim : claims) names.push_back(claim.reminder.clock);
  return names;
}

bool KnowsAll(const Clocks& clocks, const Claims& claims) {
  return std::all_of(claims.begin(), claims.end(), [&](const store::Claim& claim) {
    return clocks.contains(claim.reminder.clock);
  });
}

Claims Among(const Claims& claims, const Ids& ids) {
  Claims kept;
  for (const store::Claim& claim : claims) {
    if (ids.contains(claim.reminder.id)) kept.push_back(claim);
  }
  return kept;
}

std::vector<store::Mark> Outbound::Marks() const {
  std::vector<store::Mark> marks;
  for (const store::Claim& claim : claims) marks.push_back({claim, delivery});
  return marks;
}

void Outbound::NoteMark() {
  for (store::Claim& claim : claims) {
    ++claim.token;
    ++claim.reminder.attempts;
    claim.reminder.state = domain::State::kSending;
  }
}

absl::StatusOr<Loaded> LoadUp(rectify::events::Commands& commands, const domain::Policy& policy,
                              const std::vector<Outbound>& load, const store::Lease& lease) {
  Loaded loaded;
  const Claims all = ClaimsOf(load);
  if (all.empty()) return loaded;
  const rectify::events::Cause cause = {
      "services/reminder",
      absl::StrCat("timer/dispatch/load/", all.front().reminder.id, "/", all.front().token), ""};
  RETURN_IF_ERROR(commands.Act(cause, "reminder.load", [&](Change& change) -> absl::Status {
    loaded = {};
    ASSIGN_OR_RETURN(const Clocks clocks,
                     store::ShareClocks(change.sql(), ClocksOf(all), store::Busy::kLeaveOut));
    ASSIGN_OR_RETURN(const Claims mine, Lock(change.sql(), all, clocks));
    ASSIGN_OR_RETURN(const Claims speaking, Withhold(change, mine, clocks, loaded.concluded));
    const Ids going = IdsOf(speaking);
    for (Outbound each : load) {
      each.claims = Among(each.claims, going);
      if (each.claims.empty()) continue;
      ASSIGN_OR_RETURN(const bool free, WithinLimits(change, policy, each.claims, each.route));
      if (!free) {
        loaded.concluded += static_cast<int>(each.claims.size());
        continue;
      }
      Compose(each, clocks, policy, change.now());
      loaded.going.push_back(std::move(each));
    }
    RECTIFY_FAILPOINT("reminder.before_mark");
    if (RECTIFY_PLANTED("send_without_mark")) return absl::OkStatus();
    return Mark(change, loaded.going, lease);
  }));
  return loaded;
}

}  // namespace rectify::reminder::dispatch
