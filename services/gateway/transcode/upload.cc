#include "services/gateway/transcode/upload.h"

#include <atomic>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "services/gateway/transcode/file.h"
#include "services/gateway/transcode/request.h"

namespace rectify::gateway {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::MessageFactory;

// Kept alive by whoever is to tell it something next: the call, or the body.
class Sender : public std::enable_shared_from_this<Sender> {
 public:
  Sender(const Route& route, std::shared_ptr<http::BodyPieces> body, UploadEnd end)
      : route_(route), body_(std::move(body)), end_(std::move(end)) {}

  void Begin(const StartCall& start, std::string first) {
    call_ = start([self = shared_from_this()](absl::StatusOr<std::string> answer) {
      if (!self->ended_.exchange(true)) self->end_.answered(std::move(answer));
    });
    // Not to be kept by the body, which it keeps.
    body_->WhenGivenUp([sender = weak_from_this()] {
      const auto self = sender.lock();
      if (self != nullptr) self->Break(absl::CancelledError("the server ends"));
    });
    Send(std::move(first));
  }

 private:
  void Send(std::string message) {
    call_->Send(std::move(message), [self = shared_from_this()](bool more) {
      if (more) self->AskForPiece();
    });
  }

  void AskForPiece() {
    body_->Next([self = shared_from_this()](const http::BodyPieces::Piece& piece) {
      if (!piece.ok()) return self->Break(piece.status());
      if (!piece->has_value()) return self->call_->End();
      self->Send(ToChunk(self->route_, **piece));
    });
  }

  void Break(const absl::Status& why) {
    if (!ended_.exchange(true)) end_.broken(why);
    call_->Cancel();
  }

  const Route& route_;
  const std::shared_ptr<http::BodyPieces> body_;
  const UploadEnd end_;
  std::shared_ptr<rpc::Departures> call_;
  std::atomic<bool> ended_ = false;
};

}  // namespace

absl::Status SetMediaType(const http::Headers& headers, Message& first) {
  absl::string_view type = headers.Get("Content-Type");
  type = absl::StripAsciiWhitespace(type.substr(0, type.find(';')));
  const FieldDescriptor* description = FileDescription(*first.GetDescriptor());
  if (type.empty() || description == nullptr) return absl::OkStatus();
  return SetFromHeader(first, absl::StrCat(description->name(), ".", kMediaType), "Content-Type",
                       absl::AsciiStrToLower(type))
      .status();
}

std::string ToChunk(const Route& route, const std::string& piece) {
  const auto* type = route.method->input_type();
  std::unique_ptr<Message> chunk(MessageFactory::generated_factory()->GetPrototype(type)->New());
  chunk->GetReflection()->SetString(chunk.get(), type->FindFieldByName(route.body), piece);
  return chunk->SerializeAsString();
}

void Upload(const Route& route, const Message& first, std::shared_ptr<http::BodyPieces> body,
            const StartCall& start, UploadEnd end) {
  std::make_shared<Sender>(route, std::move(body), std::move(end))
      ->Begin(start, first.SerializeAsString());
}

}  // namespace rectify::gateway
