#include "services/cli/replay/receivers.h"

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace rectify::cli {
namespace {

namespace fs = std::filesystem;

constexpr absl::string_view kDeliveryHeader = "X-Rectify-Delivery:";

void Note(Arrived& arrived, std::string id) {
  if (!arrived.ids.insert(std::move(id)).second) ++arrived.doubled;
}

// The delivery id in the headers of a mail, "" when it is none of ours.
std::string DeliveryOf(const fs::path& mail) {
  std::ifstream in(mail);
  for (std::string line; std::getline(in, line) && !line.empty() && line != "\r";) {
    if (absl::StartsWith(line, kDeliveryHeader)) {
      return std::string(absl::StripAsciiWhitespace(line.substr(kDeliveryHeader.size())));
    }
  }
  return "";
}

}  // namespace

absl::StatusOr<Arrived> ReadMaildir(const std::string& folder) {
  Arrived arrived;
  for (const char* part : {"new", "cur"}) {
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(fs::path(folder) / part, error)) {
      if (std::string id = DeliveryOf(entry.path()); !id.empty()) Note(arrived, std::move(id));
    }
  }
  return arrived;
}

absl::StatusOr<Arrived> ReadWebhookLog(const std::string& file) {
  Arrived arrived;
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);) {
    nlohmann::json json = nlohmann::json::parse(line, nullptr, false);
    if (!json.is_object() || !json.contains("id")) {
      return absl::DataLossError(absl::StrCat(file, " 有无法识别的行"));
    }
    Note(arrived, json["id"].get<std::string>());
  }
  return arrived;
}

absl::StatusOr<Arrived> ReadLetters(const std::string& folder) {
  Arrived arrived;
  std::error_code error;
  for (const auto& entry : fs::recursive_directory_iterator(folder, error)) {
    if (entry.path().extension() == ".txt") Note(arrived, entry.path().stem().string());
  }
  return arrived;
}

}  // namespace rectify::cli
