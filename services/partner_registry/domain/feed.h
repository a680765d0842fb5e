// What the feed of a partner tells, and when. A feed tells of a thing as long as the partner may
// see it: from the first event on, whenever that begins; and it says when that ends.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "services/partner_registry/domain/partner.h"

namespace rectify::partner::domain {

// What events are about: a lead, a venue, an order.
struct Thing {
  std::string name;  // resource name
  std::string district;
  std::vector<Role> readers;       // who may read a thing of this kind
  bool has_desk = false;           // only those desks' staff may see it; else all of the district
  std::vector<std::string> desks;  // all that it has had
};

bool MaySee(const Partner& partner, const Thing& thing);

// Whether a feed of these types (`package.Type` or `package.*`) has events of `type`.
bool Tells(const std::vector<std::string>& event_types, absl::string_view type);

// What becomes of a thing in a partner's feed when something has happened to it, or to what the
// partner may see.
enum class Step {
  kNothing,   // it is none of its business
  kTell,      // goes on
  kBegin,     // its history from the start; what was told before is void
  kWithdraw,  // the partner has to forget it
};
// `told_by`: the types version of the partner by which its feed tells of the thing; nullopt: it
// does not.
Step NextStep(const Partner& partner, const Thing& thing, std::optional<int64_t> told_by);

}  // namespace rectify::partner::domain
