#include "services/cli/replay/barrier.h"

#include <algorithm>
#include <iterator>

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

Barrier::Barrier(Connection& connection, SimulatedClock& clock, absl::Duration patience)
    : connection_(connection), clock_(clock), patience_(patience) {
  for (const char* service : kServices) {
    if (connection.Knows(service)) stations_[service];
  }
}

bool Barrier::MayHaveWork(const Station& station) const {
  const absl::Time now = clock_.Now();
  if (station.touched || (station.next_due <= now && station.idle_at != now)) return true;
  for (const auto& [source, position] : station.applied) {
    auto known = stations_.find(source);
    if (known != stations_.end() && known->second.head > position) return true;
  }
  return false;
}

absl::Status Barrier::Ask(const std::string& service, Station& station) {
  ops::v1::SettleRequest request;
  for (const auto& [source, other] : stations_) {
    ops::v1::SourceHead& head = *request.add_heads();
    head.set_source(source);
    head.set_position(other.head);
  }
  ASSIGN_OR_RETURN(const rpc::Client* client, connection_.ServiceAs(service, Operator()));
  ops::v1::SettleResponse response;
  bool waiting = false;
  RETURN_IF_ERROR(WithPatience(patience_, [&] {
    absl::Status status = client->UnaryInto("rectify.ops.v1.Simulation.Settle", request, response);
    // It may wait for what another service does later in this round.
    waiting = ReasonOf(status) == "NOT_SETTLED";
    return waiting ? absl::OkStatus() : status;
  }));
  station.touched = waiting;
  if (waiting) return absl::OkStatus();
  station.idle_at = response.worked() ? absl::InfinitePast() : clock_.Now();
  station.head = response.head().position();
  station.parked = response.parked_events();
  station.next_due =
      response.has_next_due_time() ? rpc::ToTime(response.next_due_time()) : absl::InfiniteFuture();
  for (const std::string& source : response.consumed_sources()) {
    station.applied[source] = stations_[source].head;
  }
  return absl::OkStatus();
}

absl::Status Barrier::Settle(const std::set<std::string>& touched) {
  for (const std::string& service : touched) stations_[service].touched = true;
  const absl::Time give_up = absl::Now() + patience_;
  for (int round = 0; round < kMaxRounds || absl::Now() < give_up; ++round) {
    bool asked = false;
    for (const char* service : kServices) {
      auto known = stations_.find(service);
      if (known == stations_.end() || !MayHaveWork(known->second)) continue;
      Station& station = known->second;
      RETURN_IF_ERROR(Ask(service, station));
      asked = true;
    }
    if (!asked) return absl::OkStatus();
    if (round >= kBusyRounds) absl::SleepFor(kPause);
  }
  return absl::DeadlineExceededError(
      absl::StrCat("各服务在 ", FormatChinaMinute(clock_.Now()), " 一直没有静止"));
}

absl::Status Barrier::SettleAll() {
  std::set<std::string> all;
  for (const auto& [service, station] : stations_) all.insert(service);
  return Settle(all);
}

absl::Time Barrier::NextDue() const {
  absl::Time next = absl::InfiniteFuture();
  for (const auto& [service, station] : stations_) next = std::min(next, station.next_due);
  return next;
}

absl::Status Barrier::AdvanceTo(absl::Time until) {
  RETURN_IF_ERROR(Settle({}));
  while (clock_.Now() < until) {
    // What was due and is put off (a failed attempt) gets its next chance a moment later.
    clock_.Jump(std::min(until, std::max(NextDue(), clock_.Now() + absl::Seconds(1))));
    RETURN_IF_ERROR(Settle({}));
  }
  return absl::OkStatus();
}

absl::Status Barrier::CheckNothingParked() const {
  for (const auto& [service, station] : stations_) {
    if (station.parked > 0) {
      return absl::FailedPreconditionError(
          absl::StrCat("服务 ", service, " 有 ", station.parked, " 个事件无法处理，已搁置"));
    }
  }
  return absl::OkStatus();
}

}  // namespace rectify::cli
