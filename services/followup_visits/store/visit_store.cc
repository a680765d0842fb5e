#include "services/followup_visits/store/visit_store.h"

#include <optional>

#include "absl/strings/str_join.h"
#include "services/followup_visits/store/columns.h"

namespace rectify::followup::store {
namespace {

constexpr pg::Statement kPlan = {"followup.plan_visits", R"sql(
  insert into visits (district, id, draw_id, unit_id, stratum, visitors, state, file_number, method,
                      anonymous, questionnaire_version, attempt_times, attempt_reasons,
                      attempt_users, replaces, replace_reason, create_time, version)
  select $1::text, id, $2::uuid, unit_id, stratum, string_to_array(visitors, ','), 1, '', 0, false,
         0, '{}', '{}', '{}', replaces, '', $3::timestamptz, 1
    from unnest($4::uuid[], $5::uuid[], $6::text[], $7::text[], $8::uuid[])
         as t(id, unit_id, stratum, visitors, replaces))sql"};

std::optional<std::string> OrNull(const std::string& id) {
  return id.empty() ? std::nullopt : std::make_optional(id);
}

}  // namespace

absl::Status PlanVisits(pg::Tx& tx, absl::string_view district, absl::string_view draw,
                        const std::vector<PlannedVisit>& visits, absl::Time now) {
  using V = PlannedVisit;
  return tx
      .Exec(kPlan, {district, draw, now, Column(visits, [](const V& v) { return v.id; }),
                    Column(visits, [](const V& v) { return v.place.unit; }),
                    Column(visits, [](const V& v) { return v.place.stratum; }),
                    Column(visits, [](const V& v) { return absl::StrJoin(v.place.visitors, ","); }),
                    Column(visits, [](const V& v) { return OrNull(v.replaces); })})
      .status();
}

}  // namespace rectify::followup::store
