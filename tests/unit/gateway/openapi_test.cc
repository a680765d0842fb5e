#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/testing/status_matchers.h"
#include "rectify/venue/v1/venue_service.pb.h"
#include "services/gateway/contracts/comments.h"
#include "services/gateway/openapi/document.h"

namespace rectify::gateway {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

std::string PathOf(absl::string_view text) { return OpenApiPath(*PathTemplate::Parse(text)); }

TEST(OpenApiPathTest, EachWildcardIsAParameterOfItsOwn) {
  EXPECT_EQ(PathOf("/v1/{name=districts/*/venues/*}:close"),
            "/v1/districts/{districtId}/venues/{venueId}:close");
  EXPECT_EQ(PathOf("/v1/{parent=districts/*}/analyses"), "/v1/districts/{districtId}/analyses");
  EXPECT_EQ(PathOf("/v1/{name=districts/*/analyses/*}"),
            "/v1/districts/{districtId}/analyses/{analysisId}");
  EXPECT_EQ(PathOf("/v1/sources/{source}/feeds/{feed}:head"),
            "/v1/sources/{source}/feeds/{feed}:head");
  EXPECT_EQ(PathOf("/v1/{subject=districts/**}/auditEntries"),
            "/v1/districts/{districtId}/{collection}/{resourceId}/auditEntries");
  EXPECT_EQ(PathOf("/v1/calendars:import"), "/v1/calendars:import");
}

TEST(CommentsTest, ComeFromTheContract) {
  EXPECT_THAT(CommentOf(*venue::v1::Venue::descriptor()), StartsWith("A supervised venue"));
  EXPECT_EQ(FirstSentence("One. Two."), "One.");
  EXPECT_EQ(FirstSentence("One"), "One");
}

TEST(CommentsTest, ReasonsAreThoseAfterFailsWith) {
  EXPECT_THAT(ReasonsIn("NOT_FOUND is no topic. Fails with ABORTED ETAG_MISMATCH, ORDER_STATE_X."),
              ElementsAre(Field(&Reason::name, "ETAG_MISMATCH")));
  EXPECT_THAT(ReasonsIn("Never."), ElementsAre());
  for (const Reason& reason : AllReasons()) {
    EXPECT_NE(reason.code, "") << reason.name;
    EXPECT_NE(reason.meaning, "") << reason.name;
  }
}

TEST(SchemasTest, FollowCanonicalJson) {
  Schemas schemas;
  EXPECT_EQ(schemas.Reference(*venue::v1::Venue::descriptor())["$ref"],
            "#/components/schemas/Venue");
  const Json& venue = schemas.components().at("Venue");
  EXPECT_EQ(venue["type"], "object");
  EXPECT_THAT(venue["required"], Contains("displayName"));
  const Json& properties = venue["properties"];
  EXPECT_EQ(properties["createTime"]["format"], "date-time");
  EXPECT_EQ(properties["createTime"]["readOnly"], true);
  EXPECT_EQ(properties["uscc"]["maxLength"], 18);
  EXPECT_EQ(properties["persons"]["maxItems"], 10);
  EXPECT_EQ(properties["externalIds"]["additionalProperties"]["type"], "string");
  EXPECT_EQ(properties["state"]["$ref"], "#/components/schemas/VenueState");
  EXPECT_THAT(schemas.components().at("VenueState")["enum"], Contains("STATE_CLOSED"));
  EXPECT_THAT(properties["name"]["examples"][0].get<std::string>(),
              StartsWith("districts/120110/venues/"));
}

TEST(DocumentTest, AListOfDeadlinesIsACalendarAsWell) {
  const Json document = OpenApiDocument(*RouteTable::Create({"deadline"}));
  const Json& calendar = document["paths"]["/v1/districts/{districtId}/clocks.ics"]["get"];
  EXPECT_EQ(calendar["operationId"], "RectificationDeadlines_ListClocksCalendar");
  EXPECT_TRUE(calendar["responses"]["200"]["content"].contains("text/calendar"));
  std::vector<std::string> queries;
  for (const Json& parameter : calendar["parameters"]) {
    if (parameter.value("in", "") == "query") queries.push_back(parameter["name"]);
  }
  EXPECT_THAT(queries, ElementsAre("filter", "asOf"));
}

TEST(DocumentTest, AListIsASheetAsWellAndACreateTakesOne) {
  const Json document = OpenApiDocument(*RouteTable::Create({"hazard"}));
  const Json& paths = document["paths"];
  const std::string leads = "/v1/districts/{districtId}/leads";
  const Json& csv = paths[leads + ".csv"]["get"];
  EXPECT_EQ(csv["operationId"], "Leads_ListLeadsCsv");
  EXPECT_TRUE(csv["responses"]["200"]["content"].contains("text/csv"));
  EXPECT_THAT(csv["parameters"].dump(), Not(HasSubstr("pageSize")));
  EXPECT_THAT(csv["parameters"].dump(), HasSubstr("filter"));
  EXPECT_EQ(paths[leads + ".xlsx"]["get"]["operationId"], "Leads_ListLeadsXlsx");
  EXPECT_FALSE(paths.contains(leads + "/{leadId}.csv"));
  const Json& create = paths[leads]["post"];
  for (const char* type : {"text/csv", "application/json",
                           "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}) {
    EXPECT_TRUE(create["requestBody"]["content"].contains(type)) << type;
  }
  EXPECT_TRUE(create["responses"]["200"]["content"].contains("text/csv"));
  const Json& accept = paths[leads + "/{leadId}:accept"]["post"];
  EXPECT_FALSE(accept["requestBody"]["content"].contains("text/csv"));
}

TEST(DocumentTest, BindsWhatTheRouteBinds) {
  const Json document = OpenApiDocument(*RouteTable::Create({"venue"}));
  const Json& close =
      document["paths"]["/v1/districts/{districtId}/venues/{venueId}:close"]["post"];
  EXPECT_EQ(close["operationId"], "VenueRegistry_CloseVenue");
  const Json& body = document["components"]["schemas"]["CloseVenueBody"]["properties"];
  EXPECT_TRUE(body.contains("reason"));
  EXPECT_FALSE(body.contains("name"));       // in the path
  EXPECT_FALSE(body.contains("requestId"));  // a header
  std::vector<std::string> headers, queries;
  for (const Json& parameter : close["parameters"]) {
    if (parameter.value("in", "") == "header") headers.push_back(parameter["name"]);
  }
  EXPECT_THAT(headers, ElementsAre("Idempotency-Key", "If-Match"));
  EXPECT_TRUE(close["responses"].contains("412"));
  // Nobody changes what is not there yet.
  const Json& create = document["paths"]["/v1/districts/{districtId}/venues"]["post"];
  EXPECT_THAT(create["parameters"].dump(), Not(HasSubstr("If-Match")));
  const Json& update = document["paths"]["/v1/districts/{districtId}/venues/{venueId}"]["patch"];
  EXPECT_THAT(update["parameters"].dump(), HasSubstr("If-Match"));
  for (const Json& parameter :
       document["paths"]["/v1/districts/{districtId}/venues"]["get"]["parameters"]) {
    if (parameter.value("in", "") == "query") queries.push_back(parameter["name"]);
  }
  EXPECT_THAT(queries, Contains("pageSize"));
  EXPECT_THAT(queries, Not(Contains("parent")));
}

TEST(DocumentTest, WhatIsUnchangedIsNotSentAgain) {
  const Json document = OpenApiDocument(*RouteTable::Create({"venue"}));
  const std::string venues = "/v1/districts/{districtId}/venues";
  const Json& one = document["paths"][venues + "/{venueId}"]["get"];
  EXPECT_TRUE(one["responses"].contains("304"));
  EXPECT_THAT(one["parameters"].dump(), HasSubstr("If-None-Match"));
  for (const Json& other :
       {document["paths"][venues]["get"], document["paths"][venues + "/{venueId}"]["patch"]}) {
    EXPECT_FALSE(other["responses"].contains("304"));
  }
}

TEST(DocumentTest, ABodyIsRequiredWhenAFieldOfItIs) {
  const Json document = OpenApiDocument(*RouteTable::Create({"deadline"}));
  const Json& paths = document["paths"];
  const std::string order = "/v1/districts/{districtId}/orders/{orderId}";
  EXPECT_EQ(paths[order + ":serve"]["post"]["requestBody"]["required"], true);
  EXPECT_EQ(paths[order + ":submit"]["post"]["requestBody"]["required"], false);
}

TEST(DocumentTest, AnUpdateSendsSomeOfTheFields) {
  const Json document = OpenApiDocument(*RouteTable::Create({"venue"}));
  const Json& update = document["paths"]["/v1/districts/{districtId}/venues/{venueId}"]["patch"];
  EXPECT_EQ(update["requestBody"]["content"]["application/json"]["schema"]["$ref"],
            "#/components/schemas/VenuePart");
  const Json& part = document["components"]["schemas"]["VenuePart"];
  EXPECT_TRUE(part["properties"].contains("displayName"));
  EXPECT_FALSE(part.contains("required"));
  EXPECT_THAT(document["components"]["schemas"]["Venue"]["required"], Contains("displayName"));
}

TEST(PageTest, EscapesWhatComesFromTheContracts) {
  const std::string page = ReferencePage(OpenApiDocument(*RouteTable::Create({"venue"})));
  EXPECT_THAT(page, HasSubstr("<h3 id=\"VenueRegistry_CloseVenue\">"));
  EXPECT_THAT(page, HasSubstr("{&quot;grid&quot;: "));  // of a comment
}

TEST(DocumentTest, AFileIsABodyWithItsDescriptionInTheQuery) {
  const Json document = OpenApiDocument(*RouteTable::Create({"hazard"}));
  const Json& upload = document["paths"]["/v1/districts/{districtId}/evidence:upload"]["post"];
  EXPECT_THAT(upload["requestBody"]["description"].get<std::string>(), HasSubstr("`image/jpeg`"));
  EXPECT_TRUE(upload["requestBody"]["content"].contains("*/*"));
  std::vector<std::string> required, others;
  for (const Json& parameter : upload["parameters"]) {
    const std::string name = parameter.value("name", "");
    (parameter.value("required", false) ? required : others).push_back(name);
  }
  EXPECT_THAT(required, ElementsAre("districtId", "metadata.subject", "metadata.sha256",
                                    "metadata.captureTime"));
  EXPECT_THAT(others, Contains("Idempotency-Key"));
  EXPECT_THAT(others, Not(Contains("metadata.mediaType"))) << "Content-Type says it";
  EXPECT_THAT(upload["responses"]["400"]["description"].get<std::string>(),
              HasSubstr("EVIDENCE_HASH_MISMATCH"));
  EXPECT_TRUE(upload["responses"].contains("413"));
}

}  // namespace
}  // namespace rectify::gateway
