#include "services/venue_registry/domain/persons.h"

#include <algorithm>
#include <optional>
#include <string>

#include "absl/strings/str_cat.h"

namespace rectify::venue::domain {
namespace {

constexpr size_t kMaxPersons = 10;
constexpr size_t kMaxFormer = 100;  // older ones are in the versions of the venue

Label PersonLabel(const Person& person, size_t index) {
  const bool manager = person.role == PersonRole::kManager;
  return {absl::StrCat("persons[", index, "]"), manager ? "管理人" : "责任人",
          manager ? "manager" : "responsible person"};
}

bool HasMask(const Person& person) {
  return IsMask(person.name) || IsMask(person.contact.mobile) || IsMask(person.contact.email);
}

// Each masked value of `sent` is the mask of the value of `present`.
bool Fits(const Person& sent, const Person& present) {
  auto fits = [](const std::string& value, const std::string& mask) {
    return !IsMask(value) || value == mask;
  };
  return fits(sent.name, MaskName(present.name)) &&
         fits(sent.contact.mobile, MaskPhone(present.contact.mobile)) &&
         fits(sent.contact.email, MaskEmail(present.contact.email));
}

std::optional<size_t> PresentOf(const std::vector<Person>& sent, size_t index,
                                const std::vector<Person>& present) {
  if (sent.size() == present.size() && Fits(sent[index], present[index])) return index;
  std::optional<size_t> found;
  for (size_t i = 0; i < present.size(); ++i) {
    if (present[i].role != sent[index].role || !Fits(sent[index], present[i])) continue;
    if (found && present[*found] != present[i]) return std::nullopt;
    found = i;
  }
  return found;
}

}  // namespace

void CheckPersons(std::vector<Person>& persons, Violations& violations) {
  if (persons.size() > kMaxPersons) {
    violations.Add({"persons", "责任人和管理人", "persons"}, "最多10人",
                   "has more than 10 entries");
  }
  for (size_t i = 0; i < persons.size(); ++i) {
    Person& person = persons[i];
    const Label label = PersonLabel(person, i);
    if (person.role != PersonRole::kResponsiblePerson && person.role != PersonRole::kManager) {
      violations.Add({absl::StrCat(label.field, ".role"), "人员角色", "role"}, "必填",
                     "is required");
    }
    const Label name = {absl::StrCat(label.field, ".person_name"), absl::StrCat(label.zh, "姓名"),
                        absl::StrCat(label.en, " name")};
    CheckText(person.name, name, true, kMaxText, violations);
    if (IsMask(person.name)) violations.Add(name, "不能含有“*”", "must not have an asterisk");
    CheckContact(person.contact, PhoneKind::kMobile,
                 {absl::StrCat(label.field, ".contact"), label.zh, label.en}, violations);
  }
}

void DatePersons(std::vector<Person>& persons, const std::vector<Person>& before,
                 absl::CivilDay day, std::vector<FormerPerson>& former) {
  const auto find = [](const std::vector<Person>& among, const Person& person) {
    return std::find_if(among.begin(), among.end(), [&](const Person& each) {
      return each.role == person.role && each.name == person.name;
    });
  };
  for (Person& person : persons) {
    if (person.start_day) continue;
    const auto present = find(before, person);
    person.start_day = present == before.end() ? day : present->start_day;
  }
  for (const Person& person : before) {
    if (find(persons, person) != persons.end()) continue;
    former.push_back({person.role, person.name, person.start_day,
                      person.start_day ? std::max(*person.start_day, day) : day});
  }
  if (former.size() > kMaxFormer) {
    former.erase(former.begin(), former.end() - static_cast<ptrdiff_t>(kMaxFormer));
  }
}

absl::Status KeepMaskedPersons(std::vector<Person>& sent, const std::vector<Person>& present) {
  Violations violations;
  const std::vector<Person> original = sent;
  for (size_t i = 0; i < sent.size(); ++i) {
    if (!HasMask(sent[i])) continue;
    const std::optional<size_t> match = PresentOf(original, i, present);
    if (!match) {
      violations.Add(PersonLabel(sent[i], i), "的掩码与现有人员对不上，请填写完整内容",
                     "is masked, but can't be matched with a present person; send it in full");
      continue;
    }
    const Person& kept = present[*match];
    if (IsMask(sent[i].name)) sent[i].name = kept.name;
    KeepMasked(sent[i].contact, kept.contact);
  }
  return std::move(violations).Result();
}

}  // namespace rectify::venue::domain
