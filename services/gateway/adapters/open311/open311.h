// Open311 GeoReport v2 (https://wiki.open311.org/GeoReport_v2): what city apps and 311 systems
// report becomes leads, and they see where their reports stand. XML and JSON, by the path's end:
//
//   GET  /open311/{district}/v2/services.{json,xml}          what can be reported
//   GET  /open311/{district}/v2/services/{code}.{json,xml}   its further fields: none
//   POST /open311/{district}/v2/requests.{json,xml}          a report, as a form
//   GET  /open311/{district}/v2/requests.{json,xml}          the newest 1 000 that fit:
//   service_code,
//        status, start_date, end_date; or those of service_request_id (at most 50); what may be
//        several is joined by commas. The standard's limit of 90 days is not applied.
//   GET  /open311/{district}/v2/requests/{id}.{json,xml}
//   GET  /open311/{district}/v2/tokens/{id}.{json,xml}       answers at once: ids are no tokens
//
// `jurisdiction_id` may be sent and is the district. `api_key` (of the query or the form) is the
// caller's token when no header has one. A report's Idempotency-Key, a UUID, makes repeats safe.
// Errors have the standard's shape and status: 403 for a key that is missing or wrong, 404 for what
// there is not, 400 for other faults of the request.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "services/gateway/adapters/lead/adapter.h"

namespace rectify::gateway {

// `mapping_file`: protobuf text (rectify.gateway.v1.Open311Mapping); empty: the built-in one.
absl::StatusOr<std::unique_ptr<Adapter>> MakeOpen311(const std::string& mapping_file);

}  // namespace rectify::gateway
