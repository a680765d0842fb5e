#include "libs/events/command.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "libs/base/error.h"
#include "libs/base/failpoint.h"
#include "libs/base/ids.h"
#include "libs/base/planted.h"
#include "libs/base/status_macros.h"
#include "spine_sql.h"

namespace rectify::events {
namespace {

constexpr absl::Duration kRequestMemory = absl::Hours(24 * 30);
constexpr int kPurgeBatch = 5000;
constexpr int kInDoubtAttempts = 3;

constexpr pg::Statement kClaimRequest = {"events.claim_request", R"sql(
  insert into idempotency (caller, method, request_id, fingerprint, created_at)
  values ($1::text, $2::text, $3::uuid, $4::bytea, $5::timestamptz)
  on conflict do nothing returning 1)sql"};

constexpr pg::Statement kReadRequest = {"events.read_request", R"sql(
  select fingerprint, response from idempotency
   where caller = $1::text and method = $2::text and request_id = $3::uuid)sql"};

// One statement, because round trips are the cost of a command. The outbox ids are drawn here, at
// the end, while the caller's rows are locked: that makes their order the order of the versions.
constexpr pg::Statement kFinish = {"events.finish", R"sql(
  with audit as (
    insert into audit_entry (occurred_at, actor, roles, action, subject, related, summary, details,
                             request_id, trace)
    select $1::timestamptz, $2::text, $3::text[], action, subject, related::text[], summary,
           jsonb_object(details::text[]), $4::uuid, $5::text
      from unnest($6::text[], $7::text[], $8::text[], $9::text[], $10::text[])
           with ordinality as t(action, subject, related, summary, details, n)
     order by n
  ), answered as (
    update idempotency set response = $16::bytea
     where caller = $17::text and method = $18::text and request_id = $4::uuid
  )
  insert into outbox (aggregate, aggregate_version, type, audience, payload, actor, request_id,
                      trace, occurred_at)
  select aggregate, version, type, audience, payload, $2::text, $4::uuid, $5::text, $1::timestamptz
    from unnest($11::text[], $12::bigint[], $13::text[], $14::smallint[], $15::bytea[])
         with ordinality as t(aggregate, version, type, audience, payload, n)
   order by n)sql"};

constexpr pg::Statement kPurge = {"events.purge_idempotency", R"sql(
  delete from idempotency where (caller, method, request_id) in (
    select caller, method, request_id from idempotency
     where created_at < $1::timestamptz limit $2::bigint for update skip locked))sql"};

absl::Status ReusedError() {
  return FieldError("request_id",
                    {"该请求编号已用于内容不同的另一请求",
                     "request_id was used before for a request with another content"},
                    "REQUEST_ID_REUSED");
}

// An array literal as text, for one row of a set whose column is an array itself.
std::string Literal(const std::vector<std::string>& values) {
  return pg::Param(values).text().value_or("{}");
}

}  // namespace

struct Commands::Request {
  std::string caller, method, id, fingerprint;
};

std::string Change::NewId(absl::string_view step) const { return DeriveUuid7(now_, parent_, step); }

std::string Change::StepRequestId(absl::string_view step) const {
  return DeriveRequestId(parent_, step);
}

void Change::Audit(AuditRecord record) { audit_.push_back(std::move(record)); }

void Change::Emit(absl::string_view aggregate, int64_t version,
                  const google::protobuf::Message& payload, int audience) {
  outbox_.push_back({std::string(aggregate), payload.GetDescriptor()->full_name(),
                     payload.SerializeAsString(), version, audience});
}

Commands::Commands(pg::Pool& pool, const Clock& clock, std::function<void()> on_commit)
    : pool_(pool), clock_(clock), on_commit_(std::move(on_commit)) {}

void Commands::Committed() const {
  if (on_commit_) on_commit_();
}

absl::Status Commands::Finish(Change& change, const Request* request, const std::string& response) {
  if (change.audit_.empty() && change.outbox_.empty() && request == nullptr) {
    return absl::OkStatus();
  }
  std::vector<std::string> actions, subjects, related, summaries, details;
  for (AuditRecord& record : change.audit_) {
    std::vector<std::string> pairs;
    for (const auto& [key, value] : record.details) {
      pairs.push_back(key);
      pairs.push_back(value);
    }
    actions.push_back(std::move(record.action));
    subjects.push_back(std::move(record.subject));
    related.push_back(Literal(record.related));
    summaries.push_back(std::move(record.summary));
    details.push_back(Literal(pairs));
  }
  std::vector<std::string> aggregates, types;
  std::vector<int64_t> versions, audiences;
  std::vector<pg::Bytes> payloads;
  for (Change::Outgoing& outgoing : change.outbox_) {
    aggregates.push_back(std::move(outgoing.aggregate));
    types.push_back(std::move(outgoing.type));
    versions.push_back(outgoing.version);
    audiences.push_back(outgoing.audience);
    payloads.push_back({std::move(outgoing.payload)});
  }
  const pg::Param none = nullptr;
  return change.sql_
      ->Exec(kFinish,
             {change.now_, change.actor_, change.roles_,
              change.request_id_.empty() ? none : pg::Param(change.request_id_), change.trace_,
              actions, subjects, related, summaries, details, aggregates, versions, types,
              audiences, payloads, request != nullptr ? pg::Param(pg::Bytes{response}) : none,
              request != nullptr ? pg::Param(request->caller) : none,
              request != nullptr ? pg::Param(request->method) : none})
      .status();
}

absl::Status Commands::RunMessage(const rpc::Call& call, google::protobuf::Message& response,
                                  const std::function<absl::Status(Change&)>& fn) {
  const Request request{call.caller.subject, call.method, absl::AsciiStrToLower(call.request_id),
                        call.fingerprint};
  if (!IsUuid(request.id)) {
    return FieldError("request_id", {"请求编号不是UUID", "request_id is not a UUID"});
  }
  const absl::Time now = clock_.Now();
  bool wake = false;
  const auto run = [&](pg::Tx& tx) -> absl::Status {
    wake = false;
    const pg::Param fingerprint = pg::Bytes{request.fingerprint};
    const auto claim = [&](pg::Tx& claiming) {
      return claiming.Exec(kClaimRequest,
                           {request.caller, request.method, request.id, fingerprint, now});
    };
    ASSIGN_OR_RETURN(pg::Rows claimed, RECTIFY_PLANTED("request_in_own_transaction")
                                           ? pool_.TransactValue("planted", {}, claim)
                                           : claim(tx));
    if (claimed.empty()) return Replay(tx, request, response);
    RECTIFY_FAILPOINT("command.after_claim");
    Change change;
    change.sql_ = &tx;
    change.now_ = now;
    change.actor_ = request.caller;
    change.roles_ = call.caller.roles;
    // The caller is part of it, so that nobody can steer another one's ids by repeating his request
    // id.
    change.parent_ = absl::StrCat(request.caller, request.method, "/", request.id);
    change.trace_ = call.trace;
    change.request_id_ = request.id;
    RETURN_IF_ERROR(fn(change));
    RECTIFY_FAILPOINT("command.before_finish");
    wake = !change.outbox_.empty();
    if (RECTIFY_PLANTED("events_in_own_transaction")) {
      RETURN_IF_ERROR(pool_.Transact("planted", {}, [&](pg::Tx& own) {
        Change apart = change;
        apart.sql_ = &own;
        apart.audit_.clear();
        return Finish(apart, nullptr, "");
      }));
      change.outbox_.clear();
    }
    RETURN_IF_ERROR(Finish(change, &request, response.SerializeAsString()));
    RECTIFY_FAILPOINT("command.before_commit");
    return absl::OkStatus();
  };
  absl::Status status;
  for (int attempt = 0; attempt < kInDoubtAttempts; ++attempt) {
    status = pool_.Transact(call.method, {.deadline = call.deadline}, run);
    // The request's row decides whether the lost commit happened, so asking again is safe; and a
    // caller that sent no request_id could not do it.
    if (ReasonOf(status) != "COMMIT_IN_DOUBT") break;
    Committed();
  }
  RECTIFY_FAILPOINT("command.after_commit");
  if (status.ok() && wake) Committed();
  return status;
}

absl::Status Commands::Replay(pg::Tx& tx, const Request& request,
                              google::protobuf::Message& response) {
  ASSIGN_OR_RETURN(pg::Rows rows,
                   tx.Exec(kReadRequest, {request.caller, request.method, request.id}));
  if (rows.empty() || rows[0].IsNull(1)) {
    return MakeError(absl::StatusCode::kAborted,
                     {"CONFLICT",
                      {"同一请求正在处理，请重试", "the same request is in progress; try again"},
                      {},
                      {}});
  }
  if (rows[0].Bytes(0) != request.fingerprint) return ReusedError();
  if (!response.ParseFromString(rows[0].Bytes(1))) {
    return absl::DataLossError("the stored response can't be read");
  }
  return absl::OkStatus();
}

absl::Status Commands::ActWithin(pg::Tx& tx, const Cause& cause,
                                 const std::function<absl::Status(Change&)>& fn) {
  return Perform(tx, cause, fn).status();
}

absl::StatusOr<bool> Commands::Perform(pg::Tx& tx, const Cause& cause,
                                       const std::function<absl::Status(Change&)>& fn) const {
  Change change;
  change.sql_ = &tx;
  change.now_ = clock_.Now();
  change.actor_ = cause.actor;
  change.roles_ = {"SERVICE"};
  change.parent_ = cause.parent;
  change.trace_ = cause.trace;
  change.request_id_ = cause.request_id;
  RETURN_IF_ERROR(fn(change));
  RETURN_IF_ERROR(Finish(change, nullptr, ""));
  RECTIFY_FAILPOINT("act.before_commit");
  return !change.outbox_.empty();
}

absl::Status Commands::Act(const Cause& cause, absl::string_view op,
                           const std::function<absl::Status(Change&)>& fn) {
  ASSIGN_OR_RETURN(const bool emitted,
                   pool_.TransactValue(op, {}, [&](pg::Tx& tx) { return Perform(tx, cause, fn); }));
  RECTIFY_FAILPOINT("act.after_commit");
  if (emitted) Committed();
  return absl::OkStatus();
}

absl::StatusOr<int> PurgeIdempotency(pg::Pool& pool, absl::Time now) {
  return pool.TransactValue("events.purge_idempotency", {}, [&](pg::Tx& tx) -> absl::StatusOr<int> {
    ASSIGN_OR_RETURN(pg::Rows rows, tx.Exec(kPurge, {now - kRequestMemory, kPurgeBatch}));
    return static_cast<int>(rows.affected());
  });
}

pg::Migration SpineMigration(absl::string_view source) {
  const std::string_view sql = spine::kEmbeddedFiles[0].content;
  return {"0000_spine.sql",
          absl::StrReplaceAll(absl::string_view(sql.data(), sql.size()), {{"@source@", source}})};
}

}  // namespace rectify::events
