// Checklists (检查清单) as data, and what makes the answers to one complete and true.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "services/hazard_findings/domain/problems.h"

namespace rectify::hazard::domain {

struct ChecklistClass {
  std::string code, title, description;
};

struct ChecklistItem {
  std::string code, text;
  std::vector<std::string> classes;  // empty: all
  std::vector<std::string> catalog_codes;

  bool AppliesTo(absl::string_view target_class) const;
};

struct ChecklistTask {
  std::string department;  // last part of its name
  std::string department_title, text;
};

struct Checklist {
  std::string code;
  int version = 0;
  std::string title, source;
  std::vector<ChecklistClass> classes;
  std::vector<ChecklistItem> items;
  std::vector<ChecklistTask> tasks;

  // nullptr when there is no such item or class.
  const ChecklistItem* Find(absl::string_view item) const;
  const ChecklistClass* FindClass(absl::string_view target_class) const;
};

// All checklists; immutable.
class Checklists {
 public:
  // INVALID_ARGUMENT with every fault: code and version are unique, so are classes and items within
  // one; items name classes of their list; texts are complete.
  static absl::StatusOr<Checklists> Create(std::vector<Checklist> lists);

  // Version 0: the newest one. nullptr when there is none.
  const Checklist* Find(absl::string_view code, int version) const;
  const std::vector<Checklist>& all() const { return lists_; }

 private:
  explicit Checklists(std::vector<Checklist> lists) : lists_(std::move(lists)) {}
  std::vector<Checklist> lists_;  // by code and version
};

// The numbers are those of the contract and of the tables.
enum class AnswerResult { kPass = 1, kFail = 2, kNotApplicable = 3 };

struct ChecklistAnswer {
  std::string item;
  AnswerResult result = {};
  std::string note;
  std::vector<int> findings;  // places in the inspection
  bool hint = false;
};

// Adds what is wrong with answers given at an inspection with `finding_count` findings: unknown or
// repeated items, a FAIL that leads neither to a finding nor to a hint, a PASS that does.
void CheckInspectionAnswers(const std::vector<ChecklistAnswer>& answers, const Checklist& checklist,
                            int finding_count, absl::string_view path, Problems& problems);

// The same for answers that a venue gives about itself: every item of its class is answered once,
// and no item of another class.
void CheckSelfAnswers(const std::vector<ChecklistAnswer>& answers, const Checklist& checklist,
                      absl::string_view target_class, absl::string_view path, Problems& problems);

}  // namespace rectify::hazard::domain
