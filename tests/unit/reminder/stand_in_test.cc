#include "services/reminder_dispatch/domain/stand_in.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/reminder/facts.h"

namespace rectify::reminder::domain {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

StandIn Of(const std::string& recipient, const std::string& deputy, int from = 1, int to = 10) {
  return {"120110", "id", recipient, deputy, "users/zhou", "年休假", At(2, from), At(2, to)};
}

TEST(DeputiesOf, HoldsFromItsStartUntilItsEnd) {
  const std::vector<StandIn> stand_ins = {Of("wang", "li", 3, 5)};
  EXPECT_THAT(DeputiesOf("wang", stand_ins, At(2, 3) - absl::Seconds(1)), IsEmpty());
  EXPECT_THAT(DeputiesOf("wang", stand_ins, At(2, 3)), ElementsAre("li"));
  EXPECT_THAT(DeputiesOf("wang", stand_ins, At(2, 5)), IsEmpty());
  EXPECT_THAT(DeputiesOf("li", stand_ins, At(2, 4)), IsEmpty());
}

TEST(DeputiesOf, ADeputyWhoIsAwayBringsInHisOwn) {
  EXPECT_THAT(DeputiesOf("wang", {Of("wang", "li"), Of("li", "zhao")}, At(2, 4)),
              ElementsAre("li", "zhao"));
}

TEST(DeputiesOf, ACircleEnds) {
  EXPECT_THAT(DeputiesOf("wang", {Of("wang", "li"), Of("li", "wang")}, At(2, 4)),
              ElementsAre("li"));
}

}  // namespace
}  // namespace rectify::reminder::domain
