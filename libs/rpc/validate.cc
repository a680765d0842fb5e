// Field rules of the contract; the reading of every option is documented in authz.proto.
#include <cmath>
#include <set>

#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "google/protobuf/duration.pb.h"
#include "google/protobuf/field_mask.pb.h"
#include "google/protobuf/message.h"
#include "google/protobuf/timestamp.pb.h"
#include "google/type/date.pb.h"
#include "libs/base/error.h"
#include "libs/base/ids.h"
#include "libs/base/text.h"
#include "libs/rpc/behavior.h"
#include "libs/rpc/errors.h"
#include "libs/rpc/resource_name.h"
#include "libs/rpc/server.h"
#include "rectify/authz/v1/authz.pb.h"

namespace rectify::rpc {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

constexpr int kMaxString = 200, kMaxBytes = 4096, kMaxEntries = 500;
constexpr int kNanosPerSecond = 1'000'000'000;
// 0001-01-01 to 9999-12-31, and about 10 000 years: the ranges protobuf itself promises.
constexpr int64_t kMinTimestamp = -62135596800, kMaxTimestamp = 253402300799;
constexpr int64_t kMaxDurationSeconds = 315576000000;

// The option, which belongs to the list itself when the field is one.
int MaxSize(const FieldDescriptor& field, int otherwise) {
  const auto& options = field.options();
  return options.HasExtension(authz::v1::max_size) ? options.GetExtension(authz::v1::max_size)
                                                   : otherwise;
}

bool IsWithin(int64_t value, int64_t limit) { return value >= -limit && value <= limit; }

bool HasControlCharacter(absl::string_view text) {
  for (size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if ((c < 0x20 && c != '\n' && c != '\t') || c == 0x7F) return true;
    // U+0080 to U+009F.
    if (c == 0xC2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xA0) {
      return true;
    }
  }
  return false;
}

// Of a request with an update mask: fields that the mask leaves out may be absent.
class Mask {
 public:
  explicit Mask(const Message& request) {
    const auto* type = request.GetDescriptor();
    const FieldDescriptor* field = type->FindFieldByName("update_mask");
    if (field == nullptr || field->message_type() != google::protobuf::FieldMask::descriptor() ||
        field->is_repeated()) {
      return;
    }
    const auto* mask = google::protobuf::DynamicCastToGenerated<google::protobuf::FieldMask>(
        &request.GetReflection()->GetMessage(request, field));
    if (mask == nullptr) return;
    for (const std::string& path : mask->paths()) fields_.insert(path.substr(0, path.find('.')));
    for (int i = 0; i < type->field_count(); ++i) {
      const FieldDescriptor& other = *type->field(i);
      if (other.message_type() != nullptr && &other != field) resource_ = other.name();
    }
  }

  bool LeavesOut(absl::string_view path, const FieldDescriptor& field) const {
    return !fields_.empty() && path == resource_ && fields_.count(field.name()) == 0;
  }

 private:
  std::string resource_;
  std::set<std::string> fields_;
};

class Validator {
 public:
  explicit Validator(const Message& request) : mask_(request) {}

  void CheckMessage(const Message& message, absl::string_view path) {
    if (CheckWellKnown(message, path)) return;
    const Reflection& reflection = *message.GetReflection();
    const auto* type = message.GetDescriptor();
    for (int i = 0; i < type->field_count() && violations_.size() < kMaxViolations; ++i) {
      const FieldDescriptor& field = *type->field(i);
      if (HasBehavior(field, google::api::OUTPUT_ONLY)) continue;
      const std::string field_path = absl::StrCat(path, path.empty() ? "" : ".", field.name());
      if (!IsPresent(message, reflection, field)) {
        if (HasBehavior(field, google::api::REQUIRED) && !mask_.LeavesOut(path, field)) {
          Add(field_path, "必填", "is required");
        }
      } else if (field.is_repeated()) {
        CheckList(message, reflection, field, field_path);
      } else {
        CheckSingle(message, reflection, field, field_path);
      }
    }
  }

  // Only the top message is a command; elsewhere a field of this name is data.
  void CheckRequestId(const Message& message) {
    const FieldDescriptor* field = message.GetDescriptor()->FindFieldByName("request_id");
    if (field == nullptr || field->cpp_type() != FieldDescriptor::CPPTYPE_STRING ||
        field->is_repeated()) {
      return;
    }
    const std::string value = message.GetReflection()->GetString(message, field);
    if (!value.empty() && !IsUuid(value)) {
      Add("request_id", "应为小写 UUID", "must be a lower-case UUID");
    }
  }

  absl::Status result() && {
    if (violations_.empty()) return absl::OkStatus();
    return FieldErrors(std::move(violations_));
  }

 private:
  void Add(absl::string_view path, absl::string_view zh, absl::string_view en) {
    if (violations_.size() >= kMaxViolations) return;
    const std::string field(path);
    violations_.push_back(
        {.field = field,
         .text = {absl::StrCat("字段 ", field, " ", zh), absl::StrCat(field, " ", en)}});
  }

  // A zero number without presence can't be told from one that was left out.
  static bool IsPresent(const Message& message, const Reflection& reflection,
                        const FieldDescriptor& field) {
    return field.is_repeated() ? reflection.FieldSize(message, &field) > 0
           : field.cpp_type() == FieldDescriptor::CPPTYPE_STRING
               ? !reflection.GetString(message, &field).empty()
               : reflection.HasField(message, &field);
  }

  void CheckList(const Message& message, const Reflection& reflection, const FieldDescriptor& field,
                 const std::string& path) {
    const int size = reflection.FieldSize(message, &field);
    const int max = MaxSize(field, kMaxEntries);
    if (size > max) {
      Add(path, absl::StrCat("最多 ", max, " 项"), absl::StrCat("has more than ", max, " entries"));
      return;
    }
    for (int i = 0; i < size && violations_.size() < kMaxViolations; ++i) {
      const std::string entry = absl::StrCat(path, "[", i, "]");
      switch (field.cpp_type()) {
        case FieldDescriptor::CPPTYPE_MESSAGE:
          CheckMessage(reflection.GetRepeatedMessage(message, &field, i), entry);
          break;
        case FieldDescriptor::CPPTYPE_STRING: {
          const std::string value = reflection.GetRepeatedString(message, &field, i);
          CheckText(field, value, entry,
                    field.type() == FieldDescriptor::TYPE_BYTES ? kMaxBytes : kMaxString);
          break;
        }
        case FieldDescriptor::CPPTYPE_ENUM:
          CheckEnum(field, reflection.GetRepeatedEnumValue(message, &field, i), entry);
          break;
        case FieldDescriptor::CPPTYPE_DOUBLE:
          CheckFinite(reflection.GetRepeatedDouble(message, &field, i), entry);
          break;
        case FieldDescriptor::CPPTYPE_FLOAT:
          CheckFinite(reflection.GetRepeatedFloat(message, &field, i), entry);
          break;
        default:
          break;
      }
    }
  }

  void CheckSingle(const Message& message, const Reflection& reflection,
                   const FieldDescriptor& field, const std::string& path) {
    switch (field.cpp_type()) {
      case FieldDescriptor::CPPTYPE_MESSAGE:
        return CheckMessage(reflection.GetMessage(message, &field), path);
      case FieldDescriptor::CPPTYPE_STRING: {
        const bool bytes = field.type() == FieldDescriptor::TYPE_BYTES;
        return CheckText(field, reflection.GetString(message, &field), path,
                         MaxSize(field, bytes ? kMaxBytes : kMaxString));
      }
      case FieldDescriptor::CPPTYPE_ENUM:
        return CheckEnum(field, reflection.GetEnumValue(message, &field), path);
      case FieldDescriptor::CPPTYPE_DOUBLE:
        return CheckFinite(reflection.GetDouble(message, &field), path);
      case FieldDescriptor::CPPTYPE_FLOAT:
        return CheckFinite(reflection.GetFloat(message, &field), path);
      case FieldDescriptor::CPPTYPE_INT32:
        if (field.name() == "page_size" && reflection.GetInt32(message, &field) < 0) {
          Add(path, "不能为负数", "must not be negative");
        }
        return;
      default:
        return;
    }
  }

  void CheckText(const FieldDescriptor& field, const std::string& value, const std::string& path,
                 int max) {
    const auto limit = static_cast<size_t>(max);
    if (field.type() == FieldDescriptor::TYPE_BYTES) {
      if (value.size() > limit) {
        Add(path, absl::StrCat("最多 ", max, " 字节"),
            absl::StrCat("has more than ", max, " bytes"));
      }
      return;
    }
    if (HasControlCharacter(value)) {
      Add(path, "含有控制字符", "has control characters");
    } else if (!IsCleanUtf8(value)) {
      Add(path, "不是有效的 UTF-8", "is not valid UTF-8");
    } else if (value.size() > limit && CodePoints(value) > limit) {
      Add(path, absl::StrCat("最多 ", max, " 个字符"),
          absl::StrCat("has more than ", max, " characters"));
    } else if (field.options().HasExtension(authz::v1::resource_name)) {
      CheckName(field.options().GetExtension(authz::v1::resource_name), value, path);
    }
  }

  void CheckName(const std::string& pattern, const std::string& value, const std::string& path) {
    if (value.empty() || MatchName(pattern, value, path).ok()) return;
    Add(path, absl::StrCat("应为资源名 ", pattern),
        absl::StrCat("must be a resource name ", pattern));
  }

  void CheckEnum(const FieldDescriptor& field, int number, const std::string& path) {
    if (field.enum_type()->FindValueByNumber(number) != nullptr) return;
    Add(path, absl::StrCat("没有编号为 ", number, " 的取值"),
        absl::StrCat("has no value with number ", number));
  }

  void CheckFinite(double value, const std::string& path) {
    if (!std::isfinite(value)) Add(path, "应为有限数值", "must be a finite number");
  }

  // True when the message was one of the types with rules of their own.
  bool CheckWellKnown(const Message& message, absl::string_view path) {
    using google::protobuf::DynamicCastToGenerated;
    if (const auto* date = DynamicCastToGenerated<google::type::Date>(&message)) {
      const absl::CivilDay day(date->year(), date->month(), date->day());
      if (date->year() < 1 || date->year() > 9999 || day.month() != date->month() ||
          day.day() != date->day()) {
        Add(path, "不是有效日期", "is not a valid date");
      }
      return true;
    }
    if (const auto* time = DynamicCastToGenerated<google::protobuf::Timestamp>(&message)) {
      if (time->seconds() < kMinTimestamp || time->seconds() > kMaxTimestamp || time->nanos() < 0 ||
          time->nanos() >= kNanosPerSecond) {
        Add(path, "不是有效时间", "is not a valid time");
      }
      return true;
    }
    if (const auto* length = DynamicCastToGenerated<google::protobuf::Duration>(&message)) {
      const bool mixed = (length->seconds() < 0 && length->nanos() > 0) ||
                         (length->seconds() > 0 && length->nanos() < 0);
      if (mixed || !IsWithin(length->nanos(), kNanosPerSecond - 1) ||
          !IsWithin(length->seconds(), kMaxDurationSeconds)) {
        Add(path, "不是有效时长", "is not a valid duration");
      }
      return true;
    }
    return false;
  }

  const Mask mask_;
  std::vector<FieldViolation> violations_;
};

}  // namespace

absl::Status ValidateMessage(const Message& message) {
  Validator validator(message);
  validator.CheckRequestId(message);
  validator.CheckMessage(message, "");
  return std::move(validator).result();
}

}  // namespace rectify::rpc
