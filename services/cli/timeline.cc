#include "services/cli/timeline.h"

#include <deque>
#include <map>
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/time/time.h"
#include "libs/rpc/convert.h"

namespace rectify::cli {
namespace {

using audit::v1::AuditEntry;

bool ByService(const AuditEntry& entry) { return absl::StartsWith(entry.actor(), "services/"); }

absl::Time TimeOf(const AuditEntry& entry) { return rpc::ToTime(entry.occur_time()); }

class Merger {
 public:
  explicit Merger(std::vector<std::vector<AuditEntry>> trails) {
    for (std::vector<AuditEntry>& trail : trails) {
      for (const AuditEntry& entry : trail) {
        if (!ByService(entry)) ++causes_[entry.request_id()];
      }
      waiting_.emplace_back(std::make_move_iterator(trail.begin()),
                            std::make_move_iterator(trail.end()));
    }
  }

  std::vector<AuditEntry> Run() {
    std::vector<AuditEntry> merged;
    while (std::deque<AuditEntry>* next = Next()) {
      if (!ByService(next->front())) --causes_[next->front().request_id()];
      merged.push_back(std::move(next->front()));
      next->pop_front();
    }
    return merged;
  }

 private:
  // The trail whose first entry comes next. When each waits for another one's, which clocks that
  // were set differently could bring about, time alone decides.
  std::deque<AuditEntry>* Next() {
    std::deque<AuditEntry>* best = nullptr;
    bool best_ready = false;
    for (std::deque<AuditEntry>& trail : waiting_) {
      if (trail.empty()) continue;
      const bool ready = IsReady(trail.front());
      const bool earlier = best == nullptr || TimeOf(trail.front()) < TimeOf(best->front());
      const bool same = best != nullptr && TimeOf(trail.front()) == TimeOf(best->front());
      if (earlier || (same && ready && !best_ready)) {
        best = &trail;
        best_ready = ready;
      }
    }
    return best;
  }

  bool IsReady(const AuditEntry& entry) const {
    if (!ByService(entry) || entry.request_id().empty()) return true;
    const auto cause = causes_.find(entry.request_id());
    return cause == causes_.end() || cause->second == 0;
  }

  std::vector<std::deque<AuditEntry>> waiting_;
  std::map<std::string, int> causes_;  // entries of callers that are still to come, by request
};

}  // namespace

std::vector<AuditEntry> MergeTrails(std::vector<std::vector<AuditEntry>> trails) {
  return Merger(std::move(trails)).Run();
}

}  // namespace rectify::cli
