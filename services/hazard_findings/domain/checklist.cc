#include "services/hazard_findings/domain/checklist.h"

#include <algorithm>
#include <set>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/status_macros.h"

namespace rectify::hazard::domain {
namespace {

// One element by its code; nullptr when there is none.
template <typename T>
const T* ByCode(const std::vector<T>& all, absl::string_view code) {
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const T& each) { return each.code == code; });
  return found == all.end() ? nullptr : &*found;
}

void CheckClasses(const Checklist& list, const std::string& path, Problems& problems) {
  if (list.classes.empty()) problems.Add(absl::StrCat(path, ".classes"), "必填", "is required");
  std::set<absl::string_view> codes;
  for (const ChecklistClass& each : list.classes) {
    if (each.code.empty() || each.title.empty() || !codes.insert(each.code).second) {
      problems.Add(absl::StrCat(path, ".classes[", each.code, "]"), "编码、名称不全或者重复",
                   "has no code or title, or is there twice");
    }
  }
}

void CheckItems(const Checklist& list, const std::string& path, Problems& problems) {
  if (list.items.empty()) problems.Add(absl::StrCat(path, ".items"), "必填", "is required");
  std::set<absl::string_view> codes;
  for (const ChecklistItem& item : list.items) {
    const std::string item_path = absl::StrCat(path, ".items[", item.code, "]");
    if (item.code.empty() || item.text.empty() || !codes.insert(item.code).second) {
      problems.Add(item_path, "编码、内容不全或者重复", "has no code or text, or is there twice");
    }
    for (const std::string& target_class : item.classes) {
      if (list.FindClass(target_class) != nullptr) continue;
      problems.Add(absl::StrCat(item_path, ".classes"), absl::StrCat("没有类别 ", target_class),
                   absl::StrCat("names no class: ", target_class));
    }
  }
}

void CheckTasks(const Checklist& list, const std::string& path, Problems& problems) {
  for (const ChecklistTask& task : list.tasks) {
    if (task.department.empty() || task.department_title.empty() || task.text.empty()) {
      problems.Add(absl::StrCat(path, ".tasks[", task.department, "]"), "部门、任务不全",
                   "has no department or text");
    }
  }
}

std::string AnswerPath(absl::string_view path, size_t i) { return absl::StrCat(path, "[", i, "]"); }

// Adds unknown and repeated items; returns the item, nullptr for those.
const ChecklistItem* CheckItem(const ChecklistAnswer& answer, const Checklist& checklist,
                               const std::string& path, std::set<absl::string_view>& seen,
                               Problems& problems) {
  const ChecklistItem* item = checklist.Find(answer.item);
  if (item == nullptr) {
    problems.Add(absl::StrCat(path, ".item"), absl::StrCat("清单没有项目 ", answer.item),
                 absl::StrCat("is no item of the checklist: ", answer.item));
  } else if (!seen.insert(answer.item).second) {
    problems.Add(absl::StrCat(path, ".item"), "重复", "is there twice");
    return nullptr;
  }
  return item;
}

}  // namespace

bool ChecklistItem::AppliesTo(absl::string_view target_class) const {
  return classes.empty() ||
         std::find(classes.begin(), classes.end(), target_class) != classes.end();
}

const ChecklistItem* Checklist::Find(absl::string_view item) const { return ByCode(items, item); }

const ChecklistClass* Checklist::FindClass(absl::string_view target_class) const {
  return ByCode(classes, target_class);
}

absl::StatusOr<Checklists> Checklists::Create(std::vector<Checklist> lists) {
  std::sort(lists.begin(), lists.end(), [](const Checklist& a, const Checklist& b) {
    return std::tie(a.code, a.version) < std::tie(b.code, b.version);
  });
  Problems problems;
  for (size_t i = 0; i < lists.size(); ++i) {
    const Checklist& list = lists[i];
    const std::string path = absl::StrCat("checklist ", list.code, " ", list.version);
    if (list.code.empty() || list.title.empty() || list.version < 1) {
      problems.Add(path, "编码、版本、名称不全", "has no code, version or title");
    }
    if (i > 0 && lists[i - 1].code == list.code && lists[i - 1].version == list.version) {
      problems.Add(path, "版本号重复", "is there twice");
    }
    CheckClasses(list, path, problems);
    CheckItems(list, path, problems);
    CheckTasks(list, path, problems);
  }
  RETURN_IF_ERROR(std::move(problems).Result());
  return Checklists(std::move(lists));
}

const Checklist* Checklists::Find(absl::string_view code, int version) const {
  const Checklist* found = nullptr;
  for (const Checklist& list : lists_) {
    if (list.code == code && (version == 0 || list.version == version)) found = &list;
  }
  return found;
}

void CheckInspectionAnswers(const std::vector<ChecklistAnswer>& answers, const Checklist& checklist,
                            int finding_count, absl::string_view path, Problems& problems) {
  std::set<absl::string_view> seen;
  for (size_t i = 0; i < answers.size(); ++i) {
    const ChecklistAnswer& answer = answers[i];
    const std::string answer_path = AnswerPath(path, i);
    CheckItem(answer, checklist, answer_path, seen, problems);
    for (const int finding : answer.findings) {
      if (finding >= 0 && finding < finding_count) continue;
      problems.Add(absl::StrCat(answer_path, ".findings"),
                   absl::StrCat("没有第 ", finding, " 项隐患"),
                   absl::StrCat("names no finding: ", finding));
    }
    const bool has_findings = !answer.findings.empty();
    if (answer.result != AnswerResult::kFail && (has_findings || answer.hint)) {
      problems.Add(answer_path, "只有不合格项才对应隐患或者提示",
                   "leads to a finding or hint though it does not fail");
    } else if (answer.result == AnswerResult::kFail && has_findings == answer.hint) {
      problems.Add(answer_path, "不合格项须对应隐患或者列为提示，二者取其一",
                   "fails: it needs a finding or must be a hint, not both");
    }
  }
}

void CheckSelfAnswers(const std::vector<ChecklistAnswer>& answers, const Checklist& checklist,
                      absl::string_view target_class, absl::string_view path, Problems& problems) {
  std::set<absl::string_view> seen;
  for (size_t i = 0; i < answers.size(); ++i) {
    const std::string answer_path = AnswerPath(path, i);
    const ChecklistItem* item = CheckItem(answers[i], checklist, answer_path, seen, problems);
    if (item != nullptr && !item->AppliesTo(target_class)) {
      problems.Add(absl::StrCat(answer_path, ".item"), "不适用于该类场所",
                   "does not apply to this class");
    }
    if (!answers[i].findings.empty() || answers[i].hint) {
      problems.Add(answer_path, "自查不产生隐患记录，findings、hint 应为空",
                   "is of a self-inspection, which has no findings and hints");
    }
  }
  for (const ChecklistItem& item : checklist.items) {
    if (!item.AppliesTo(target_class) || seen.contains(item.code)) continue;
    problems.Add(path, absl::StrCat("缺少项目 ", item.code),
                 absl::StrCat("lacks item ", item.code));
  }
}

}  // namespace rectify::hazard::domain
