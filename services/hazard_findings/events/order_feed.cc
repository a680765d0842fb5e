#include "services/hazard_findings/events/order_feed.h"

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "libs/base/status_macros.h"
#include "libs/rpc/convert.h"
#include "libs/rpc/resource_name.h"
#include "rectify/deadline/v1/deadline_events.pb.h"
#include "services/hazard_findings/domain/finding.h"
#include "services/hazard_findings/events/payload_reader.h"
#include "services/hazard_findings/events/payloads.h"
#include "services/hazard_findings/store/finding_store.h"

namespace rectify::hazard::events {
namespace {

using domain::Finding;
using rectify::events::Change;

// Moves the findings that `rule` changes, and returns them.
absl::StatusOr<std::vector<Finding>> Move(
    Change& change, absl::string_view order, const std::vector<std::string>& names,
    const std::function<std::optional<Finding>(const Finding&)>& rule) {
  ASSIGN_OR_RETURN(std::vector<Finding> findings,
                   store::LockFindings(change.sql(), rpc::DistrictOf(order), names));
  std::vector<Finding> moved;
  for (const Finding& finding : findings) {
    if (std::optional<Finding> next = rule(finding)) moved.push_back(*std::move(next));
  }
  RETURN_IF_ERROR(store::SaveFindings(change.sql(), moved));
  return moved;
}

void Audit(Change& change, const Finding& finding, absl::string_view order, std::string action,
           absl::string_view summary) {
  change.Audit(
      {.subject = finding.name(),
       .related = {std::string(order), finding.inspection(), finding.venue},
       .action = std::move(action),
       .summary = absl::StrCat("隐患 ", finding.catalog_code, "（", finding.title, "）", summary),
       .details = {{"order", std::string(order)}}});
}

absl::Status OrderServed(Change& change, const deadline::v1::OrderServed& event) {
  std::vector<std::string> names;
  for (const deadline::v1::ItemDue& item : event.items()) names.push_back(item.finding());
  ASSIGN_OR_RETURN(std::vector<Finding> ordered,
                   Move(change, event.order(), names,
                        [&](const Finding& f) { return domain::Ordered(f, event.order()); }));
  for (const Finding& finding : ordered) {
    Audit(change, finding, event.order(), "FindingOrdered",
          absl::StrCat("已责令改正，", event.document_number(), " 已送达"));
    change.Emit(finding.name(), finding.version, ToFindingOrdered(finding));
  }
  return absl::OkStatus();
}

// RecheckPassed, RecheckFailed or ItemsRectified: each may prove some findings gone.
template <typename Recheck>
absl::Status Rechecked(Change& change, const Recheck& event) {
  const std::vector<std::string> names(event.rectified_findings().begin(),
                                       event.rectified_findings().end());
  const absl::Time time = rpc::ToTime(event.recheck_time());
  ASSIGN_OR_RETURN(std::vector<Finding> rectified,
                   Move(change, event.order(), names,
                        [&](const Finding& f) { return domain::Rectified(f, time); }));
  for (const Finding& finding : rectified) {
    Audit(change, finding, event.order(), "FindingRectified", "经复查已改正");
    change.Emit(finding.name(), finding.version, ToFindingRectified(finding),
                rectify::events::kDepartments);
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status ApplyOrderEvent(Change& change, const event::v1::EventEnvelope& envelope) {
  ASSIGN_OR_RETURN(auto served, ReadPayload<deadline::v1::OrderServed>(envelope));
  if (served) return OrderServed(change, *served);
  ASSIGN_OR_RETURN(auto passed, ReadPayload<deadline::v1::RecheckPassed>(envelope));
  if (passed) return Rechecked(change, *passed);
  ASSIGN_OR_RETURN(auto failed, ReadPayload<deadline::v1::RecheckFailed>(envelope));
  if (failed) return Rechecked(change, *failed);
  ASSIGN_OR_RETURN(auto in_part, ReadPayload<deadline::v1::ItemsRectified>(envelope));
  if (in_part) return Rechecked(change, *in_part);
  return absl::OkStatus();
}

}  // namespace rectify::hazard::events
