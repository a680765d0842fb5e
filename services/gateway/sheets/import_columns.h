// Which field each column of an import file fills.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "services/gateway/routes/route_table.h"
#include "services/gateway/sheets/columns.h"
#include "services/gateway/sheets/import_file.h"

namespace rectify::gateway {

// The field of the request that is what the method creates: `venue` of CreateVenue; nullptr when it
// has none.
const google::protobuf::FieldDescriptor* CreatedField(const google::protobuf::MethodDescriptor&);

class ImportColumns {
 public:
  // Columns are fields of what is created, or of the rest of the request when that is the route's
  // body ("complainant.phone" of CreateLead). INVALID_ARGUMENT CSV_INVALID of `field` for those
  // that are unknown or doubled, naming all.
  static absl::StatusOr<ImportColumns> Match(const Route& route,
                                             const std::vector<std::string>& header,
                                             const std::string& field);

  // The body of the row's request, in JSON. INVALID_ARGUMENT with all cells that can't be read.
  absl::StatusOr<nlohmann::json> BodyOf(const FileRow& row) const;
  // What the file calls the field of an error ("venue.address"); the field itself when it has no
  // such column.
  std::string TitleOf(const std::string& field) const;

 private:
  struct Entry {
    std::string title;
    Column column;  // an empty path: passed over
  };

  const google::protobuf::FieldDescriptor* body_ = nullptr;  // nullptr: the whole request
  std::vector<Entry> entries_;
};

}  // namespace rectify::gateway
