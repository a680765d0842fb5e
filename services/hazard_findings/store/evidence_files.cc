#include "services/hazard_findings/store/evidence_files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "libs/base/status_macros.h"
#include "libs/crypto/crypto.h"

namespace rectify::hazard::store {
namespace {

namespace fs = std::filesystem;

constexpr char kIncoming[] = "/incoming";
constexpr size_t kPartBytes = 1 << 20;
constexpr size_t kNameBytes = 16;
constexpr mode_t kFileMode = 0440;
constexpr mode_t kFolderMode = 0750;

absl::Status DiskError(absl::string_view what) {
  if (errno == ENOSPC || errno == EDQUOT) {
    return absl::ResourceExhaustedError(absl::StrCat(what, ": the disk is full"));
  }
  return absl::ErrnoToStatus(errno, what);
}

// A name in a folder is durable only when the folder is.
absl::Status SyncFolder(const std::string& path) {
  const int fd = open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return DiskError("open evidence folder");
  const absl::Cleanup closer = [fd] { close(fd); };
  return fsync(fd) == 0 ? absl::OkStatus() : DiskError("sync evidence folder");
}

absl::Status MakeFolder(const std::string& path) {
  if (mkdir(path.c_str(), kFolderMode) == 0 || errno == EEXIST) return absl::OkStatus();
  return DiskError("make evidence folder");
}

}  // namespace

IncomingFile::~IncomingFile() {
  if (fd_ >= 0) close(fd_);
  if (!path_.empty()) unlink(path_.c_str());
}

absl::Status IncomingFile::Append(absl::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = write(fd_, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return DiskError("write evidence");
    bytes.remove_prefix(static_cast<size_t>(written));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<EvidenceFiles>> EvidenceFiles::Open(const std::string& folder) {
  RETURN_IF_ERROR(MakeFolder(folder));
  RETURN_IF_ERROR(MakeFolder(folder + kIncoming));
  if (access((folder + kIncoming).c_str(), W_OK | X_OK) != 0) {
    return absl::FailedPreconditionError(
        absl::StrCat("the evidence folder ", folder, " can't be written to"));
  }
  return std::unique_ptr<EvidenceFiles>(new EvidenceFiles(folder));
}

std::string EvidenceFiles::PathOf(const std::string& sha256) const {
  return absl::StrCat(folder_, "/", sha256.substr(0, 2), "/", sha256);
}

absl::StatusOr<std::unique_ptr<IncomingFile>> EvidenceFiles::Begin() const {
  std::string path = absl::StrCat(folder_, kIncoming, "/",
                                  absl::BytesToHexString(crypto::RandomBytes(kNameBytes)));
  const int fd = open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, kFileMode);
  if (fd < 0) return DiskError("create evidence file");
  return std::make_unique<IncomingFile>(std::move(path), fd);
}

absl::Status EvidenceFiles::Keep(IncomingFile& file, const std::string& sha256) const {
  if (fsync(file.fd_) != 0) return DiskError("sync evidence");
  const std::string path = PathOf(sha256);
  const std::string folder = path.substr(0, path.rfind('/'));
  RETURN_IF_ERROR(MakeFolder(folder));
  // Equal content may be there already; replacing it by itself harms no reader.
  if (rename(file.path_.c_str(), path.c_str()) != 0) return DiskError("keep evidence");
  file.path_.clear();
  RETURN_IF_ERROR(SyncFolder(folder));
  return SyncFolder(folder_);
}

absl::Status EvidenceFiles::Read(const std::string& sha256,
                                 const std::function<absl::Status(absl::string_view)>& take) const {
  const int fd = open(PathOf(sha256).c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0 && errno == ENOENT) return absl::NotFoundError("the file of the evidence is missing");
  if (fd < 0) return DiskError("open evidence");
  const absl::Cleanup closer = [fd] { close(fd); };
  std::string part(kPartBytes, '\0');
  while (true) {
    const ssize_t count = read(fd, part.data(), part.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return DiskError("read evidence");
    if (count == 0) return absl::OkStatus();
    RETURN_IF_ERROR(take(absl::string_view(part.data(), static_cast<size_t>(count))));
  }
}

absl::StatusOr<int> EvidenceFiles::SweepIncoming(absl::Time before) const {
  std::error_code fault;
  int swept = 0;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder_ + kIncoming, fault)) {
    struct stat facts = {};
    // A file that has just been kept or swept by somebody else is nobody's fault.
    if (stat(entry.path().c_str(), &facts) != 0) continue;
    if (absl::TimeFromTimespec(facts.st_mtim) >= before) continue;
    if (unlink(entry.path().c_str()) == 0) ++swept;
  }
  if (fault) return absl::UnavailableError(absl::StrCat("evidence folder: ", fault.message()));
  return swept;
}

}  // namespace rectify::hazard::store
