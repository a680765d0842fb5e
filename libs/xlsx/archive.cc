#include "libs/xlsx/archive.h"

#include <zip.h>

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "libs/xlsx/reader.h"

namespace rectify::xlsx {
namespace {

constexpr size_t kPieceBytes = size_t{64} << 10;
// A small entry may be packed to next to nothing.
constexpr size_t kSmall = size_t{1} << 20;

struct CloseEntry {
  void operator()(zip_file_t* entry) const { zip_fclose(entry); }
};

absl::Status NoArchive() { return BadFile("不是有效的 XLSX 文件", "is not a valid XLSX file"); }

absl::Status TooLarge() { return BadFile("解压后过大", "is too large when it is unpacked"); }

absl::StatusOr<zip_stat_t> StatOf(zip_t* archive, zip_uint64_t index) {
  zip_stat_t stat;
  zip_stat_init(&stat);
  constexpr zip_uint64_t kNeeded = ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE;
  if (zip_stat_index(archive, index, 0, &stat) != 0 || (stat.valid & kNeeded) != kNeeded) {
    return NoArchive();
  }
  return stat;
}

absl::Status CheckSizes(zip_t* archive) {
  const zip_int64_t entries = zip_get_num_entries(archive, 0);
  if (entries > kMaxEntries) return TooLarge();
  zip_uint64_t unpacked = 0;
  for (zip_int64_t i = 0; i < entries; ++i) {
    ASSIGN_OR_RETURN(const zip_stat_t stat, StatOf(archive, i));
    if (stat.size > kMaxUnpacked || unpacked + stat.size > kMaxUnpacked) return TooLarge();
    unpacked += stat.size;
    if (stat.size > kSmall && stat.size / kMaxRatio > stat.comp_size) return TooLarge();
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status BadFile(absl::string_view zh, absl::string_view en) {
  return FieldError("xlsx", {absl::StrCat("文件", zh), absl::StrCat("the file ", en)},
                    "CSV_INVALID");
}

struct Archive::State {
  zip_t* archive = nullptr;
  ~State() {
    if (archive != nullptr) zip_discard(archive);
  }
};

Archive::Archive(std::unique_ptr<State> state) : state_(std::move(state)) {}
Archive::Archive(Archive&&) noexcept = default;
Archive::~Archive() = default;

absl::StatusOr<Archive> Archive::Open(absl::string_view file) {
  zip_error_t error;
  zip_error_init(&error);
  zip_source_t* source = zip_source_buffer_create(file.data(), file.size(), 0, &error);
  zip_error_fini(&error);
  if (source == nullptr) return NoArchive();
  auto state = std::make_unique<State>();
  state->archive = zip_open_from_source(source, ZIP_RDONLY, nullptr);
  if (state->archive == nullptr) {
    zip_source_free(source);
    return NoArchive();
  }
  RETURN_IF_ERROR(CheckSizes(state->archive));
  return Archive(std::move(state));
}

bool Archive::Has(const std::string& name) const {
  return zip_name_locate(state_->archive, name.c_str(), 0) >= 0;
}

absl::Status Archive::Read(const std::string& name,
                           const std::function<absl::Status(absl::string_view)>& on_piece) const {
  const zip_int64_t index = zip_name_locate(state_->archive, name.c_str(), 0);
  if (index < 0) return NoArchive();
  ASSIGN_OR_RETURN(const zip_stat_t stat, StatOf(state_->archive, index));
  const std::unique_ptr<zip_file_t, CloseEntry> entry(zip_fopen_index(state_->archive, index, 0));
  if (entry == nullptr) return NoArchive();
  std::vector<char> piece(kPieceBytes);
  zip_uint64_t seen = 0;
  while (true) {
    const zip_int64_t got = zip_fread(entry.get(), piece.data(), piece.size());
    if (got < 0) return NoArchive();
    if (got == 0) return absl::OkStatus();
    seen += got;
    if (seen > stat.size) return TooLarge();  // more than it said
    RETURN_IF_ERROR(on_piece({piece.data(), static_cast<size_t>(got)}));
  }
}

}  // namespace rectify::xlsx
