// One open connection and its prepared statements. All contact with libpqxx is here and in
// failure.cc and rows.cc.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "libs/pg/param.h"
#include "libs/pg/pool.h"
#include "libs/pg/rows.h"

namespace rectify::pg {

// Belongs to one thread at a time. Every method throws what libpqxx throws (see ClassifyFailure).
// A session that failed with Failure::Kind::kLost is spent: destroy it.
class Session {
 public:
  // Connects; `dsn` comes from SessionDsn.
  explicit Session(const std::string& dsn);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  void Run(const std::string& sql);
  // Values must be clean UTF-8: libpqxx cuts them at the first NUL without a word.
  Rows RunPrepared(const Statement& statement, const std::vector<Param>& params);

  // Whether the server gave up waiting for the synchronous standby since the last call. It then
  // answers COMMIT with success, although the standby may not have the transaction.
  bool TakeReplicationWarning();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace rectify::pg
