#include "services/venue_registry/domain/sheet_cells.h"

namespace rectify::venue::domain {
namespace {

constexpr const char* kClasses[] = {"", "人员密集", "敏感特殊", "混合生产经营", "生产储存"};
constexpr const char* kKinds[] = {
    "",         "宾馆",         "饭店",       "商场",         "集贸市场", "公共娱乐场所", "学校",
    "幼儿园",   "校外培训机构", "医院",       "养老院",       "办公楼",   "住宅",         "工厂",
    "仓储物流", "工业园",       "危险化学品", "宗教活动场所", "其他"};
constexpr const char* kDatums[] = {"", "CGCS2000", "GCJ02", "BD09"};

template <size_t N>
std::string WordOf(const char* const (&words)[N], int value) {
  return value >= 0 && value < static_cast<int>(N) ? words[value] : "";
}

}  // namespace

const Words& ClassWords() {
  static const auto& words = *new Words{
      {"人员密集", 1},     {"CROWDED", 1},        {"敏感特殊", 2}, {"SENSITIVE", 2},
      {"混合生产经营", 3}, {"MIXED_BUSINESS", 3}, {"生产储存", 4}, {"PRODUCTION_STORAGE", 4}};
  return words;
}

const Words& KindWords() {
  static const auto& words = *new Words{{"宾馆", 1},
                                        {"HOTEL", 1},
                                        {"饭店", 2},
                                        {"RESTAURANT", 2},
                                        {"商场", 3},
                                        {"MALL", 3},
                                        {"集贸市场", 4},
                                        {"专业市场", 4},
                                        {"MARKET", 4},
                                        {"公共娱乐场所", 5},
                                        {"ENTERTAINMENT", 5},
                                        {"学校", 6},
                                        {"SCHOOL", 6},
                                        {"托儿所", 7},
                                        {"幼儿园", 7},
                                        {"KINDERGARTEN", 7},
                                        {"校外培训机构", 8},
                                        {"TRAINING", 8},
                                        {"医院", 9},
                                        {"HOSPITAL", 9},
                                        {"养老院", 10},
                                        {"福利院", 10},
                                        {"CARE_HOME", 10},
                                        {"办公楼", 11},
                                        {"OFFICE", 11},
                                        {"住宅", 12},
                                        {"RESIDENTIAL", 12},
                                        {"工厂", 13},
                                        {"FACTORY", 13},
                                        {"仓储物流", 14},
                                        {"WAREHOUSE", 14},
                                        {"工业园", 15},
                                        {"INDUSTRIAL_PARK", 15},
                                        {"危险化学品", 16},
                                        {"HAZARDOUS_GOODS", 16},
                                        {"宗教活动场所", 17},
                                        {"RELIGIOUS", 17},
                                        {"其他", 18},
                                        {"OTHER", 18},
                                        {"集贸市场、专业市场", 4},
                                        {"托儿所、幼儿园", 7},
                                        {"养老院、福利院", 10}};
  return words;
}

const Words& DatumWords() {
  static const auto& words =
      *new Words{{"CGCS2000", 1}, {"GCJ02", 2}, {"GCJ-02", 2}, {"BD09", 3}, {"BD-09", 3}};
  return words;
}

const Words& BoolWords() {
  static const auto& words = *new Words{{"", 0},   {"否", 0},   {"FALSE", 0}, {"0", 0},  {"NO", 0},
                                        {"是", 1}, {"TRUE", 1}, {"1", 1},     {"YES", 1}};
  return words;
}

std::string ClassWord(int value) { return WordOf(kClasses, value); }
std::string KindWord(int value) { return WordOf(kKinds, value); }
std::string DatumWord(int value) { return WordOf(kDatums, value); }

}  // namespace rectify::venue::domain
