#include "services/venue_registry/domain/import_plan.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/ids.h"
#include "libs/base/status_macros.h"

namespace rectify::venue::domain {
namespace {

std::string IdFor(absl::Time now, const std::string& district, const VenueFields& fields) {
  std::string key;
  if (!fields.external_ids.empty()) {
    const auto& [system, id] = *fields.external_ids.begin();
    key = absl::StrCat("external\n", system, "\n", id);
  } else {
    const NaturalKey natural = NaturalKeyOf(fields);
    key = absl::StrCat("natural\n", natural.uscc, "\n", natural.folded_name, "\n",
                       natural.street_code, "\n", natural.address);
  }
  return DeriveUuid7(now, absl::StrCat("venue/import/", district), key);
}

absl::Status TakenError(const Label& label, const Venue& holder) {
  return MakeError(
      absl::StatusCode::kAlreadyExists,
      {"ALREADY_EXISTS",
       {absl::StrCat(label.zh, "已属于另一场所：", holder.fields.display_name),
        absl::StrCat(label.en, " belongs to another venue: ", holder.fields.display_name)},
       {},
       {}});
}

}  // namespace

ImportPlan::ImportPlan(std::string district, absl::Time now, std::vector<Venue> present)
    : district_(std::move(district)), now_(now) {
  for (Venue& venue : present) {
    index_.Put(entries_.size(), venue);
    entries_.push_back({venue, std::move(venue)});
  }
}

absl::StatusOr<std::optional<size_t>> ImportPlan::Match(const VenueFields& fields) const {
  std::optional<size_t> match;
  for (const auto& id : fields.external_ids) {
    const std::optional<size_t> holder = index_.ByExternal(ExternalKey(id));
    if (!holder) continue;
    if (match && *match != *holder) {
      return TakenError({"external_ids", "外部编号", "external_ids"}, entries_[*holder].venue);
    }
    match = holder;
  }
  if (match) return match;
  return index_.ByNatural(NaturalKeyOf(fields));
}

absl::Status ImportPlan::CheckCollision(const VenueFields& fields, size_t self) const {
  const auto collision = index_.CollisionOf(fields, self);
  if (!collision) return absl::OkStatus();
  const bool external = collision->field == "external_ids";
  return TakenError(external ? Label{"external_ids", "外部编号", "external_ids"}
                             : Label{"uscc", "统一社会信用代码与单位名称", "uscc and display_name"},
                    entries_[collision->position].venue);
}

absl::StatusOr<ImportPlan::Outcome> ImportPlan::Apply(const ImportHeader& header,
                                                      const ImportRow& row) {
  if (!row.violations.empty()) {
    Violations all = row.violations;
    // The rules find what else is wrong; what could not be read is told already.
    all.AddOther(CheckVenue(row.fields).status());
    return std::move(all).Result();
  }
  ASSIGN_OR_RETURN(const std::optional<size_t> match, Match(row.fields));
  if (!match) return Register(row.fields);
  return Update(*match, MergeRow(header, row.fields, entries_[*match].venue.fields));
}

absl::StatusOr<ImportPlan::Outcome> ImportPlan::Register(const VenueFields& fields) {
  const size_t at = entries_.size();
  ASSIGN_OR_RETURN(Venue venue,
                   RegisterVenue(district_, IdFor(now_, district_, fields), fields, now_));
  RETURN_IF_ERROR(CheckCollision(venue.fields, at));
  index_.Put(at, venue);
  entries_.push_back({std::nullopt, venue});
  steps_.push_back({{venue, {}}, true});
  return Outcome{Result::kCreated, venue.id};
}

absl::StatusOr<ImportPlan::Outcome> ImportPlan::Update(size_t at, const VenueFields& fields) {
  ASSIGN_OR_RETURN(VenueChange change, ReplaceVenue(entries_[at].venue, fields, now_));
  const std::string id = change.venue.id;
  if (change.changed.empty()) return Outcome{Result::kUnchanged, id};
  RETURN_IF_ERROR(CheckCollision(change.venue.fields, at));
  index_.Put(at, change.venue);
  entries_[at].venue = change.venue;
  steps_.push_back({std::move(change), false});
  return Outcome{Result::kUpdated, id};
}

std::vector<ImportedVenue> ImportPlan::Changed() const {
  std::vector<ImportedVenue> changed;
  for (const Entry& entry : entries_) {
    if (!entry.stored || entry.stored->version != entry.venue.version) {
      changed.push_back({entry.venue, entry.stored});
    }
  }
  return changed;
}

}  // namespace rectify::venue::domain
