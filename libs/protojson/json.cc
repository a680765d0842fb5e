#include "libs/protojson/json.h"

#include <memory>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "google/protobuf/type.pb.h"
#include "google/protobuf/util/json_util.h"
#include "google/protobuf/util/type_resolver.h"
#include "google/protobuf/util/type_resolver_util.h"

namespace rectify::protojson {
namespace {

using google::protobuf::util::Status;

constexpr char kTypeUrlPrefix[] = "type.googleapis.com";

// JSON asks only this one of the options.
void LeaveOutOptions(google::protobuf::Type& type) {
  google::protobuf::RepeatedPtrField<google::protobuf::Option> kept;
  for (google::protobuf::Option& option : *type.mutable_options()) {
    if (absl::EndsWith(option.name(), "map_entry")) kept.Add()->Swap(&option);
  }
  type.mutable_options()->Swap(&kept);
  for (google::protobuf::Field& field : *type.mutable_fields()) field.clear_options();
}

void LeaveOutOptions(google::protobuf::Enum& type) {
  type.clear_options();
  for (google::protobuf::EnumValue& value : *type.mutable_enumvalue()) value.clear_options();
}

// Protobuf's own resolver describes each type anew for each message, with all that our contracts
// say of its fields, which takes most of the time of writing it.
class KeptTypes : public google::protobuf::util::TypeResolver {
 public:
  Status ResolveMessageType(const std::string& url, google::protobuf::Type* type) override {
    return Resolve(messages_, url, type, [&] { return all_->ResolveMessageType(url, type); });
  }
  Status ResolveEnumType(const std::string& url, google::protobuf::Enum* type) override {
    return Resolve(enums_, url, type, [&] { return all_->ResolveEnumType(url, type); });
  }

 private:
  template <typename T>
  using ByUrl = absl::flat_hash_map<std::string, std::unique_ptr<const T>>;

  template <typename T, typename Describe>
  Status Resolve(ByUrl<T>& kept, const std::string& url, T* type, const Describe& describe) {
    {
      absl::ReaderMutexLock lock(&mutex_);
      if (const auto found = kept.find(url); found != kept.end()) {
        *type = *found->second;
        return Status();
      }
    }
    const Status status = describe();
    if (!status.ok()) return status;
    LeaveOutOptions(*type);
    absl::MutexLock lock(&mutex_);
    kept.try_emplace(url, std::make_unique<const T>(*type));
    return status;
  }

  const std::unique_ptr<TypeResolver> all_{google::protobuf::util::NewTypeResolverForDescriptorPool(
      kTypeUrlPrefix, google::protobuf::DescriptorPool::generated_pool())};
  absl::Mutex mutex_;
  // Of the contracts' types and no others, so there is an end to them.
  ByUrl<google::protobuf::Type> messages_;
  ByUrl<google::protobuf::Enum> enums_;
};

}  // namespace

absl::StatusOr<std::string> ToJson(const google::protobuf::Descriptor& type,
                                   const std::string& encoded) {
  static auto* const types = new KeptTypes;
  std::string json;
  const Status status = google::protobuf::util::BinaryToJsonString(
      types, absl::StrCat(kTypeUrlPrefix, "/", type.full_name()), encoded, &json);
  if (status.ok()) return json;
  return absl::InternalError(absl::StrCat("the answer is no ", type.full_name()));
}

}  // namespace rectify::protojson
