// A ZIP archive in memory, whose entries unpack within the limits of reader.h.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace rectify::xlsx {

// INVALID_ARGUMENT CSV_INVALID of `xlsx`; the texts continue "the file".
absl::Status BadFile(absl::string_view zh, absl::string_view en);

class Archive {
 public:
  // `file` must outlive it.
  static absl::StatusOr<Archive> Open(absl::string_view file);
  Archive(Archive&&) noexcept;
  ~Archive();

  bool Has(const std::string& name) const;
  // The entry piece by piece; an error of `on_piece` ends it.
  absl::Status Read(const std::string& name,
                    const std::function<absl::Status(absl::string_view)>& on_piece) const;

 private:
  struct State;
  explicit Archive(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace rectify::xlsx
