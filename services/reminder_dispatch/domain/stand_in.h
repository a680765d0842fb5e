// Deputies: who takes the reminders of an officer on leave, or of a post, for a while.
#pragma once

#include <string>
#include <vector>

#include "absl/time/time.h"

namespace rectify::reminder::domain {

// A year covers a secondment; whoever is away for longer leaves the post.
inline constexpr absl::Duration kMaxStandIn = absl::Hours(24 * 366);

struct StandIn {
  std::string district, id;
  std::string recipient, deputy;  // resource names of an officer or a post
  std::string author, reason;
  absl::Time start_time, end_time;

  std::string name() const;
};

// Who stands in for `recipient` at `now`, nearest first; a deputy who is away as well brings in his
// own. Nobody twice, and never the recipient.
std::vector<std::string> DeputiesOf(const std::string& recipient,
                                    const std::vector<StandIn>& stand_ins, absl::Time now);

}  // namespace rectify::reminder::domain
