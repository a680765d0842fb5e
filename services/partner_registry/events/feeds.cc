#include "services/partner_registry/events/feeds.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "libs/base/status_macros.h"
#include "rectify/partner/v1/partner_events.pb.h"
#include "services/partner_registry/domain/feed.h"
#include "services/partner_registry/events/kinds.h"
#include "services/partner_registry/store/feed_store.h"
#include "services/partner_registry/store/partner_store.h"

namespace rectify::partner::events {
namespace {

using domain::Partner;
using domain::Step;
using domain::Thing;
using event::v1::EventEnvelope;
using rectify::events::Change;

constexpr int kThingsAtOnce = 100;

bool IsForDepartments(const EventEnvelope& event) {
  const auto& audiences = event.audiences();
  return std::find(audiences.begin(), audiences.end(), event::v1::AUDIENCE_DEPARTMENTS) !=
         audiences.end();
}

bool Tells(const Partner& partner, const EventEnvelope& event) {
  return domain::Tells(partner.fields.event_types, event.type());
}

// How far a feed has told of a thing.
enum class Told { kBefore, kNever, kNeverAndItIsNew };

// All that there is to tell of the thing. What is new begins with its first event.
absl::Status Begin(Change& change, const Partner& partner, const Thing& thing, Told told) {
  ASSIGN_OR_RETURN(std::vector<EventEnvelope> events, store::HistoryOf(change.sql(), thing.name));
  RETURN_IF_ERROR(store::BeginTelling(change.sql(), partner, thing.name));
  const int64_t version = events.empty() ? 0 : events.back().aggregate_version();
  std::erase_if(events, [&](const EventEnvelope& event) { return !Tells(partner, event); });
  if (told != Told::kBefore && events.empty()) return absl::OkStatus();
  if (told != Told::kNeverAndItIsNew) {
    v1::AccessGranted granted;
    granted.set_subject(thing.name);
    granted.set_event_count(static_cast<int>(events.size()));
    change.EmitTo({partner.id}, thing.name, version, granted);
  }
  for (const EventEnvelope& event : events) change.Forward(event, {partner.id});
  return absl::OkStatus();
}

absl::Status Withdraw(Change& change, const Partner& partner, const Thing& thing) {
  RETURN_IF_ERROR(store::EndTelling(change.sql(), partner, thing.name));
  ASSIGN_OR_RETURN(const std::vector<EventEnvelope> events,
                   store::HistoryOf(change.sql(), thing.name));
  v1::AccessWithdrawn withdrawn;
  withdrawn.set_subject(thing.name);
  change.EmitTo({partner.id}, thing.name, events.empty() ? 0 : events.back().aggregate_version(),
                withdrawn);
  return absl::OkStatus();
}

// Brings the partner's feed in line for one thing. Returns whether it goes on telling of it: then
// what has just happened is still to be told. `is_new`: just that has happened to it so far.
absl::StatusOr<bool> Align(Change& change, const Partner& partner, const Thing& thing,
                           const std::map<std::string, int64_t>& told, bool is_new) {
  const auto found = told.find(partner.id);
  const auto told_by = found == told.end() ? std::nullopt : std::optional<int64_t>(found->second);
  switch (domain::NextStep(partner, thing, told_by)) {
    case Step::kTell:
      return true;
    case Step::kBegin:
      RETURN_IF_ERROR(Begin(change, partner, thing,
                            told_by.has_value() ? Told::kBefore
                            : is_new            ? Told::kNeverAndItIsNew
                                                : Told::kNever));
      return false;
    case Step::kWithdraw:
      RETURN_IF_ERROR(Withdraw(change, partner, thing));
      return false;
    case Step::kNothing:
      break;
  }
  return false;
}

absl::Status Look(Change& change, const store::Look& look, int& looked_at) {
  ASSIGN_OR_RETURN(
      const std::vector<Thing> things,
      store::ThingsAfter(change.sql(), look.partner.district, look.after, kThingsAtOnce));
  for (const Thing& thing : things) {
    ASSIGN_OR_RETURN(const auto told, store::ToldBy(change.sql(), thing.name));
    RETURN_IF_ERROR(Align(change, look.partner, thing, told, /*is_new=*/false).status());
  }
  looked_at = static_cast<int>(things.size()) + 1;
  const bool more = things.size() == kThingsAtOnce;
  return store::SaveLook(change.sql(), look.partner,
                         more ? std::optional<std::string>(things.back().name) : std::nullopt);
}

}  // namespace

absl::Status GoOn(Change& change, const EventEnvelope& event) {
  if (!IsForDepartments(event)) return absl::OkStatus();
  ASSIGN_OR_RETURN(const std::optional<Thing> told, ThingOf(event));
  if (!told.has_value() || told->district.empty()) return absl::OkStatus();
  // No look comes between the partners that are told and the event that is kept: one that has just
  // begun to follow would learn of it from neither.
  RETURN_IF_ERROR(store::ShareTelling(change.sql()));
  ASSIGN_OR_RETURN(const std::vector<Partner> partners,
                   store::HoldFollowers(change.sql(), told->district));
  ASSIGN_OR_RETURN(const Thing thing, store::KeepEvent(change.sql(), *told, event));
  ASSIGN_OR_RETURN(const auto told_by, store::ToldBy(change.sql(), thing.name));
  const bool is_new = event.aggregate_version() == 1;
  std::vector<std::string> feeds;
  for (const Partner& partner : partners) {
    ASSIGN_OR_RETURN(const bool goes_on, Align(change, partner, thing, told_by, is_new));
    if (goes_on && Tells(partner, event)) feeds.push_back(partner.id);
  }
  if (!feeds.empty()) change.Forward(event, std::move(feeds));
  return absl::OkStatus();
}

absl::StatusOr<int> LookAtSome(rectify::events::Commands& commands) {
  int looked_at = 0;
  const rectify::events::Cause cause{
      .actor = "services/partner", .parent = "timer/look", .trace = ""};
  RETURN_IF_ERROR(commands.Act(cause, "partner.look", [&](Change& change) -> absl::Status {
    looked_at = 0;
    ASSIGN_OR_RETURN(const std::optional<store::Look> look, store::NextLook(change.sql()));
    return look.has_value() ? Look(change, *look, looked_at) : absl::OkStatus();
  }));
  return looked_at;
}

}  // namespace rectify::partner::events
