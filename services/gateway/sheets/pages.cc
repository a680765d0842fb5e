#include "services/gateway/sheets/pages.h"

#include <utility>

#include "libs/base/status_macros.h"
#include "services/gateway/transcode/answer.h"

namespace rectify::gateway {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

constexpr int kPageSize = 500;

std::string TextIn(const Message& message, const char* field) {
  return message.GetReflection()->GetString(message,
                                            message.GetDescriptor()->FindFieldByName(field));
}

void SetText(Message& message, const char* field, const std::string& text) {
  message.GetReflection()->SetString(&message, message.GetDescriptor()->FindFieldByName(field),
                                     text);
}

std::unique_ptr<Message> FirstPageOf(const Message& request) {
  std::unique_ptr<Message> first(request.New());
  first->CopyFrom(request);
  const FieldDescriptor* size = first->GetDescriptor()->FindFieldByName("page_size");
  first->GetReflection()->SetInt32(first.get(), size, kPageSize);
  SetText(*first, "page_token", "");
  return first;
}

}  // namespace

const FieldDescriptor* RowsField(const Descriptor& answer) {
  const FieldDescriptor* rows = nullptr;
  for (int i = 0; i < answer.field_count(); ++i) {
    const FieldDescriptor* field = answer.field(i);
    if (!field->is_repeated()) continue;
    if (rows != nullptr || field->is_map() || field->message_type() == nullptr) return nullptr;
    rows = field;
  }
  return rows;
}

ListPages::ListPages(AskPage ask, const google::protobuf::MethodDescriptor& method,
                     const Message& request)
    : ask_(std::move(ask)),
      answer_(*method.output_type()),
      columns_(ColumnsOf(*RowsField(answer_)->message_type())),
      request_(FirstPageOf(request)) {}

std::vector<std::string> ListPages::Header() const {
  std::vector<std::string> header;
  for (const Column& column : columns_) header.push_back(column.title);
  return header;
}

void ListPages::AskNext(std::function<void(absl::StatusOr<std::string>)> got) const {
  ask_(*request_, std::move(got));
}

absl::StatusOr<std::vector<std::vector<Cell>>> ListPages::Take(const std::string& encoded) {
  ASSIGN_OR_RETURN(const std::unique_ptr<Message> page, ParseAnswer(answer_, encoded));
  const std::string next = TextIn(*page, "next_page_token");
  at_end_ = next.empty();
  SetText(*request_, "page_token", next);
  const FieldDescriptor* field = RowsField(answer_);
  const int size = page->GetReflection()->FieldSize(*page, field);
  std::vector<std::vector<Cell>> rows;
  rows.reserve(size);
  for (int i = 0; i < size; ++i) {
    rows.push_back(CellsOf(page->GetReflection()->GetRepeatedMessage(*page, field, i), columns_));
  }
  return rows;
}

}  // namespace rectify::gateway
