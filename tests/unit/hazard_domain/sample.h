// A small world for the rules: one catalogue, one venue, three officers, one department.
#pragma once

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "libs/base/clock.h"
#include "services/hazard_findings/domain/inspection.h"

namespace rectify::hazard::domain {

inline constexpr char kDistrict[] = "120110";
inline constexpr char kVenue[] = "districts/120110/venues/01850000-0000-7000-8000-000000000001";
inline constexpr char kZhang[] = "districts/120110/officers/01850000-0000-7000-8000-000000000011";
inline constexpr char kLi[] = "districts/120110/officers/01850000-0000-7000-8000-000000000012";
inline constexpr char kWang[] = "districts/120110/officers/01850000-0000-7000-8000-000000000013";
inline constexpr char kHousing[] = "districts/120110/departments/zhujian";

inline absl::Time At(int year, int month, int day, int hour = 10) {
  return absl::FromCivil(absl::CivilHour(year, month, day, hour), ChinaZone());
}

inline HazardType Type(std::string code, int min_days, int max_days, bool at_once = false,
                       bool transfer = false) {
  return {.code = std::move(code),
          .title = "名称",
          .gloss = "gloss",
          .duty_basis = "消防法第十六条",
          .penalty_basis = "消防法第六十条",
          .min_term_days = min_days,
          .max_term_days = max_days,
          .at_once = at_once,
          .transfer = transfer,
          .required_action = "立即改正"};
}

// B02 has a term, C01 is to be corrected at once, E03 can only be transferred, D04 both. Version 2
// drops D04 and adds F01.
inline std::vector<CatalogVersion> SampleVersions() {
  return {{1,
           absl::CivilDay(2022, 1, 1),
           {Type("B02", 3, 15), Type("C01", 0, 0, true), Type("E03", 0, 0, false, true),
            Type("D04", 0, 0, true, true)}},
          {2, absl::CivilDay(2023, 7, 1), {Type("B02", 3, 10), Type("F01", 1, 5)}}};
}

inline Catalog SampleCatalog() { return *Catalog::Create(SampleVersions()); }

inline Officer SampleOfficer(const std::string& name) {
  return {.name = name,
          .display_name = "张伟",
          .certificate_start = absl::CivilDay(2020, 1, 1),
          .certificate_end = absl::CivilDay(2024, 12, 31),
          .post_start = absl::CivilDay(2019, 6, 1),
          .post_end = std::nullopt};
}

inline References SampleReferences() {
  References references;
  references.venue =
      Venue{kVenue, "北方五金城", "districts/120110/streets/120110001", std::nullopt};
  for (const char* name : {kZhang, kLi, kWang}) references.officers[name] = SampleOfficer(name);
  references.departments[kHousing] = {kHousing, "区住房和建设委员会"};
  return references;
}

inline FindingDraft Order(std::string code) {
  return {.catalog_code = std::move(code),
          .description = "现场情况",
          .location = "二层",
          .disposition = Disposition::kOrder,
          .term_days = 0,
          .stated_due_date = std::nullopt,
          .transfer_department = ""};
}

inline InspectionDraft SampleDraft() {
  return {.district = kDistrict,
          .id = "",
          .venue = kVenue,
          .inspect_time = At(2023, 2, 1),
          .officers = {kZhang, kLi},
          .summary = "日常检查",
          .findings = {Order("B02")}};
}

inline absl::StatusOr<RecordedInspection> Record(const InspectionDraft& draft,
                                                 const References& references = SampleReferences(),
                                                 absl::Time now = At(2023, 8, 1)) {
  static const auto& catalog = *new Catalog(SampleCatalog());
  return RecordInspection(draft, catalog, references, now,
                          [](absl::string_view step) { return absl::StrCat("id-of-", step); });
}

}  // namespace rectify::hazard::domain
