#include "libs/pg/session.h"

#include <pqxx/connection>
#include <pqxx/errorhandler>
#include <pqxx/nontransaction>
#include <pqxx/prepared_statement>
#include <pqxx/result>
#include <pqxx/version>
#include <stdexcept>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "libs/log/log.h"

namespace rectify::pg {
namespace {

// Keeps notices off stderr, which carries JSON lines only.
class NoticeReader : public pqxx::errorhandler {
 public:
  explicit NoticeReader(pqxx::connection& connection) : pqxx::errorhandler(connection) {}

  bool operator()(const char message[]) noexcept override {
    if (absl::StrContains(message, "canceling wait for synchronous replication")) {
      replication_warning = true;
    }
    return false;
  }

  bool replication_warning = false;
};

}  // namespace

// The transaction commands are ours (BEGIN with its settings in one round trip, and a COMMIT whose
// fate we can judge), so libpqxx gets a nontransaction for the whole life of the connection.
struct Session::Impl {
  explicit Impl(const std::string& dsn) : connection(dsn), notices(connection), work(connection) {
#if PQXX_VERSION_MAJOR < 7
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
    // Otherwise a dead connection silently revives inside a transaction.
    connection.inhibit_reactivation(true);
#pragma GCC diagnostic pop
#endif
  }

  pqxx::connection connection;
  NoticeReader notices;
  pqxx::nontransaction work;
  absl::flat_hash_map<std::string, std::string> prepared;  // name -> sql
};

Session::Session(const std::string& dsn) : impl_(std::make_unique<Impl>(dsn)) {}

Session::~Session() = default;

void Session::Run(const std::string& sql) { impl_->work.exec(sql); }

Rows Session::RunPrepared(const Statement& statement, const std::vector<Param>& params) {
  auto known = impl_->prepared.find(statement.name);
  if (known == impl_->prepared.end()) {
    impl_->connection.prepare(statement.name, statement.sql);
    impl_->prepared.emplace(statement.name, statement.sql);
  } else if (known->second != statement.sql) {
    throw std::logic_error(absl::StrCat("two statements are named ", statement.name));
  }
  std::vector<const char*> values;
  values.reserve(params.size());
  for (const Param& param : params) {
    values.push_back(param.text().has_value() ? param.text()->c_str() : nullptr);
  }
  return Rows(
      impl_->work.exec_prepared(statement.name, pqxx::prepare::make_dynamic_params(values)));
}

bool Session::TakeReplicationWarning() {
  return std::exchange(impl_->notices.replication_warning, false);
}

}  // namespace rectify::pg
