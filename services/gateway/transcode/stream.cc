#include "services/gateway/transcode/stream.h"

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "google/protobuf/message.h"
#include "libs/base/status_macros.h"
#include "libs/protojson/json.h"
#include "services/gateway/transcode/answer.h"
#include "services/gateway/transcode/file.h"

namespace rectify::gateway {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

// The field that brings the bytes of a file; nullptr for messages that are data.
const FieldDescriptor* ContentField(const Descriptor& type) {
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor* field = type.field(i);
    if (field->type() == FieldDescriptor::TYPE_BYTES && !field->is_repeated()) return field;
  }
  return nullptr;
}

absl::StatusOr<std::string> PieceOf(const Descriptor& type, const std::string& encoded) {
  if (const FieldDescriptor* content = ContentField(type); content != nullptr) {
    ASSIGN_OR_RETURN(const std::unique_ptr<Message> message, ParseAnswer(type, encoded));
    return message->GetReflection()->GetString(*message, content);
  }
  ASSIGN_OR_RETURN(const std::string line, protojson::ToJson(type, encoded));
  return line + "\n";
}

// What the answer says, or "".
std::string MediaTypeIn(const Message& answer) {
  const FieldDescriptor* field = FileDescription(*answer.GetDescriptor());
  if (field == nullptr) return "";
  const Message& described = answer.GetReflection()->GetMessage(answer, field);
  return described.GetReflection()->GetString(described,
                                              field->message_type()->FindFieldByName(kMediaType));
}

class AnswerPieces : public http::Pieces {
 public:
  AnswerPieces(const Descriptor& type, std::optional<std::string> first,
               std::shared_ptr<rpc::Arrivals> rest)
      : type_(type), first_(std::move(first)), rest_(std::move(rest)) {}
  ~AnswerPieces() override { rest_->Cancel(); }

  void Next(std::function<void(Piece)> got) override {
    if (first_.has_value()) return got(Convert(std::exchange(first_, std::nullopt)));
    rest_->Next([this, got = std::move(got)](const rpc::Arrivals::Arrival& arrival) {
      got(arrival.ok() ? Convert(*arrival) : Piece(arrival.status()));
    });
  }
  void Cancel() override { rest_->Cancel(); }

 private:
  Piece Convert(const std::optional<std::string>& encoded) const {
    if (!encoded.has_value()) return Piece(std::nullopt);
    ASSIGN_OR_RETURN(std::string piece, PieceOf(type_, *encoded));
    return std::optional<std::string>(std::move(piece));
  }

  const Descriptor& type_;
  std::optional<std::string> first_;
  const std::shared_ptr<rpc::Arrivals> rest_;
};

}  // namespace

std::string StreamedType(const Descriptor& type) {
  const FieldDescriptor* content = ContentField(type);
  if (content == nullptr) return "application/x-ndjson";
  return content->name() == "csv" ? "text/csv" : "application/octet-stream";
}

absl::StatusOr<http::Response> ToStreamResponse(const Descriptor& type,
                                                const std::optional<std::string>& first,
                                                std::shared_ptr<rpc::Arrivals> rest) {
  http::Response response;
  std::string media_type = StreamedType(type);
  if (first.has_value()) {
    ASSIGN_OR_RETURN(const std::unique_ptr<Message> message, ParseAnswer(type, *first));
    if (const std::string told = MediaTypeIn(*message); !told.empty()) media_type = told;
  }
  if (media_type == "text/csv") absl::StrAppend(&media_type, "; charset=utf-8");
  response.headers.Add("Content-Type", media_type);
  if (ContentField(type) != nullptr) response.headers.Add("Content-Disposition", "attachment");
  response.pieces = std::make_shared<AnswerPieces>(type, first, std::move(rest));
  return response;
}

}  // namespace rectify::gateway
