// A transaction on a leased session.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "libs/pg/failure.h"
#include "libs/pg/pool.h"
#include "libs/pg/session.h"

namespace rectify::pg {

// Lives as long as one run of the caller's function. Remembers the first failure: PostgreSQL
// answers COMMIT of a failed transaction with a silent rollback, so a failure that the function
// overlooked must not end as success.
class SessionTx : public Tx {
 public:
  SessionTx(Session* session, absl::string_view op, const TxOptions& options,
            absl::Duration statement_timeout);

  // Costs no round trip: BEGIN travels with the first statement.
  absl::Status Begin();
  absl::Status Commit();
  // Leaves the session clean for the next lease, or lost() true.
  void Rollback();

  absl::StatusOr<Rows> Exec(const Statement& statement, const std::vector<Param>& params) override;
  absl::StatusOr<std::vector<Rows>> ExecAll(const std::vector<Query>& queries) override;
  absl::Status Ask(const Statement& statement, const std::vector<Param>& params,
                   Rows* rows) override;
  absl::Status Wait() override;
  absl::Status Savepoint(const std::function<absl::Status()>& fn) override;
  absl::Status ExecScript(absl::string_view sql) override;

  // OK, or the failure that makes a commit impossible.
  const absl::Status& failed() const { return failed_; }
  // The session is spent.
  bool lost() const { return lost_; }
  // The server has answered something of this transaction.
  bool answered() const { return answered_; }
  // The failure may not come back when the transaction runs again.
  bool repeatable() const { return repeatable_; }

 private:
  // Runs `work`, which talks to the session, unless the transaction failed before or its deadline
  // is over.
  absl::Status Guard(absl::string_view what, const std::function<void()>& work);
  absl::Status Fail(absl::string_view what, const Failure& failure);
  // OK when the transaction goes on and the values can be sent.
  absl::Status Check(const std::vector<Param>& params);
  void Queue(const std::string& command);
  // Waits for what is queued and gives each its rows.
  void Settle();
  // Who asked is gone: what is still on its way gets no rows.
  void ForgetAsked();
  void SetTimeout(absl::Duration timeout);
  // Keeps the server's own timeout close to the deadline in transactions of several statements.
  void TightenTimeout();

  Session* const session_;
  const std::string op_;
  const TxOptions options_;
  absl::Duration timeout_;    // what the server holds now
  std::vector<Rows*> asked_;  // where the rows of what is queued go, or nullptr
  absl::Status failed_;
  bool lost_ = false;
  bool answered_ = false;
  bool repeatable_ = false;
  int depth_ = 0;  // of savepoints
};

}  // namespace rectify::pg
