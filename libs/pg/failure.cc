#include "libs/pg/failure.h"

#include <pqxx/except>

#include "absl/strings/cord.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/pg/pool.h"

namespace rectify::pg {
namespace {

constexpr absl::string_view kSqlStatePayload = "rectify/pg.sqlstate";
constexpr absl::string_view kConstraintPayload = "rectify/pg.constraint";

std::string PayloadOf(const absl::Status& status, absl::string_view url) {
  auto payload = status.GetPayload(url);
  return payload.has_value() ? std::string(*payload) : "";
}

// libpqxx 6 gives no SQLSTATE for some of its types.
std::string SqlStateOf(const std::exception& error) {
  if (auto* sql = dynamic_cast<const pqxx::sql_error*>(&error);
      sql != nullptr && !sql->sqlstate().empty()) {
    return sql->sqlstate();
  }
  if (dynamic_cast<const pqxx::deadlock_detected*>(&error) != nullptr) return "40P01";
  if (dynamic_cast<const pqxx::serialization_failure*>(&error) != nullptr) return "40001";
  if (dynamic_cast<const pqxx::transaction_rollback*>(&error) != nullptr) return "40000";
  if (dynamic_cast<const pqxx::insufficient_privilege*>(&error) != nullptr) return "42501";
  return "";
}

// What follows the first line (DETAIL, CONTEXT, LINE) and what follows the colon of a data
// exception quote values of rows.
std::string Loggable(absl::string_view sqlstate, absl::string_view message) {
  message = message.substr(0, message.find('\n'));
  if (absl::StartsWith(sqlstate, "22")) {
    size_t colon = message.rfind(": ");
    size_t severity = message.find(": ");
    if (colon != severity) message = message.substr(0, colon);
  }
  return std::string(message);
}

absl::Status ConflictError() {
  return MakeError(absl::StatusCode::kAborted, {"CONFLICT",
                                                {"另一项操作正在修改相同的数据，请重试。",
                                                 "Another command held the same rows; try again."},
                                                {},
                                                {}});
}

absl::Status AlreadyExistsError() {
  return MakeError(absl::StatusCode::kAlreadyExists,
                   {"ALREADY_EXISTS",
                    {"该编号或唯一键已被占用。", "The id or a unique key is already taken."},
                    {},
                    {}});
}

absl::Status BareStatusOf(const Failure& failure, const std::string& log_id) {
  if (failure.kind == Failure::Kind::kLost) return StorageUnavailableError();
  if (failure.kind == Failure::Kind::kConflict || failure.sqlstate == "55P03") {
    return ConflictError();
  }
  if (failure.sqlstate == "23505") return AlreadyExistsError();
  if (failure.sqlstate == "57014") return DeadlineError();
  return InternalError(log_id);
}

}  // namespace

Failure::Kind KindOf(absl::string_view sqlstate) {
  if (sqlstate == "40001" || sqlstate == "40P01" || sqlstate == "40000") {
    return Failure::Kind::kConflict;
  }
  // 08 connection; 53 out of disk, memory or connections; 57P0x shutdown; 58 and XX001 I/O errors
  // and damaged pages; 25006 a primary that became a standby;
  // 25P03 idle too long inside a transaction.
  for (absl::string_view prefix : {"08", "53", "57P0", "58", "XX001", "25006", "25P03"}) {
    if (absl::StartsWith(sqlstate, prefix)) return Failure::Kind::kLost;
  }
  return sqlstate.empty() ? Failure::Kind::kLost : Failure::Kind::kOther;
}

std::string ConstraintIn(absl::string_view sqlstate, absl::string_view message) {
  if (!absl::StartsWith(sqlstate, "23") || sqlstate == "23502") return "";
  constexpr absl::string_view kMark = "constraint \"";
  message = message.substr(0, message.find('\n'));
  size_t begin = message.find(kMark);
  if (begin == absl::string_view::npos) return "";
  message.remove_prefix(begin + kMark.size());
  return std::string(message.substr(0, message.find('"')));
}

Failure ClassifyFailure(const std::exception& error) {
  if (auto* answer = dynamic_cast<const ServerError*>(&error); answer != nullptr) {
    return {.kind = answer->lost ? Failure::Kind::kLost : KindOf(answer->sqlstate),
            .sqlstate = answer->sqlstate,
            .constraint = answer->constraint,
            .message = Loggable(answer->sqlstate, answer->what())};
  }
  Failure failure;
  failure.sqlstate = SqlStateOf(error);
  failure.constraint = ConstraintIn(failure.sqlstate, error.what());
  failure.message = Loggable(failure.sqlstate, error.what());
  const bool lost = dynamic_cast<const pqxx::broken_connection*>(&error) != nullptr;
  const bool from_server = dynamic_cast<const pqxx::sql_error*>(&error) != nullptr ||
                           dynamic_cast<const pqxx::transaction_rollback*>(&error) != nullptr;
  if (lost) {
    failure.kind = Failure::Kind::kLost;
  } else if (from_server) {
    // A socket that timed out comes as sql_error without SQLSTATE.
    failure.kind = KindOf(failure.sqlstate);
  }
  return failure;
}

absl::Status StatusOf(const Failure& failure, const std::string& log_id) {
  absl::Status status = BareStatusOf(failure, log_id);
  if (!failure.sqlstate.empty()) {
    status.SetPayload(kSqlStatePayload, absl::Cord(failure.sqlstate));
  }
  if (!failure.constraint.empty()) {
    status.SetPayload(kConstraintPayload, absl::Cord(failure.constraint));
  }
  return status;
}

absl::Status StorageUnavailableError() {
  return MakeError(absl::StatusCode::kUnavailable,
                   {"STORAGE_UNAVAILABLE",
                    {"数据库暂时无法访问，请稍后重试。",
                     "The database can't be reached at the moment; try again."},
                    {},
                    {}});
}

absl::Status CommitInDoubtError() {
  return MakeError(absl::StatusCode::kUnavailable,
                   {"COMMIT_IN_DOUBT",
                    {"提交结果未知，请用同一 request_id 重试。",
                     "The commit may or may not have happened; repeat with the same request_id."},
                    {},
                    {}});
}

absl::Status InternalError(const std::string& log_id) {
  return MakeError(absl::StatusCode::kInternal, {"INTERNAL",
                                                 {"系统内部错误，请把日志编号告诉管理员。",
                                                  "Internal error; tell the operator the log id."},
                                                 {{"log_id", log_id}},
                                                 {}});
}

absl::Status DeadlineError() {
  return MakeError(
      absl::StatusCode::kDeadlineExceeded,
      {"DEADLINE_TOO_SHORT",
       {"在限定时间内未能完成数据库操作。", "The database work did not end within the deadline."},
       {},
       {}});
}

std::string SqlStateOf(const absl::Status& status) { return PayloadOf(status, kSqlStatePayload); }

std::string ConstraintOf(const absl::Status& status) {
  return PayloadOf(status, kConstraintPayload);
}

}  // namespace rectify::pg
