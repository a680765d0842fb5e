// Venues (场所、单位): what they are and which changes are allowed.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "services/venue_registry/domain/contact.h"
#include "services/venue_registry/domain/point.h"

namespace rectify::venue::domain {

// The numbers of these enums are those of the contract and of the tables.
enum class VenueClass { kCrowded = 1, kSensitive, kMixedBusiness, kProductionStorage };
enum class VenueKind {
  kHotel = 1,
  kRestaurant,
  kMall,
  kMarket,
  kEntertainment,
  kSchool,
  kKindergarten,
  kTraining,
  kHospital,
  kCareHome,
  kOffice,
  kResidential,
  kFactory,
  kWarehouse,
  kIndustrialPark,
  kHazardousGoods,
  kReligious,
  kOther
};
enum class PersonRole { kResponsiblePerson = 1, kManager };
enum class VenueState { kActive = 1, kClosed, kMerged };
enum class UnitRelation { kOwner = 1, kOperator, kTenant, kPropertyManager };

// Somebody who answers for a venue's fire safety (消防安全责任人, 消防安全管理人).
struct Person {
  PersonRole role = {};
  std::string name;
  Contact contact;
  std::optional<absl::CivilDay> start_day = {};  // absent: not known
  bool operator==(const Person&) const = default;
};

// Somebody who did so until a day.
struct FormerPerson {
  PersonRole role = {};
  std::string name;
  std::optional<absl::CivilDay> start_day;  // absent: not known
  absl::CivilDay end_day;                   // inclusive
  bool operator==(const FormerPerson&) const = default;
};

// The class of a venue in one campaign.
struct CampaignClass {
  VenueClass venue_class = {};
  std::string target_group;
  absl::Time set_time;  // the epoch: not known yet, the change sets it
  bool operator==(const CampaignClass&) const = default;
};

// A unit's part in the venue, for a time.
struct UnitPart {
  std::string unit_id;
  UnitRelation relation = {};
  std::optional<absl::CivilDay> start_day;  // absent: not known
  std::optional<absl::CivilDay> end_day;    // inclusive; absent while it lasts
  bool operator==(const UnitPart&) const = default;
};

// What people may set. A field that is not set has its zero value.
struct VenueFields {
  std::string display_name;
  VenueClass venue_class = {};
  VenueKind kind = {};
  std::string uscc;
  std::string no_uscc_reason;
  std::string address;
  std::string street_code;
  std::optional<Point> point;
  std::map<std::string, std::string> external_ids;
  bool key_unit = false;
  std::vector<Person> persons;
  std::string building_id = {};  // empty: none
  std::vector<UnitPart> units = {};
  std::map<std::string, CampaignClass> campaign_classes = {};  // by the campaign's code
};

struct Venue {
  std::string district;
  std::string id;
  VenueFields fields;
  VenueState state = VenueState::kActive;
  std::string close_reason;
  absl::Time create_time;
  absl::Time update_time;
  int64_t version = 1;
  std::string merged_into = {};                   // id of another venue; empty: not merged
  std::vector<FormerPerson> former_persons = {};  // the latest last
};

// The result of a change. Nothing changed when `changed` is empty; the version is then the old one.
struct VenueChange {
  Venue venue;
  std::vector<std::string> changed;  // mask paths
};

// Mask paths that an update may name, all of VenueFields but campaign_classes: "display_name",
// "street", "persons" …
const std::vector<std::string>& VenuePaths();

// Brings the fields into canonical form. INVALID_ARGUMENT USCC_INVALID or INVALID_FIELD with all
// violations, fields named from the venue: "persons[0].contact.mobile".
absl::StatusOr<VenueFields> CheckVenue(VenueFields fields);

absl::StatusOr<Venue> RegisterVenue(std::string district, std::string id, VenueFields fields,
                                    absl::Time now);

// Takes the fields named by `paths` ("*" is all) from `sent`. Contacts sent in masked form stay as
// they are, and persons who are no longer named become former ones. FAILED_PRECONDITION
// VENUE_CLOSED or VENUE_MERGED; INVALID_ARGUMENT as CheckVenue, or on `update_mask` for a path that
// does not exist or can't be changed.
absl::StatusOr<VenueChange> UpdateVenue(const Venue& present, const VenueFields& sent,
                                        const std::vector<std::string>& paths, absl::Time now);

// Makes `fields` those of the venue, as an import does; otherwise as UpdateVenue.
absl::StatusOr<VenueChange> ReplaceVenue(const Venue& present, VenueFields fields, absl::Time now);

// Puts the venue into a class of the campaign with that code. Nothing changes when it is there.
// FAILED_PRECONDITION VENUE_CLOSED or VENUE_MERGED; INVALID_ARGUMENT for an overlong target group.
absl::StatusOr<VenueChange> SetCampaignClass(const Venue& present, const std::string& campaign,
                                             VenueClass venue_class, std::string target_group,
                                             absl::Time now);

// Paths in which two versions of a venue differ, "state" among them.
std::vector<std::string> ChangedPaths(const Venue& before, const Venue& after);

// FAILED_PRECONDITION VENUE_CLOSED or VENUE_MERGED.
absl::Status CheckActive(const Venue& venue);

// FAILED_PRECONDITION VENUE_CLOSED or VENUE_MERGED; INVALID_ARGUMENT for a blank reason.
absl::StatusOr<Venue> CloseVenue(const Venue& present, std::string reason, absl::Time now);

// The form of a name that is searched and compared: trimmed, full-width characters folded, ASCII
// letters in lower case, so that 天津（集团）ＡＢＣ and 天津(集团)abc are one name.
std::string FoldName(absl::string_view name);

}  // namespace rectify::venue::domain
