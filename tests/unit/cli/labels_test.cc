// The words that people read for the contract's values.
#include "services/cli/labels.h"

#include <algorithm>

#include "gmock/gmock.h"

namespace rectify::cli {
namespace {

// The labels of all values but the first one, which is never sent.
template <typename Value>
std::vector<std::string> LabelsOf(const google::protobuf::EnumDescriptor& type,
                                  std::string (*label)(Value)) {
  std::vector<std::string> labels;
  for (int i = 1; i < type.value_count(); ++i) {
    labels.push_back(label(static_cast<Value>(type.value(i)->number())));
  }
  return labels;
}

TEST(LabelsTest, EveryStateAndGroundOfASealHasAWordOfItsOwn) {
  for (std::vector<std::string> labels :
       {LabelsOf(*deadline::v1::Seal::State_descriptor(), SealStateLabel),
        LabelsOf(*deadline::v1::SealGround_descriptor(), SealGroundLabel)}) {
    EXPECT_THAT(labels, ::testing::Not(::testing::Contains("未知")));
    std::sort(labels.begin(), labels.end());
    EXPECT_EQ(std::unique(labels.begin(), labels.end()), labels.end());
  }
  EXPECT_EQ(SealStateLabel(deadline::v1::Seal::STATE_UNSPECIFIED), "未知");
}

TEST(LabelsTest, AStepOfTheApprovalChainIsNamedByItsPost) {
  EXPECT_EQ(RoleLabel("DEPARTMENT_HEAD"), "承办部门负责人");
  EXPECT_EQ(RoleLabel("LEGAL_REVIEWER"), "法核人员");
  EXPECT_EQ(RoleLabel("SOMETHING_NEW"), "SOMETHING_NEW");
}

}  // namespace
}  // namespace rectify::cli
