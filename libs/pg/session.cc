#include "libs/pg/session.h"

#include <libpq-fe.h>

#include <deque>
#include <optional>
#include <pqxx/connection>
#include <pqxx/errorhandler>
#include <pqxx/nontransaction>
#include <stdexcept>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "libs/log/log.h"
#include "libs/pg/failure.h"

namespace rectify::pg {
namespace {

// Keeps notices off stderr, which carries JSON lines only.
class NoticeReader : public pqxx::errorhandler {
 public:
  explicit NoticeReader(pqxx::connection_base& connection) : pqxx::errorhandler(connection) {}

  bool operator()(const char message[]) noexcept override {
    if (absl::StrContains(message, "canceling wait for synchronous replication")) {
      replication_warning = true;
    }
    return false;
  }

  bool replication_warning = false;
};

// libpqxx 6 keeps its libpq connection to itself, but shows it to the policy by which it connects.
// (libpqxx 7 has no policies; there one connects by libpq and hands the connection over.)
class Connection : public pqxx::connection_base {
 public:
  explicit Connection(const std::string& dsn) : pqxx::connection_base(policy_), policy_(dsn) {
    init();
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
    // Otherwise a dead connection silently revives inside a transaction.
    inhibit_reactivation(true);
#pragma GCC diagnostic pop
  }
  ~Connection() noexcept { close(); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  PGconn* raw() const { return policy_.raw; }

 private:
  struct Policy : pqxx::connect_direct {
    using pqxx::connect_direct::connect_direct;
    handle do_startconnect(handle old) override {
      return raw = connect_direct::do_startconnect(old);
    }
    handle raw = nullptr;
  };
  Policy policy_;
};

using Result = std::unique_ptr<PGresult, decltype(&PQclear)>;

std::string FieldOf(const PGresult* result, int field) {
  const char* text = PQresultErrorField(result, field);
  return text == nullptr ? "" : text;
}

}  // namespace

struct Session::Impl {
  explicit Impl(const std::string& dsn) : connection(dsn), notices(connection), work(connection) {}

  // An answer that is on its way: of a statement, or of its preparation (then with its name), or
  // the mark behind everything that was sent together.
  struct Awaited {
    enum class Kind { kStatement, kPreparation, kMark } kind;
    std::string name = {};
  };

  PGconn* raw() const { return connection.raw(); }

  [[noreturn]] void ThrowLost() const { throw ServerError("", "", PQerrorMessage(raw()), true); }

  void Sent(int accepted, Awaited awaited) {
    if (accepted != 1) ThrowLost();
    awaiting.push_back(std::move(awaited));
  }

  void EnterPipeline() const {
    if (PQpipelineStatus(raw()) == PQ_PIPELINE_OFF && PQenterPipelineMode(raw()) != 1) ThrowLost();
  }

  void Mark() { Sent(PQpipelineSync(raw()), {Awaited::Kind::kMark}); }

  Result Take() const {
    Result result(PQgetResult(raw()), PQclear);
    if (result == nullptr) ThrowLost();
    return result;
  }

  // Reads the answer of one statement or preparation. The first error of a flush is kept; what was
  // skipped because of it is no error of its own.
  void Read(const Awaited& awaited, std::vector<Rows>& rows, std::optional<ServerError>& error) {
    Result result = Take();
    const ExecStatusType status = PQresultStatus(result.get());
    const bool good = status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
    if (!good && awaited.kind == Awaited::Kind::kPreparation) prepared.erase(awaited.name);
    if (!good && status != PGRES_PIPELINE_ABORTED && !error.has_value()) {
      error = ServerError(FieldOf(result.get(), PG_DIAG_SQLSTATE),
                          FieldOf(result.get(), PG_DIAG_CONSTRAINT_NAME),
                          PQresultErrorMessage(result.get()), PQstatus(raw()) == CONNECTION_BAD);
    }
    if (PQstatus(raw()) == CONNECTION_BAD) {
      if (error.has_value()) throw *error;
      ThrowLost();
    }
    while (Result more{PQgetResult(raw()), PQclear}) {
    }
    if (good && awaited.kind == Awaited::Kind::kStatement) rows.emplace_back(result.release());
  }

  // Reads everything that is on its way.
  std::vector<Rows> ReadAll() {
    std::vector<Rows> rows;
    std::optional<ServerError> error;
    while (!awaiting.empty()) {
      const Awaited awaited = std::move(awaiting.front());
      awaiting.pop_front();
      if (awaited.kind != Awaited::Kind::kMark) {
        Read(awaited, rows, error);
      } else if (PQresultStatus(Take().get()) != PGRES_PIPELINE_SYNC) {
        ThrowLost();
      }
    }
    if (error.has_value()) throw *error;
    return rows;
  }

  Connection connection;
  NoticeReader notices;
  // The transaction commands are ours (a BEGIN that travels with the first statement, a COMMIT
  // whose fate we can judge), so libpqxx gets a nontransaction for the life of the connection.
  pqxx::nontransaction work;
  absl::flat_hash_map<std::string, std::string> prepared;  // name -> sql
  std::deque<Awaited> awaiting;
};

Session::Session(const std::string& dsn) : impl_(std::make_unique<Impl>(dsn)) {}

Session::~Session() = default;

void Session::Queue(const char* command) {
  impl_->EnterPipeline();
  impl_->Sent(PQsendQueryParams(impl_->raw(), command, 0, nullptr, nullptr, nullptr, nullptr, 0),
              {Impl::Awaited::Kind::kStatement});
}

void Session::Queue(const Statement& statement, const std::vector<Param>& params) {
  impl_->EnterPipeline();
  auto [known, added] = impl_->prepared.try_emplace(statement.name, statement.sql);
  if (known->second != statement.sql) {
    throw std::logic_error(absl::StrCat("two statements are named ", statement.name));
  }
  if (added) {
    impl_->Sent(PQsendPrepare(impl_->raw(), statement.name, statement.sql, 0, nullptr),
                {Impl::Awaited::Kind::kPreparation, statement.name});
  }
  std::vector<const char*> values;
  values.reserve(params.size());
  for (const Param& param : params) {
    values.push_back(param.text().has_value() ? param.text()->c_str() : nullptr);
  }
  impl_->Sent(PQsendQueryPrepared(impl_->raw(), statement.name, static_cast<int>(values.size()),
                                  values.data(), nullptr, nullptr, 0),
              {Impl::Awaited::Kind::kStatement});
}

std::vector<Rows> Session::Flush(size_t wanted) {
  impl_->Mark();
  std::vector<Rows> rows = impl_->ReadAll();
  if (rows.size() < wanted) throw std::logic_error("more answers are wanted than were asked for");
  rows.erase(rows.begin(), rows.end() - static_cast<ptrdiff_t>(wanted));
  return rows;
}

void Session::Post() { impl_->Mark(); }

void Session::Run(const std::string& sql) {
  if (PQpipelineStatus(impl_->raw()) != PQ_PIPELINE_OFF) {
    Flush();
    if (PQexitPipelineMode(impl_->raw()) != 1) impl_->ThrowLost();
  }
  impl_->work.exec(sql);
}

bool Session::TakeReplicationWarning() {
  return std::exchange(impl_->notices.replication_warning, false);
}

}  // namespace rectify::pg
