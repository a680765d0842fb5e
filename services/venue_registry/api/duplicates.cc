// SuggestDuplicates.
#include "services/venue_registry/domain/duplicates.h"

#include <algorithm>
#include <tuple>

#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "rectify/venue/v1/venue_directory_service.pb.h"
#include "services/venue_registry/api/convert.h"
#include "services/venue_registry/api/handlers.h"

namespace rectify::venue::api {
namespace {

using domain::Venue;

static_assert(static_cast<int>(domain::DuplicateReason::kFarApart) ==
              v1::DuplicateSuggestion::Reason_MAX);

bool RegisteredBefore(const Venue& a, const Venue& b) {
  return std::tie(a.create_time, a.id) < std::tie(b.create_time, b.id);
}

// Adds the likely ones among the venues that may be the same as `venue`; of a whole district only
// the earlier ones, so that each pair comes once.
absl::Status Suggest(const Context& context, pg::Tx& tx, const Venue& venue, bool only_earlier,
                     v1::SuggestDuplicatesResponse& response) {
  ASSIGN_OR_RETURN(const std::vector<Venue> others, context.venues.FindLike(tx, venue));
  for (const Venue& other : others) {
    if (only_earlier && !RegisteredBefore(other, venue)) continue;
    const domain::Likeness likeness = domain::Compare(venue.fields, other.fields);
    if (likeness.score < domain::kSuggestedScore) continue;
    v1::DuplicateSuggestion& suggestion = *response.add_suggestions();
    *suggestion.mutable_venue() = ToProto(venue);
    *suggestion.mutable_other() = ToProto(other);
    suggestion.set_score(likeness.score);
    for (domain::DuplicateReason reason : likeness.reasons) {
      suggestion.add_reasons(static_cast<v1::DuplicateSuggestion::Reason>(reason));
    }
  }
  return absl::OkStatus();
}

absl::Status SuggestPage(const Context& context, pg::Tx& tx,
                         const v1::SuggestDuplicatesRequest& request,
                         v1::SuggestDuplicatesResponse& response) {
  ASSIGN_OR_RETURN(const auto page,
                   context.venues.List(tx, SplitName(request.parent()).district, "state = ACTIVE",
                                       request.page_size(), request.page_token()));
  for (const Venue& venue : page.first) {
    RETURN_IF_ERROR(Suggest(context, tx, venue, true, response));
  }
  response.set_next_page_token(page.second);
  return absl::OkStatus();
}

absl::StatusOr<v1::SuggestDuplicatesResponse> SuggestDuplicates(
    Context& context, const rpc::Call& call, const v1::SuggestDuplicatesRequest& request) {
  const NameParts name = SplitName(request.venue());
  const std::string district = SplitName(request.parent()).district;
  if (!request.venue().empty() && name.district != district) {
    return NotFoundError(request.venue());
  }
  return context.host.pool().TransactValue(
      "venue.suggest_duplicates", ReadOnly(call),
      [&](pg::Tx& tx) -> absl::StatusOr<v1::SuggestDuplicatesResponse> {
        v1::SuggestDuplicatesResponse response;
        if (request.venue().empty()) {
          RETURN_IF_ERROR(SuggestPage(context, tx, request, response));
        } else {
          ASSIGN_OR_RETURN(const Venue venue,
                           context.venues.ReadOne(tx, district, name.id, store::Lock::kNone));
          RETURN_IF_ERROR(Suggest(context, tx, venue, false, response));
        }
        std::sort(response.mutable_suggestions()->begin(), response.mutable_suggestions()->end(),
                  [](const auto& a, const auto& b) { return a.score() > b.score(); });
        return response;
      });
}

}  // namespace

void RegisterDuplicates(const std::shared_ptr<Context>& context) {
  context->host.server().Unary<v1::SuggestDuplicatesRequest, v1::SuggestDuplicatesResponse>(
      DirectoryMethod("SuggestDuplicates"), [context](const auto& call, const auto& request) {
        return SuggestDuplicates(*context, call, request);
      });
}

}  // namespace rectify::venue::api
