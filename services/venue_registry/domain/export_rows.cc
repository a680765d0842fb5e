#include "services/venue_registry/domain/export_rows.h"

#include <algorithm>
#include <charconv>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "libs/csv/cells.h"
#include "services/venue_registry/domain/import_columns.h"
#include "services/venue_registry/domain/sheet_cells.h"

namespace rectify::venue::domain {
namespace {

std::string Line(std::vector<std::string> cells) {
  for (std::string& cell : cells) cell = csv::Disarmed(cell);
  return csv::Line(cells);
}

// The shortest text that reads back as the same number.
std::string NumberText(double value) {
  char text[32];
  return std::string(text, std::to_chars(text, text + sizeof text, value).ptr);
}

std::string ExternalIdsText(const VenueFields& fields) {
  std::vector<std::string> ids;
  for (const auto& [system, id] : fields.external_ids) {
    if (absl::StrContains(id, ";") || absl::StrContains(id, "；")) continue;
    ids.push_back(absl::StrCat(system, ":", id));
  }
  return absl::StrJoin(ids, ";");
}

std::string CampaignsText(const VenueFields& fields) {
  std::vector<std::string> classes;
  for (const auto& [campaign, place] : fields.campaign_classes) {
    classes.push_back(absl::StrCat(campaign, ":", ClassWord(static_cast<int>(place.venue_class))));
  }
  return absl::StrJoin(classes, ";");
}

// Name, mobile and mail of the first person of the role, masked.
void AddPerson(const VenueFields& fields, PersonRole role, std::vector<std::string>& cells) {
  const auto person = std::find_if(fields.persons.begin(), fields.persons.end(),
                                   [&](const Person& each) { return each.role == role; });
  if (person == fields.persons.end()) {
    cells.insert(cells.end(), 3, "");
    return;
  }
  const Contact masked = Masked(person->contact);
  cells.insert(cells.end(), {MaskName(person->name), masked.mobile, masked.email});
}

}  // namespace

std::string ExportHeader() {
  std::vector<std::string> cells;
  for (int column = 0; column <= static_cast<int>(Column::kCampaignClass); ++column) {
    cells.push_back(ColumnTitle(static_cast<Column>(column)));
  }
  return absl::StrCat(csv::kByteOrderMark, Line(std::move(cells)));
}

std::string ExportLine(const Venue& venue) {
  const VenueFields& fields = venue.fields;
  const auto& point = fields.point;
  std::vector<std::string> cells = {fields.display_name,
                                    ClassWord(static_cast<int>(fields.venue_class)),
                                    KindWord(static_cast<int>(fields.kind)),
                                    fields.uscc,
                                    fields.no_uscc_reason,
                                    fields.address,
                                    fields.street_code,
                                    point ? NumberText(point->longitude) : "",
                                    point ? NumberText(point->latitude) : "",
                                    point ? DatumWord(static_cast<int>(point->datum)) : "",
                                    ExternalIdsText(fields),
                                    fields.key_unit ? "是" : "否"};
  AddPerson(fields, PersonRole::kResponsiblePerson, cells);
  AddPerson(fields, PersonRole::kManager, cells);
  cells.push_back(CampaignsText(fields));
  return Line(std::move(cells));
}

}  // namespace rectify::venue::domain
