#include "libs/events/command.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "libs/base/error.h"
#include "libs/base/failpoint.h"
#include "libs/base/ids.h"
#include "libs/base/planted.h"
#include "libs/base/status_macros.h"
#include "libs/events/command_end.h"
#include "libs/events/idempotency.h"
#include "libs/rpc/convert.h"
#include "spine_sql.h"

namespace rectify::events {
namespace {

constexpr int kInDoubtAttempts = 3;

}  // namespace

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

void Change::EmitTo(std::vector<std::string> feeds, absl::string_view aggregate, int64_t version,
                    const google::protobuf::Message& payload) {
  Emit(aggregate, version, payload);
  outbox_.back().feeds = std::move(feeds);
}

void Change::Forward(const event::v1::EventEnvelope& event, std::vector<std::string> feeds) {
  outbox_.push_back({event.aggregate(), event.type(), event.payload(), event.aggregate_version(),
                     kInternalOnly, std::move(feeds), rpc::ToTime(event.occur_time())});
}

// Calls of one method, and what became of each.
struct Commands::Group {
  const std::vector<const rpc::Call*>& calls;
  const GroupWork& work;
  const GroupQuestions& ask;
  std::vector<absl::StatusOr<std::string>> answers;
  std::vector<size_t> deferred = {}, repeated = {};  // by the last transaction

  std::vector<const rpc::Call*> Of(const std::vector<size_t>& indices) const {
    std::vector<const rpc::Call*> some;
    some.reserve(indices.size());
    for (size_t index : indices) some.push_back(calls[index]);
    return some;
  }
  absl::Time Deadline(const std::vector<size_t>& indices) const {
    absl::Time last = absl::InfinitePast();
    for (size_t index : indices) last = std::max(last, calls[index]->deadline);
    return last;
  }
};

Commands::Commands(pg::Pool& pool, const Clock& clock, std::function<void()> on_commit)
    : pool_(pool), clock_(clock), on_commit_(std::move(on_commit)) {}

void Commands::Committed() const {
  if (on_commit_) on_commit_();
}

absl::Status Commands::RunMessage(const rpc::Call& call, google::protobuf::Message& response,
                                  const std::function<absl::Status(Change&)>& fn) {
  const auto work = [&](pg::Tx&, std::vector<Turn>& turns) -> absl::Status {
    RETURN_IF_ERROR(fn(turns.front().change()));
    turns.front().Answer(response);
    return absl::OkStatus();
  };
  ASSIGN_OR_RETURN(const std::string encoded, std::move(RunGroup({&call}, work).front()));
  if (!response.ParseFromString(encoded)) {
    return absl::DataLossError("the stored response can't be read");
  }
  return absl::OkStatus();
}

std::vector<absl::StatusOr<std::string>> Commands::RunGroup(
    const std::vector<const rpc::Call*>& calls, const GroupWork& work, const GroupQuestions& ask) {
  Group group{
      calls, work, ask, {calls.size(), absl::InternalError("a call of a group was left out")}};
  std::vector<size_t> waiting;
  for (size_t i = 0; i < calls.size(); ++i) {
    if (IsUuid(RequestIdOf(*calls[i]))) {
      waiting.push_back(i);
    } else {
      group.answers[i] = FieldError("request_id", {"请求编号不是UUID", "request_id is not a UUID"});
    }
  }
  while (waiting.size() > 1) {
    const absl::Status status = RunTogether(group, waiting);
    // Taken out first: what is run alone leaves its own there.
    std::vector<size_t> deferred = std::exchange(group.deferred, {});
    const std::vector<size_t> repeated = std::exchange(group.repeated, {});
    for (size_t index : status.ok() ? repeated : waiting) RunAlone(group, index);
    if (!status.ok()) return std::move(group.answers);
    waiting = std::move(deferred);
  }
  for (size_t index : waiting) RunAlone(group, index);
  return std::move(group.answers);
}

// The request's row decides whether a lost commit happened, so asking again is safe; and a caller
// that sent no request_id could not do it.
void Commands::RunAlone(Group& group, size_t index) {
  absl::Status status;
  for (int attempt = 0; attempt < kInDoubtAttempts; ++attempt) {
    status = RunTogether(group, {index});
    if (ReasonOf(status) != "COMMIT_IN_DOUBT") break;
    Committed();
  }
  if (!status.ok()) group.answers[index] = status;
}

absl::Status Commands::RunTogether(Group& group, const std::vector<size_t>& indices) {
  const std::vector<const rpc::Call*> calls = group.Of(indices);
  const bool alone = indices.size() == 1;
  const absl::Time now = clock_.Now();
  std::vector<Turn> turns;
  bool wake = false;
  const auto run = [&](pg::Tx& tx) -> absl::Status {
    turns.clear();
    group.repeated.clear();
    group.deferred.clear();
    pg::Rows claimed;
    const auto claim = [&](pg::Tx& own) { return ClaimRequests(own, calls, now, &claimed); };
    if (RECTIFY_PLANTED("request_in_own_transaction")) {
      RETURN_IF_ERROR(pool_.Transact("planted", {}, [&](pg::Tx& own) -> absl::Status {
        RETURN_IF_ERROR(claim(own));
        return own.Wait();
      }));
    } else {
      RETURN_IF_ERROR(claim(tx));
    }
    if (group.ask) RETURN_IF_ERROR(group.ask(tx, indices));
    RETURN_IF_ERROR(tx.Wait());
    const std::vector<bool> is_new = AreNew(calls, claimed);
    for (size_t i = 0; i < calls.size(); ++i) {
      if (is_new[i]) {
        turns.push_back(Turn(indices[i], ChangeFor(*calls[i], tx, now)));
      } else if (alone) {
        ASSIGN_OR_RETURN(group.answers[indices[i]], FirstResponse(tx, *calls[i]));
      } else {
        group.repeated.push_back(indices[i]);
      }
    }
    if (turns.empty()) return absl::OkStatus();
    RECTIFY_FAILPOINT("command.after_claim");
    RETURN_IF_ERROR(group.work(tx, turns));
    RECTIFY_FAILPOINT("command.before_finish");
    if (RECTIFY_PLANTED("events_in_own_transaction")) RETURN_IF_ERROR(TellApart(turns, now));
    ASSIGN_OR_RETURN(wake, End(group, tx, turns, now));
    RECTIFY_FAILPOINT("command.before_commit");
    return absl::OkStatus();
  };
  RETURN_IF_ERROR(
      pool_.Transact(calls.front()->method, {.deadline = group.Deadline(indices)}, run));
  RECTIFY_FAILPOINT("command.after_commit");
  for (Turn& turn : turns) {
    if (turn.deferred_) {
      group.deferred.push_back(turn.index_);
    } else {
      group.answers[turn.index_] = *std::move(turn.result_);
    }
  }
  if (wake && !turns.empty()) Committed();
  return absl::OkStatus();
}

// The mistake of a planted bug: events that are told although the command may still fail.
absl::Status Commands::TellApart(std::vector<Turn>& turns, absl::Time now) {
  return pool_.Transact("planted", {}, [&](pg::Tx& own) {
    CommandEnd events;
    for (Turn& turn : turns) {
      Change apart = turn.change_;
      apart.audit_.clear();
      events.Add(apart);
      turn.change_.outbox_.clear();
    }
    return events.Send(own, now);
  });
}

// Only what was done is remembered: a command that is refused may be tried again, alone it leaves
// no trace at all.
absl::StatusOr<bool> Commands::End(const Group& group, pg::Tx& tx, std::vector<Turn>& turns,
                                   absl::Time now) {
  if (turns.front().open() || turns.front().deferred_) {
    return absl::InternalError("the first command of a group was not done");
  }
  if (turns.size() == 1 && !turns.front().result_->ok()) return turns.front().result_->status();
  CommandEnd end;
  std::vector<size_t> undone;
  for (Turn& turn : turns) {
    if (turn.open()) return absl::InternalError("a command of a group was left open");
    if (turn.deferred_ || !turn.result_->ok()) {
      undone.push_back(turn.index_);
      continue;
    }
    end.Add(turn.change_);
    end.Answer(*group.calls[turn.index_], **turn.result_);
  }
  RETURN_IF_ERROR(ForgetRequests(tx, group.Of(undone)));
  RETURN_IF_ERROR(end.Send(tx, now));
  return end.has_events();
}

Change Commands::ChangeFor(const rpc::Call& call, pg::Tx& tx, absl::Time now) {
  Change change;
  change.sql_ = &tx;
  change.now_ = now;
  change.actor_ = call.caller.subject;
  change.roles_ = call.caller.roles;
  change.request_id_ = RequestIdOf(call);
  // The caller is part of it, so that nobody can steer another one's ids by repeating his request
  // id.
  change.parent_ = absl::StrCat(change.actor_, call.method, "/", change.request_id_);
  change.trace_ = call.trace;
  return change;
}

Change Commands::ChangeFor(const Cause& cause, pg::Tx& tx, absl::Time now) {
  Change change;
  change.sql_ = &tx;
  change.now_ = now;
  change.actor_ = cause.actor;
  change.roles_ = {"SERVICE"};
  change.parent_ = cause.parent;
  change.trace_ = cause.trace;
  change.request_id_ = cause.request_id;
  return change;
}

absl::StatusOr<bool> Commands::ActWithin(
    pg::Tx& tx, const std::vector<Cause>& causes,
    const std::function<absl::Status(std::vector<Change>&)>& fn) const {
  const absl::Time now = clock_.Now();
  std::vector<Change> changes;
  changes.reserve(causes.size());
  for (const Cause& cause : causes) changes.push_back(ChangeFor(cause, tx, now));
  RETURN_IF_ERROR(fn(changes));
  CommandEnd end;
  for (Change& change : changes) end.Add(change);
  RETURN_IF_ERROR(end.Send(tx, now));
  RECTIFY_FAILPOINT("act.before_commit");
  return end.has_events();
}

absl::Status Commands::Act(const Cause& cause, absl::string_view op,
                           const std::function<absl::Status(Change&)>& fn) {
  const auto act = [&](pg::Tx& tx) {
    return ActWithin(tx, {cause},
                     [&](std::vector<Change>& changes) { return fn(changes.front()); });
  };
  ASSIGN_OR_RETURN(const bool emitted, pool_.TransactValue(op, {}, act));
  RECTIFY_FAILPOINT("act.after_commit");
  if (emitted) Committed();
  return absl::OkStatus();
}

pg::Migration SpineMigration(absl::string_view source) {
  const std::string_view sql = spine::kEmbeddedFiles[0].content;
  return {"0000_spine.sql",
          absl::StrReplaceAll(absl::string_view(sql.data(), sql.size()), {{"@source@", source}})};
}

}  // namespace rectify::events
