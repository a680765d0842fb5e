// Orders as they were: one row for each version, written with the change that made it. Used by
// OrderStore only.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "libs/pg/pool.h"
#include "libs/query/list_query.h"
#include "rectify/deadline/v1/order.pb.h"
#include "services/rectification_deadlines/domain/order.h"

namespace rectify::deadline::store {

// A version is recorded once; to say it again changes nothing. At least one order.
absl::Status InsertVersions(pg::Tx& tx, const std::vector<domain::Order>& orders);

// The version that was the last one at `as_of`, its persons masked. NOT_FOUND.
absl::StatusOr<v1::Order> LoadVersion(pg::Tx& tx, absl::string_view name, absl::Time as_of);

// Names of at most `limit` orders of which no version is recorded.
absl::StatusOr<std::vector<std::string>> FindUnrecorded(pg::Tx& tx, int limit);
absl::Status NoteRecorded(pg::Tx& tx, const domain::Order& order);

// A list of orders as of its second scope parameter; each row is a version to be read by
// ReadVersion(). The fields are those that the list of the present has.
query::ListSpec VersionList(std::vector<query::ListField> fields);
v1::Order ReadVersion(const pg::Row& row);

}  // namespace rectify::deadline::store
