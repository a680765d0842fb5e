#include "tests/integration/noninterference/sweep.h"

#include <algorithm>
#include <cctype>
#include <fstream>
#include <functional>
#include <memory>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "google/protobuf/descriptor.pb.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"
#include "google/protobuf/timestamp.pb.h"
#include "google/type/date.pb.h"
#include "libs/rpc/convert.h"
#include "libs/rpc/token.h"
#include "libs/testing/paths.h"
#include "rectify/authz/v1/authz.pb.h"

namespace rectify::noninterference {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::MethodDescriptor;

constexpr int kMaxDepth = 4;
constexpr char kLetters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
constexpr char kTrace[] = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

// "venues" of "districts/{district}/venues/{uuid}", "" of "districts/{district}".
std::string CollectionOf(const std::string& pattern) {
  const std::vector<std::string> parts = absl::StrSplit(pattern, '/');
  return parts.size() < 4 ? "" : parts[parts.size() - 2];
}

class Filler {
 public:
  Filler(const std::string& service, const Names& names, size_t variant, std::string request_id)
      : service_(service), names_(names), variant_(variant), request_id_(std::move(request_id)) {}

  void Fill(Message& message, int depth = 0) const {
    const auto& descriptor = *message.GetDescriptor();
    for (int i = 0; i < descriptor.field_count(); ++i) {
      const FieldDescriptor& field = *descriptor.field(i);
      if (field.is_map()) continue;
      if (field.message_type() != nullptr) {
        FillMessage(message, field, depth);
      } else {
        FillScalar(message, field);
      }
    }
  }

 private:
  void FillMessage(Message& message, const FieldDescriptor& field, int depth) const {
    if (depth == kMaxDepth) return;
    Message& part = field.is_repeated()
                        ? *message.GetReflection()->AddMessage(&message, &field)
                        : *message.GetReflection()->MutableMessage(&message, &field);
    if (field.message_type() == google::protobuf::Timestamp::descriptor()) {
      part.CopyFrom(rpc::ToTimestamp(absl::FromUnixSeconds(1679277600)));  // 2023-03-20 10:00
    } else if (field.message_type() == google::type::Date::descriptor()) {
      part.CopyFrom(rpc::ToDate(absl::CivilDay(2023, 3, 20)));
    } else if (field.message_type()->full_name() == "google.protobuf.Duration") {
      return;  // no waiting
    } else if (field.message_type()->full_name() == "google.protobuf.FieldMask") {
      return;
    } else {
      Fill(part, depth + 1);
    }
  }

  std::string TextFor(const FieldDescriptor& field) const {
    const std::string& name = field.name();
    if (name == "request_id") return request_id_;
    if (name == "source") return service_;
    if (name == "feed") return variant_ % 2 == 0 ? "internal" : "discipline";
    if (name == "etag" || name == "filter" || name == "page_token" || absl::EndsWith(name, "_id")) {
      return "";
    }
    const std::string pattern = field.options().GetExtension(authz::v1::resource_name);
    if (!pattern.empty()) {
      const std::string collection = CollectionOf(pattern);
      return collection.empty() ? kParent : names_.Pick(collection, variant_);
    }
    if (name == "names" || name == "subject") {
      const std::vector<std::string> all = names_.All();
      return all.empty() ? kParent : all[variant_ % all.size()];
    }
    return name == "parent" || name == "name" ? kParent : "示例";
  }

  void FillScalar(Message& message, const FieldDescriptor& field) const {
    const auto& reflection = *message.GetReflection();
    const bool repeated = field.is_repeated();
    switch (field.cpp_type()) {
      case FieldDescriptor::CPPTYPE_STRING:
        if (repeated) {
          reflection.AddString(&message, &field, TextFor(field));
        } else {
          reflection.SetString(&message, &field, TextFor(field));
        }
        return;
      case FieldDescriptor::CPPTYPE_ENUM: {
        const int number = 1 + static_cast<int>(variant_) % (field.enum_type()->value_count() - 1);
        const auto* value = field.enum_type()->value(number);
        if (repeated) {
          reflection.AddEnum(&message, &field, value);
        } else {
          reflection.SetEnum(&message, &field, value);
        }
        return;
      }
      default:
        return;  // numbers and flags stay as they are
    }
  }

  const std::string& service_;
  const Names& names_;
  const size_t variant_;
  const std::string request_id_;
};

// The order of a map's entries says nothing and differs from call to call.
std::string BytesOf(const Message& message) {
  std::string bytes;
  google::protobuf::io::StringOutputStream stream(&bytes);
  google::protobuf::io::CodedOutputStream out(&stream);
  out.SetSerializationDeterministic(true);
  message.SerializeToCodedStream(&out);
  out.Trim();
  return bytes;
}

// A service's token; "" for people, whom their client speaks for.
std::string TokenOf(World& world, const Who& who) {
  if (!absl::StartsWith(who.user, "services/")) return "";
  const auto signer = rpc::TokenSigner::FromFile(
      absl::StrCat(world.system().keys(), "/private/svc-", who.user.substr(9), ".pem"));
  EXPECT_OK(signer);
  rpc::Caller caller;
  caller.subject = who.user;
  caller.roles = who.roles;
  const auto token = (*signer)->Sign(caller, absl::Hours(1));
  EXPECT_OK(token);
  return token.value_or("");
}

// Packages that are no service's own.
const std::set<std::string> kEverywhere = {"rectify.audit.v1", "rectify.event.v1",
                                           "rectify.ops.v1"};

// Every method of the released contract, in its order.
std::vector<const MethodDescriptor*> AllMethods() {
  std::ifstream file(testing::BuildPath("/proto/contracts.binpb"), std::ios::binary);
  google::protobuf::FileDescriptorSet set;
  EXPECT_TRUE(set.ParseFromIstream(&file));
  const auto* pool = google::protobuf::DescriptorPool::generated_pool();
  std::vector<const MethodDescriptor*> methods;
  for (const auto& each : set.file()) {
    if (each.service().empty()) continue;
    const auto* descriptor = pool->FindFileByName(each.name());
    EXPECT_NE(descriptor, nullptr) << each.name() << " is not built into this test";
    for (int s = 0; descriptor != nullptr && s < descriptor->service_count(); ++s) {
      for (int m = 0; m < descriptor->service(s)->method_count(); ++m) {
        methods.push_back(descriptor->service(s)->method(m));
      }
    }
  }
  return methods;
}

// Keys of webhooks are random, so they tell nothing, and differ wherever they were made.
std::string WithoutKeys(std::string answer) {
  for (const char* prefix : {"whsec_", "whpk_"}) {
    for (size_t at = answer.find(prefix); at != std::string::npos; at = answer.find(prefix, at)) {
      at = answer.find('_', at) + 1;
      while (at < answer.size() && (std::isalnum(static_cast<unsigned char>(answer[at])) != 0 ||
                                    absl::StrContains("+/=", answer.substr(at, 1)))) {
        answer[at++] = 'x';
      }
    }
  }
  return answer;
}

std::string Told(const absl::Status& status, const std::string& answer) {
  return status.ok() ? "OK " + WithoutKeys(answer)
                     : status.ToString(absl::StatusToStringMode::kWithEverything);
}

}  // namespace

std::set<std::string> ServicesOfTheContract() {
  std::set<std::string> services;
  for (const auto* method : AllMethods()) {
    const std::string& package = method->file()->package();
    if (kEverywhere.count(package) > 0) continue;
    const std::vector<std::string> parts = absl::StrSplit(package, '.');
    EXPECT_EQ(parts.size(), 3u) << package;
    services.insert(parts[1]);
  }
  return services;
}

std::vector<const MethodDescriptor*> MethodsOf(const std::string& service) {
  std::vector<const MethodDescriptor*> methods;
  for (const auto* method : AllMethods()) {
    const std::string& package = method->file()->package();
    if (package == absl::StrCat("rectify.", service, ".v1") || kEverywhere.count(package) > 0) {
      methods.push_back(method);
    }
  }
  return methods;
}

void Names::Add(const std::string& name) {
  const std::vector<std::string> parts = absl::StrSplit(name, '/');
  if (parts.size() < 4) return;
  std::vector<std::string>& names = by_collection_[parts[parts.size() - 2]];
  if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
}

void Names::Harvest(const std::string& bytes) {
  // districts/120110/{collection}/{id}, and what is below it: …/{collection}/{id}
  const std::string start = absl::StrCat(kParent, "/");
  for (size_t at = bytes.find(start); at != std::string::npos; at = bytes.find(start, at + 1)) {
    size_t collection = at + start.size();
    while (true) {
      const size_t slash = bytes.find_first_not_of(kLetters, collection);
      if (slash == collection || slash == std::string::npos || bytes[slash] != '/') break;
      const size_t end =
          std::min(bytes.find_first_not_of("0123456789abcdef-", slash + 1), bytes.size());
      if (end == slash + 1) break;
      Add(bytes.substr(at, end - at));
      if (end == bytes.size() || bytes[end] != '/') break;
      collection = end + 1;
    }
  }
}

std::string Names::Pick(const std::string& collection, size_t n) const {
  const auto found = by_collection_.find(collection);
  // Every third question is about something that does not exist.
  if (found == by_collection_.end() || found->second.empty() || n % 3 == 2) {
    return absl::StrCat(kParent, "/", collection, "/01850000-0000-7000-8000-0000000fffff");
  }
  return found->second[n % found->second.size()];
}

std::vector<std::string> Names::All() const {
  std::vector<std::string> all;
  for (const auto& [collection, names] : by_collection_) {
    all.insert(all.end(), names.begin(), names.end());
  }
  return all;
}

std::string Ask(World& world, const std::string& service, const MethodDescriptor& method,
                const Who& who, const Names& names, size_t variant) {
  auto* factory = google::protobuf::MessageFactory::generated_factory();
  std::unique_ptr<Message> request(factory->GetPrototype(method.input_type())->New());
  // The id depends on the question alone.
  const size_t number =
      std::hash<std::string>()(absl::StrCat(service, method.full_name(), who.user, variant));
  Filler(service, names, variant,
         absl::StrFormat("01850000-0000-7000-9000-%012x", number & 0xffffffffffff))
      .Fill(*request);
  rpc::Client& client = world.system().As(service, who.user, who.roles, who.posts);
  rpc::CallOptions call;
  call.trace = kTrace;
  call.token = TokenOf(world, who);
  if (!method.client_streaming() && !method.server_streaming()) {
    std::unique_ptr<Message> response(factory->GetPrototype(method.output_type())->New());
    const absl::Status status = client.UnaryInto(method.full_name(), *request, *response, call);
    return Told(status, BytesOf(*response));
  }
  bool sent = false;
  std::string answers;
  const absl::Status status = client.Stream(
      method.full_name(),
      [&](Message& message) {
        if (std::exchange(sent, true)) return false;
        message.CopyFrom(*request);
        return true;
      },
      [&](const Message& answer) {
        answers += BytesOf(answer);
        return absl::OkStatus();
      },
      absl::Seconds(30), call);
  return Told(status, answers);
}

}  // namespace rectify::noninterference
