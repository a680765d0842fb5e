#include "services/hazard_findings/api/callers.h"

namespace rectify::hazard::api {

bool IsFireBody(const rpc::Caller& caller) {
  for (const char* role :
       {"INSPECTOR", "DEPARTMENT_HEAD", "LEGAL_REVIEWER", "CHIEF", "REGISTRAR", "SERVICE"}) {
    if (caller.HasRole(role)) return true;
  }
  return false;
}

store::Desks DesksOf(const rpc::Caller& caller) {
  if (IsFireBody(caller)) return std::nullopt;
  return caller.posts;
}

}  // namespace rectify::hazard::api
