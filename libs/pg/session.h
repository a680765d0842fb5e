// One open connection, its prepared statements and its queue. All contact with libpqxx and libpq is
// here and in failure.cc and rows.cc.
//
// Statements travel in libpq's pipeline mode: what is queued goes to the server together with the
// statement that is waited for, so that a transaction of n statements costs as many round trips as
// it has answers to read. libpqxx 6 can't prepare statements or bind values in a pipeline, hence
// libpq below it.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "libs/pg/param.h"
#include "libs/pg/pool.h"
#include "libs/pg/rows.h"

namespace rectify::pg {

// Belongs to one thread at a time. Every method throws (see ClassifyFailure). A session that failed
// with Failure::Kind::kLost is spent: destroy it.
class Session {
 public:
  // Connects; `dsn` comes from SessionDsn.
  explicit Session(const std::string& dsn);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  // Queues a command without parameters (BEGIN, SET LOCAL …) or a prepared statement. The first
  // that fails throws at the next method that waits; what was queued after it is skipped.
  // Values must be clean UTF-8: libpq cuts them at the first NUL without a word.
  void Queue(const char* command);
  void Queue(const Statement& statement, const std::vector<Param>& params);
  // Sends the queue and waits; the rows of what was queued last, `wanted` of them.
  std::vector<Rows> Flush(size_t wanted = 0);
  // Sends the queue and does not wait. Who comes next reads the answers.
  void Post();
  // Runs SQL text that may hold several statements, in a round trip of its own.
  void Run(const std::string& sql);

  // Whether the server gave up waiting for the synchronous standby since the last call. It then
  // answers COMMIT with success, although the standby may not have the transaction.
  bool TakeReplicationWarning();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace rectify::pg
