// The rows of a list, page by page.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "google/protobuf/message.h"
#include "services/gateway/sheets/cells.h"
#include "services/gateway/sheets/export.h"

namespace rectify::gateway {

// The list in an answer; nullptr when it has none, or several.
const google::protobuf::FieldDescriptor* RowsField(const google::protobuf::Descriptor& answer);

// One page is asked for after another.
class ListPages {
 public:
  ListPages(AskPage ask, const google::protobuf::MethodDescriptor& method,
            const google::protobuf::Message& request);

  const std::vector<Column>& columns() const { return columns_; }
  std::vector<std::string> Header() const;
  bool AtEnd() const { return at_end_; }
  // Calls `got` once, on any thread, with the encoded next page. Unless AtEnd.
  void AskNext(std::function<void(absl::StatusOr<std::string>)> got) const;
  // Its rows; what AskNext asks for next is the page after it.
  absl::StatusOr<std::vector<std::vector<Cell>>> Take(const std::string& encoded);

 private:
  const AskPage ask_;
  const google::protobuf::Descriptor& answer_;
  const std::vector<Column> columns_;
  const std::unique_ptr<google::protobuf::Message> request_;
  bool at_end_ = false;
};

}  // namespace rectify::gateway
