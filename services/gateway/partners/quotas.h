// How many requests partners may still make, counted by the registry for all gateways together. A
// gateway takes some at a time, so that not every request asks.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "rectify/partner/v1/partner_access.pb.h"

namespace rectify::gateway {

// Of a partner in the present minute.
struct Standing {
  bool granted = false;
  int limit = 0;
  int left = 0;      // as far as this gateway knows: others may have taken some since
  absl::Time reset;  // when the next minute begins
};

// Thread-safe. Calls back now or on a thread of the one who answers.
class Quotas {
 public:
  using Done = std::function<void(Standing)>;
  using Ask =
      std::function<void(const partner::v1::TakeRequestsRequest&,
                         std::function<void(absl::StatusOr<partner::v1::TakeRequestsResponse>)>)>;

  Quotas(Ask ask, std::function<absl::Time()> now);

  // One request of a partner that may make `limit` in a minute. While the registry is away, each
  // gateway lets through as many: what can't be counted must not stop a department.
  void Take(const std::string& partner, int limit, const Done& done);

 private:
  struct Account {
    int limit = 0;
    int own = 0;     // taken and not yet used
    int others = 0;  // left at the registry when it was last asked
    bool used_up = false;
    absl::Time reset = absl::InfinitePast();
    absl::Time uncounted_until = absl::InfinitePast();  // a minute's requests were let through
    bool asking = false;
    std::vector<Done> waiting;

    Standing StandingOf(bool granted) const;
  };

  void AskFor(const std::string& partner, int wanted);
  void Learn(const std::string& partner,
             const absl::StatusOr<partner::v1::TakeRequestsResponse>& answer);

  const Ask ask_;
  const std::function<absl::Time()> now_;
  absl::Mutex mutex_;
  absl::flat_hash_map<std::string, Account> accounts_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace rectify::gateway
