// What went wrong in the database, and what a caller is told about it.
#pragma once

#include <exception>
#include <stdexcept>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace rectify::pg {

struct Failure {
  enum class Kind {
    kLost,      // the session is gone or of no more use; another one may serve
    kConflict,  // 40001, 40P01: the same transaction may succeed when run again
    kOther,
  };
  Kind kind = Kind::kOther;
  std::string sqlstate;    // "" when the server did not tell
  std::string constraint;  // "" when no constraint was violated
  std::string message;     // for the log: first line, without the DETAIL that quotes row values
};

// What a statement in a pipeline was answered.
class ServerError : public std::runtime_error {
 public:
  ServerError(std::string state, std::string violated, const std::string& message, bool gone)
      : std::runtime_error(message),
        sqlstate(std::move(state)),
        constraint(std::move(violated)),
        lost(gone) {}
  std::string sqlstate, constraint;  // "" when the server did not tell
  bool lost;                         // the connection is gone
};

// `error` is a ServerError or any exception that left libpqxx.
Failure ClassifyFailure(const std::exception& error);

// Sorts by SQLSTATE alone; empty means that the connection was lost without a word.
Failure::Kind KindOf(absl::string_view sqlstate);

// The name behind `constraint "` in a message of the server; "" for SQLSTATEs that are no
// violations of a named constraint. The server offers it in a field of its own, libpqxx does not.
std::string ConstraintIn(absl::string_view sqlstate, absl::string_view message);

// The status for callers: reason, texts without any SQL, SQLSTATE and constraint as payloads.
// `log_id` goes into the metadata of INTERNAL errors only.
absl::Status StatusOf(const Failure& failure, const std::string& log_id);

absl::Status StorageUnavailableError();
absl::Status CommitInDoubtError();
absl::Status InternalError(const std::string& log_id);
absl::Status DeadlineError();

}  // namespace rectify::pg
