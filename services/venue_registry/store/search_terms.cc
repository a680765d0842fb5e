#include "services/venue_registry/store/search_terms.h"

#include <vector>

#include "libs/base/text.h"
#include "services/venue_registry/domain/venue.h"

namespace rectify::venue::store {

std::string TermsLiteral(absl::string_view folded) {
  return pg::Param(SearchTerms(folded)).text().value_or("{}");
}

absl::StatusOr<pg::Param> SearchParam(absl::string_view part) {
  const std::string folded = domain::FoldName(part);
  if (folded.empty()) return absl::InvalidArgumentError("nothing to search for");
  std::vector<std::string> values = SearchTerms(folded);
  values.insert(values.begin(), folded);
  return pg::Param(values);
}

}  // namespace rectify::venue::store
