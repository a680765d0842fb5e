#include "libs/query/filter.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/query/list_query.h"
#include "libs/testing/status_matchers.h"

namespace rectify::query {
namespace {

using rectify::testing::HasViolation;
using rectify::testing::StatusIs;

int PositionOf(const absl::Status& status) {
  return std::stoi(DetailOf(status)->metadata.at("position"));
}

TEST(FilterTest, ReadsTermsJoinedByAnd) {
  ASSERT_OK_AND_ASSIGN(auto terms,
                       ParseFilter(R"(state = "ACTIVE" AND name:"五金城"  AND key_unit!=true)"));
  ASSERT_EQ(terms.size(), 3u);
  EXPECT_EQ(terms[0].field, "state");
  EXPECT_EQ(terms[0].op, Operator::kEquals);
  EXPECT_EQ(terms[0].value, "ACTIVE");
  EXPECT_EQ(terms[1].op, Operator::kHas);
  EXPECT_EQ(terms[1].value, "五金城");
  EXPECT_EQ(terms[2].op, Operator::kNotEquals);
}

TEST(FilterTest, EmptyFilterHasNoTerms) {
  ASSERT_OK_AND_ASSIGN(auto terms, ParseFilter("  "));
  EXPECT_TRUE(terms.empty());
}

TEST(FilterTest, EscapesStandInsideQuotes) {
  ASSERT_OK_AND_ASSIGN(auto terms, ParseFilter(R"(name = "a\"b\\c AND d")"));
  ASSERT_EQ(terms.size(), 1u);
  EXPECT_EQ(terms[0].value, "a\"b\\c AND d");
}

TEST(FilterTest, ErrorsNameThePositionInCharacters) {
  auto missing_quote = ParseFilter("name = \"五金");
  EXPECT_THAT(missing_quote, StatusIs(absl::StatusCode::kInvalidArgument, "INVALID_FILTER"));
  EXPECT_THAT(missing_quote, HasViolation("filter"));
  EXPECT_EQ(PositionOf(missing_quote.status()), 11);
  EXPECT_EQ(PositionOf(ParseFilter("a = 1 OR b = 2").status()), 7);
  EXPECT_EQ(PositionOf(ParseFilter("a ~ 1").status()), 3);
  EXPECT_EQ(PositionOf(ParseFilter("a =").status()), 4);
  EXPECT_EQ(PositionOf(ParseFilter("'x' = 1").status()), 1);
}

TEST(FilterTest, RefusesTooManyTerms) {
  std::string filter = "a = 1";
  for (int i = 0; i < 20; ++i) filter += " AND a = 1";
  EXPECT_THAT(ParseFilter(filter), StatusIs(absl::StatusCode::kInvalidArgument, "INVALID_FILTER"));
}

ListSpec Spec() {
  ListSpec spec;
  spec.name = "list_things";
  spec.columns = "id";
  spec.from = "things where district = $1";
  spec.fields = {{"street", ListField::Kind::kText, "street = $?"},
                 {"open", ListField::Kind::kBool, "closed_at is null"}};
  spec.order = {{"id", "uuid"}};
  return spec;
}

TEST(ListQueryTest, UnknownFieldsAndOperatorsAreRefused) {
  const ListSpec spec = Spec();
  auto build = [&](const char* filter) {
    return ListQuery::Build(spec, {"120110"}, filter, 0, "").status();
  };
  EXPECT_OK(build("street = x AND open = true"));
  EXPECT_THAT(build("colour = red"),
              StatusIs(absl::StatusCode::kInvalidArgument, "INVALID_FILTER"));
  EXPECT_THAT(build("street : x"), StatusIs(absl::StatusCode::kInvalidArgument, "INVALID_FILTER"));
  EXPECT_THAT(build("open = maybe"),
              StatusIs(absl::StatusCode::kInvalidArgument, "INVALID_FILTER"));
}

TEST(ListQueryTest, ForeignTokensAreRefused) {
  const ListSpec spec = Spec();
  for (const char* token : {"x", "W10=", "WyJvdGhlciIsIjEiXQ=="}) {
    EXPECT_THAT(ListQuery::Build(spec, {"120110"}, "", 0, token),
                StatusIs(absl::StatusCode::kInvalidArgument, "INVALID_PAGE_TOKEN"))
        << token;
  }
}

}  // namespace
}  // namespace rectify::query
