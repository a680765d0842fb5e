#include "services/cli/output.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "google/protobuf/util/json_util.h"
#include "libs/base/clock.h"
#include "libs/base/error.h"
#include "libs/base/text.h"
#include "libs/rpc/convert.h"

namespace rectify::cli {

std::string Table::Text() const {
  std::vector<size_t> widths;
  for (const auto& row : rows_) {
    widths.resize(std::max(widths.size(), row.size()));
    for (size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], DisplayWidth(row[i]));
  }
  std::string text;
  for (const auto& row : rows_) {
    std::string line;
    for (size_t i = 0; i < row.size(); ++i) {
      absl::StrAppend(&line, row[i], std::string(widths[i] - DisplayWidth(row[i]) + 2, ' '));
    }
    line.erase(line.find_last_not_of(' ') + 1);
    absl::StrAppend(&text, line, "\n");
  }
  return text;
}

std::string ToJson(const google::protobuf::Message& message) {
  google::protobuf::util::JsonPrintOptions options;
  options.add_whitespace = true;
  options.preserve_proto_field_names = true;
  std::string json;
  if (!google::protobuf::util::MessageToJsonString(message, &json, options).ok()) return "{}\n";
  return json;
}

std::string DateText(const google::type::Date& date) {
  return date.year() == 0 ? "" : FormatCivilDay(rpc::ToCivilDay(date));
}

std::string TimeText(const google::protobuf::Timestamp& time) {
  return time.seconds() == 0 ? "" : FormatChinaMinute(rpc::ToTime(time));
}

std::string ErrorText(const absl::Status& status) {
  std::optional<ErrorDetail> detail = DetailOf(status);
  std::string text = absl::StrCat("错误：", status.message(), "\n");
  if (!detail) return text;
  for (const FieldViolation& violation : detail->violations) {
    absl::StrAppend(&text, "  ", violation.field, "：", violation.text.zh, "\n");
  }
  absl::StrAppend(&text, "  （", detail->reason);
  for (const auto& [key, value] : detail->metadata) absl::StrAppend(&text, "，", key, "=", value);
  return absl::StrCat(text, "）\n");
}

Progress::Progress(std::string label)
    : label_(std::move(label)), terminal_(isatty(STDERR_FILENO) != 0) {}

Progress::~Progress() {
  if (shown_) std::fputc('\n', stderr);
}

void Progress::Show(int64_t done, int64_t total, absl::string_view note) {
  const int percent = total <= 0 ? 100 : static_cast<int>(done * 100 / total);
  if (!terminal_ || percent == last_percent_) return;
  last_percent_ = percent;
  shown_ = true;
  const int filled = percent * 30 / 100;
  std::fprintf(stderr, "\r%s [%s%s] %3d%% %s\033[K", label_.c_str(),
               std::string(filled, '#').c_str(), std::string(30 - filled, ' ').c_str(), percent,
               std::string(note).c_str());
}

}  // namespace rectify::cli
