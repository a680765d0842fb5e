#include "services/hazard_findings/api/checklist_data.h"

#include <utility>

#include "hazard_caps.h"
#include "hazard_checklists.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "libs/rpc/convert.h"
#include "libs/rpc/server.h"
#include "rectify/hazard/v1/inspection_cap.pb.h"

namespace rectify::hazard::api {
namespace {

template <typename Message, typename File>
absl::StatusOr<Message> Parse(const File& file) {
  const std::string name(file.name);
  Message message;
  RETURN_IF_ERROR(rpc::ParseTextProto(absl::string_view(file.content.data(), file.content.size()),
                                      name, message));
  RETURN_IF_ERROR(PrefixFields(rpc::ValidateMessage(message), name + ": "));
  return message;
}

domain::Checklist ToChecklist(const v1::Checklist& message) {
  domain::Checklist checklist;
  checklist.code = message.code();
  checklist.version = message.version();
  checklist.title = message.title();
  checklist.source = message.source();
  for (const v1::ChecklistClass& each : message.classes()) {
    checklist.classes.push_back({each.code(), each.title(), each.description()});
  }
  for (const v1::ChecklistItem& item : message.items()) {
    checklist.items.push_back({item.code(),
                               item.text(),
                               {item.classes().begin(), item.classes().end()},
                               {item.catalog_codes().begin(), item.catalog_codes().end()}});
  }
  for (const v1::ChecklistTask& task : message.tasks()) {
    checklist.tasks.push_back({task.department(), task.department_title(), task.text()});
  }
  return checklist;
}

}  // namespace

absl::StatusOr<domain::Checklists> LoadChecklists() {
  std::vector<domain::Checklist> lists;
  for (const auto& file : checklists::kEmbeddedFiles) {
    ASSIGN_OR_RETURN(const v1::Checklist message, Parse<v1::Checklist>(file));
    lists.push_back(ToChecklist(message));
  }
  return domain::Checklists::Create(std::move(lists));
}

absl::StatusOr<domain::InspectionCaps> LoadInspectionCaps() {
  std::vector<domain::InspectionCap> caps;
  for (const auto& file : caps::kEmbeddedFiles) {
    ASSIGN_OR_RETURN(const v1::InspectionCapPolicy policy, Parse<v1::InspectionCapPolicy>(file));
    for (const v1::InspectionCap& message : policy.caps()) {
      domain::InspectionCap cap = {
          rpc::ToCivilDay(message.effective_date()), message.max_per_year(), {}, message.basis()};
      for (const int kind : message.counted_kinds()) {
        cap.counted_kinds.push_back(static_cast<domain::InspectionKind>(kind));
      }
      caps.push_back(std::move(cap));
    }
  }
  return domain::InspectionCaps::Create(std::move(caps));
}

v1::Checklist ToProto(const domain::Checklist& checklist) {
  v1::Checklist message;
  message.set_code(checklist.code);
  message.set_version(checklist.version);
  message.set_title(checklist.title);
  message.set_source(checklist.source);
  for (const domain::ChecklistClass& each : checklist.classes) {
    v1::ChecklistClass& entry = *message.add_classes();
    entry.set_code(each.code);
    entry.set_title(each.title);
    entry.set_description(each.description);
  }
  for (const domain::ChecklistItem& item : checklist.items) {
    v1::ChecklistItem& entry = *message.add_items();
    entry.set_code(item.code);
    entry.set_text(item.text);
    for (const std::string& code : item.classes) entry.add_classes(code);
    for (const std::string& code : item.catalog_codes) entry.add_catalog_codes(code);
  }
  for (const domain::ChecklistTask& task : checklist.tasks) {
    v1::ChecklistTask& entry = *message.add_tasks();
    entry.set_department(task.department);
    entry.set_department_title(task.department_title);
    entry.set_text(task.text);
  }
  return message;
}

}  // namespace rectify::hazard::api
