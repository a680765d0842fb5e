#include "services/partner_registry/api/scopes.h"

#include <algorithm>
#include <string>

#include "absl/strings/strip.h"
#include "google/protobuf/descriptor.h"
#include "rectify/authz/v1/authz.pb.h"

namespace rectify::partner::api {
namespace {

using google::protobuf::DescriptorPool;
using google::protobuf::MethodDescriptor;

bool Allows(const MethodDescriptor& method, domain::Role role) {
  const auto& roles = method.options().GetExtension(authz::v1::rule).any_of();
  return std::find(roles.begin(), roles.end(), static_cast<int>(role)) != roles.end();
}

}  // namespace

bool MayCall(domain::Role role, absl::string_view scope) {
  const DescriptorPool& pool = *DescriptorPool::generated_pool();
  if (!absl::ConsumeSuffix(&scope, ".*")) {
    const MethodDescriptor* method = pool.FindMethodByName(std::string(scope));
    return method != nullptr && Allows(*method, role);
  }
  const auto* service = pool.FindServiceByName(std::string(scope));
  for (int i = 0; service != nullptr && i < service->method_count(); ++i) {
    if (Allows(*service->method(i), role)) return true;
  }
  return false;
}

}  // namespace rectify::partner::api
