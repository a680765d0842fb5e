// GetHazardCatalog.
#include "absl/strings/str_cat.h"
#include "libs/base/clock.h"
#include "libs/base/error.h"
#include "libs/rpc/convert.h"
#include "services/hazard_findings/api/convert.h"
#include "services/hazard_findings/api/handlers.h"

namespace rectify::hazard::api {

void RegisterCatalogRpcs(const Context& context) {
  context.host.server().Unary<v1::GetHazardCatalogRequest, v1::HazardCatalog>(
      "rectify.hazard.v1.HazardFindings.GetHazardCatalog",
      [context](const rpc::Call&,
                const v1::GetHazardCatalogRequest& request) -> absl::StatusOr<v1::HazardCatalog> {
        const absl::CivilDay day = request.has_day() ? rpc::ToCivilDay(request.day())
                                                     : CivilDayOf(context.host.clock().Now());
        const domain::CatalogVersion* version = context.catalog->On(day);
        if (version == nullptr) {
          return NotFoundError(absl::StrCat("hazardCatalog@", FormatCivilDay(day)));
        }
        return ToProto(*version);
      });
}

}  // namespace rectify::hazard::api
