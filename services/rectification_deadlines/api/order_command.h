// What all verbs of an order share: load and lock, authorise, etag, rule, save, answer.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "libs/events/command.h"
#include "libs/rpc/call.h"
#include "rectify/deadline/v1/order.pb.h"
#include "services/rectification_deadlines/api/context.h"
#include "services/rectification_deadlines/domain/order.h"

namespace rectify::deadline::api {

// PERMISSION_DENIED NOT_YOUR_TASK.
absl::Status NotYourTask(absl::string_view zh, absl::string_view en);

// The caller with all names of the venues that it speaks for: after a merge the post of a token and
// the venue of an order may be different names of one venue.
absl::StatusOr<rpc::Caller> SpeakingFor(pg::Tx& tx, rpc::Caller caller);

// The people who handle orders.
bool IsEnforcement(const rpc::Caller& caller);

// Whether the caller, with all names of its venues, learns of what concerns this venue: the fire
// body, streets and our services of everything, a venue manager of its own. To others it is
// NOT_FOUND, whatever they want of it.
bool MaySee(const rpc::Caller& caller, absl::string_view venue);

// Whether the caller, who may see the order, may do this to it.
using MayAct = std::function<absl::Status(const rpc::Caller&, const domain::Order&)>;
absl::Status Anybody(const rpc::Caller& caller, const domain::Order& order);
// PERMISSION_DENIED NOT_YOUR_TASK.
absl::Status OneOfItsOfficers(const rpc::Caller& caller, const domain::Order& order);
absl::Status OfficerOrItsVenue(const rpc::Caller& caller, const domain::Order& order);
absl::Status OfficerOrRank(const rpc::Caller& caller, const domain::Order& order);

// Who signs or decides: the officer that the caller is, or the user when the token names none.
domain::Signer SignerOf(const rpc::Caller& caller);

// The next state of the order with its journal and all that follows from it; the order itself is
// saved by the caller. May run several times.
using Verb =
    std::function<absl::StatusOr<domain::Order>(::rectify::events::Change&, domain::Order)>;

absl::StatusOr<v1::Order> RunVerb(Context& context, const rpc::Call& call, const std::string& name,
                                  const std::string& etag, const MayAct& may_act, const Verb& verb);

// Saves another draft for the findings of an order, with journal and clocks; in the transaction
// that ends the old order's, so that no finding is ever without one. `why` in Chinese.
absl::Status DraftFurther(Context& context, ::rectify::events::Change& change,
                          const domain::Order& draft, std::string why);

// The officers of the district by name; those that no event has brought yet are asked from the
// registry. Unknown ones are left out, and those of other districts, who sign nothing here. Call it
// before a transaction begins.
absl::StatusOr<domain::Officers> FindOfficers(Context& context, const rpc::Call& call,
                                              const std::string& district,
                                              const std::vector<std::string>& names);

// NOT_FOUND for an officer of the deliberation whom nobody in the district knows. Call it before a
// transaction begins.
absl::Status RequireKnownPeople(Context& context, const rpc::Call& call,
                                const std::string& district,
                                const std::optional<domain::Deliberation>& deliberation);

}  // namespace rectify::deadline::api
