// Between the contract and the domain.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "google/protobuf/repeated_ptr_field.h"
#include "libs/base/error.h"
#include "libs/rpc/convert.h"
#include "rectify/deadline/v1/deadline_service.pb.h"
#include "services/rectification_deadlines/domain/clock.h"
#include "services/rectification_deadlines/domain/order.h"
#include "services/rectification_deadlines/store/calendar_store.h"

namespace rectify::deadline::api {

// A repeated field from any range of its values.
template <typename Field, typename Values>
void Fill(Field* field, const Values& values) {
  field->Assign(values.begin(), values.end());
}

// Whether the answer shows personal data. Commands never do: their answers are kept for repeats.
enum class Personal { kMasked, kShown };

// `now` decides whether it is overdue. Deliberations are shown with personal data only.
v1::Order ToMessage(const domain::Order& order, absl::Time now, Personal personal);
// The same of an order as store::ToMessage() has made it.
v1::Order ToMessage(v1::Order order, absl::Time now, Personal personal);
v1::Clock ToMessage(const domain::Clock& clock, absl::Time now);
v1::Period ToMessage(const domain::PeriodRule& rule);
v1::Calendar ToMessage(const store::CalendarYear& year);
v1::DeadlineExplanation ToMessage(const domain::PeriodInput& input,
                                  const domain::Deadline& deadline,
                                  const std::vector<domain::DayStep>& steps);

// The time of a request's `as_of`; nullopt for now. INVALID_ARGUMENT when it lies in the future.
template <typename Request>
absl::StatusOr<std::optional<absl::Time>> AsOf(const Request& request, absl::Time now) {
  if (!request.has_as_of()) return std::nullopt;
  const absl::Time as_of = rpc::ToTime(request.as_of());
  if (as_of <= now) return as_of;
  return FieldError("as_of", {"不能晚于现在", "must not lie in the future"});
}

std::vector<domain::OrderItem> ToItems(
    const google::protobuf::RepeatedPtrField<v1::OrderItem>& items);
domain::ServiceRecord ToService(const v1::ServiceRecord& service);
domain::Recheck ToRecheck(const v1::RecordRecheckRequest& request);

}  // namespace rectify::deadline::api
