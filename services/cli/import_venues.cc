#include "services/cli/import_venues.h"

#include <filesystem>
#include <fstream>

#include "absl/strings/str_cat.h"

namespace rectify::cli {
namespace {

constexpr size_t kPiece = size_t{256} << 10;

}  // namespace

absl::Status ImportVenueFile(
    const rpc::Client& client, const std::string& parent, const std::string& path,
    const std::string& import_id,
    const std::function<void(const venue::v1::ImportVenuesResponse&)>& on_row,
    const std::function<void(int64_t sent, int64_t total)>& on_progress) {
  std::ifstream in(path, std::ios::binary);
  std::error_code error;
  const int64_t total = static_cast<int64_t>(std::filesystem::file_size(path, error));
  if (!in || error) return absl::NotFoundError(absl::StrCat("无法读取文件 ", path));

  int64_t sent = 0;
  std::string piece(kPiece, '\0');
  auto next = [&](google::protobuf::Message& message) {
    in.read(piece.data(), static_cast<std::streamsize>(piece.size()));
    if (in.gcount() == 0) return false;
    auto& request = static_cast<venue::v1::ImportVenuesRequest&>(message);
    if (sent == 0) {
      request.set_parent(parent);
      request.set_import_id(import_id);
    }
    request.set_csv(piece.data(), static_cast<size_t>(in.gcount()));
    sent += in.gcount();
    if (on_progress) on_progress(sent, total);
    return true;
  };
  return client.Stream(
      "rectify.venue.v1.VenueRegistry.ImportVenues", next,
      [&](const google::protobuf::Message& message) {
        on_row(static_cast<const venue::v1::ImportVenuesResponse&>(message));
        return absl::OkStatus();
      },
      absl::Minutes(10));
}

}  // namespace rectify::cli
