#include "libs/xlsx/reader.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "libs/base/status_macros.h"
#include "libs/xlsx/archive.h"
#include "libs/xlsx/xml.h"

namespace rectify::xlsx {
namespace {

constexpr size_t kMaxStrings = size_t{1} << 19;
constexpr double kLargestWhole = 1e15;  // as far as spreadsheets have all digits

absl::Status NoSheet() { return BadFile("中没有工作表", "has no sheet in it"); }
absl::Status TooMuch() { return BadFile("内容过多", "has too much in it"); }

std::string Get(const XmlHandler::Attributes& attributes, const std::string& name) {
  const auto found = attributes.find(name);
  return found == attributes.end() ? "" : found->second;
}

// The first sheet in sight of xl/workbook.xml: the id of its relation.
class WorkbookHandler : public XmlHandler {
 public:
  std::string sheet;

  absl::Status Begin(absl::string_view element, const Attributes& attributes) override {
    const std::string state = Get(attributes, "state");
    const bool hidden = !state.empty() && state != "visible";
    if (element == "sheet" && !hidden && sheet.empty()) sheet = Get(attributes, "id");
    const std::string since1904 = Get(attributes, "date1904");
    if (element == "workbookPr" && !since1904.empty() && since1904 != "0" && since1904 != "false") {
      return BadFile("采用 1904 年日期系统，请在 Excel 选项中改为 1900 年日期系统后重新保存",
                     "counts days from 1904 on; save it with the 1900 date system");
    }
    return absl::OkStatus();
  }
  absl::Status Text(absl::string_view) override { return absl::OkStatus(); }
  absl::Status End(absl::string_view) override { return absl::OkStatus(); }
};

// Where the relation leads, of xl/_rels/workbook.xml.rels.
class RelationHandler : public XmlHandler {
 public:
  explicit RelationHandler(std::string id) : id_(std::move(id)) {}
  std::string target;

  absl::Status Begin(absl::string_view element, const Attributes& attributes) override {
    if (element == "Relationship" && Get(attributes, "Id") == id_) {
      target = Get(attributes, "Target");
    }
    return absl::OkStatus();
  }
  absl::Status Text(absl::string_view) override { return absl::OkStatus(); }
  absl::Status End(absl::string_view) override { return absl::OkStatus(); }

 private:
  const std::string id_;
};

// xl/sharedStrings.xml: <si> is one, of the <t> in it; <rPh> tells how it is spoken.
class StringsHandler : public XmlHandler {
 public:
  std::vector<std::string> strings;

  absl::Status Begin(absl::string_view element, const Attributes&) override {
    if (element == "si") strings.emplace_back();
    if (element == "rPh") spoken_ = true;
    in_text_ = element == "t";
    return strings.size() > kMaxStrings ? TooMuch() : absl::OkStatus();
  }
  absl::Status Text(absl::string_view text) override {
    if (!in_text_ || spoken_ || strings.empty()) return absl::OkStatus();
    strings.back().append(text.data(), text.size());
    bytes_ += text.size();
    return bytes_ > kMaxText ? TooMuch() : absl::OkStatus();
  }
  absl::Status End(absl::string_view element) override {
    if (element == "rPh") spoken_ = false;
    in_text_ = false;
    return absl::OkStatus();
  }

 private:
  bool in_text_ = false, spoken_ = false;
  size_t bytes_ = 0;
};

// "BC12" → 54; nullopt for no such name.
std::optional<int> ColumnIn(absl::string_view name) {
  int column = 0;
  for (char c : name) {
    if (!absl::ascii_isupper(static_cast<unsigned char>(c))) break;
    column = column * 26 + (c - 'A' + 1);
    if (column > kMaxColumns) return std::nullopt;
  }
  return column == 0 ? std::nullopt : std::optional<int>(column - 1);
}

// Programs store 0.1 as 0.10000000000000001 and 13800000000 as 1.38E10.
std::string NumberText(const std::string& stored) {
  double value = 0;
  if (!absl::SimpleAtod(stored, &value) || !std::isfinite(value)) return stored;
  if (std::fabs(value) < kLargestWhole && value == std::floor(value)) {
    return absl::StrCat(static_cast<int64_t>(value));
  }
  char text[32];
  return std::string(text, std::to_chars(text, text + sizeof text, value).ptr);
}

class SheetHandler : public XmlHandler {
 public:
  SheetHandler(const std::vector<std::string>& strings,
               const std::function<absl::Status(Row)>& on_row)
      : strings_(strings), on_row_(on_row) {}

  absl::Status Begin(absl::string_view element, const Attributes& attributes) override {
    if (element == "row") {
      int number = 0;
      row_ = {
          absl::SimpleAtoi(Get(attributes, "r"), &number) && number > 0 ? number : last_row_ + 1,
          {}};
      last_row_ = row_.number;
      column_ = -1;
    } else if (element == "c") {
      type_ = Get(attributes, "t");
      value_.clear();
      const std::string name = Get(attributes, "r");
      const std::optional<int> column = name.empty() ? column_ + 1 : ColumnIn(name);
      if (!column || *column >= kMaxColumns) return TooMuch();
      column_ = *column;
    } else if (element == "rPh") {
      spoken_ = true;
    }
    in_value_ = element == "v" || element == "t";
    return absl::OkStatus();
  }

  absl::Status Text(absl::string_view text) override {
    if (in_value_ && !spoken_) value_.append(text.data(), text.size());
    return value_.size() > kMaxText ? TooMuch() : absl::OkStatus();
  }

  absl::Status End(absl::string_view element) override {
    in_value_ = false;
    if (element == "rPh") spoken_ = false;
    if (element == "c") return EndCell();
    const bool full =
        element == "row" && std::any_of(row_.cells.begin(), row_.cells.end(),
                                        [](const std::string& cell) { return !cell.empty(); });
    return full ? on_row_(std::exchange(row_, {})) : absl::OkStatus();
  }

 private:
  absl::Status EndCell() {
    if (value_.empty() || column_ < 0) return absl::OkStatus();
    ASSIGN_OR_RETURN(std::string text, Value());
    bytes_ += text.size();
    if (bytes_ > kMaxText) return TooMuch();
    if (row_.cells.size() <= static_cast<size_t>(column_)) row_.cells.resize(column_ + 1);
    row_.cells[column_] = std::move(text);
    return absl::OkStatus();
  }

  absl::StatusOr<std::string> Value() const {
    if (type_ == "s") {
      size_t place = 0;
      if (!absl::SimpleAtoi(value_, &place) || place >= strings_.size()) {
        return BadFile("引用了不存在的文本", "refers to a text that it does not have");
      }
      return strings_[place];
    }
    if (type_ == "b") return std::string(value_ == "1" ? "TRUE" : "FALSE");
    if (type_.empty() || type_ == "n") return NumberText(value_);
    return value_;
  }

  const std::vector<std::string>& strings_;
  const std::function<absl::Status(Row)>& on_row_;
  Row row_;
  int last_row_ = 0, column_ = -1;
  std::string type_, value_;
  bool in_value_ = false, spoken_ = false;
  size_t bytes_ = 0;
};

// Relations are told from xl/ on, or from the root.
std::string EntryOf(absl::string_view target) {
  if (absl::ConsumePrefix(&target, "/")) return std::string(target);
  return absl::StrCat("xl/", target);
}

}  // namespace

absl::Status ReadRows(absl::string_view file, const std::function<absl::Status(Row)>& on_row) {
  ASSIGN_OR_RETURN(const Archive archive, Archive::Open(file));
  WorkbookHandler workbook;
  RETURN_IF_ERROR(ReadXml(archive, "xl/workbook.xml", workbook));
  RelationHandler relation(workbook.sheet);
  RETURN_IF_ERROR(ReadXml(archive, "xl/_rels/workbook.xml.rels", relation));
  if (workbook.sheet.empty() || relation.target.empty()) return NoSheet();
  StringsHandler strings;
  constexpr char kStrings[] = "xl/sharedStrings.xml";
  if (archive.Has(kStrings)) RETURN_IF_ERROR(ReadXml(archive, kStrings, strings));
  SheetHandler sheet(strings.strings, on_row);
  return ReadXml(archive, EntryOf(relation.target), sheet);
}

}  // namespace rectify::xlsx
