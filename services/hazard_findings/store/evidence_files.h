// The files of the evidence, by their content: DIR/ab/abcdef… holds the bytes whose SHA-256 is
// abcdef…. A file appears there whole or not at all; what is still arriving lies in DIR/incoming.
// Thread-safe; several processes may share the folder.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace rectify::hazard::store {

// A file on its way in. Without Keep it leaves nothing.
class IncomingFile {
 public:
  IncomingFile(std::string path, int fd) : path_(std::move(path)), fd_(fd) {}
  ~IncomingFile();
  IncomingFile(const IncomingFile&) = delete;
  IncomingFile& operator=(const IncomingFile&) = delete;

  // RESOURCE_EXHAUSTED when the disk is full, UNAVAILABLE for other faults of it.
  absl::Status Append(absl::string_view bytes);

 private:
  friend class EvidenceFiles;
  std::string path_;
  int fd_;
};

class EvidenceFiles {
 public:
  // Makes the folder when it is missing. FAILED_PRECONDITION when it can't be written to.
  static absl::StatusOr<std::unique_ptr<EvidenceFiles>> Open(const std::string& folder);

  absl::StatusOr<std::unique_ptr<IncomingFile>> Begin() const;
  // Durable under its hash when this returns OK, whatever happens to the machine afterwards. The
  // same content again keeps the file that is there.
  absl::Status Keep(IncomingFile& file, const std::string& sha256) const;

  // Gives the bytes in parts of at most 1 MiB. NOT_FOUND when there is no such file.
  absl::Status Read(const std::string& sha256,
                    const std::function<absl::Status(absl::string_view)>& take) const;

  // Removes what stopped arriving before `before` (machine time, like the file's). How many.
  absl::StatusOr<int> SweepIncoming(absl::Time before) const;

 private:
  explicit EvidenceFiles(std::string folder) : folder_(std::move(folder)) {}
  std::string PathOf(const std::string& sha256) const;
  const std::string folder_;
};

}  // namespace rectify::hazard::store
