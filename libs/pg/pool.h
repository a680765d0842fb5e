// PostgreSQL behind absl::Status: a pool of connections, and a transaction as a function that may
// be run again. libpqxx (6.4.5; compiles against 7) and its exceptions stay inside this library.
#pragma once

#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <type_traits>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "libs/base/status_macros.h"
#include "libs/pg/param.h"
#include "libs/pg/rows.h"

namespace rectify::pg {

// A named SQL text, prepared once per connection. The name is also the metric and log label; one
// name has one text for the life of the process. Declare as `inline constexpr` or `constexpr` at
// file scope.
struct Statement {
  const char* name;
  const char* sql;
};

struct Query {
  const Statement& statement;
  std::vector<Param> params;
};

// One running transaction; belongs to one thread.
class Tx {
 public:
  virtual ~Tx() = default;
  // Runs a prepared statement. Errors carry the SQLSTATE (see SqlStateOf) and never SQL text
  // towards callers. After an error the transaction is aborted: return the status, or use
  // Savepoint.
  virtual absl::StatusOr<Rows> Exec(const Statement& statement,
                                    const std::vector<Param>& params = {}) = 0;
  // Several statements in one round trip; their rows in the same order.
  virtual absl::StatusOr<std::vector<Rows>> ExecAll(const std::vector<Query>& queries) = 0;
  // Queues a statement, which travels with the next Exec, ExecAll or Wait, or with the COMMIT of a
  // transaction that writes; errors of it are told there. Its rows are in `*rows` after that, so
  // `rows` must live as long; a Savepoint that ends before forgets them.
  virtual absl::Status Ask(const Statement& statement, const std::vector<Param>& params,
                           Rows* rows) = 0;
  // Waits for everything that is queued.
  virtual absl::Status Wait() = 0;
  // Queues a statement whose rows nobody reads.
  absl::Status Send(const Statement& statement, const std::vector<Param>& params) {
    return Ask(statement, params, nullptr);
  }
  // Runs `fn`; when it fails, only its own effects are rolled back.
  virtual absl::Status Savepoint(const std::function<absl::Status()>& fn) = 0;
  // Runs SQL text that is not prepared and may hold several statements (migrations, tests).
  virtual absl::Status ExecScript(absl::string_view sql) = 0;
};

// Lets PostgreSQL plan what follows in this transaction for the values that are bound, where that
// is cheaper than a plan for any: a common word of a search is found another way than a rare one.
// Without it a statement is planned once in the life of a connection. No round trip of its own.
absl::Status PlanForValues(Tx& tx);

enum class Access { kReadWrite, kReadOnly, kRepeatableReadOnly };

struct TxOptions {
  Access access = Access::kReadWrite;
  // Statements are cancelled (57014) at this instant of the steady clock's machine time; the lease
  // of a connection waits no longer either. Infinite: the pool's default statement timeout.
  absl::Time deadline = absl::InfiniteFuture();  // real time, not business time
  int max_attempts = 3;  // for 40001, 40P01 and a connection lost before COMMIT
};

struct PoolOptions {
  std::string dsn;       // libpq connection string or URI
  std::string schema;    // search_path of every session; created by Migrate
  int size = 4;          // connections, opened lazily
  std::string app_name;  // application_name
  absl::Duration statement_timeout = absl::Seconds(10);
  absl::Duration idle_in_transaction_timeout = absl::Seconds(10);
  absl::Duration lock_timeout = absl::Seconds(2);
};

// Thread-safe. Sessions run with TimeZone=UTC, DateStyle=ISO and READ COMMITTED.
class Pool {
 public:
  explicit Pool(PoolOptions options);
  ~Pool();
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  // Waits until the server answers, with back-off, at most `wait`. UNAVAILABLE after that.
  absl::Status WaitUntilReachable(absl::Duration wait);

  // Runs `fn` in one transaction and commits when it returns OK. `fn` may run several times and
  // must keep no state across runs. `op` names the transaction in metrics and logs. A COMMIT whose
  // fate is unknown answers UNAVAILABLE with reason COMMIT_IN_DOUBT and is not repeated.
  absl::Status Transact(absl::string_view op, const TxOptions& options,
                        const std::function<absl::Status(Tx&)>& fn);

  // The same for functions that return a value.
  template <typename Fn, typename Result = std::invoke_result_t<Fn, Tx&>>
  Result TransactValue(absl::string_view op, const TxOptions& options, Fn fn) {
    Result result = absl::UnknownError("transaction did not run");
    RETURN_IF_ERROR(Transact(op, options, [&](Tx& tx) -> absl::Status {
      result = fn(tx);
      return result.status();
    }));
    return result;
  }

  const PoolOptions& options() const { return options_; }

 private:
  struct Impl;
  PoolOptions options_;
  std::unique_ptr<Impl> impl_;
};

// SQLSTATE of an error made by this library, "" if there is none.
std::string SqlStateOf(const absl::Status& status);
// Name of the violated constraint or unique index, "" if there is none.
std::string ConstraintOf(const absl::Status& status);

// One forward-only migration. Its version is the number at the start of the file name.
struct Migration {
  std::string name;  // "0001_init.sql"
  std::string sql;
};

// Creates the schema and applies what is missing, in order, each in its own transaction, under a
// lock so that replicas may start together. FAILED_PRECONDITION when an applied migration's text
// changed. Safe to call at every start.
absl::Status Migrate(const PoolOptions& options, const std::vector<Migration>& migrations);

}  // namespace rectify::pg
