#include "libs/rpc/wire.h"

#include <algorithm>
#include <map>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/wire_format_lite.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "libs/base/text.h"
#include "libs/crypto/crypto.h"

namespace rectify::rpc {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::internal::WireFormatLite;
using google::protobuf::io::CodedInputStream;

// As deep as protobuf's own parser goes.
constexpr int kMaxDepth = 100;

absl::Status Malformed(absl::string_view path, absl::string_view zh, absl::string_view en) {
  const std::string field(path.empty() ? "(message)" : path);
  return FieldError(path, {absl::StrCat("字段 ", field, " ", zh), absl::StrCat(field, " ", en)},
                    "MALFORMED_MESSAGE");
}

absl::Status Broken(absl::string_view path) {
  return Malformed(path, "编码损坏", "has a broken encoding");
}

absl::Status UnknownField(absl::string_view path, int number) {
  const std::string field = absl::StrCat(path, path.empty() ? "" : ".", "#", number);
  ErrorDetail detail = {
      .reason = "UNKNOWN_FIELD",
      .text = {absl::StrCat("请求含有接口未定义的字段 ", field),
               absl::StrCat("the request has a field that the contract does not know: ", field)},
      .metadata = {{"path", std::string(path)}, {"number", absl::StrCat(number)}},
      .violations = {}};
  detail.violations.push_back({.field = field, .text = detail.text});
  return MakeError(absl::StatusCode::kInvalidArgument, std::move(detail));
}

// NUL is valid UTF-8; the field rules refuse it with a text of its own.
bool IsUtf8(absl::string_view text) {
  const std::vector<absl::string_view> parts = absl::StrSplit(text, '\0');
  return std::all_of(parts.begin(), parts.end(), IsCleanUtf8);
}

std::string Join(absl::string_view path, const FieldDescriptor& field, int index) {
  std::string joined = absl::StrCat(path, path.empty() ? "" : ".", field.name());
  if (field.is_repeated()) absl::StrAppend(&joined, "[", index, "]");
  return joined;
}

absl::string_view TakeDelimited(CodedInputStream& in, absl::string_view bytes, bool& ok) {
  uint32_t length = 0;
  ok = in.ReadVarint32(&length) && length <= bytes.size() - in.CurrentPosition();
  if (!ok) return {};
  const absl::string_view value = bytes.substr(in.CurrentPosition(), length);
  ok = in.Skip(static_cast<int>(length));
  return value;
}

absl::Status CheckMessage(const Descriptor& type, absl::string_view bytes, absl::string_view path,
                          int depth);

absl::Status CheckDelimited(const FieldDescriptor& field, absl::string_view value,
                            absl::string_view path, int depth) {
  switch (field.type()) {
    case FieldDescriptor::TYPE_MESSAGE:
      return CheckMessage(*field.message_type(), value, path, depth + 1);
    case FieldDescriptor::TYPE_STRING:
      if (IsUtf8(value)) return absl::OkStatus();
      return Malformed(path, "不是有效的 UTF-8", "is not valid UTF-8");
    default:
      return absl::OkStatus();
  }
}

absl::Status CheckMessage(const Descriptor& type, absl::string_view bytes, absl::string_view path,
                          int depth) {
  if (depth > kMaxDepth) return Malformed(path, "嵌套过深", "is nested too deeply");
  CodedInputStream in(reinterpret_cast<const uint8_t*>(bytes.data()),
                      static_cast<int>(bytes.size()));
  std::map<int, int> entries;
  while (static_cast<size_t>(in.CurrentPosition()) < bytes.size()) {
    const uint32_t tag = in.ReadTag();
    const int number = WireFormatLite::GetTagFieldNumber(tag);
    if (number == 0) return Broken(path);
    const FieldDescriptor* field = type.FindFieldByNumber(number);
    if (field == nullptr) return UnknownField(path, number);
    const std::string field_path = Join(path, *field, entries[number]++);
    const auto wire = WireFormatLite::GetTagWireType(tag);
    const auto want =
        WireFormatLite::WireTypeForFieldType(static_cast<WireFormatLite::FieldType>(field->type()));
    const bool packed = wire == WireFormatLite::WIRETYPE_LENGTH_DELIMITED && field->is_packable();
    if (wire != want && !packed) return Broken(field_path);
    if (wire != WireFormatLite::WIRETYPE_LENGTH_DELIMITED) {
      if (!WireFormatLite::SkipField(&in, tag)) return Broken(field_path);
      continue;
    }
    bool ok = false;
    const absl::string_view value = TakeDelimited(in, bytes, ok);
    if (!ok) return Broken(field_path);
    RETURN_IF_ERROR(CheckDelimited(*field, value, field_path, depth));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status ParseStrict(absl::string_view bytes, google::protobuf::Message& message) {
  RETURN_IF_ERROR(CheckMessage(*message.GetDescriptor(), bytes, "", 0));
  if (!message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) return Broken("");
  return absl::OkStatus();
}

std::string Fingerprint(const Descriptor& type, absl::string_view bytes) {
  const auto number_of = [&](const char* name) {
    const FieldDescriptor* field = type.FindFieldByName(name);
    return field == nullptr ? 0 : field->number();
  };
  const int request_id = number_of("request_id"), etag = number_of("etag");
  CodedInputStream in(reinterpret_cast<const uint8_t*>(bytes.data()),
                      static_cast<int>(bytes.size()));
  std::string kept;
  while (static_cast<size_t>(in.CurrentPosition()) < bytes.size()) {
    const int start = in.CurrentPosition();
    const uint32_t tag = in.ReadTag();
    if (tag == 0 || !WireFormatLite::SkipField(&in, tag)) break;
    const int number = WireFormatLite::GetTagFieldNumber(tag);
    if (number == request_id || number == etag) continue;
    absl::StrAppend(&kept, bytes.substr(start, in.CurrentPosition() - start));
  }
  return crypto::Sha256(kept);
}

}  // namespace rectify::rpc
