#include "services/gateway/adapters/lead/words.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace rectify::gateway {
namespace {

constexpr absl::string_view kOpen = "（坐标 ", kClose = "）", kMedia = "\n附件：";
constexpr size_t kMostWhole = 9, kMostFraction = 12;

bool AreDigits(absl::string_view text, size_t most) {
  return !text.empty() && text.size() <= most &&
         std::all_of(text.begin(), text.end(),
                     [](unsigned char c) { return absl::ascii_isdigit(c); });
}

}  // namespace

bool IsCoordinate(absl::string_view text) {
  absl::ConsumePrefix(&text, "-");
  const size_t point = text.find('.');
  return AreDigits(text.substr(0, point), kMostWhole) &&
         (point == absl::string_view::npos || AreDigits(text.substr(point + 1), kMostFraction));
}

std::string WithCoordinates(absl::string_view place, const Coordinates& coordinates) {
  return absl::StrCat(place, kOpen, coordinates.x, ",", coordinates.y, kClose);
}

std::pair<std::string, std::optional<Coordinates>> SplitCoordinates(absl::string_view place) {
  const size_t open = place.rfind(kOpen);
  absl::string_view rest = open == absl::string_view::npos ? "" : place.substr(open + kOpen.size());
  const bool closed = absl::ConsumeSuffix(&rest, kClose);
  const std::pair<absl::string_view, absl::string_view> pair =
      absl::StrSplit(rest, absl::MaxSplits(',', 1));
  if (!closed || !IsCoordinate(pair.first) || !IsCoordinate(pair.second)) {
    return {std::string(place), std::nullopt};
  }
  return {std::string(place.substr(0, open)),
          Coordinates{std::string(pair.first), std::string(pair.second)}};
}

std::string WithMedia(absl::string_view text, absl::string_view url) {
  return absl::StrCat(text, kMedia, url);
}

std::pair<std::string, std::string> SplitMedia(absl::string_view text) {
  const size_t at = text.rfind(kMedia);
  if (at == absl::string_view::npos) return {std::string(text), ""};
  const absl::string_view url = text.substr(at + kMedia.size());
  if (url.empty() ||
      std::any_of(url.begin(), url.end(), [](unsigned char c) { return absl::ascii_isspace(c); })) {
    return {std::string(text), ""};
  }
  return {std::string(text.substr(0, at)), std::string(url)};
}

}  // namespace rectify::gateway
