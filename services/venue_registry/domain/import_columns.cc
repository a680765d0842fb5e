#include "services/venue_registry/domain/import_columns.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "libs/base/text.h"
#include "libs/csv/cells.h"
#include "services/venue_registry/domain/sheet_cells.h"
#include "services/venue_registry/domain/uscc.h"

namespace rectify::venue::domain {
namespace {

struct ColumnName {
  Column column;
  const char* zh;
  const char* en;
  bool required;
};

constexpr ColumnName kColumns[] = {
    {Column::kDisplayName, "单位名称", "display_name", true},
    {Column::kVenueClass, "类别", "venue_class", true},
    {Column::kKind, "性质", "kind", true},
    {Column::kUscc, "统一社会信用代码", "uscc", false},
    {Column::kNoUsccReason, "无代码原因", "no_uscc_reason", false},
    {Column::kAddress, "地址", "address", true},
    {Column::kStreet, "街道", "street", true},
    {Column::kLongitude, "经度", "longitude", false},
    {Column::kLatitude, "纬度", "latitude", false},
    {Column::kDatum, "坐标系", "datum", false},
    {Column::kExternalId, "外部编号", "external_ids", false},
    {Column::kKeyUnit, "重点单位", "key_unit", false},
    {Column::kResponsible, "责任人", "responsible_person", false},
    {Column::kResponsibleMobile, "责任人手机", "responsible_person_mobile", false},
    {Column::kResponsibleEmail, "责任人邮箱", "responsible_person_email", false},
    {Column::kManager, "管理人", "manager", false},
    {Column::kManagerMobile, "管理人手机", "manager_mobile", false},
    {Column::kManagerEmail, "管理人邮箱", "manager_email", false},
    {Column::kCampaignClass, "活动类别", "campaign_classes", false},
};

// A column that means nothing without another one.
constexpr std::pair<Column, Column> kNeeds[] = {
    {Column::kResponsibleMobile, Column::kResponsible},
    {Column::kResponsibleEmail, Column::kResponsible},
    {Column::kManagerMobile, Column::kManager},
    {Column::kManagerEmail, Column::kManager},
    {Column::kLongitude, Column::kLatitude},
    {Column::kLatitude, Column::kLongitude},
    {Column::kLongitude, Column::kDatum},
    {Column::kDatum, Column::kLongitude},
};

const ColumnName& NameOf(Column column) { return kColumns[static_cast<int>(column)]; }

// The field of the contract that a column fills.
Label LabelOf(Column column) {
  const ColumnName& name = NameOf(column);
  const bool in_point =
      column == Column::kLongitude || column == Column::kLatitude || column == Column::kDatum;
  return {in_point ? absl::StrCat("point.", name.en) : name.en, name.zh, name.en};
}

// Reads the cells of one row; each function fills some fields.
class RowReader {
 public:
  RowReader(const ImportHeader& header, const std::vector<std::string>& cells, ImportRow& row)
      : header_(header), cells_(cells), row_(row) {}

  std::string Cell(Column column) const {
    const auto& columns = header_.columns();
    const auto at = std::find(columns.begin(), columns.end(), column);
    if (at == columns.end()) return "";
    return csv::Armed(
        Trimmed(absl::StrReplaceAll(cells_[at - columns.begin()], {{"\r\n", "\n"}, {"\r", "\n"}})));
  }

  template <typename Enum>
  void ReadWord(Column column, const Words& words, Enum& value) {
    const std::string text = Cell(column);
    const auto found = words.find(absl::AsciiStrToUpper(NormalizeText(text)));
    if (found != words.end()) {
      value = static_cast<Enum>(found->second);
    } else if (!text.empty()) {
      row_.violations.Add(LabelOf(column), absl::StrCat("“", text, "”无法识别"),
                          absl::StrCat("has an unknown value \"", text, "\""));
    }
  }

  void ReadCode() {
    row_.fields.uscc = Cell(Column::kUscc);
    row_.fields.no_uscc_reason = Cell(Column::kNoUsccReason);
    // A wrong code is reported with the other rules.
    absl::StatusOr<std::string> code = ParseUscc(row_.fields.uscc);
    if (code.ok()) row_.fields.uscc = *std::move(code);
  }

  void ReadStreet(const StreetNames& streets) {
    const std::string text = Cell(Column::kStreet);
    row_.fields.street_code = streets.CodeOf(text);
    if (!text.empty() && row_.fields.street_code.empty()) {
      row_.violations.Add({"street", "街道", "street"}, absl::StrCat("“", text, "”未登记"),
                          absl::StrCat("\"", text, "\" is not registered"));
    }
  }

  void ReadPoint() {
    const std::string longitude = Cell(Column::kLongitude), latitude = Cell(Column::kLatitude);
    if (longitude.empty() && latitude.empty()) return;
    Point point;
    ReadNumber(Column::kLongitude, point.longitude);
    ReadNumber(Column::kLatitude, point.latitude);
    ReadWord(Column::kDatum, DatumWords(), point.datum);
    row_.fields.point = point;
  }

  void ReadExternalIds() {
    const std::string text = absl::StrReplaceAll(Cell(Column::kExternalId), {{"；", ";"}});
    for (absl::string_view part : absl::StrSplit(text, ';', absl::SkipWhitespace())) {
      const std::pair<std::string, std::string> id =
          absl::StrSplit(absl::StrReplaceAll(part, {{"：", ":"}}), absl::MaxSplits(':', 1));
      const std::string system = Trimmed(id.first), value = Trimmed(id.second);
      if (system.empty() || value.empty() ||
          !row_.fields.external_ids.emplace(system, value).second) {
        row_.violations.Add(LabelOf(Column::kExternalId), "应为“系统:编号”，多个用分号隔开",
                            "must be system:id, several parted by semicolons");
      }
    }
  }

  void ReadCampaignClasses() {
    const std::string text = absl::StrReplaceAll(Cell(Column::kCampaignClass), {{"；", ";"}});
    for (absl::string_view part : absl::StrSplit(text, ';', absl::SkipWhitespace())) {
      const std::pair<std::string, std::string> pair =
          absl::StrSplit(absl::StrReplaceAll(part, {{"：", ":"}}), absl::MaxSplits(':', 1));
      const auto word = ClassWords().find(absl::AsciiStrToUpper(NormalizeText(pair.second)));
      if (word == ClassWords().end()) {
        row_.violations.Add(LabelOf(Column::kCampaignClass), "应为“活动代码:类别”，多个用分号隔开",
                            "must be code:class, several parted by semicolons");
        continue;
      }
      row_.fields.campaign_classes[Trimmed(pair.first)] = {
          static_cast<VenueClass>(word->second), "", {}};
    }
  }

  void ReadPerson(PersonRole role, Column name, Column mobile, Column email) {
    Person person{role, Cell(name), {Cell(mobile), Cell(email), ""}};
    if (person.name.empty() && person.contact == Contact()) return;
    if (person.name.empty()) {
      row_.violations.Add(LabelOf(name), "必填（已填写联系方式）",
                          "is required, because a contact is given");
      return;
    }
    row_.fields.persons.push_back(std::move(person));
  }

 private:
  void ReadNumber(Column column, double& value) {
    const std::string text = NormalizeText(Cell(column));
    if (!absl::SimpleAtod(text, &value)) {
      row_.violations.Add(LabelOf(column), absl::StrCat("“", text, "”不是数字"),
                          absl::StrCat("\"", text, "\" is not a number"));
    }
  }

  const ImportHeader& header_;
  const std::vector<std::string>& cells_;
  ImportRow& row_;
};

// The first person of a role as the row says; persons that the file does not speak of stay.
void MergePerson(const ImportHeader& header, PersonRole role, Column name, Column mobile,
                 Column email, const VenueFields& row, std::vector<Person>& persons) {
  if (!header.Has(name)) return;
  const auto has_role = [&](const Person& person) { return person.role == role; };
  const auto present = std::find_if(persons.begin(), persons.end(), has_role);
  const auto wanted = std::find_if(row.persons.begin(), row.persons.end(), has_role);
  if (wanted == row.persons.end()) {
    if (present != persons.end()) persons.erase(present);
    return;
  }
  if (present == persons.end()) {
    persons.push_back(*wanted);
    return;
  }
  Person merged = *wanted;
  if (merged.name == present->name || merged.name == MaskName(present->name)) {
    if (!header.Has(mobile)) merged.contact.mobile = present->contact.mobile;
    if (!header.Has(email)) merged.contact.email = present->contact.email;
    merged.contact.webhook_uri = present->contact.webhook_uri;
  }
  *present = merged;
}

absl::Status HeaderError(const Text& text) { return FieldError("csv", text, "CSV_INVALID"); }

}  // namespace

const char* ColumnTitle(Column column) { return NameOf(column).zh; }

bool ImportHeader::Has(Column column) const {
  return std::find(columns_.begin(), columns_.end(), column) != columns_.end();
}

absl::StatusOr<ImportHeader> ImportHeader::Read(const std::vector<std::string>& cells) {
  ImportHeader header;
  for (const std::string& cell : cells) {
    if (!IsCleanUtf8(cell)) {
      return HeaderError({"文件不是UTF-8编码，请另存为“CSV UTF-8”后再导入",
                          "the file is not UTF-8; save it as CSV UTF-8"});
    }
    const std::string text = NormalizeText(cell);
    const auto name = std::find_if(std::begin(kColumns), std::end(kColumns), [&](const auto& each) {
      return text == each.zh || absl::EqualsIgnoreCase(text, each.en);
    });
    if (name == std::end(kColumns)) {
      return HeaderError(
          {absl::StrCat("表头中的列“", text, "”不存在"), absl::StrCat("no column \"", text, "\"")});
    }
    if (header.Has(name->column)) {
      return HeaderError({absl::StrCat("表头中的列“", text, "”重复"),
                          absl::StrCat("column \"", text, "\" is there twice")});
    }
    header.columns_.push_back(name->column);
  }
  std::vector<std::string> zh, en;
  const auto miss = [&](Column column) {
    zh.push_back(NameOf(column).zh);
    en.push_back(NameOf(column).en);
  };
  for (const ColumnName& name : kColumns) {
    if (name.required && !header.Has(name.column)) miss(name.column);
  }
  if (!header.Has(Column::kUscc) && !header.Has(Column::kNoUsccReason)) miss(Column::kUscc);
  for (const auto& [column, needed] : kNeeds) {
    if (header.Has(column) && !header.Has(needed)) miss(needed);
  }
  if (zh.empty()) return header;
  return HeaderError({absl::StrCat("表头缺少列：", absl::StrJoin(zh, "、")),
                      absl::StrCat("missing columns: ", absl::StrJoin(en, ", "))});
}

void StreetNames::Add(const std::string& district, const std::string& code,
                      const std::string& display_name) {
  codes_[code] = code;
  codes_[absl::StrCat("districts/", district, "/streets/", code)] = code;
  codes_.emplace(FoldName(display_name), code);
  const std::string folded = FoldName(display_name);
  absl::string_view brief = folded;
  for (absl::string_view suffix : {"街道办事处", "街道"}) {
    if (absl::ConsumeSuffix(&brief, suffix)) break;
  }
  codes_.emplace(brief, code);
}

std::string StreetNames::CodeOf(const std::string& text) const {
  const auto found = codes_.find(FoldName(text));
  return found == codes_.end() ? "" : found->second;
}

ImportRow ReadRow(const ImportHeader& header, const std::vector<std::string>& cells,
                  const StreetNames& streets) {
  ImportRow row;
  const Label whole = {"csv", "该行", "the row"};
  if (cells.size() != header.columns().size()) {
    row.violations.Add(
        whole, absl::StrCat("有", cells.size(), "列，表头有", header.columns().size(), "列"),
        absl::StrCat("has ", cells.size(), " columns, the header ", header.columns().size()));
    return row;
  }
  for (size_t i = 0; i < cells.size(); ++i) {
    if (IsCleanUtf8(cells[i])) continue;
    row.violations.Add(LabelOf(header.columns()[i]), "不是有效的UTF-8文本或含有空字符",
                       "is not valid UTF-8 or has a NUL");
  }
  if (!row.violations.empty()) return row;

  RowReader reader(header, cells, row);
  row.fields.display_name = reader.Cell(Column::kDisplayName);
  row.fields.address = reader.Cell(Column::kAddress);
  reader.ReadWord(Column::kVenueClass, ClassWords(), row.fields.venue_class);
  reader.ReadWord(Column::kKind, KindWords(), row.fields.kind);
  reader.ReadWord(Column::kKeyUnit, BoolWords(), row.fields.key_unit);
  reader.ReadCode();
  reader.ReadStreet(streets);
  reader.ReadPoint();
  reader.ReadExternalIds();
  reader.ReadCampaignClasses();
  reader.ReadPerson(PersonRole::kResponsiblePerson, Column::kResponsible,
                    Column::kResponsibleMobile, Column::kResponsibleEmail);
  reader.ReadPerson(PersonRole::kManager, Column::kManager, Column::kManagerMobile,
                    Column::kManagerEmail);
  return row;
}

VenueFields MergeRow(const ImportHeader& header, const VenueFields& row,
                     const VenueFields& present) {
  VenueFields merged = row;
  if (!header.Has(Column::kUscc) && row.no_uscc_reason.empty()) {
    merged.uscc = present.uscc;
    merged.no_uscc_reason = present.no_uscc_reason;
  } else if (!header.Has(Column::kNoUsccReason) && row.uscc.empty()) {
    merged.no_uscc_reason = present.no_uscc_reason;
  }
  if (!header.Has(Column::kLongitude)) merged.point = present.point;
  if (!header.Has(Column::kKeyUnit)) merged.key_unit = present.key_unit;
  merged.external_ids.insert(present.external_ids.begin(), present.external_ids.end());
  for (const auto& [campaign, place] : present.campaign_classes) {
    const auto wanted = merged.campaign_classes.find(campaign);
    const bool same =
        wanted == merged.campaign_classes.end() || wanted->second.venue_class == place.venue_class;
    if (same) merged.campaign_classes[campaign] = place;
  }
  merged.building_id = present.building_id;
  merged.units = present.units;
  merged.persons = present.persons;
  MergePerson(header, PersonRole::kResponsiblePerson, Column::kResponsible,
              Column::kResponsibleMobile, Column::kResponsibleEmail, row, merged.persons);
  MergePerson(header, PersonRole::kManager, Column::kManager, Column::kManagerMobile,
              Column::kManagerEmail, row, merged.persons);
  return merged;
}

}  // namespace rectify::venue::domain
