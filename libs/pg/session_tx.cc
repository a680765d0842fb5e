#include "libs/pg/session_tx.h"

#include <algorithm>
#include <exception>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "libs/base/error.h"
#include "libs/base/ids.h"
#include "libs/base/status_macros.h"
#include "libs/base/text.h"
#include "libs/log/log.h"

namespace rectify::pg {
namespace {

const char* BeginCommand(Access access) {
  switch (access) {
    case Access::kReadWrite:
      return "BEGIN";
    case Access::kReadOnly:
      return "BEGIN READ ONLY";
    case Access::kRepeatableReadOnly:
      return "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
  }
  return "BEGIN";
}

absl::Status CheckText(const std::vector<Param>& params) {
  for (const Param& param : params) {
    if (param.text().has_value() && !IsCleanUtf8(*param.text())) {
      return MakeError(absl::StatusCode::kInvalidArgument,
                       {"INVALID_FIELD",
                        {"文本含有空字符或无效的 UTF-8 编码。",
                         "A text holds a NUL character or invalid UTF-8."},
                        {},
                        {}});
    }
  }
  return absl::OkStatus();
}

// Errors that the caller's code expects and handles are no news for an operator.
void LogFailure(const std::string& op, absl::string_view what, const Failure& failure,
                const absl::Status& status, const std::string& log_id) {
  const log::Fields fields = {{"op", op},
                              {"statement", what},
                              {"sqlstate", failure.sqlstate},
                              {"constraint", failure.constraint},
                              {"message", failure.message},
                              {"log_id", log_id}};
  if (status.code() == absl::StatusCode::kInternal) {
    log::Error("pg_statement_failed", fields);
  } else if (status.code() == absl::StatusCode::kUnavailable) {
    log::Warning("pg_connection_lost", fields);
  } else if (status.code() == absl::StatusCode::kAlreadyExists) {
    log::Debug("pg_statement_failed", fields);
  } else {
    log::Warning("pg_statement_failed", fields);
  }
}

}  // namespace

SessionTx::SessionTx(Session* session, absl::string_view op, const TxOptions& options,
                     absl::Duration statement_timeout)
    : session_(session), op_(op), options_(options), timeout_(statement_timeout) {}

absl::Status SessionTx::Fail(absl::string_view what, const Failure& failure) {
  const std::string log_id = NewUuid7(absl::Now());
  lost_ = lost_ || failure.kind == Failure::Kind::kLost;
  repeatable_ = repeatable_ || failure.kind != Failure::Kind::kOther;
  failed_ = StatusOf(failure, log_id);
  LogFailure(op_, what, failure, failed_, log_id);
  return failed_;
}

absl::Status SessionTx::Guard(absl::string_view what, const std::function<void()>& work) {
  if (!failed_.ok()) return failed_;
  if (absl::Now() >= options_.deadline) return failed_ = DeadlineError();
  try {
    TightenTimeout();
    work();
    return absl::OkStatus();
  } catch (const std::exception& error) {
    Failure failure = ClassifyFailure(error);
    // Only a transaction that may write learns from it that its server became a standby.
    if (failure.sqlstate == "25006" && options_.access != Access::kReadWrite) {
      failure.kind = Failure::Kind::kOther;
    }
    return Fail(what, failure);
  }
}

void SessionTx::Queue(const std::string& command) {
  session_->Queue(command.c_str());
  asked_.push_back(nullptr);
}

void SessionTx::Settle() {
  if (asked_.empty()) return;
  const std::vector<Rows*> asked = std::exchange(asked_, {});
  std::vector<Rows> rows = session_->Flush(asked.size());
  for (size_t i = 0; i < asked.size(); ++i) {
    if (asked[i] != nullptr) *asked[i] = std::move(rows[i]);
  }
  answered_ = true;
}

void SessionTx::ForgetAsked() { std::fill(asked_.begin(), asked_.end(), nullptr); }

void SessionTx::SetTimeout(absl::Duration timeout) {
  timeout_ = timeout;
  Queue(absl::StrCat("SET LOCAL statement_timeout = ",
                     std::max<int64_t>(1, absl::ToInt64Milliseconds(timeout))));
}

void SessionTx::TightenTimeout() {
  const absl::Duration left = options_.deadline - absl::Now();
  if (left < timeout_ / 2) SetTimeout(left);
}

absl::Status SessionTx::Begin() {
  const absl::Duration left = options_.deadline - absl::Now();
  if (left <= absl::ZeroDuration()) return failed_ = DeadlineError();
  return Guard("BEGIN", [&] {
    Queue(BeginCommand(options_.access));
    if (left < timeout_) SetTimeout(left);
  });
}

// Nothing of a reader is lost with its COMMIT, so nobody waits for it.
absl::Status SessionTx::Commit() {
  if (!failed_.ok()) return failed_;
  const bool writes = options_.access == Access::kReadWrite;
  bool committing = false;
  try {
    session_->TakeReplicationWarning();
    // A session that died while it was idle shows it here, and not as a COMMIT in doubt.
    if (writes && !answered_) Settle();
    committing = true;
    Queue("COMMIT");
    if (writes) {
      Settle();
    } else {
      session_->Post();
    }
  } catch (const std::exception& error) {
    absl::Status status = Fail("COMMIT", ClassifyFailure(error));
    // Nothing was written that could be doubled.
    if (!lost_ || !writes || !committing) return status;
    repeatable_ = false;
    return failed_ = CommitInDoubtError();
  }
  if (session_->TakeReplicationWarning()) {
    log::Error("pg_commit_without_standby", {{"op", op_}});
    return failed_ = CommitInDoubtError();
  }
  return absl::OkStatus();
}

void SessionTx::Rollback() {
  if (lost_) return;
  try {
    session_->Queue("ROLLBACK");
    session_->Flush();
  } catch (const std::exception& error) {
    log::Warning("pg_rollback_failed", {{"op", op_}, {"message", ClassifyFailure(error).message}});
    lost_ = true;
  }
}

absl::Status SessionTx::Check(const std::vector<Param>& params) {
  if (failed_.ok()) failed_ = CheckText(params);
  return failed_;
}

absl::Status SessionTx::Ask(const Statement& statement, const std::vector<Param>& params,
                            Rows* rows) {
  RETURN_IF_ERROR(Check(params));
  return Guard(statement.name, [&] {
    session_->Queue(statement, params);
    asked_.push_back(rows);
  });
}

absl::Status SessionTx::Wait() {
  return Guard("wait", [&] { Settle(); });
}

absl::StatusOr<Rows> SessionTx::Exec(const Statement& statement, const std::vector<Param>& params) {
  Rows rows;
  RETURN_IF_ERROR(Ask(statement, params, &rows));
  RETURN_IF_ERROR(Guard(statement.name, [&] { Settle(); }));
  return rows;
}

absl::StatusOr<std::vector<Rows>> SessionTx::ExecAll(const std::vector<Query>& queries) {
  std::vector<Rows> rows(queries.size());
  if (queries.empty()) return rows;
  for (size_t i = 0; i < queries.size(); ++i) {
    RETURN_IF_ERROR(Ask(queries[i].statement, queries[i].params, &rows[i]));
  }
  RETURN_IF_ERROR(Guard(queries.front().statement.name, [&] { Settle(); }));
  return rows;
}

absl::Status SessionTx::ExecScript(absl::string_view sql) {
  if (!failed_.ok()) return failed_;
  if (!IsCleanUtf8(sql)) return failed_ = absl::InvalidArgumentError("the script is not text");
  return Guard("script", [&] {
    Settle();
    session_->Run(std::string(sql));
  });
}

absl::Status SessionTx::Savepoint(const std::function<absl::Status()>& fn) {
  const std::string name = absl::StrCat("s", depth_ + 1);
  const auto command = [&](absl::string_view verb) {
    Queue(absl::StrCat(verb, " ", name));
    Settle();
  };
  RETURN_IF_ERROR(Guard("SAVEPOINT", [&] { command("SAVEPOINT"); }));
  ++depth_;
  absl::Status status = fn();
  --depth_;
  ForgetAsked();
  if (status.ok()) status = failed_;
  // Waits, so that an error of what `fn` has sent is found inside the savepoint.
  if (status.ok()) status = Guard("RELEASE", [&] { command("RELEASE SAVEPOINT"); });
  if (status.ok() || lost_) return status;
  try {
    Queue("ROLLBACK TO SAVEPOINT " + name);
    command("RELEASE SAVEPOINT");
    failed_ = absl::OkStatus();
  } catch (const std::exception& error) {
    return Fail("ROLLBACK TO", ClassifyFailure(error));
  }
  return status;
}

}  // namespace rectify::pg
