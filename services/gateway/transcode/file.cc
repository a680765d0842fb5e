#include "services/gateway/transcode/file.h"

namespace rectify::gateway {

using google::protobuf::FieldDescriptor;

const FieldDescriptor* FileDescription(const google::protobuf::Descriptor& type) {
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor* field = type.field(i);
    if (field->is_repeated() || field->type() != FieldDescriptor::TYPE_MESSAGE) continue;
    const FieldDescriptor* media = field->message_type()->FindFieldByName(kMediaType);
    if (media != nullptr && media->type() == FieldDescriptor::TYPE_STRING) return field;
  }
  return nullptr;
}

}  // namespace rectify::gateway
