// Officers (监督员 to 消防机构负责人): only staff in post with a valid certificate may sign.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "services/venue_registry/domain/contact.h"

namespace rectify::venue::domain {

// The numbers are those of the contract and of the tables.
enum class Post { kInspector = 1, kDepartmentHead, kLegalReviewer, kChief };

struct OfficerFields {
  std::string display_name;
  Post post = {};
  std::string certificate_number;
  std::optional<absl::CivilDay> certificate_start;
  std::optional<absl::CivilDay> certificate_end;  // inclusive
  std::optional<absl::CivilDay> post_start;
  std::optional<absl::CivilDay> post_end;  // inclusive; absent while in post
  Contact contact;
};

struct Officer {
  std::string district;
  std::string id;
  OfficerFields fields;
  int64_t version = 1;
};

// Nothing changed when `changed` is empty.
struct OfficerChange {
  Officer officer;
  std::vector<std::string> changed;  // mask paths
};

// Canonical form; INVALID_ARGUMENT with all violations, also when a period ends before it starts.
absl::StatusOr<OfficerFields> CheckOfficer(OfficerFields fields);

// Takes the fields named by `paths` from `sent`; masked contacts stay as they are.
absl::StatusOr<OfficerChange> UpdateOfficer(const Officer& present, const OfficerFields& sent,
                                            const std::vector<std::string>& paths);

}  // namespace rectify::venue::domain
