#include "services/followup_visits/api/context.h"

#include "absl/strings/str_format.h"
#include "libs/base/clock.h"
#include "libs/base/status_macros.h"
#include "services/followup_visits/store/visit_store.h"

namespace rectify::followup::api {

absl::StatusOr<std::string> NextDocumentNumber(const Context& context,
                                               rectify::events::Change& change,
                                               absl::string_view district, absl::string_view kind) {
  const int year = static_cast<int>(CivilDayOf(change.now()).year());
  ASSIGN_OR_RETURN(const int number, store::NextNumber(change.sql(), district, kind, year));
  return absl::StrCat(context.rules.number_prefix, kind, "〔", year, "〕第",
                      absl::StrFormat("%04d", number), "号");
}

}  // namespace rectify::followup::api
