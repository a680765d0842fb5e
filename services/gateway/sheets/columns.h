// The columns of a message in a sheet: one for each field, in their order; a message in a field has
// its own fields as columns, with the field's name before theirs ("point.latitude"). What has no
// form in one cell (lists of messages, maps, messages within themselves) is one column of JSON.
//
// A sheet has one header row, so that programs read it as people do: the field's Chinese term where
// the contract's comment gives one (contracts/terms.h), else its JSON name. Files from outside may
// use either name for each part.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "google/protobuf/descriptor.h"

namespace rectify::gateway {

struct Column {
  std::vector<const google::protobuf::FieldDescriptor*> path;
  std::string title;  // of the header: "位置.纬度"
  // Of an enum, without the value 0, which is an empty cell: the Chinese term of each value, else
  // its name without the prefix ("STATE_") that all have.
  std::map<int, std::string> words;
  std::string prefix;

  const google::protobuf::FieldDescriptor& leaf() const { return *path.back(); }
};

// In the order of the fields. Descriptors of ContractFiles().
std::vector<Column> ColumnsOf(const google::protobuf::Descriptor& message);

// The column that a header cell means, by title, JSON names or field names; an empty path when the
// message has none. Messages that ColumnsOf shows as one column of JSON have none within them.
Column FindColumn(const google::protobuf::Descriptor& message, absl::string_view header);

// How the value of a column is written.
enum class CellKind { kText, kBytes, kBool, kNumber, kEnum, kTime, kDate, kJson };
CellKind KindOf(const google::protobuf::FieldDescriptor& field);

// "venue.point.latitude", as errors name fields.
std::string FieldPathOf(const Column& column);

}  // namespace rectify::gateway
