// What people see: tables with Chinese text in straight columns, JSON for machines, a progress
// line.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/message.h"
#include "google/protobuf/timestamp.pb.h"
#include "google/type/date.pb.h"

namespace rectify::cli {

class Table {
 public:
  explicit Table(std::vector<std::string> header) : rows_{std::move(header)} {}
  void Add(std::vector<std::string> row) { rows_.push_back(std::move(row)); }
  bool empty() const { return rows_.size() == 1; }
  // Columns as wide as their widest cell, two spaces apart.
  std::string Text() const;

 private:
  std::vector<std::vector<std::string>> rows_;
};

// Canonical protobuf JSON with the contract's field names, indented.
std::string ToJson(const google::protobuf::Message& message);
// One JSON array of messages.
template <typename Item>
std::string ToJsonArray(const std::vector<Item>& items) {
  std::string text = "[";
  for (const Item& item : items) text += (text.size() > 1 ? ",\n" : "\n") + ToJson(item);
  return text + "]\n";
}

// "2023-01-03", "" when absent.
std::string DateText(const google::type::Date& date);
// "2023-01-03 10:15" in China's zone, "" when absent.
std::string TimeText(const google::protobuf::Timestamp& time);

// An error as one block for people: message, then each field, then the reason code.
std::string ErrorText(const absl::Status& status);

// A line on stderr that is written over while the work goes on; silent when stderr is no terminal.
class Progress {
 public:
  explicit Progress(std::string label);
  ~Progress();  // leaves the last state on its line
  void Show(int64_t done, int64_t total, absl::string_view note = "");

 private:
  const std::string label_;
  const bool terminal_;
  int last_percent_ = -1;
  bool shown_ = false;
};

}  // namespace rectify::cli
