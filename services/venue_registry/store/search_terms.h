// The search of names by any part of them: what is stored with a row, and what a filter binds.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "libs/pg/param.h"

namespace rectify::venue::store {

// Terms of a folded name as an array literal: PostgreSQL's unnest would flatten an array of arrays.
std::string TermsLiteral(absl::string_view folded);

// The values of a search in the order of kNameCondition: the folded part, then its terms.
absl::StatusOr<pg::Param> SearchParam(absl::string_view part);

// The terms find candidates by index; the name itself decides.
inline constexpr char kNameCondition[] =
    "search_terms @> ($?::text[])[2:] and strpos(folded_name, ($?::text[])[1]) > 0";

// The code of a street given by its name or by its code alone.
inline constexpr char kStreetCondition[] =
    "street = case when $?::text like 'districts/' || $1::text || '/streets/%'"
    " then split_part($?::text, '/', 4) else $?::text end";

}  // namespace rectify::venue::store
