#include "libs/csv/csv_reader.h"

#include <algorithm>
#include <utility>

#include "absl/strings/strip.h"
#include "libs/base/status_macros.h"
#include "libs/csv/cells.h"

namespace rectify::csv {
namespace {

bool IsBlank(const std::string& line) {
  return line.find_first_not_of(" \t\r\n") == std::string::npos;
}

}  // namespace

CsvReader::CsvReader(std::function<absl::Status(CsvRow)> on_row) : on_row_(std::move(on_row)) {
  csv_init(&parser_, CSV_STRICT | CSV_STRICT_FINI);
}

CsvReader::~CsvReader() { csv_free(&parser_); }

absl::Status CsvReader::Feed(absl::string_view bytes) {
  while (!bytes.empty()) {
    if (after_cr_) {
      if (bytes[0] == '\n') {
        Append(bytes.substr(0, 1));
        bytes.remove_prefix(1);
      }
      RETURN_IF_ERROR(EndLine());
      continue;
    }
    const size_t end = bytes.find_first_of("\r\n");
    if (end == absl::string_view::npos) {
      Append(bytes);
      return absl::OkStatus();
    }
    Append(bytes.substr(0, end + 1));
    if (bytes[end] == '\r') {
      after_cr_ = true;  // the line ends behind an LF that may follow
    } else {
      RETURN_IF_ERROR(EndLine());
    }
    bytes.remove_prefix(end + 1);
  }
  return absl::OkStatus();
}

absl::Status CsvReader::Finish() {
  if (!line_.empty()) {
    if (!after_cr_) line_.push_back('\n');
    RETURN_IF_ERROR(EndLine());
  }
  // What is left open now has a quote without its partner.
  while (!row_.empty()) {
    ASSIGN_OR_RETURN(std::deque<Line> rest, Refuse());
    RETURN_IF_ERROR(Parse(std::move(rest)));
  }
  return absl::OkStatus();
}

void CsvReader::Append(absl::string_view bytes) {
  if (line_too_long_ || line_.size() + bytes.size() > kMaxRow) {
    line_too_long_ = true;
    line_.assign(1, '\n');
    return;
  }
  line_.append(bytes.data(), bytes.size());
}

absl::Status CsvReader::EndLine() {
  after_cr_ = false;
  absl::string_view text = line_;
  if (line_number_ == 1) absl::ConsumePrefix(&text, kByteOrderMark);
  std::deque<Line> lines;
  lines.push_back({line_number_++, std::string(text), line_too_long_});
  line_.clear();
  line_too_long_ = false;
  return Parse(std::move(lines));
}

absl::Status CsvReader::Parse(std::deque<Line> lines) {
  while (!lines.empty()) {
    Line line = std::move(lines.front());
    lines.pop_front();
    row_bytes_ += line.text.size();
    row_.push_back(std::move(line));
    if (!Accept(row_.back())) {
      ASSIGN_OR_RETURN(std::deque<Line> rest, Refuse());
      lines.insert(lines.begin(), std::make_move_iterator(rest.begin()),
                   std::make_move_iterator(rest.end()));
    } else if (row_done_) {
      CsvRow row{.line = row_.front().number, .cells = std::move(cells_), .problem = {}};
      Reset();
      RETURN_IF_ERROR(on_row_(std::move(row)));
    } else if (row_.size() == 1 && IsBlank(row_.front().text)) {
      Reset();
    }
  }
  return absl::OkStatus();
}

bool CsvReader::Accept(const Line& line) {
  if (line.too_long || row_bytes_ > kMaxRow) return false;
  const auto on_cell = [](void* text, size_t size, void* self) {
    static_cast<CsvReader*>(self)->cells_.emplace_back(static_cast<const char*>(text), size);
  };
  const auto on_row = [](int, void* self) { static_cast<CsvReader*>(self)->row_done_ = true; };
  return csv_parse(&parser_, line.text.data(), line.text.size(), on_cell, on_row, this) ==
         line.text.size();
}

void CsvReader::Reset() {
  // Keeps the parser's buffer only when it stands between two rows.
  if (!row_done_ && !row_.empty()) {
    csv_free(&parser_);
    csv_init(&parser_, CSV_STRICT | CSV_STRICT_FINI);
  }
  row_.clear();
  row_bytes_ = 0;
  cells_.clear();
  row_done_ = false;
}

absl::StatusOr<std::deque<CsvReader::Line>> CsvReader::Refuse() {
  std::deque<Line> lines = std::move(row_);
  const Line first = std::move(lines.front());
  lines.pop_front();
  row_done_ = false;
  row_ = {first};
  Reset();
  const Text problem =
      first.too_long ? Text{"该行过长（超过32KB）", "the line is too long (more than 32 KB)"}
                     : Text{"引号不成对，或单元格中有未加倍的引号，无法读取该行",
                            "a quote has no partner or is not doubled; the line can't be read"};
  RETURN_IF_ERROR(on_row_({.line = first.number, .cells = {}, .problem = problem}));
  return lines;
}

}  // namespace rectify::csv
