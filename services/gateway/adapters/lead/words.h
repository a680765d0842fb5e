// What a lead has no field for, kept in its words so that people read it and nothing is lost: the
// coordinates at the end of the place, a picture's address at the end of the text. Who wrote them
// can read them again.
#pragma once

#include <optional>
#include <string>
#include <utility>

#include "absl/strings/string_view.h"

namespace rectify::gateway {

// As they were sent: no datum is converted.
struct Coordinates {
  std::string x, y;  // longitude or east, latitude or north: "117.44254825"
};

// Whether it is a plain decimal number, of at most 9 digits before and 12 after the point.
bool IsCoordinate(absl::string_view text);

// "示例路1号" and 117.3, 39.1 are "示例路1号（坐标 117.3,39.1）".
std::string WithCoordinates(absl::string_view place, const Coordinates& coordinates);
std::pair<std::string, std::optional<Coordinates>> SplitCoordinates(absl::string_view place);

// A line of its own after the text: "附件：https://…". `url` has no white space.
std::string WithMedia(absl::string_view text, absl::string_view url);
std::pair<std::string, std::string> SplitMedia(absl::string_view text);  // "" when there is none

}  // namespace rectify::gateway
