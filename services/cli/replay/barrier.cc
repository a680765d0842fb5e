#include "services/cli/replay/barrier.h"

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "libs/rpc/convert.h"

namespace rectify::cli {
namespace {

// A round that never ends is a mistake of the services; better an error than a hang.
constexpr int kMaxRounds = 1000;
// After so many rounds something is away rather than busy.
constexpr int kBusyRounds = 50;
constexpr absl::Duration kPause = absl::Milliseconds(100);

rpc::Caller Operator() {
  rpc::Caller caller;
  caller.subject = "users/replay";
  caller.roles = {"OPERATOR"};
  return caller;
}

}  // namespace

absl::Status WithPatience(absl::Duration patience, const std::function<absl::Status()>& fn) {
  const absl::Time give_up = absl::Now() + patience;
  while (true) {
    absl::Status status = fn();
    const bool passing = status.code() == absl::StatusCode::kUnavailable ||
                         ReasonOf(status) == "NOT_SETTLED" || ReasonOf(status) == "CONFLICT";
    if (!passing || absl::Now() > give_up) return status;
    absl::SleepFor(kPause);
  }
}

absl::StatusOr<bool> Barrier::Round(absl::Time& next_due) {
  bool worked = false;
  for (const char* service : kServices) {
    ASSIGN_OR_RETURN(const rpc::Client* client, connection_.ServiceAs(service, Operator()));
    ops::v1::SettleResponse response;
    bool waiting = false;
    RETURN_IF_ERROR(WithPatience(patience_, [&] {
      absl::Status status = client->UnaryInto("rectify.ops.v1.Simulation.Settle", heads_, response);
      // It may wait for what another service does later in this round.
      waiting = ReasonOf(status) == "NOT_SETTLED";
      return waiting ? absl::OkStatus() : status;
    }));
    if (waiting) {
      worked = true;
      continue;
    }
    worked |= response.worked();
    parked_[service] = response.parked_events();
    if (response.has_next_due_time()) {
      next_due = std::min(next_due, rpc::ToTime(response.next_due_time()));
    }
    ops::v1::SourceHead* known = nullptr;
    for (ops::v1::SourceHead& head : *heads_.mutable_heads()) {
      if (head.source() == response.head().source()) known = &head;
    }
    if (known == nullptr) known = heads_.add_heads();
    worked |= known->position() != response.head().position();
    *known = response.head();
  }
  return worked;
}

absl::StatusOr<absl::Time> Barrier::Settle() {
  const absl::Time give_up = absl::Now() + patience_;
  for (int round = 0; round < kMaxRounds || absl::Now() < give_up; ++round) {
    absl::Time next_due = absl::InfiniteFuture();
    ASSIGN_OR_RETURN(bool worked, Round(next_due));
    if (!worked) return next_due;
    if (round >= kBusyRounds) absl::SleepFor(kPause);
  }
  return absl::DeadlineExceededError(
      absl::StrCat("各服务在 ", FormatChinaMinute(clock_.Now()), " 一直没有静止"));
}

absl::Status Barrier::AdvanceTo(absl::Time until) {
  ASSIGN_OR_RETURN(absl::Time next, Settle());
  while (next <= until && clock_.Now() < until) {
    // What was due and is put off (a failed attempt) gets its next chance a moment later.
    clock_.Jump(std::min(until, std::max(next, clock_.Now() + absl::Seconds(1))));
    ASSIGN_OR_RETURN(next, Settle());
  }
  if (clock_.Now() >= until) return absl::OkStatus();
  clock_.Jump(until);
  return Settle().status();
}

absl::Status Barrier::CheckNothingParked() const {
  for (const auto& [service, count] : parked_) {
    if (count > 0) {
      return absl::FailedPreconditionError(
          absl::StrCat("服务 ", service, " 有 ", count, " 个事件无法处理，已搁置"));
    }
  }
  return absl::OkStatus();
}

}  // namespace rectify::cli
