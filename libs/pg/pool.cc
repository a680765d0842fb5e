#include "libs/pg/pool.h"

#include <algorithm>
#include <chrono>
#include <exception>
#include <random>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "libs/base/error.h"
#include "libs/base/ids.h"
#include "libs/log/log.h"
#include "libs/metrics/metrics.h"
#include "libs/pg/dsn.h"
#include "libs/pg/failure.h"
#include "libs/pg/session.h"
#include "libs/pg/session_tx.h"

namespace rectify::pg {
namespace {

absl::Status OverloadedError() {
  return MakeError(
      absl::StatusCode::kUnavailable,
      {"OVERLOADED", {"系统繁忙，请稍后重试。", "The server is busy; try again."}, {}, {}});
}

// The caller's function threw. A mistake of the program, e.g. a column read as another type.
absl::Status ExceptionError(absl::string_view op, const char* what) {
  const std::string log_id = NewUuid7(absl::Now());
  log::Error("pg_transaction_threw", {{"op", op}, {"message", what}, {"log_id", log_id}});
  return InternalError(log_id);
}

absl::Status RunCatching(absl::string_view op, const std::function<absl::Status(Tx&)>& fn, Tx& tx) {
  try {
    return fn(tx);
  } catch (const std::exception& error) {
    return ExceptionError(op, error.what());
  } catch (...) {
    return ExceptionError(op, "not a std::exception");
  }
}

// Jittered, so that transactions that met do not meet again. False when the deadline comes first.
bool BackOff(int attempt, absl::Time deadline) {
  thread_local std::minstd_rand random{std::random_device{}()};
  std::uniform_real_distribution<double> jitter(0.5, 1.5);
  const absl::Duration pause =
      absl::Milliseconds(10) * (1 << std::min(attempt - 1, 6)) * jitter(random);
  if (absl::Now() + pause >= deadline) return false;
  absl::SleepFor(pause);
  return true;
}

}  // namespace

// The connections. Lazily opened, LIFO so that few stay warm.
struct Pool::Impl {
  explicit Impl(const PoolOptions& options) : dsn(SessionDsn(options)), size(options.size) {}

  // A session for the caller alone; ends with Return or Discard.
  absl::StatusOr<std::unique_ptr<Session>> Lease(absl::string_view op, absl::Time deadline,
                                                 bool* fresh);
  void Return(std::unique_ptr<Session> session);
  // After a loss the idle ones are most likely dead as well.
  void Discard(std::unique_ptr<Session> session);

  struct Outcome {
    absl::Status status;
    bool repeatable = false;
    bool stale = false;  // an idle session turned out to be dead before it answered anything
  };
  Outcome RunOnce(absl::string_view op, const TxOptions& options, absl::Duration statement_timeout,
                  const std::function<absl::Status(Tx&)>& fn);

  bool Free() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex) { return !idle.empty() || open < size; }

  const absl::StatusOr<std::string> dsn;
  const int size;
  absl::Mutex mutex;
  std::vector<std::unique_ptr<Session>> idle ABSL_GUARDED_BY(mutex);
  int open ABSL_GUARDED_BY(mutex) = 0;  // leased or idle
};

absl::StatusOr<std::unique_ptr<Session>> Pool::Impl::Lease(absl::string_view op,
                                                           absl::Time deadline, bool* fresh) {
  if (!dsn.ok()) return dsn.status();
  {
    absl::MutexLock lock(&mutex);
    if (!mutex.AwaitWithDeadline(absl::Condition(this, &Impl::Free), deadline)) {
      log::Warning("pg_pool_exhausted", {{"op", op}, {"size", size}});
      return OverloadedError();
    }
    *fresh = idle.empty();
    if (!*fresh) {
      std::unique_ptr<Session> session = std::move(idle.back());
      idle.pop_back();
      return session;
    }
    ++open;
  }
  try {
    auto session = std::make_unique<Session>(*dsn);
    metrics::Count("rectify_pg_connections_opened_total");
    return session;
  } catch (const std::exception& error) {
    log::Warning("pg_connect_failed", {{"op", op}, {"message", ClassifyFailure(error).message}});
    Discard(nullptr);
    return StorageUnavailableError();
  }
}

void Pool::Impl::Return(std::unique_ptr<Session> session) {
  absl::MutexLock lock(&mutex);
  idle.push_back(std::move(session));
}

void Pool::Impl::Discard(std::unique_ptr<Session> session) {
  session.reset();
  std::vector<std::unique_ptr<Session>> dead;
  {
    absl::MutexLock lock(&mutex);
    dead.swap(idle);
    open -= 1 + static_cast<int>(dead.size());
  }
}

Pool::Impl::Outcome Pool::Impl::RunOnce(absl::string_view op, const TxOptions& options,
                                        absl::Duration statement_timeout,
                                        const std::function<absl::Status(Tx&)>& fn) {
  bool fresh = false;
  auto leased = Lease(op, std::min(options.deadline, absl::Now() + statement_timeout), &fresh);
  if (!leased.ok()) return {leased.status(), ReasonOf(leased.status()) == "STORAGE_UNAVAILABLE"};
  std::unique_ptr<Session> session = *std::move(leased);

  SessionTx tx(session.get(), op, options, statement_timeout);
  absl::Status status = tx.Begin();
  if (status.ok()) {
    status = RunCatching(op, fn, tx);
    if (status.ok()) status = tx.Commit();
    if (!status.ok()) tx.Rollback();
  }
  if (tx.lost()) {
    Discard(std::move(session));
  } else {
    Return(std::move(session));
  }
  return {status, tx.repeatable(), tx.lost() && !tx.answered() && !fresh};
}

Pool::Pool(PoolOptions options)
    : options_(std::move(options)), impl_(std::make_unique<Impl>(options_)) {}

Pool::~Pool() = default;

absl::Status Pool::WaitUntilReachable(absl::Duration wait) {
  const absl::Time deadline = absl::Now() + wait;
  for (int attempt = 1;; ++attempt) {
    TxOptions once;
    once.access = Access::kReadOnly;
    once.deadline = deadline;
    once.max_attempts = 1;
    absl::Status status =
        Transact("WaitUntilReachable", once, [](Tx& tx) { return tx.ExecScript("SELECT 1"); });
    if (status.ok() || absl::IsInvalidArgument(status)) return status;
    if (!BackOff(attempt, deadline)) return StorageUnavailableError();
  }
}

absl::Status Pool::Transact(absl::string_view op, const TxOptions& options,
                            const std::function<absl::Status(Tx&)>& fn) {
  const auto start = std::chrono::steady_clock::now();
  Impl::Outcome outcome;
  int stale = 0;
  for (int attempt = 1;; ++attempt) {
    outcome = impl_->RunOnce(op, options, options_.statement_timeout, fn);
    if (outcome.status.ok() || !outcome.repeatable) break;
    if (outcome.stale && stale++ < options_.size) {
      --attempt;
      continue;
    }
    if (attempt >= options.max_attempts || !BackOff(attempt, options.deadline)) break;
    metrics::Count("rectify_pg_transaction_retries_total", {{"op", std::string(op)}});
  }
  metrics::Observe(
      "rectify_pg_transaction_seconds",
      {{"op", std::string(op)}, {"code", absl::StatusCodeToString(outcome.status.code())}},
      absl::FromChrono(std::chrono::steady_clock::now() - start));
  return outcome.status;
}

absl::Status PlanForValues(Tx& tx) {
  static constexpr Statement kPlan = {"pg.plan_for_values", "SET LOCAL plan_cache_mode = auto"};
  return tx.Send(kPlan, {});
}

}  // namespace rectify::pg
