// Plays the steps of a scenario through the public rpcs, at their simulated times.
#pragma once

#include <functional>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "rectify/scenario/v1/scenario.pb.h"
#include "services/cli/replay/barrier.h"
#include "services/cli/replay/cases.h"
#include "services/cli/replay/world.h"

namespace rectify::cli {

class Player {
 public:
  // `on_day` is called after each simulated midnight with the day that begins.
  Player(World& world, Barrier& barrier, std::function<absl::Status(absl::CivilDay)> on_day)
      : world_(world), barrier_(barrier), on_day_(std::move(on_day)) {}

  // From the first day to the end of the last one. An error names the step's time and act.
  absl::Status Play(const std::vector<PlannedStep>& plan, absl::CivilDay first,
                    absl::CivilDay last);

 private:
  absl::Status PrepareFor(const PlannedStep& planned);
  absl::Status Settle();
  absl::Status AdvanceThroughDays(absl::Time until);
  absl::Status Do(const scenario::v1::Step& step, const std::string& id);
  absl::Status DoInspect(const scenario::v1::Inspect& act, absl::Time at, const std::string& id);
  absl::Status DoApprove(const scenario::v1::Approve& act, const std::string& id);
  absl::Status DoServe(const scenario::v1::Serve& act, absl::Time at, const std::string& id);
  absl::Status DoReport(const scenario::v1::Report& act, const std::string& id);
  absl::Status DoRecheck(const scenario::v1::RecheckOrders& act, absl::Time at,
                         const std::string& id);
  absl::Status DoConcludeTransfers(const scenario::v1::ConcludeTransfers& act,
                                   const std::string& id);
  absl::Status DoCloseVenue(const scenario::v1::CloseVenue& act, const std::string& id);
  absl::Status DoCall(const scenario::v1::CallMethod& act, const std::string& id);
  absl::Status DoMakeVisits(const scenario::v1::MakeVisits& act, absl::Time at,
                            const std::string& id);
  absl::Status DoImportCalendar(const deadline::v1::YearNotice& notice, const std::string& id);

  World& world_;
  Barrier& barrier_;
  std::function<absl::Status(absl::CivilDay)> on_day_;
  std::set<std::string> moving_;  // what the steps since the last rest were about
  absl::CivilDay next_day_;
  absl::Time now_;
};

}  // namespace rectify::cli
