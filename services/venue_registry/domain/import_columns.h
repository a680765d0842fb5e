// The columns of an import file, and a row of it as a venue.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "services/venue_registry/domain/venue.h"
#include "services/venue_registry/domain/violations.h"

namespace rectify::venue::domain {

enum class Column {
  kDisplayName,
  kVenueClass,
  kKind,
  kUscc,
  kNoUsccReason,
  kAddress,
  kStreet,
  kLongitude,
  kLatitude,
  kDatum,
  kExternalId,
  kKeyUnit,
  kResponsible,
  kResponsibleMobile,
  kResponsibleEmail,
  kManager,
  kManagerMobile,
  kManagerEmail,
  kCampaignClass
};

// Its Chinese name.
const char* ColumnTitle(Column column);

// The columns of one file, in its order.
class ImportHeader {
 public:
  // Chinese or English names. INVALID_ARGUMENT CSV_INVALID on the field `csv`, naming the columns
  // that are unknown, doubled or missing.
  static absl::StatusOr<ImportHeader> Read(const std::vector<std::string>& cells);

  const std::vector<Column>& columns() const { return columns_; }
  bool Has(Column column) const;

 private:
  std::vector<Column> columns_;
};

// Streets as files name them: by code, by resource name or by display name, with or without 街道.
class StreetNames {
 public:
  void Add(const std::string& district, const std::string& code, const std::string& display_name);
  // "" when unknown.
  std::string CodeOf(const std::string& text) const;

 private:
  std::map<std::string, std::string> codes_;
};

struct ImportRow {
  VenueFields fields;     // what the row says; enough to find the venue by its keys
  Violations violations;  // cells that can't be read; such a row is refused
};

// A row with as many cells as the header has columns; otherwise a violation says so.
ImportRow ReadRow(const ImportHeader& header, const std::vector<std::string>& cells,
                  const StreetNames& streets);

// `present` as the row wants it. A column that the file lacks leaves its fields as they are; an
// empty cell clears. External ids of other systems and classes of other campaigns stay, so do
// further persons of a role.
VenueFields MergeRow(const ImportHeader& header, const VenueFields& row,
                     const VenueFields& present);

}  // namespace rectify::venue::domain
