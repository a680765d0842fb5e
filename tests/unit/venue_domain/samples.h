// Values that are right in every field; tests change the one they are about.
#pragma once

#include <string>

#include "absl/time/time.h"
#include "services/venue_registry/domain/venue.h"

namespace rectify::venue::domain {

inline constexpr char kDistrict[] = "120110";
inline constexpr char kVenueId[] = "01857a2c-0000-7000-8000-000000000001";
inline constexpr char kUscc[] = "91120110MA05RC0A0R";

inline absl::Time SampleTime() { return absl::FromUnixSeconds(1672700000); }

inline VenueFields SampleFields() {
  return {.display_name = "天津市北方五金城有限公司",
          .venue_class = VenueClass::kMixedBusiness,
          .kind = VenueKind::kMarket,
          .uscc = kUscc,
          .no_uscc_reason = "",
          .address = "东丽区津塘路1号",
          .street_code = "120110001",
          .point = Point{117.44254825, 39.06171056, Datum::kCgcs2000},
          .external_ids = {{"grid", "A-1"}},
          .key_unit = true,
          .persons = {{PersonRole::kResponsiblePerson, "张三丰", {"13812341234", "z@a.cn", ""}},
                      {PersonRole::kManager, "李四", {"13987654321", "", ""}}}};
}

inline Venue SampleVenue() {
  return {.district = kDistrict,
          .id = kVenueId,
          .fields = SampleFields(),
          .close_reason = "",
          .create_time = SampleTime(),
          .update_time = SampleTime()};
}

}  // namespace rectify::venue::domain
